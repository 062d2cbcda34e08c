import pytest

from tests.profile.images import (
    PYTHON_ENV,
    Json,
    buildkit,
    classic,
    debian,
    image,
    kaniko,
    old_alpine,
    python_alpine,
    python_full,
    python_slim,
    ubuntu,
)
from webhook.profile import Base, Variant, profile

PYPY = (
    "ENV PYPY_VERSION=7.3.11",
    "RUN wget -O pypy.tar.bz2 https://downloads.example.com/pypy.tar.bz2",
    'CMD ["pypy3"]',
)
BASE_NAME = "org.opencontainers.image.base.name"


def base(history: list[Json], **more: object) -> Base:
    return profile(image(history, **more)).base  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("history", "variant"),
    [
        (python_slim(), Variant.SLIM),
        (python_full(), Variant.FULL),
        (python_alpine(), Variant.ALPINE),
        ([*debian(), *classic("RUN apt-get install -y ca-certificates", *PYPY)], Variant.SLIM),
    ],
)
def test_official_python_images_are_told_apart_by_their_base(
    history: list[Json], variant: Variant
) -> None:
    found = base([*history, *buildkit("COPY . .")], env=PYTHON_ENV)
    assert (found.variant, found.confidence) == (variant, 90)


def test_development_packages_of_ones_own_do_not_make_slim_full() -> None:
    own = buildkit("RUN apt-get install -y autoconf imagemagick libxslt-dev subversion libbz2-dev")
    assert base([*python_slim(), *own], env=PYTHON_ENV).variant is Variant.SLIM


def test_a_foreign_repository_of_ones_own_does_not_unmake_slim() -> None:
    own = buildkit("RUN curl https://x/linux/ubuntu/key && apt-get update")
    assert base([*python_slim(), *own], env=PYTHON_ENV).variant is Variant.SLIM


def test_a_squashed_history_still_tells_the_variant() -> None:
    squashed = [*({**entry, "empty_layer": True} for entry in python_slim()), {"comment": "merge"}]
    assert base(squashed, env=PYTHON_ENV).variant is Variant.SLIM


def test_the_official_steps_on_another_base_are_neither() -> None:
    block = python_slim()[3:]
    for below in (
        [*ubuntu(), *buildkit("RUN apt-get update")],
        [*debian(), *buildkit("RUN apt-get install -y cuda", "RUN apt-get install -y x")],
        [*debian(), *buildkit("COPY certs /etc/ssl", "RUN apt-get update")],
    ):
        found = base([*below, *block], env=PYTHON_ENV)
        assert (found.variant, found.confidence) == (Variant.OTHER, 50)


@pytest.mark.parametrize(
    ("reference", "variant"),
    [
        ("python:3.12-slim", Variant.SLIM),
        ("registry.example.com/docker/library/python:3.12-slim-bookworm", Variant.SLIM),
        ("python:3.12", Variant.FULL),
        ("python:3.12-bookworm", Variant.FULL),
        ("python:3.12-alpine3.20", Variant.ALPINE),
        ("python:alpine", Variant.ALPINE),
        ("python:3.12-windowsservercore-ltsc2022", Variant.OTHER),
        ("arm64v8/python:3.12-slim", Variant.SLIM),
        ("registry.example.com/distroless/python3-debian12:nonroot", Variant.DISTROLESS),
    ],
)
def test_a_declared_base_tells_the_variant(reference: str, variant: Variant) -> None:
    found = base([], annotations={BASE_NAME: reference}, env=PYTHON_ENV)
    assert (found.variant, found.confidence, found.reference) == (variant, 85, reference)


@pytest.mark.parametrize(
    "reference", ["registry.example.com/team/python:3.12-slim", "python", "debian:12-slim"]
)
def test_a_declared_base_that_is_no_official_python_does_not(reference: str) -> None:
    found = base([], annotations={BASE_NAME: reference}, env=PYTHON_ENV)
    assert found.variant not in (Variant.SLIM, Variant.FULL)


@pytest.mark.parametrize(
    ("history", "more"),
    [
        ([*ubuntu(), *buildkit("RUN apt-get install -y python3")], {}),
        ([*old_alpine(), *buildkit("RUN apk add python3")], {}),
        ([*debian(), *buildkit("RUN apt-get install -y python3")], {}),
        ([{}], {"labels": {"com.redhat.component": "ubi9-container"}}),
        ([{"comment": "store paths: ['/nix/store/aaa-python3-3.11.8']"}], {}),
        ([{"created_by": "Layer: 'x', Created by buildpack: a/b@1"}], {}),
    ],
)
def test_other_bases_are_other_and_not_confidently_so(
    history: list[Json], more: dict[str, object]
) -> None:
    found = base(history, **more)
    assert found.variant is Variant.OTHER
    assert found.confidence <= 60


@pytest.mark.parametrize(
    "history",
    [
        [{"created_by": "bazel build //python3"}, *buildkit("COPY /venv /venv")],
        [{"created_by": "apko"}, *buildkit("COPY /venv /venv")],
    ],
)
def test_images_without_a_package_manager_are_distroless(history: list[Json]) -> None:
    assert base(history).variant is Variant.DISTROLESS


@pytest.mark.parametrize(
    ("history", "variant", "confidence"),
    [
        (python_slim()[2:], Variant.SLIM, 70),
        (python_full()[3:], Variant.FULL, 90),
        (python_alpine()[3:], Variant.ALPINE, 90),
    ],
)
def test_a_history_that_begins_above_the_system_still_shows_the_official_steps(
    history: list[Json], variant: Variant, confidence: int
) -> None:
    found = base(history, env=PYTHON_ENV)
    assert (found.variant, found.confidence) == (variant, confidence)


@pytest.mark.parametrize(
    "history",
    [
        [],
        kaniko("kaniko"),
        [{"comment": "merge"}],
        python_slim()[:4],
        python_slim()[3:],
        [{"created_by": "bazel build //app"}],
    ],
)
def test_a_lost_history_leaves_the_variant_unknown(history: list[Json]) -> None:
    found = base(history, env=PYTHON_ENV)
    assert (found.variant, found.confidence) == (Variant.UNKNOWN, 0)
