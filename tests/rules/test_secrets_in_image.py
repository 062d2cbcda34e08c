import logging
import string

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.profile.images import PYTHON_ENV, buildkit, classic, image, kaniko, python_slim
from tests.profile.looks import Step, looked
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.secrets_in_image import SecretsInImage

RULE = SecretsInImage()
READING = SecretsInImage(read_files=True)
TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAbCdE"
COPY = "COPY . /app"


def about(*steps: Step, rule: SecretsInImage = RULE) -> Verdict:
    return rule.check(facts_about(looked(*steps)))


def in_files(*files: str, rule: SecretsInImage = RULE) -> tuple[str, int] | None:
    found = about((COPY, files), rule=rule)
    return (found.problem, found.confidence) if isinstance(found, Violation) else None


def in_env(*settings: str) -> tuple[str, int] | None:
    found = verdict(RULE, config={"Env": [*PYTHON_ENV, *settings]})
    return (found.problem, found.confidence) if isinstance(found, Violation) else None


def in_history(step: str, rule: SecretsInImage = RULE) -> tuple[str, int] | None:
    found = verdict(rule, history=(*SLIM, step))
    return (found.problem, found.confidence) if isinstance(found, Violation) else None


def test_the_place_and_the_name_are_told_and_what_to_do():
    found = violation(RULE, config={"Env": ["DB_PASSWORD=correct-horse"]})
    assert found.problem == "possible secret in ENV: DB_PASSWORD"
    assert found.fix == "Remove and rotate it; mount a Secret at run time"
    assert found.confidence == 70
    assert [piece.detail for piece in found.evidence] == ["ENV DB_PASSWORD"]


@pytest.mark.parametrize(
    ("step", "problem", "confidence"),
    [
        (
            "RUN |1 NPM_TOKEN=correct-horse /bin/sh -c npm ci # buildkit",
            "possible secret in history (build argument): NPM_TOKEN",
            60,
        ),
        ("ARG NPM_TOKEN=correct-horse", "possible secret in history (ARG): NPM_TOKEN", 60),
        ("ENV NPM_TOKEN=correct-horse", "possible secret in history (ENV): NPM_TOKEN", 60),
        (f"ARG ANY={TOKEN}", "possible secret in history (ARG): ANY", 90),
        (f"RUN x {TOKEN}", "possible secret in history (RUN): GitHub token", 90),
        (
            "RUN pip install -i https://ci:S3cr3t9@pypi.example.com/simple x",
            "possible secret in history (RUN): URL with a password",
            90,
        ),
    ],
)
def test_the_history_is_read_as_well(step: str, problem: str, confidence: int):
    assert in_history(step) == (problem, confidence)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("app/.env", "app/.env"),
        ("app/.env.production", "app/.env.production"),
        ("root/.ssh/id_rsa", "root/.ssh/id_rsa"),
        ("root/.ssh/id_ed25519", "root/.ssh/id_ed25519"),
        ("root/.pypirc", "root/.pypirc"),
        ("root/.netrc", "root/.netrc"),
        ("root/.aws/credentials", "root/.aws/credentials"),
        ("root/.docker/config.json", "root/.docker/config.json"),
    ],
)
def test_files_count_by_their_names(file: str, name: str):
    assert in_files(file) == (f"possible secret in layer 5: {name}", 75)


def test_the_surest_of_several_is_told_and_how_many_there_are():
    found = verdict(
        RULE,
        config={"Env": ["DB_PASSWORD=correct-horse"]},
        history=(*SLIM, f"RUN x {TOKEN}", "COPY . /app # buildkit"),
        layers=(1, 2, 3, 4, 5),
        files={4: ("app/.env",)},
    )
    assert isinstance(found, Violation)
    assert found.problem == "possible secret in history (RUN): GitHub token and 2 more"
    assert len(found.evidence) == 3


# What contents tell


def test_the_shape_of_a_files_content_counts_when_files_are_read():
    assert in_files("app/.env = credentials file", rule=READING) == (
        "possible secret in layer 5: app/.env",
        95,
    )
    assert in_files("app/.env = credentials file") == ("possible secret in layer 5: app/.env", 75)


def test_a_file_that_was_read_and_holds_none_passes_then():
    assert in_files("app/.env 1k", rule=READING) is None
    assert in_files("app/.env 9k", rule=READING) == ("possible secret in layer 5: app/.env", 75)


@pytest.mark.parametrize("file", ["app/tls.pem", "app/tls.key", "etc/pip.conf"])
def test_files_that_are_mostly_public_count_by_their_content_alone(file: str):
    shaped = f"{file} = private key"
    assert in_files(file) is in_files(file, rule=READING) is in_files(shaped) is None
    assert in_files(shaped, rule=READING) == (f"possible secret in layer 5: {file}", 95)


def test_a_file_that_a_later_layer_removes_is_still_there_to_be_read():
    found = about((COPY, ("app/.env",)), ("RUN rm .env", ("app/.wh..env",)))
    assert isinstance(found, Violation)
    assert found.problem == "possible secret in layer 5: app/.env"


# What is none


@pytest.mark.parametrize(
    "setting",
    [
        *(
            "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
            "PYTHON_SHA256=9b1e896523fc510691126",
        ),
        *("DEBIAN_KEYRING=correct-horse", "DB_PASSWORD_FILE=correct-horse", "PUBLIC_KEY=correct-x"),
        *("KEYCLOAK_CLIENT_SECRET=correct-horse", "TOKENIZERS_PARALLELISM=false"),
        *("SECRET_NAME=correct-horse", "DB_PASSWORD=$PASSWORD", "DB_PASSWORD=/run/secrets/db"),
        *("DB_PASSWORD=", "DB_PASSWORD=changeme", "DATABASE_DSN=postgres://db/app"),
        *("API_KEY=${API_KEY}", "PRIVATE_KEY=/etc/tls/tls.key", "TOKEN=./token.txt"),
    ],
)
def test_references_places_placeholders_and_what_is_public_are_none(setting: str):
    assert in_env(setting) is None


@pytest.mark.parametrize(
    "setting",
    [
        *("MONKEY=banana-split", "KEYBOARD=de-latin1", "PASSENGER_APP=correct-horse"),
        *("ACCESS_LOG=combined", "COMPASS=north-north-west", "AUTHOR=Jane Doe", "KEY=value-x"),
    ],
)
def test_names_that_only_contain_such_words_are_none(setting: str):
    """Scanners that look for KEY, ACCESS and PASS anywhere cry wolf."""
    assert in_env(setting) is None


@pytest.mark.parametrize("file", ["app/settings.py", "app/secrets.py", "app/config.json"])
def test_settings_of_django_and_the_like_are_none(file: str):
    assert in_files(file) is None


@pytest.mark.parametrize("file", ["app/.env.example", "app/.env.sample", "app/.env/", "app/.env 0"])
def test_templates_folders_and_empty_files_are_none(file: str):
    assert in_files(file) is None


def test_the_official_images_have_none():
    assert verdict(RULE) is None
    official = profile(image(python_slim(), env=PYTHON_ENV))
    assert RULE.check(facts_about(official)) is None


def test_a_name_may_be_allowed_wherever_it_stands():
    rule = SecretsInImage(allow_names=("DEMO_TOKEN", ".env"))
    assert in_history("ARG DEMO_TOKEN=correct-horse", rule) is None
    assert in_history(f"ENV DEMO_TOKEN={TOKEN}", rule) is None
    assert in_files("app/.env", rule=rule) is None
    assert in_files("app/.env.local", rule=rule) is not None


def test_what_the_pod_sets_is_not_in_the_image():
    pod = {"env": [{"name": "DB_PASSWORD", "value": "correct-horse"}]}
    assert verdict(RULE, container=pod) is None


def test_what_the_pod_overrides_still_is():
    pod = {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {}}}]}
    config = {"Env": ["DB_PASSWORD=correct-horse"]}
    assert isinstance(verdict(RULE, config=config, container=pod), Violation)


def test_names_warn_and_tokens_may_be_denied():
    named = profiled(Env=["DB_PASSWORD=correct-horse"], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, named)] == [Action.WARN]
    shaped = profiled(Env=[f"ANY={TOKEN}"], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, shaped)] == [Action.DENY]


def test_where_neither_layers_nor_history_tell_nothing_is_known():
    found = RULE.check(facts_about(profiled([])))
    assert found == Unknown(
        "whether secrets are in the image is not known: layers were not looked into"
    )


def test_a_variable_is_found_though_nothing_else_is_known():
    found = RULE.check(facts_about(profiled([], Env=["DB_PASSWORD=correct-horse"])))
    assert isinstance(found, Violation)


# The value is nowhere

BASE = repr(profile(image(python_slim())))
ALPHABET = string.ascii_letters + string.digits + "!#%&+,-./:;<=>?@^_~ "
VALUES = st.text(ALPHABET, min_size=12, max_size=60).map(str.strip)
SHAPES = st.sampled_from(["{}", "ghp_{}", "postgres://app:{}@db/app", "glpat-{}", "AKIA{}"])


@given(value=VALUES, shape=SHAPES)
def test_a_value_is_in_nothing_that_is_said_of_it(value: str, shape: str):
    assume(len(set(value)) > 6 and any(map(str.isdigit, value)) and value not in BASE)
    text = shape.format(value)
    history = [
        *python_slim(),
        *buildkit(f"ENV DB_PASSWORD={text}", f"ARG TOKEN={text}", f"RUN curl -u me:{text} x"),
        *classic(f"ENV API_KEY={text}"),
        *kaniko(f'ENV SECRET "{text}"'),
        *buildkit("RUN make", shell=f"|1 NPM_TOKEN={text} /bin/sh -c"),
    ]
    found = profile(image(history, env=[f"DB_PASSWORD={text}", f"PRIVATE_KEY={text}"]))
    said = RULE.check(facts_about(found))
    assert value not in str(said)
    assert value not in repr(said)
    assert value not in msgspec.json.encode(found.traces).decode()
    assert value not in repr(found.traces)
    assert value not in repr([layer.created_by for layer in found.size.layers])
    for finding in enforced(RULE.id, found):
        assert value not in repr(finding)


@pytest.mark.parametrize(
    "steps",
    [
        [{"created_by": f"ENV {TOKEN}"}],
        [{"created_by": f"ARG {TOKEN}=x"}],
        [{"created_by": f"RUN |1 {TOKEN}=x /bin/sh -c y"}],
        [{"created_by": f"{TOKEN}"}],
        [{"created_by": f"COPY {TOKEN} /app"}],
        [{"created_by": f"LABEL {TOKEN}={TOKEN}"}],
        [{"created_by": f"RUN |1 A=b {TOKEN} /bin/sh -c y"}],
        [{"created_by": "x", "comment": TOKEN, "author": TOKEN}],
    ],
)
def test_a_token_in_an_odd_place_is_not_repeated(steps: list[dict[str, str]]):
    found = profile(image([*python_slim(), *steps]))
    assert TOKEN not in repr(RULE.check(facts_about(found)))
    assert TOKEN not in repr(found)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        in_env(f"DB_PASSWORD={TOKEN}")
        in_history(f"RUN x {TOKEN}")
    assert caplog.records == []
