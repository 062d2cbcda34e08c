import pytest

from tests.profile.images import buildkit, kaniko, python_slim
from tests.profile.looks import Step, looked
from tests.rules.verdicts import enforced, facts_about, fires, profiled, verdict, violation
from webhook.policy.example import FULL, SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.rules.build_tools_in_runtime import BuildToolsInRuntime

RULE = BuildToolsInRuntime()
INSTALL = "RUN apt-get update && apt-get install -y"


def about(*steps: Step, rule: BuildToolsInRuntime = RULE) -> Verdict:
    return rule.check(facts_about(looked(*steps)))


def seen(*files: str, rule: BuildToolsInRuntime = RULE) -> Violation:
    found = about(("RUN make", files), rule=rule)
    assert isinstance(found, Violation)
    return found


def told(line: str, rule: BuildToolsInRuntime = RULE) -> Verdict:
    """What the rule says where the history alone speaks."""
    return about((line, None), rule=rule)


def test_the_tools_the_layer_and_its_size_are_named():
    found = violation(
        RULE,
        history=(*SLIM, "RUN x # buildkit", "RUN y # buildkit"),
        layers=(29_000_000, 4_000_000, 12_000_000, 1_000_000, 122_000_000),
        files={4: ("usr/bin/gcc-14", "usr/bin/ld")},
    )
    assert found.problem == "gcc, ld ship in the runtime image (layer 5, 122 MB, from: layer)"
    assert found.fix == "Compile in a builder stage; purge with --auto-remove"
    assert found.confidence == 95
    assert [piece.detail for piece in found.evidence] == [
        "layer 5: usr/bin/gcc-14",
        "layer 5: usr/bin/ld",
    ]
    assert seen("usr/bin/make").problem.startswith("make ships in")


@pytest.mark.parametrize(
    "path",
    [
        *("etc/alternatives/cc", "etc/alternatives/c89", "etc/alternatives/c99"),
        *("etc/alternatives/cpp", "usr/bin/gcc", "usr/bin/gcc-12", "usr/bin/as", "usr/bin/ld"),
        *("usr/bin/g++", "usr/bin/g++-12", "usr/bin/make", "usr/bin/cmake", "usr/bin/cargo"),
        *("usr/bin/rustc", "usr/local/go/bin/go", "usr/libexec/gcc/x86_64-linux-gnu/14/cc1"),
        *("usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "usr/bin/aarch64-linux-gnu-ld"),
        *("root/.cargo/bin/rustc", "opt/conda/bin/x86_64-conda-linux-gnu-cc"),
    ],
)
def test_any_of_them_in_a_layer_is_enough(path: str):
    assert seen(path).confidence == 95


def test_the_largest_layer_with_one_is_named():
    found = violation(
        RULE,
        history=(*SLIM, "RUN x # buildkit", "RUN y # buildkit"),
        layers=(29_000_000, 4_000_000, 12_000_000, 90_000_000, 2_000_000),
        files={3: ("usr/bin/ld",), 4: ("usr/bin/gcc",)},
    )
    assert found.problem == "gcc, ld ship in the runtime image (layer 4, 90 MB, from: layer)"


def test_purging_gcc_without_auto_remove_looks_clean_in_history_and_is_not():
    """The recipe that many guides have: only the meta package goes."""
    line = f"{INSTALL} libpq-dev gcc && pip install psycopg2 && apt-get purge -y libpq-dev gcc"
    assert told(line) is None
    files = ("etc/alternatives/cpp", "usr/bin/gcc-12", "usr/bin/ld", "usr/bin/as")
    found = about((line, files))
    assert isinstance(found, Violation)
    assert found.problem.startswith("gcc, cc1, as, ld ship")


def test_installed_and_purged_properly_in_one_run_passes():
    line = f"{INSTALL} gcc libpq-dev && make && apt-get purge -y --auto-remove gcc libpq-dev"
    assert told(line) is None
    assert about((line, ("usr/local/bin/x", "var/lib/dpkg/status"))) is None


def test_the_official_slim_image_does_so_itself():
    assert verdict(RULE) is None
    assert RULE.check(facts_about(profiled(python_slim()))) is None


def test_tools_that_a_later_layer_removes_are_gone():
    removed = ("usr/bin/.wh.gcc-12", "usr/bin/.wh.ld")
    assert about((f"{INSTALL} x", ("usr/bin/gcc-12", "usr/bin/ld")), ("RUN rm x", removed)) is None


def test_where_a_later_layer_was_not_looked_at_it_is_no_more_than_likely():
    found = about(("RUN x", ("usr/bin/gcc",)), ("RUN y", None))
    assert isinstance(found, Violation)
    assert found.confidence == 80


def test_tools_of_a_slim_base_are_none():
    assert (
        RULE.check(facts_about(looked(("RUN x", ()), base=("usr/bin/ld", "usr/bin/gcc")))) is None
    )


def test_the_full_base_has_them_all():
    found = violation(RULE, history=FULL)
    assert found.problem == "gcc and friends come with the full Debian base (from: history)"
    assert found.fix == "Use python:3.13-slim-trixie"
    assert found.confidence == 90


def test_what_a_layer_shows_goes_before_what_the_base_is():
    found = violation(
        RULE,
        history=(*FULL, "RUN x # buildkit"),
        layers=(1, 2, 3, 4, 5_000_000),
        files={4: ("root/.cargo/bin/cargo",)},
    )
    assert "cargo ships" in found.problem


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"{INSTALL} build-essential", "build-essential ships"),
        (f"{INSTALL} gcc g++ make", "g++, gcc, make ship"),
        (f"{INSTALL} gcc-12", "gcc-12 ships"),
        (f"{INSTALL} python3-dev", "python3-dev ships"),
        (f"{INSTALL} golang-go cargo", "cargo, golang-go ship"),
        ("RUN apk add build-base postgresql-dev", "build-base, postgresql-dev ship"),
        ("RUN dnf install -y gcc-c++ libpq-devel", "gcc-c++, libpq-devel ship"),
        ("RUN conda install -y gxx_linux-64 cmake numpy", "gxx_linux-64, cmake ship"),
    ],
)
def test_packages_of_the_history_are_likely_to_be_there(line: str, names: str):
    found = told(line)
    assert isinstance(found, Violation)
    assert found.problem == f"{names} in the runtime image (layer 5, 9.0 MB, from: history)"
    assert found.confidence == 65


@pytest.mark.parametrize(
    "line",
    [
        f"{INSTALL} libpq5 libgomp1",
        f"{INSTALL} git curl developers-reference",
        f"{INSTALL} gcc && apt-get remove -y gcc",
        "RUN apk add --virtual .build gcc musl-dev && pip install x && apk del .build",
        "RUN pip install cmake-format",
        "COPY gcc /app/gcc",
    ],
)
def test_packages_that_are_no_build_tools_or_were_removed_pass(line: str):
    assert told(line) is None


def test_the_history_alone_never_denies():
    """BuildKit does not record ``--mount=type=tmpfs``, and much else."""
    image = profiled([*python_slim(), *buildkit(f"{INSTALL} gcc")], Cmd=["python"])
    assert [finding.action for finding in enforced(RULE.id, image)] == [Action.WARN]


def test_where_the_base_does_not_end_the_history_is_only_recorded():
    (finding,) = enforced(RULE.id, profiled(kaniko(f"{INSTALL} gcc"), Cmd=["python"]))
    assert (finding.action, finding.confidence) == (Action.AUDIT, 50)


def test_a_layer_that_was_seen_from_end_to_end_knows_better_than_the_history():
    assert about((f"{INSTALL} gcc", ("usr/bin/x",))) is None
    assert isinstance(about((f"{INSTALL} gcc", ("app/x", "..."))), Violation)
    assert isinstance(about((f"{INSTALL} libpq-dev", ("usr/bin/x",))), Violation)


@pytest.mark.parametrize(
    ("line", "libraries"),
    [
        (f"{INSTALL} libpq-dev", "libpq5"),
        (f"{INSTALL} gcc libpq-dev libxml2-dev", "libpq5 libxml2"),
        ("RUN apk add postgresql-dev", "libpq"),
        ("RUN dnf install -y libpq-devel", "libpq"),
    ],
)
def test_what_to_install_in_the_place_of_headers_is_named(line: str, libraries: str):
    found = told(line)
    assert isinstance(found, Violation)
    assert found.fix == f"Compile in a builder stage; here install {libraries}"
    shown = about((line, ("usr/bin/gcc",)))
    assert isinstance(shown, Violation)
    assert shown.fix == found.fix


def test_headers_that_nobody_knows_a_library_for_have_the_usual_fix():
    found = told(f"{INSTALL} libfoo-dev")
    assert isinstance(found, Violation)
    assert found.fix.endswith("purge with --auto-remove")


@pytest.mark.parametrize(
    ("ignore", "path"),
    [
        (("gcc",), "usr/bin/gcc-12"),
        (("gcc",), "usr/bin/ld"),
        (("gcc",), "etc/alternatives/cc"),
        (("g*",), "usr/bin/gcc"),
        (("make",), "usr/bin/make"),
    ],
)
def test_images_that_compile_at_run_time_say_what_they_need(ignore: tuple[str, ...], path: str):
    """Triton, ``torch.compile`` and numba."""
    assert about(("RUN x", (path,)), rule=BuildToolsInRuntime(ignore=ignore)) is None


def test_runtime_packages_that_end_in_dev_may_be_left_out():
    line = f"{INSTALL} libgomp-dev"
    assert isinstance(told(line), Violation)
    assert told(line, BuildToolsInRuntime(ignore=("libgomp-dev",))) is None
    assert told(line, BuildToolsInRuntime(packages=("build-essential",))) is None


def test_the_full_base_may_be_meant_for_its_compiler():
    assert BuildToolsInRuntime(ignore=("gcc",)).check(facts_about(profiled(FULL))) is None


def test_a_list_of_ones_own_replaces_the_tools():
    rule = BuildToolsInRuntime(tools=("nvcc",))
    assert isinstance(about(("RUN x", ("usr/local/cuda-12.4/bin/nvcc",)), rule=rule), Violation)
    assert about(("RUN x", ("usr/bin/gcc",)), rule=rule) is None
    assert about(("RUN x", ("usr/bin/gcc",)), rule=BuildToolsInRuntime(tools=())) is None


def test_a_look_that_found_none_passes_though_others_were_not_looked_at():
    assert about(("RUN x", ("usr/bin/x",)), ("RUN y", None)) is None


def test_where_neither_layers_nor_history_tell_nothing_is_known():
    found = RULE.check(facts_about(profiled([])))
    assert found == Unknown(
        "whether build tools are in the image is not known: layers were not looked into"
    )


def test_a_history_without_them_is_enough_where_no_layer_was_looked_at():
    assert not fires(RULE, history=(*SLIM, "COPY . /app # buildkit"))
