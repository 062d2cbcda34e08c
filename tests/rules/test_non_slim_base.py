import pytest

from tests.profile.images import Json, buildkit, debian, python_full, python_slim, ubuntu
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import FULL, PYTHON_ENV, SLIM
from webhook.policy.rule import Skip, Unknown, Violation
from webhook.rules.non_slim_base import NonSlimBase

RULE = NonSlimBase()
MB = 1_000_000


def test_the_size_of_the_base_and_the_slim_sister_are_named():
    found = violation(RULE, history=FULL, layers=(50 * MB, 63 * MB, 300 * MB, 12 * MB))
    assert found.problem.startswith("built on the full Debian python image (")
    assert found.problem.endswith(" MB to pull, compilers included)")
    assert found.fix == "Use python:3.13-slim-trixie"
    assert found.confidence >= 85


def test_the_official_images_are_told_apart():
    env = {"Env": list(PYTHON_ENV), "Cmd": ["python", "app.py"]}
    assert isinstance(RULE.check(facts_about(profiled(python_full(), **env))), Violation)
    assert RULE.check(facts_about(profiled(python_slim(), **env))) is None


def test_the_python_images_own_packages_are_enough():
    history = (FULL[0], FULL[2], *FULL[3:])
    assert violation(RULE, history=history).confidence >= 85


def test_debian_by_itself_is_evidence_for_neither():
    found = verdict(RULE, history=(SLIM[0], "RUN /bin/sh -c pip install x # buildkit"))
    assert not isinstance(found, Violation)


def test_what_slim_installs_and_purges_again_does_not_make_it_full():
    line = "RUN /bin/sh -c apt-get install -y gcc libbluetooth-dev tk-dev uuid-dev wget; make install; apt-get purge -y --auto-remove # buildkit"
    assert not isinstance(verdict(RULE, history=(*SLIM[:4], line, SLIM[5])), Violation)


@pytest.mark.parametrize(
    "history",
    [
        ubuntu(),
        [*debian(), *buildkit("RUN apt-get update && apt-get install -y python3")],
        [{"created_by": "/bin/sh -c #(nop) LABEL name=ubi9/python-312"}],
        [{"created_by": "RUN /bin/sh -c wget Miniconda3-latest-Linux-x86_64.sh # buildkit"}],
    ],
    ids=["ubuntu", "debian", "ubi", "conda"],
)
def test_bases_of_others_are_left_alone(history: list[Json]):
    found = RULE.check(facts_about(profiled(history, Cmd=["python3", "app.py"])))
    assert isinstance(found, Skip | Unknown)


def test_an_image_without_history_is_unknown():
    found = RULE.check(facts_about(profiled([], Cmd=["python3", "app.py"])))
    assert found == Unknown("whether the base is slim could not be told")


DEBIAN_ROOT = (SLIM[0], "RUN /bin/sh -c pip install x # buildkit")
APT = "etc/apt/apt.conf.d/docker-clean"


def test_the_mark_of_debians_slim_images_settles_it():
    files = {0: (APT, "etc/debian_version << 13.1", "etc/dpkg/dpkg.cfg.d/docker")}
    assert verdict(RULE, history=DEBIAN_ROOT, files=files) is None


def test_a_debian_without_that_mark_is_the_full_one():
    files = {0: (APT, "etc/debian_version << 13.1")}
    found = violation(RULE, history=DEBIAN_ROOT, files=files)
    assert found.confidence == 85


@pytest.mark.parametrize(
    ("base", "variant"),
    [
        ("docker.io/library/python:3.13", "full"),
        ("python:3.13-trixie", "full"),
        ("python:3.13-slim-trixie", "slim"),
        ("python:3.13-alpine", "alpine"),
        ("registry.example.com/python:3.13", None),
    ],
)
def test_a_base_that_the_image_declares_is_believed(base: str, variant: str | None):
    name = {"org.opencontainers.image.base.name": base}
    found = RULE.check(facts_about(profiled((), annotations=name, Cmd=["python", "app.py"])))
    expected = {"full": Violation, "slim": type(None), "alpine": Skip, None: Unknown}[variant]
    assert isinstance(found, expected)
    assert not isinstance(found, Violation) or found.confidence >= 85


def test_a_label_that_may_be_the_bases_own_is_no_certainty():
    label = {"org.opencontainers.image.base.name": "python:3.13"}
    found = RULE.check(facts_about(profiled((), Cmd=["python", "app.py"], Labels=label)))
    assert isinstance(found, Violation)
    assert 60 <= found.confidence < 85


def test_distroless_passes():
    name = {"org.opencontainers.image.base.name": "gcr.io/distroless/python3-debian13"}
    image = profiled((), annotations=name, Entrypoint=["/usr/bin/python3.13"])
    assert RULE.check(facts_about(image)) is None


def test_the_name_of_the_image_is_not_asked():
    assert verdict(RULE, reference="registry.example.com/python:3.13") is None
    full = violation(RULE, history=FULL, reference="registry.example.com/python:3.13-slim")
    assert full.problem.startswith("built on the full Debian")


def test_the_full_image_of_another_language_is_not_meant():
    history = [
        *python_full()[:3],
        *buildkit("ENV NODE_VERSION=22.1.0", 'CMD ["node"]'),
    ]
    image = profiled(history, Env=["NODE_VERSION=22.1.0"], Cmd=["node", "server.js"])
    assert not any(finding.denies for finding in enforced("non-slim-base", image))
