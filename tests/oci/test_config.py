import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.oci.documents import Json, encoded
from tests.oci.strategies import documents, json_values
from webhook.errors import FailureKind, FetchError
from webhook.oci import Config, ImageConfig
from webhook.oci.config import (
    MAX_CONFIG,
    MAX_ENV,
    MAX_ENV_TEXT,
    MAX_HISTORY,
    MAX_HISTORY_TEXT,
    MAX_HISTORY_TOTAL,
)


def read(**document: object) -> ImageConfig:
    return ImageConfig.parse(encoded(document))


def refused(raw: bytes) -> FetchError:
    with pytest.raises(FetchError) as caught:
        ImageConfig.parse(raw)
    assert caught.value.detail.isprintable()
    return caught.value


def test_every_field_is_read_under_its_own_name():
    config = read(
        architecture="arm64",
        os="windows",
        variant="v8",
        created="2026-11-21T00:00:00Z",
        author="someone",
        config={
            "User": "10001",
            "Env": ["A=1"],
            "Entrypoint": ["/tini", "--"],
            "Cmd": ["python"],
            "WorkingDir": "/app",
            "Labels": {"a": "b"},
            "StopSignal": "SIGINT",
            "Shell": ["/bin/bash", "-c"],
            "ExposedPorts": {"8000/tcp": {}},
            "Volumes": {"/data": {}},
            "Healthcheck": {"Test": ["NONE"]},
        },
        rootfs={"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]},
        history=[{"created_by": "RUN x", "empty_layer": True, "comment": "c", "author": "a"}],
        **{"os.version": "10.0.1"},
    )
    assert (config.architecture, config.os, config.variant) == ("arm64", "windows", "v8")
    assert (config.os_version, config.author) == ("10.0.1", "someone")
    assert config.created == "2026-11-21T00:00:00Z"
    assert config.diff_ids == ("sha256:1", "sha256:2")
    run = config.config
    assert (run.user, run.env, run.working_dir) == ("10001", ("A=1",), "/app")
    assert (run.entrypoint, run.cmd) == (("/tini", "--"), ("python",))
    assert (run.stop_signal, run.shell) == ("SIGINT", ("/bin/bash", "-c"))
    assert (run.exposed_ports, run.volumes) == ({"8000/tcp": {}}, {"/data": {}})
    assert run.healthcheck == {"Test": ["NONE"]}
    assert config.labels == {"a": "b"}
    (step,) = config.history
    assert (step.created_by, step.empty_layer) == ("RUN x", True)
    assert (step.comment, step.author) == ("c", "a")


def test_the_raw_bytes_are_kept_with_the_keys_that_nobody_here_knows():
    raw = encoded({"os": "linux", "moby.buildkit.cache.v0": "x", "container_config": {"Cmd": 5}})
    assert ImageConfig.parse(raw).raw == raw


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"config": {}, "rootfs": {}, "history": []},
        {
            "architecture": None,
            "os": None,
            "variant": None,
            "os.version": None,
            "created": None,
            "author": None,
            "config": None,
            "rootfs": None,
            "history": None,
        },
        {
            "config": {
                "User": None,
                "Env": None,
                "Entrypoint": None,
                "Cmd": None,
                "WorkingDir": None,
                "Labels": None,
                "ExposedPorts": None,
                "Volumes": None,
                "Healthcheck": None,
                "Shell": None,
                "StopSignal": None,
            },
            "rootfs": {"type": None, "diff_ids": None},
        },
    ],
)
def test_what_is_missing_or_null_is_empty(document: Json):
    config = read(**document)
    assert (config.architecture, config.os, config.variant) == ("", "", None)
    assert config.config == Config()
    assert (config.env, config.labels, config.diff_ids, config.history) == ({}, {}, (), ())


def test_history_entries_may_be_all_null():
    nothing = {"created": None, "created_by": None, "comment": None, "empty_layer": None}
    (step,) = read(history=[nothing]).history
    assert (step.created_by, step.empty_layer) == (None, None)


def test_the_last_of_two_equal_variables_wins_and_a_bare_name_is_empty():
    env = read(config={"Env": ["A=1", "B=x=y", "A=2", "C", "=odd", ""]}).env
    assert env == {"A": "2", "B": "x=y", "C": "", "": ""}


@pytest.mark.parametrize(
    "document",
    [
        {"config": {"Env": "A=1"}},
        {"config": {"Env": [1]}},
        {"config": {"User": 0}},
        {"config": {"Cmd": "python"}},
        {"config": []},
        {"rootfs": {"diff_ids": [None]}},
        {"history": [None]},
        {"history": {}},
        {"os": 1},
        [],
        "config",
    ],
)
def test_what_a_runtime_could_not_read_is_malformed(document: object):
    assert refused(encoded(document)).kind is FailureKind.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"{", b'{"os": "\xff"}', b'{"x":' + b"[" * 100_000])
def test_bytes_that_are_no_json_or_nested_without_end_are_malformed(raw: bytes):
    assert refused(raw).kind is FailureKind.MALFORMED


def test_a_config_above_the_limit_is_too_large():
    assert refused(b" " * (MAX_CONFIG + 1)).kind is FailureKind.TOO_LARGE
    assert ImageConfig.parse(b"{}".ljust(MAX_CONFIG)).os == ""


@pytest.mark.parametrize("env", [["A=1"] * (MAX_ENV + 1), ["A=" + "x" * MAX_ENV_TEXT]])
def test_too_many_or_too_long_variables_are_too_large(env: list[str]):
    assert refused(encoded({"config": {"Env": env}})).kind is FailureKind.TOO_LARGE


def test_as_many_and_as_long_variables_as_allowed_are_kept():
    env = ["A=1"] * (MAX_ENV - 1) + ["B=" + "x" * (MAX_ENV_TEXT - 2)]
    assert read(config={"Env": env}).config.env == tuple(env)


def test_of_a_long_history_the_oldest_entries_are_kept():
    history = read(history=[{"created_by": str(n)} for n in range(MAX_HISTORY + 5)]).history
    assert [step.created_by for step in history] == [str(n) for n in range(MAX_HISTORY)]


def test_long_instructions_are_cut_one_by_one_and_all_together():
    text = "x" * (MAX_HISTORY_TEXT + 1)
    history = read(history=[{"created_by": text, "comment": "kept"}] * 20).history
    lengths = [len(step.created_by or "") for step in history]
    full = MAX_HISTORY_TOTAL // MAX_HISTORY_TEXT
    assert lengths == [MAX_HISTORY_TEXT] * full + [0] * (20 - full)
    assert all(step.comment == "kept" for step in history)


KEYS = ["architecture", "os", "variant", "created", "config", "rootfs", "history"]
RUN_KEYS = ["User", "Env", "Entrypoint", "Cmd", "WorkingDir", "Labels", "Volumes"]


@given(
    st.binary()
    | documents(KEYS)
    | json_values.map(encoded)
    | documents(RUN_KEYS).map(lambda raw: b'{"config": %b}' % raw)
)
def test_no_bytes_are_met_with_anything_but_a_config_or_a_fetch_error(raw: bytes):
    found = attempt(ImageConfig.parse, raw, FetchError)
    if isinstance(found, FetchError):
        assert found.detail.isprintable()
    else:
        assert found.raw == raw
        assert isinstance(found.env, dict)
