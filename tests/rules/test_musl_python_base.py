import pytest

from tests.profile.images import buildkit, debian, old_alpine, python_alpine, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import ALPINE, PYTHON_ENV, SLIM
from webhook.policy.rule import Action, Skip, Unknown, Violation
from webhook.rules.musl_python_base import MuslPythonBase

RULE = MuslPythonBase()
RUN_PYTHON = {"Env": list(PYTHON_ENV), "Cmd": ["python", "app.py"]}


def test_the_distribution_the_evidence_and_the_image_to_use_are_named():
    found = violation(RULE, history=ALPINE)
    assert found.problem == (
        "python image runs on Alpine 3.24.2 (musl, from: history); "
        "wheels without musllinux builds fail or compile"
    )
    assert found.fix == "Use python:3.13-slim-trixie"
    assert found.confidence >= 85


def test_a_builder_on_alpine_does_not_make_the_final_image_musl():
    history = (*SLIM, "COPY /opt/venv /opt/venv # buildkit")
    assert verdict(RULE, history=history) is None


def test_a_node_image_on_alpine_that_builds_with_python_is_not_denied():
    history = [
        *buildkit("ADD alpine-minirootfs-3.20.1-x86_64.tar.gz / ", "ENV NODE_VERSION=22.1.0"),
        *buildkit("RUN apk add --no-cache python3 make g++"),
    ]
    image = profiled(history, Env=["NODE_VERSION=22.1.0"], Cmd=["node", "server.js"])
    assert not any(finding.denies for finding in enforced("musl-python-base", image))


@pytest.mark.parametrize("package", ["musl", "musl-tools", "musl-dev"])
def test_debian_with_the_musl_package_is_glibc(package: str):
    history = (*SLIM, f"RUN /bin/sh -c apt-get install -y {package} # buildkit")
    assert verdict(RULE, history=history) is None


def test_a_debian_image_may_have_alpine_in_its_name():
    assert verdict(RULE, reference="registry.example.com/alpine:3.20-alpine") is None


def test_a_package_manager_that_wolfi_shares_is_not_enough_to_deny():
    history = buildkit("RUN apk add --no-cache python-3.13 py3.13-pip")
    image = profiled(history, **RUN_PYTHON)
    assert not any(finding.denies for finding in enforced("musl-python-base", image))


def test_the_first_layer_need_not_be_the_distribution():
    history = [*buildkit("COPY ca-certificates.crt /etc/ssl/certs/"), *python_alpine()]
    assert isinstance(RULE.check(facts_about(profiled(history, **RUN_PYTHON))), Violation)


def test_a_declared_base_counts_by_its_tag_components():
    name = "org.opencontainers.image.base.name"
    for base, musl in (("python:3.13-alpine", True), ("python:3.13-alpinesque-slim", False)):
        image = profiled([], annotations={name: f"docker.io/library/{base}"}, **RUN_PYTHON)
        assert isinstance(RULE.check(facts_about(image)), Violation) is musl


def test_an_older_alpine_base_is_told_by_how_python_was_built():
    history = [*old_alpine(), *python_alpine()[2:]]
    assert isinstance(RULE.check(facts_about(profiled(history, **RUN_PYTHON))), Violation)
    history = [*debian(), *python_slim()[1:]]
    assert RULE.check(facts_about(profiled(history, **RUN_PYTHON))) is None


def test_evidence_that_disagrees_denies_nothing_and_is_told_from_both_sides():
    base = {"org.opencontainers.image.base.name": "docker.io/library/python:3.13-slim"}
    image = profiled(python_alpine(), annotations=base, **RUN_PYTHON)
    found = RULE.check(facts_about(image))
    assert found == Unknown(
        "libc evidence disagrees: musl (from: history), glibc (from: annotation)"
    )
    assert not any(finding.denies for finding in enforced("musl-python-base", image))


def test_an_image_without_history_is_unknown_and_not_passed():
    image = profiled([], **RUN_PYTHON)
    assert RULE.check(facts_about(image)) == Unknown(
        "libc could not be determined (its history does not say, layers were not looked into)"
    )
    (found,) = enforced("musl-python-base", image)
    assert found.action is Action.WARN


def test_evidence_from_layers_may_be_required_to_deny():
    assert violation(MuslPythonBase(require_peek=True), history=ALPINE).ceiling is Action.WARN
    assert violation(RULE, history=ALPINE).ceiling is None


@pytest.mark.parametrize("distros", [("alpine",), ("wolfi", "alpine")])
def test_distributions_may_be_allowed(distros: tuple[str, ...]):
    found = verdict(MuslPythonBase(allow_distros=distros), history=ALPINE)
    assert found == Skip("alpine is on the rule's list of allowed distributions")
    other = MuslPythonBase(allow_distros=("wolfi",))
    assert isinstance(verdict(other, history=ALPINE), Violation)


def test_images_may_be_allowed_by_pattern():
    allowing = MuslPythonBase(allowed_images=("registry.example.com/team/**:1.*",))
    assert isinstance(verdict(allowing, history=ALPINE), Skip)
    other = "registry.example.com/team/api:2.0"
    assert isinstance(verdict(allowing, history=ALPINE, reference=other), Violation)


def test_the_image_to_use_is_of_the_same_python_while_that_is_supported():
    for version, image in (
        ("3.12.1", "python:3.12-slim-trixie"),
        ("3.8.1", "python:3.13-slim-trixie"),
    ):
        env = [f"PYTHON_VERSION={version}", "PYTHON_SHA256=x"]
        assert violation(RULE, history=ALPINE, config={"Env": env}).fix == f"Use {image}"
