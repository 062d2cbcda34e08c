import json

import pytest

from tests.profile.images import (
    FILE,
    Json,
    buildkit,
    classic,
    debian,
    image,
    kaniko,
    python_alpine,
    python_full,
    python_slim,
    ubuntu,
)
from webhook.profile.boundary import Boundary, declared_base, find_boundary, python_block, root_step
from webhook.profile.evidence import Source
from webhook.profile.reading import Reading

APP = ("WORKDIR /app", "COPY . .", "RUN pip install -r requirements.txt", 'CMD ["python" "app.py"]')


def reading(history: list[Json], **more: object) -> Reading:
    return Reading.of(image(history, **more))  # type: ignore[arg-type]


def boundary(history: list[Json]) -> Boundary:
    return find_boundary(reading(history).steps)


def buildah(*lines: str, base: str) -> list[Json]:
    first, *rest = classic(*lines)
    return [{**first, "comment": f"FROM {base}"}] + [
        {**entry, "comment": f"FROM {index:012x}"} for index, entry in enumerate(rest)
    ]


@pytest.mark.parametrize("base", [python_slim, python_full, python_alpine])
def test_the_official_python_image_ends_at_its_command(base: object) -> None:
    history: list[Json] = base()  # type: ignore[operator]
    assert boundary([*history, *buildkit(*APP)]) == Boundary(len(history), "python")
    assert boundary(history) == Boundary(len(history), "python")


def test_buildah_marks_the_first_own_step() -> None:
    own = buildah(*APP, base="registry.example.com/team/base:1")
    assert boundary([*python_slim(), *own]) == Boundary(len(python_slim()), "from")


def test_a_buildah_mark_on_the_last_step_of_a_flattened_build_says_nothing() -> None:
    flat = [{**entry, "empty_layer": True} for entry in classic(*APP)]
    flat[-1] = {**flat[-1], "comment": "FROM docker.io/library/python:3.11-slim"}
    assert boundary([*python_slim(), *flat]).by == "python"


def test_a_buildah_mark_below_other_builders_belongs_to_the_base() -> None:
    base = buildah("RUN true", 'CMD ["bash"]', base="registry.example.com/corp/ubi:9")
    assert boundary([*base, *buildkit("COPY . .")]) == Boundary(2, "cmd")


def test_another_base_ends_at_its_own_command() -> None:
    assert boundary([*debian(), *buildkit(*APP)]) == Boundary(2, "cmd")
    assert boundary([*ubuntu(), *kaniko("RUN true")]) == Boundary(6, "cmd")


def test_squashing_does_not_move_the_boundary() -> None:
    history = [*debian(), *classic(*APP)]
    squashed = [*({**entry, "empty_layer": True} for entry in history), {"comment": "merge"}]
    assert boundary(squashed) == Boundary(2, "cmd")


def test_without_a_command_the_operating_system_is_the_base() -> None:
    history = classic(f"ADD {FILE} in / ", "RUN apt-get update")
    assert boundary(history) == Boundary(1, "root")


def test_without_any_sign_nothing_is_claimed() -> None:
    assert boundary(kaniko("COPY app /app")) == Boundary(0, "none")
    assert boundary([]) == Boundary(0, "none")


def test_a_python_version_of_ones_own_is_no_official_block() -> None:
    history = [*debian(), *buildkit("ENV PYTHON_VERSION=3.9", 'CMD ["python3"]')]
    assert python_block(reading(history).steps) is None


@pytest.mark.parametrize(
    ("history", "root"),
    [
        (debian(), 0),
        (ubuntu(), 4),
        ([{"comment": "Imported from -"}], 0),
        ([{"created_by": "BusyBox 1.36.1 (glibc), Debian 13"}], 0),
        (buildkit("COPY ca.crt /etc/ssl/", "ADD rootfs.tar.xz /"), 1),
        (buildkit("COPY /app /app"), None),
        ([*kaniko("RUN true"), *debian()], None),
        ([], None),
    ],
)
def test_the_first_layer_is_an_operating_system_or_is_not(
    history: list[Json], root: int | None
) -> None:
    assert root_step(reading(history).steps) == root


def test_the_base_named_by_an_annotation_is_trusted_before_a_label() -> None:
    found = declared_base(
        reading(
            [],
            annotations={"org.opencontainers.image.base.name": "python:3.11-slim"},
            labels={"org.opencontainers.image.base.name": "debian:12"},
        )
    )
    assert found is not None
    assert (found.reference, found.path, found.tag) == (
        "python:3.11-slim",
        "docker.io/library/python",
        "3.11-slim",
    )
    assert (found.source, found.weight) == (Source.ANNOTATION, 85)


def test_the_base_named_by_buildah_is_declared() -> None:
    own = buildah(*APP, base="docker.io/library/python:3.11-slim")
    found = declared_base(reading([*python_slim(), *own]))
    assert found is not None
    assert found.tag == "3.11-slim"


def test_a_buildpacks_run_image_is_the_base() -> None:
    metadata = {"stack": {"runImage": {"image": "paketobuildpacks/run-jammy-base:latest"}}}
    found = declared_base(
        reading([], labels={"io.buildpacks.lifecycle.metadata": json.dumps(metadata)})
    )
    assert found is not None
    assert (found.path, found.weight) == ("docker.io/paketobuildpacks/run-jammy-base", 65)


@pytest.mark.parametrize(
    "labels",
    [
        {"org.opencontainers.image.base.name": "not a reference"},
        {"org.opencontainers.image.base.name": ""},
        {"io.buildpacks.lifecycle.metadata": "{"},
        {"io.buildpacks.lifecycle.metadata": "[" * 100_000},
        {"io.buildpacks.lifecycle.metadata": '{"runImage": 5}'},
        {"io.buildpacks.lifecycle.metadata": '{"runImage": {}}'},
    ],
)
def test_what_cannot_be_read_declares_nothing(labels: dict[str, str]) -> None:
    assert declared_base(reading([], labels=labels)) is None


def test_the_bases_digest_is_told_where_the_same_place_has_one() -> None:
    digest = f"sha256:{'0' * 64}"
    name, of = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
    found = declared_base(reading([], annotations={name: "python:3", of: digest}))
    assert found is not None
    assert found.digest == digest
    elsewhere = declared_base(reading([], annotations={name: "python:3"}, labels={of: digest}))
    assert elsewhere is not None
    assert elsewhere.digest is None


def test_a_digest_that_is_none_does_not_hide_the_name() -> None:
    name, of = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
    found = declared_base(reading([], labels={name: "python:3", of: "latest"}))
    assert found is not None
    assert (found.reference, found.digest) == ("python:3", None)
    assert (found.evidence.source, found.evidence.weight) == (Source.LABEL, 65)
