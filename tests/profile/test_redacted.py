import pytest

from tests.profile.images import PYTHON_ENV, Json, buildkit, classic, image, kaniko, python_slim
from webhook.profile import profile
from webhook.profile.evidence import Source, observed
from webhook.profile.redacted import told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pip install -i https://bob:s3cret@pypi.corp/simple x", "https://***@pypi.corp/simple x"),
        ("pip install git+https://T0ken@git.corp/a/b.git", "git+https://***@git.corp/a/b.git"),
        ("PASSWORD=hunter2 ./setup", "PASSWORD=*** ./setup"),
        ("export DB_PASSWORD='hunter2'; x", "DB_PASSWORD=*** x"),
        ("curl -H 'Authorization: Bearer abc.def' u", "Authorization: *** u"),
        ("login --password hunter2 --user bob", "--password *** --user bob"),
        ("login --api-token=abc next", "--api-token=*** next"),
        ("echo ghp_0123456789abcdefABCDEF > t", "echo *** > t"),
        ("aws configure AKIAIOSFODNN7EXAMPLE", "aws configure ***"),
    ],
)
def test_a_secret_in_a_command_is_left_out(text: str, shown: str) -> None:
    assert shown in told(text)
    assert not any(secret in told(text) for secret in ("s3cret", "T0ken", "hunter2", "abc", "0123"))


@pytest.mark.parametrize(
    "text",
    [
        "pip install tokenizers==0.20 flask-httpauth==4.8 python-secrets",
        "curl -sSL https://example.com/a@b",
        "COPY --chown=app:app . /app",
        "apt-get install -y libpam0g password-store",
        "pip install django-allauth requests",
    ],
)
def test_what_only_sounds_like_a_secret_is_kept(text: str) -> None:
    assert told(text) == text


def test_a_secret_that_begins_where_the_text_is_cut_is_left_out() -> None:
    text = f"{'x ' * 20}{' ' * 420}https://bob:{'s' * 900}@host/"
    assert "sss" not in told(text)


def test_a_text_becomes_one_short_printable_line() -> None:
    assert told("a\n\tb\x1b[31m") == "a b?[31m"
    assert len(told("a " * 5000)) == 120
    assert told("a " * 5000).endswith("...")


def test_the_cost_does_not_grow_with_the_text() -> None:
    assert told("token-" * 500_000).startswith("token-")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "RUN |2 TOKEN=a b VERSION=3 /bin/sh -c make # buildkit",
            "RUN |2 TOKEN=*** VERSION=*** /bin/sh -c make # buildkit",
        ),
        ("|1 A=b c /bin/bash -o pipefail -c make", "|1 A=*** /bin/bash -o pipefail -c make"),
        ("RUN |1 A=b some other shell", "RUN |1 A=***"),
        ("RUN |1 A=" + "b " * 900 + "/bin/sh -c x", "RUN |1 A=***"),
    ],
)
def test_no_value_of_a_build_argument_is_repeated(text: str, shown: str) -> None:
    assert told(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ENV PORT=80 DB_PASSWORD=two words A=b", "ENV PORT=80 DB_PASSWORD=***"),
        ("ENV SECRET a=b", "ENV SECRET ***"),
        ("ENV DB_PASSWORD two words", "ENV DB_PASSWORD ***"),
        ("/bin/sh -c #(nop)  ENV API_KEY=two words", "/bin/sh -c #(nop) ENV API_KEY=***"),
        ("ARG NPM_TOKEN=abc", "ARG NPM_TOKEN=***"),
        ("ENV PATH=/app/.venv/bin:/usr/bin LANG=C", "ENV PATH=/app/.venv/bin:/usr/bin LANG=C"),
        ("ENV SENTRY_DSN=https://a@b/1", "ENV SENTRY_DSN=***"),
    ],
)
def test_a_variable_that_is_called_like_a_secret_keeps_its_name_alone(
    text: str, shown: str
) -> None:
    assert told(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "mysql --password='two words' x",
        'export TOKEN="two words"',
        "export TOKEN=two\\ words",
        "echo -----BEGIN RSA PRIVATE KEY-----\ntwo words",
        "curl -u me:words https://x",
        "pip install -i https://me:some/words@pypi.example.com x",
        "pip install -i https://me:some@words@pypi.example.com x",
        "npm set //registry/:_authToken=words",
        "echo machine x login me password words",
    ],
)
def test_a_secret_is_left_out_to_its_end(text: str) -> None:
    assert "words" not in told(text)


def test_users_by_number_are_no_password() -> None:
    assert told("docker run -u 1000:1000 x") == "docker run -u 1000:1000 x"


SECRET = "tr0ub4dor-and-3"
LINES = (
    f"ARG NPM_TOKEN={SECRET}",
    f"ENV DB_PASSWORD={SECRET}",
    f"RUN pip install -i https://ci:{SECRET}@pypi.example.com/simple flask",
    f"RUN API_KEY={SECRET} python3.13 -m pip install conda numpy",
    f"RUN apt-get install -y libpq-dev && curl -u ci:{SECRET} https://example.com",
    f"ADD https://ci:{SECRET}@example.com/python.tar.xz /",
    f"LABEL secret={SECRET}",
)


@pytest.mark.parametrize("builder", [buildkit, classic, kaniko])
def test_nothing_that_a_profile_says_of_a_build_repeats_a_secret(builder: object) -> None:
    """Variables, labels and the command stand in the config, which is shown as it is."""
    steps: list[Json] = builder(*LINES)  # type: ignore[operator]
    argument = {"created_by": f"RUN |1 X={SECRET} and more /bin/sh -c uv sync # buildkit"}
    found = profile(image([*python_slim(), *steps, argument], env=PYTHON_ENV))
    assert SECRET not in repr(found)
    assert "and more" not in repr(found)
    made = [layer.created_by for layer in found.size.layers]
    assert "RUN |1 X=*** /bin/sh -c uv sync # buildkit" in made


def test_evidence_is_written_without_secrets() -> None:
    found = observed(Source.HISTORY, "python", 50, f"pip install --token {SECRET} x")
    assert found.detail == "pip install --token *** x"


@pytest.mark.parametrize(
    "piece",
    ["token-", "a-", "ENV ", "a=b ", "|1 a=", "://", "-u ", "-----BEGIN ", "'", "PASS='", "\\"],
)
@pytest.mark.timeout(20)
def test_no_text_takes_long(piece: str) -> None:
    for _ in range(20):
        told(piece * 1000)
        told(f"ENV {piece * 1000}")
        told(f"|1 {piece * 1000}")
