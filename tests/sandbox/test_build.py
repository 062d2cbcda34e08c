import json
from dataclasses import replace

from webhook.oci import ImageConfig, Manifest, MediaType, parse_document
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.build import DOCKER, ImageBuild, manifest_of, push
from webhook.sandbox.builders import BuildKit
from webhook.sandbox.dockerfile import (
    Cmd,
    Copy,
    Entrypoint,
    Expose,
    Label,
    Run,
    User,
    Workdir,
    env,
)
from webhook.sandbox.layers import File
from webhook.sandbox.store import Store

BUILDKIT = BuildKit("2026-09-01T09:30:00Z")
EMPTY = ImageBuild(Architecture.AMD64)


def test_variables_are_merged_in_place() -> None:
    image = EMPTY.then(BUILDKIT, env(PATH="/bin", A="1"), env(B="2", PATH="/venv/bin:/bin"))
    assert image.config == {"Env": ["PATH=/venv/bin:/bin", "A=1", "B=2"]}


def test_an_entrypoint_drops_the_command_of_the_base() -> None:
    base = EMPTY.then(BUILDKIT, Cmd(("python3",)))
    assert base.then(BUILDKIT, Entrypoint(("/run",))).config == {"Entrypoint": ["/run"]}
    kept = base.then(BUILDKIT, Entrypoint(("/run",)), Cmd(("x",))).config
    assert kept == {"Entrypoint": ["/run"], "Cmd": ["x"]}


def test_the_shell_form_runs_through_a_shell() -> None:
    assert EMPTY.then(BUILDKIT, Cmd("python app.py")).config["Cmd"] == [
        *("/bin/sh", "-c", "python app.py"),
    ]


def test_the_last_instruction_of_a_kind_decides() -> None:
    image = EMPTY.then(
        BUILDKIT,
        *(User("root"), User("10001"), Workdir("/a"), Workdir("/b")),
        *(Expose(80), Expose(443), Label("a", "1"), Label("b", "2")),
    )
    assert image.config == {
        "User": "10001",
        "WorkingDir": "/b",
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "Labels": {"a": "1", "b": "2"},
    }


def test_building_on_a_base_keeps_the_base() -> None:
    base = EMPTY.then(BUILDKIT, Run("make", (File("usr/bin/x"),)), Cmd(("x",)))
    child = base.then(BUILDKIT, Copy("a", "/a", (File("a"),)))
    assert child.layers[:1] == base.layers
    assert child.history[:2] == base.history
    assert len(base.layers) == 1


def test_history_and_layers_match() -> None:
    image = EMPTY.then(BUILDKIT, Workdir("/app"), env(A="1"), Run("make", (File("b"),)))
    config = ImageConfig.parse(image.image_config())
    assert [bool(entry.empty_layer) for entry in config.history] == [False, True, False]
    assert config.diff_ids == tuple(str(layer.diff_id) for layer in image.layers)
    assert (config.os, config.architecture) == ("linux", "amd64")
    assert config.created == "2026-09-01T09:30:00Z"


def test_what_is_pushed_can_be_fetched_by_its_digests() -> None:
    store = Store()
    image = EMPTY.then(BUILDKIT, Run("make", (File("b"),)))
    named = push(store, "a/b", image, "1.0", DOCKER)
    assert store.repositories["a/b"].tags == {"1.0": str(named.digest)}
    media_type, data = store.repositories["a/b"].manifests[str(named.digest)]
    assert (named.media_type, named.size) == (media_type, len(data))
    document = parse_document(data, media_type)
    assert isinstance(document, Manifest)
    assert document.media_type == MediaType.DOCKER_MANIFEST
    assert document.config.media_type == MediaType.DOCKER_CONFIG
    assert [layer.media_type for layer in document.layers] == [MediaType.DOCKER_LAYER_GZIP]
    for part in (document.config, *document.layers):
        assert part.digest.matches(store.blobs[str(part.digest)])
        assert part.size == len(store.blobs[str(part.digest)])


def test_a_manifest_has_annotations_only_when_there_are_some() -> None:
    image = EMPTY.then(BUILDKIT, Cmd(("x",)))
    assert "annotations" not in json.loads(manifest_of(image))
    noted = replace(image, annotations={"a": "b"})
    assert json.loads(manifest_of(noted))["annotations"] == {"a": "b"}
