import pytest

from tests.profile.images import (
    PYTHON_ENV,
    Json,
    buildkit,
    classic,
    debian,
    image,
    kaniko,
    layer,
    python_alpine,
    python_full,
    python_slim,
)
from tests.profile.looks import looked
from webhook.policy.files import layers_of
from webhook.profile import Journey, profile

VENV = buildkit("COPY /app/.venv /app/.venv", "COPY . /app")
RUNNING = {"cmd": ["python", "app.py"], "env": PYTHON_ENV}


def journey(history: list[Json], **more: object) -> Journey:
    return profile(image(history, **{**RUNNING, **more})).journey  # type: ignore[arg-type]


def test_the_full_image_is_where_the_journey_begins() -> None:
    found = journey([*python_full(), *VENV])
    assert (found.step, found.name) == (1, "full")


def test_build_tools_of_ones_own_keep_any_image_at_the_first_step() -> None:
    for history in (python_slim(), debian()):
        found = journey(
            [*history, *buildkit("RUN apt-get update && apt-get install -y gcc libpq-dev")]
        )
        assert found.step == 1
        assert "gcc libpq-dev" in found.reasons[0]


def test_build_tools_that_were_removed_do_not_count() -> None:
    own = buildkit("RUN apt-get install -y gcc && apt-get purge -y --auto-remove gcc")
    assert journey([*python_slim(), *own]).step == 2


def test_installing_in_the_final_stage_is_slim_and_says_what_it_costs() -> None:
    history = [*python_slim(), *buildkit("COPY . .", "RUN pip install -r requirements.txt")]
    found = journey(history, layers=[layer(1, i) for i in range(5)] + [layer(16_400_000, 9)])
    assert (found.step, found.name) == (2, "slim")
    assert found.reasons[0] == (
        "installed in the final stage (16.4 MB): pip install -r requirements.txt"
    )


def test_slim_without_isolation_stays_slim() -> None:
    found = journey([*python_slim(), *buildkit("COPY . .")])
    assert found.step == 2
    assert "no virtual environment or prefix is copied from a builder stage" in found.reasons


@pytest.mark.parametrize(
    "own",
    [
        VENV,
        buildkit("COPY /install /usr/local"),
        buildkit("COPY /root/.local /home/app/.local"),
        buildkit(
            "COPY /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages"
        ),
        kaniko("COPY --from=builder /opt/venv /opt/venv"),
        classic(f"COPY dir:{'ab' * 32} in /opt/venv "),
        [*VENV, *buildkit("RUN pip install --upgrade pip")],
    ],
)
def test_an_environment_copied_from_a_builder_is_multi_stage(own: list[Json]) -> None:
    found = journey([*python_slim(), *own])
    assert (found.step, found.name) == (3, "multi-stage")


def test_an_environment_copied_from_the_build_context_is_not() -> None:
    assert journey([*python_slim(), *kaniko("COPY venv /opt/venv")]).step == 2


def test_what_hinders_the_last_step_is_told_and_the_unknown_never_counts_as_met() -> None:
    found = journey([*python_slim(), *VENV], layers=[layer(130_000_000, i) for i in range(6)])
    assert found.reasons == (
        "PYTHONUNBUFFERED is not on",
        "runs as root",
        "780 MB to pull, more than 120 MB",
        "not known without a look into the layers: package caches, context leaks, installers",
    )
    best = journey([*python_slim(), *VENV], user="1000", env=[*PYTHON_ENV, "PYTHONUNBUFFERED=1"])
    assert best.step == 3
    assert len(best.reasons) == 1


@pytest.mark.parametrize(("size", "counts"), [("78", False), ("3M", True)])
def test_what_pip_writes_where_it_keeps_nothing_is_no_cache(size: str, counts: bool) -> None:
    venv = ("COPY /app/.venv /app/.venv", ())
    found = looked(venv, ("RUN x", (f"root/.cache/pip/selfcheck/1 {size}",))).journey
    assert ("pip cache in layer 6 (3.0 MB)" in found.reasons) is counts


def test_a_user_by_name_is_not_known_to_be_no_root() -> None:
    found = journey([*python_slim(), *VENV], user="app")
    assert "not known whether user app is root" in found.reasons


def test_a_history_that_does_not_match_its_layers_proves_no_stages() -> None:
    found = journey([*python_slim(), *VENV], layers=[layer(1)])
    assert found.step == 2
    assert "history and layers do not match" in found.reasons[0]


@pytest.mark.parametrize(
    ("history", "more", "reason"),
    [
        (python_alpine(), {}, "musl"),
        ([], {"cmd": ["node"], "env": []}, "not known to be a Python image"),
        ([], {}, "base is unknown: neither slim nor full Debian"),
        (
            buildkit("RUN dnf install python3"),
            {"env": []},
            "base is other: neither slim nor full Debian",
        ),
    ],
)
def test_images_that_are_not_on_the_journey_say_why(
    history: list[Json], more: dict[str, object], reason: str
) -> None:
    assert journey(history, **more) == Journey(None, None, (reason,))


GOOD = {"env": [*PYTHON_ENV, "PYTHONUNBUFFERED=1"], "user": "10001", "cmd": ["python", "app.py"]}


def seen(*files: str, history: list[Json] | None = None, **more: object) -> Journey:
    """The journey of an image whose last layer holds these files, looked at as a whole."""
    about = image([*python_slim(), *(history or VENV)], **{**GOOD, **more})  # type: ignore[arg-type]
    last = len(about.manifest.layers) - 1
    return profile(about, layers_of(about.manifest.layers, {last: files})).journey


def test_the_last_step_takes_a_look_into_the_layers() -> None:
    assert (seen("app/main.py").step, seen("app/main.py").reasons) == (4, ())
    blind = profile(image([*python_slim(), *VENV], **GOOD)).journey  # type: ignore[arg-type]
    assert blind.step == 3
    assert blind.reasons == (
        "not known without a look into the layers: package caches, context leaks, installers",
    )


def test_what_was_left_behind_stands_before_the_last_step_with_what_it_weighs() -> None:
    found = seen("root/.cache/pip/http-v2/a 38M", "app/.git/HEAD", "usr/local/bin/uv 400k")
    assert found.step == 3
    assert any("pip cache" in reason for reason in found.reasons)
    assert any("app/.git was copied" in reason for reason in found.reasons)
    assert any("uv is left in the image" in reason for reason in found.reasons)
    assert found.saves is not None
    assert found.saves > 0


def test_an_installer_that_starts_the_application_is_not_left_behind() -> None:
    assert seen("usr/local/bin/uv 40M", cmd=["uv", "run", "python", "app.py"]).step == 4


def test_compilers_seen_in_a_layer_are_named_with_it_and_with_its_bytes() -> None:
    found = seen("usr/bin/gcc-12 1M", "usr/bin/ld 2M")
    assert (found.step, found.saves) == (1, 1_000_000)
    assert found.reasons[0].startswith("build tools are in the image: gcc, ld (layer ")


def test_the_full_base_would_save_what_it_has_above_the_slim_one() -> None:
    layers = [layer(200_000_000, n) for n in range(9)]
    history = python_full()
    made = sum(not step.get("empty_layer") for step in history)
    found = profile(image(history, layers=layers[:made], **GOOD)).journey  # type: ignore[arg-type]
    assert found.step == 1
    assert found.saves == made * 200_000_000 - 43_000_000
