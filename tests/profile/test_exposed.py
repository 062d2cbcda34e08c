"""Secrets in metadata (see ``webhook.profile.exposed``)."""

import pytest

from tests.profile.images import Json, buildkit, classic, image, kaniko, python_slim
from webhook.profile import profile
from webhook.profile.traces import Exposed

TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAbCdE"
KEY = "AKIA" + "Q4ZR7M2XW9KD3TNB"


def exposed(*steps: Json, env: tuple[str, ...] = (), base: bool = True) -> tuple[Exposed, ...]:
    below = python_slim() if base else []
    return profile(image([*below, *steps], env=env)).traces.secrets


def in_env(setting: str) -> list[tuple[str, str, int]]:
    return [(each.name, each.shape, each.weight) for each in exposed(env=(setting,))]


@pytest.mark.parametrize(
    "name",
    [
        *("PASSWORD", "DB_PASSWORD", "db_password", "DB_PASSWD", "DB_PASS", "SECRET", "SECRET_KEY"),
        *("TOKEN", "GITHUB_TOKEN", "TOKEN_V2", "API_KEY", "APIKEY", "AWS_SECRET_ACCESS_KEY"),
        *("PRIVATE_KEY", "GOOGLE_CREDENTIALS", "SENTRY_DSN"),
    ],
)
def test_a_variable_that_is_called_like_a_secret_and_has_a_value_is_one(name: str) -> None:
    assert in_env(f"{name}=correct-horse") == [(name, "", 70)]


@pytest.mark.parametrize(
    "setting",
    [
        *("PASSWORD=", "PASSWORD=$DB_PASSWORD", "TOKEN=${TOKEN:-}", "API_KEY=<your key>"),
        *("DB_PASSWORD=/run/secrets/db", "DB_PASSWORD=/app/conf/db.txt", "TOKEN=./token.json"),
        *("SECRET=changeme", "SECRET_KEY=change-me-please", "PASSWORD=password", "TOKEN=example"),
        *("TOKEN=C:\\keys\\token", "CREDENTIALS=config/gcp.json", "PASSWORD=xxxxxxxx"),
        *("USE_TOKEN=true", "MAX_TOKEN=4096", "API_KEY=null", "PASSWORD=***", "PASS=1"),
        *("DATABASE_DSN=postgres://db/app", "DATABASE_DSN=postgres://$USER:$PASSWORD@db/app"),
        *("RABBIT_DSN=amqp://guest:guest@queue", "PASSPHRASES=a b c d", "SECRETARY=Jane Doe"),
    ],
)
def test_a_reference_a_place_and_a_placeholder_are_none(setting: str) -> None:
    assert in_env(setting) == []


@pytest.mark.parametrize(
    "setting",
    [
        "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "GPG_KEYS=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "PYTHON_SHA256=9b1e896523fc510691126c864406d9360a3d1e986acbda59cda57b5abda45b87",
        "DEBIAN_KEYRING=debian-archive",
        "SECRET_KEYRING=correct-horse",
        "DB_PASSWORD_FILE=correct-horse",
        "PUBLIC_KEY=correct-horse",
        "KEYCLOAK_CLIENT_SECRET=correct-horse",
        "TOKENIZERS_PARALLELISM=correct-horse",
        "SECRET_NAME=correct-horse",
        "TOKEN_URL=correct-horse",
        "API_KEY_HEADER=X-Correct-Horse",
        "ACCESS_TOKEN_EXPIRE_MINUTES=1051200",
    ],
)
def test_variables_that_are_about_secrets_hold_none(setting: str) -> None:
    assert in_env(setting) == []


def test_a_token_in_one_of_them_is_a_token_all_the_same() -> None:
    assert in_env(f"SECRET_NAME={TOKEN}") == [("SECRET_NAME", "GitHub token", 90)]


@pytest.mark.parametrize(
    ("setting", "shape"),
    [
        (f"ANYTHING={TOKEN}", "GitHub token"),
        (f"X={KEY}", "AWS access key"),
        ("DATABASE_URL=postgres://app:S3cr3t9@db/app", "URL with a password"),
        ("SIGNING=-----BEGIN EC PRIVATE KEY-----\nMIIE", "private key"),
    ],
)
def test_a_value_with_the_shape_of_a_token_is_one_whatever_it_is_called(
    setting: str, shape: str
) -> None:
    assert in_env(setting) == [(setting.partition("=")[0], shape, 90)]


def test_a_url_with_userinfo_counts_for_a_variable_that_is_called_so() -> None:
    assert in_env("SENTRY_DSN=https://0f1e2d3c4b5a@o1.example.com/1") == [("SENTRY_DSN", "", 70)]
    assert in_env("SENTRY_URL=https://0f1e2d3c4b5a@o1.example.com/1") == []


@pytest.mark.parametrize(
    "argument",
    [
        buildkit("RUN npm ci", shell="|1 NPM_TOKEN=correct-horse /bin/sh -c"),
        classic("RUN npm ci", shell="|1 NPM_TOKEN=correct-horse /bin/sh -c"),
        classic(
            "RUN --mount=type=cache,target=/x npm ci",
            shell="|2 A=1 NPM_TOKEN=correct-horse /bin/sh -c",
        ),
    ],
)
def test_every_builder_writes_the_values_of_build_arguments_down(argument: list[Json]) -> None:
    (found,) = exposed(*argument)
    assert (found.place, found.name, found.weight) == ("build argument", "NPM_TOKEN", 60)
    assert found.layer is not None


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (buildkit("ARG NPM_TOKEN=correct-horse"), "ARG"),
        (classic("ARG NPM_TOKEN=correct-horse"), "ARG"),
        (buildkit("ENV A=b NPM_TOKEN=correct-horse"), "ENV"),
        (kaniko('ENV NPM_TOKEN="correct horse"'), "ENV"),
        (kaniko("ENV NPM_TOKEN correct horse"), "ENV"),
    ],
)
def test_variables_of_the_history_count_though_the_image_has_them_no_more(
    steps: list[Json], place: str
) -> None:
    (found,) = exposed(*steps)
    assert (found.place, found.name, found.weight) == (place, "NPM_TOKEN", 60)


@pytest.mark.parametrize("line", ["ARG NPM_TOKEN", "ARG NPM_TOKEN=", "ENV NPM_TOKEN=$ARG"])
def test_an_argument_without_a_value_of_its_own_is_none(line: str) -> None:
    assert exposed(*buildkit(line)) == ()


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        (f"RUN curl -H 'x: {TOKEN}' https://example.com", "GitHub token"),
        ("RUN pip install -i https://ci:S3cr3t9@pypi.example.com/simple x", "URL with a password"),
        ("ADD https://ci:S3cr3t9@example.com/x.tar.gz /", "URL with a password"),
        (f'CMD ["app", "--key", "{KEY}"]', "AWS access key"),
        ("RUN echo '-----BEGIN RSA PRIVATE KEY-----' > /key", "private key"),
    ],
)
def test_a_token_in_any_step_is_found_by_its_shape(line: str, shape: str) -> None:
    (found,) = exposed(*buildkit(line))
    assert (found.name, found.shape, found.weight) == ("", shape, 90)


def test_what_is_named_is_told_once() -> None:
    steps = buildkit("ARG TOKEN=correct-horse", "ENV TOKEN=correct-horse")
    run = buildkit("RUN a", "RUN b", shell="|1 TOKEN=correct-horse /bin/sh -c")
    (found,) = exposed(*steps, *run, env=("TOKEN=correct-horse",))
    assert (found.place, found.weight) == ("ENV", 70)


def test_the_surest_of_several_is_told() -> None:
    steps = buildkit("ARG TOKEN=correct-horse", f"ENV TOKEN={TOKEN}")
    (found,) = exposed(*steps)
    assert (found.place, found.shape, found.weight) == ("ENV", "GitHub token", 90)


def test_steps_of_the_base_are_the_bases() -> None:
    assert exposed() == ()
    secret = buildkit("ARG TOKEN=correct-horse")
    assert profile(image([*secret, *python_slim()])).traces.secrets == ()


def test_where_the_base_does_not_end_a_name_is_a_hint_and_a_token_still_one() -> None:
    named, shaped = exposed(*buildkit("ARG TOKEN=correct-horse", f"RUN x {KEY}"), base=False)
    assert (named.weight, shaped.weight) == (50, 90)


def test_a_name_that_is_none_is_not_repeated() -> None:
    found = exposed(env=(f"x y {TOKEN}=b", f"my token's={TOKEN}", f"{'A' * 99}_TOKEN={TOKEN}"))
    assert [each.name for each in found] == [""]
    assert TOKEN not in repr(found)


@pytest.mark.timeout(30)
def test_a_hostile_history_is_searched_no_further_than_its_text_is_worth() -> None:
    for text in ("TOKEN= ", "://a:b", "AKIA", "A=B ", "https://x@", "-----BEGIN "):
        exposed(*[{"created_by": f"ENV {text * 5000}"} for _ in range(4)])
        exposed(*[{"created_by": f"RUN |1 {text * 5000} /bin/sh -c x"} for _ in range(4)])
    assert len(exposed(*buildkit(*(f"ARG TOKEN_{n}=correct-horse" for n in range(200))))) == 64
