import msgspec
import pytest

from tests.profile.images import PYTHON_ENV, buildkit, from_config, image, layer, python_slim
from tests.profile.kinds import USUAL, Kind
from tests.profile.kinds_foreign import FOREIGN
from tests.profile.kinds_guests import GUESTS
from webhook.oci import Image, Manifest, MediaType, Platform
from webhook.profile import profile

KINDS = (*USUAL, *FOREIGN, *GUESTS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_image_is_what_its_metadata_tells(kind: Kind) -> None:
    found = profile(kind.image)
    assert (found.python.verdict, found.libc.verdict, found.base.variant.value) == (
        kind.python,
        kind.libc,
        kind.variant,
    )
    assert found.python.version == kind.version
    assert found.user.root is kind.root


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_all_text_of_an_image_in_a_verdict_is_short_and_printable(kind: Kind) -> None:
    found = profile(kind.image)
    details = [
        e.detail for e in (*found.python.evidence, *found.libc.evidence, *found.base.evidence)
    ]
    for text in (*details, *found.journey.reasons):
        assert len(text) <= 120
        assert text.isascii()
        assert text.isprintable()


def test_an_image_whose_config_was_not_fetched_has_a_size_and_nothing_else() -> None:
    whole = image(python_slim(), env=PYTHON_ENV, user="1000")
    found = profile(Image(whole.digest, whole.manifest, whole.platform))
    assert found.size.pull == whole.manifest.pull_size
    assert (found.python.verdict, found.libc.verdict) == ("unknown", "unknown")
    assert found.base.variant.value == "unknown"
    assert found.distro is None


def test_a_profile_becomes_json_and_is_the_same_for_the_same_bytes() -> None:
    first, second = (
        msgspec.json.encode(profile(image(python_slim(), env=PYTHON_ENV))) for _ in range(2)
    )
    assert first == second
    plain = msgspec.json.decode(first)
    assert plain["base"]["variant"] == "slim"
    assert plain["python"]["evidence"][0]["source"] == "config"
    assert plain["user"] == {"raw": "", "uid": 0, "root": True, "evidence": []}


def test_the_runtime_is_the_configs_own_words() -> None:
    made = image(
        buildkit("COPY . ."),
        env=["A=1", "A=2", "EMPTY="],
        user="1000:1000",
        entrypoint=["tini", "--"],
        cmd=["python", "app.py"],
        labels={"team": "x"},
    )
    runtime = profile(made).runtime
    assert runtime.env == {"PATH": "/usr/local/bin:/usr/bin:/bin", "A": "2", "EMPTY": ""}
    assert (runtime.user, runtime.entrypoint, runtime.cmd) == (
        "1000:1000",
        ("tini", "--"),
        ("python", "app.py"),
    )
    assert (runtime.os, runtime.architecture, runtime.labels) == ("linux", "amd64", {"team": "x"})
    assert not runtime.launcher


def test_a_buildpacks_launcher_is_told_as_it_sets_the_environment_at_start() -> None:
    assert profile(image(env=["CNB_LAYERS_DIR=/layers"])).runtime.launcher


def test_annotations_of_the_manifest_win_over_those_of_the_index() -> None:
    made = image([], annotations={"org.opencontainers.image.base.name": "python:3.12-slim"})
    listed = (("org.opencontainers.image.base.name", "python:3.12"),)
    indexed = Image(made.digest, made.manifest, made.platform, made.config, (), listed)
    assert profile(indexed).base.reference == "python:3.12-slim"
    bare = Manifest(MediaType.OCI_MANIFEST, made.manifest.config, (), {})
    only_index = Image(made.digest, bare, Platform("linux", "amd64"), made.config, (), listed)
    assert profile(only_index).base.reference == "python:3.12"


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"config": None, "history": None, "rootfs": None},
        {"config": {"Env": ["", "=", "A"], "Cmd": [], "Entrypoint": [""], "User": ":"}},
        {"history": [{}] * 600},
        {"history": [{"created_by": "\x00\ud7ff" * 1000, "comment": "\n" * 1000}]},
        {"history": [{"created_by": "RUN " + "'" * 60_000}]},
        {"history": [{"created_by": "|9 " + "/bin/sh " * 8_000}]},
        {"config": {"Labels": {"com.redhat.component": "ubi" * 10_000}}},
    ],
)
def test_no_config_breaks_the_profile(config: dict[str, object]) -> None:
    found = profile(from_config(config, [layer(1)]))
    assert found.python.verdict in ("no", "unknown")


def test_a_hostile_history_is_read_in_linear_time() -> None:
    lines = ("apt-get install -y gcc;", "apk add -t x y;apk del x;", "sh -c 'pip install x';", "$(")
    history = [
        {"created_by": "RUN /bin/sh -c " + line * (60_000 // len(line))} for line in lines * 4
    ]
    # The limit of the test run is the assertion: a quadratic reader takes minutes.
    assert profile(image(history)).python.verdict == "maybe"
