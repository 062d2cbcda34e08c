import pytest

from tests.profile.images import (
    PYTHON_ENV,
    Json,
    buildkit,
    classic,
    debian,
    image,
    old_alpine,
    python_alpine,
    python_slim,
    ubuntu,
)
from webhook.profile import Distro, profile

UBUNTU_LABELS = {"org.opencontainers.image.ref.name": "ubuntu"}
VERSION = "org.opencontainers.image.version"


def distro(history: list[Json], **more: object) -> Distro | None:
    found = profile(image(history, **more)).distro  # type: ignore[arg-type]
    return Distro(found.id, found.release) if found else None


@pytest.mark.parametrize(
    ("history", "more", "found"),
    [
        (python_slim(), {"env": PYTHON_ENV}, Distro("debian", "bookworm")),
        (python_alpine(), {"env": PYTHON_ENV}, Distro("alpine", "3.20.1")),
        (ubuntu("24.04"), {}, Distro("ubuntu", "24.04")),
        ([], {"labels": {**UBUNTU_LABELS, VERSION: "22.04"}}, Distro("ubuntu", "22.04")),
        ([], {"labels": {**UBUNTU_LABELS, VERSION: "1.7.3"}}, Distro("ubuntu")),
        (classic("RUN dpkg-divert --local --rename --add /sbin/initctl"), {}, Distro("ubuntu")),
        ([*debian(), *buildkit("RUN apt-get update")], {}, Distro("debian")),
        ([*debian(), *buildkit("RUN add-apt-repository ppa:deadsnakes/ppa && apt-get update")], {}, Distro("ubuntu")),
        ([*old_alpine(), *buildkit("RUN apk add x")], {}, Distro("alpine")),
        (buildkit("RUN amazon-linux-extras install python3.8"), {}, Distro("amzn")),
        ([], {"env": ["PATH=/x:/var/lang/bin:/usr/bin"]}, Distro("amzn")),
        ([], {"env": ["OS_FLAVOUR=debian-12"]}, Distro("debian", "12")),
        ([], {"env": ["OS_FLAVOUR=photon-5"]}, Distro("photon", "5")),
        ([], {"labels": {"com.docker.dhi.distro": "alpine-3.23"}}, Distro("alpine", "3.23")),
        ([], {"env": ["DISTTAG=f40container"]}, Distro("fedora", "40")),
        ([], {"env": ["NV_ML_REPO_URL=https://x/repos/ubuntu2004/x86_64"]}, Distro("ubuntu", "20.04")),
        ([], {"labels": {"com.redhat.component": "ubi9-container"}}, Distro("rhel", "9")),
        ([], {"labels": {"com.redhat.component": "python-39-container", "name": "ubi8/python-39"}}, Distro("rhel", "8")),
        ([], {"labels": {"org.label-schema.name": "CentOS Base Image"}}, Distro("centos")),
        ([], {"labels": {"com.suse.eula": "sle-bci"}}, Distro("sles")),
        ([], {"labels": {"org.opencontainers.image.title": "ubuntu"}}, Distro("ubuntu")),
        ([], {"labels": {"org.opencontainers.image.vendor": "Chainguard"}}, Distro("wolfi")),
        ([], {"labels": {"io.buildpacks.base.distro.name": "ubuntu", "io.buildpacks.base.distro.version": "22.04"}}, Distro("ubuntu", "22.04")),
        ([], {"annotations": {"org.opencontainers.image.base.name": "debian:12"}}, Distro("debian")),
        ([{"created_by": "bazel build //x"}], {"entrypoint": ["/usr/bin/python3.11"]}, Distro("debian")),
    ],
)  # fmt: skip
def test_a_distribution_is_told_by_what_its_images_carry(
    history: list[Json], more: dict[str, object], found: Distro
) -> None:
    assert distro(history, **more) == found


@pytest.mark.parametrize(
    ("history", "more"),
    [
        (debian(), {}),
        (old_alpine(), {}),
        ([{"created_by": "BusyBox 1.38.0 (musl), Alpine 3.23.5"}], {}),
        ([{"created_by": "apko"}, *buildkit("RUN apk add x")], {}),
        ([{"created_by": "bazel build //x"}], {"entrypoint": ["/bin/opm"]}),
        (buildkit("RUN dnf install -y x"), {}),
        ([], {"labels": {"org.opencontainers.image.title": "my ubuntu thing"}}),
        ([], {"env": ["OS_FLAVOUR=<script>"]}),
    ],
)
def test_a_distribution_is_not_guessed(history: list[Json], more: dict[str, object]) -> None:
    assert distro(history, **more) is None


def test_a_repository_of_another_distribution_does_not_outweigh_the_base() -> None:
    history = [*python_slim(), *buildkit("RUN curl https://x/linux/ubuntu/key && apt-get update")]
    assert distro(history, env=PYTHON_ENV) == Distro("debian", "bookworm")
