import pytest

from tests.profile.images import Json, buildkit, classic, image, kaniko, python_slim
from tests.profile.looks import Step, looked
from tests.rules.verdicts import enforced, facts_about, profiled
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.pip_cache import PipCache

RULE = PipCache()
PIP = "RUN pip install -r requirements.txt"


def about(*steps: Step, rule: PipCache = RULE, env: tuple[str, ...] = ()) -> Verdict:
    return rule.check(facts_about(looked(*steps, env=env)))


def told(*steps: Json, labels: dict[str, str] | None = None, env: tuple[str, ...] = ()) -> Verdict:
    """What the rule says where the history alone speaks."""
    about = profile(image([*python_slim(), *steps], env=env, labels=labels))
    return RULE.check(facts_about(about))


def test_the_manager_the_size_and_the_layer_are_named():
    found = about((PIP, ("root/.cache/pip/http-v2/a/b.body 38M",)))
    assert isinstance(found, Violation)
    assert found.problem == "pip cache (38 MB) is kept in layer 5"
    assert found.fix == "Use --no-cache-dir or a cache mount"
    assert (found.confidence, found.raise_to) == (95, Action.WARN)
    assert [piece.detail for piece in found.evidence] == ["layer 5: root/.cache/pip (pip)"]


def test_of_a_layer_that_goes_on_the_size_is_what_was_seen():
    found = about((PIP, ("root/.cache/pip/http-v2/a/b.body 38M", "...")))
    assert isinstance(found, Violation)
    assert found.problem == "pip cache (at least 38 MB) is kept in layer 5"


@pytest.mark.parametrize(
    ("path", "manager", "fix"),
    [
        ("root/.cache/uv/archive/x", "uv", "Use --no-cache or a cache mount"),
        ("root/.cache/pypoetry/artifacts/x", "poetry", "Use --no-cache or a cache mount"),
        ("opt/conda/pkgs/x", "conda", "Run conda clean -afy in the RUN that installs"),
        ("var/cache/apk/x", "apk", "Use apk add --no-cache"),
        ("var/cache/apt/archives/x.deb", "apt", "Run apt-get clean in the RUN that installs"),
        ("var/cache/dnf/x", "dnf", "Run dnf clean all in the RUN that installs"),
        ("root/.cache/pdm/x", "pdm", "Empty it in the RUN that fills it, or use a cache mount"),
    ],
)
def test_every_manager_has_a_fix_of_its_own(path: str, manager: str, fix: str):
    found = about(("RUN x", (f"{path} 2M",)))
    assert isinstance(found, Violation)
    assert found.problem.startswith(f"{manager} cache (2.0 MB)")
    assert found.fix == fix


def test_the_largest_of_several_is_named():
    files = ("root/.cache/pip/x 2M", "root/.cache/uv/x 40M")
    found = about(("RUN x", files))
    assert isinstance(found, Violation)
    assert found.problem.startswith("uv cache (40 MB)")
    assert len(found.evidence) == 2


def test_what_pip_writes_without_a_cache_is_below_the_floor():
    """A local folder of wheels leaves ``selfcheck`` of 78 bytes and nothing else."""
    assert about((PIP, ("root/.cache/pip/selfcheck/1 78", "usr/local/bin/x"))) is None


def test_the_floor_may_be_set():
    files = ("root/.cache/pip/http/x 200k", "usr/local/bin/x")
    assert about((PIP, files)) is None
    assert isinstance(about((PIP, files), rule=PipCache(min_size=100_000)), Violation)


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ((), "home/app/.cache/pip/http/x"),
        ((), "var/lib/api/.cache/pip/http/x"),
        (("XDG_CACHE_HOME=/data/cache",), "data/cache/pip/http/x"),
        (("PIP_CACHE_DIR=/srv/pip",), "srv/pip/http/x"),
    ],
)
def test_a_cache_under_another_home_is_found(env: tuple[str, ...], path: str):
    assert isinstance(about((PIP, (f"{path} 9M",)), env=env), Violation)


def test_a_cache_that_nothing_points_to_is_not():
    """A variable of the build that the image does not have."""
    files = ("srv/pip/http/x 9M", "usr/local/bin/x")
    assert about(("RUN PIP_CACHE_DIR=/srv/pip pip install x", files)) is None


def test_a_cache_that_a_later_layer_removes_is_the_lower_layers_matter():
    removed = ("root/.cache/.wh.pip",)
    assert about((PIP, ("root/.cache/pip/x 9M",)), ("RUN rm -rf ~/.cache", removed)) is None


def test_a_cache_of_the_base_is_the_bases():
    found = looked(("RUN x", ()), base=("root/.cache/pip/x 9M",))
    assert RULE.check(facts_about(found)) is None


@pytest.mark.parametrize(
    ("action", "options", "result"),
    [
        ("audit", "{}", Action.WARN),
        ("audit", "{actionWithPeek: audit}", Action.AUDIT),
        ("warn", "{actionWithPeek: audit}", Action.WARN),
        ("deny", "{}", Action.DENY),
    ],
)
def test_what_was_seen_is_worth_more_than_what_was_read(action: str, options: str, result: Action):
    found = looked((PIP, ("root/.cache/pip/x 9M",)))
    assert [f.action for f in enforced(RULE.id, found, options, action)] == [result]


def test_an_install_without_the_flag_is_a_hint_where_its_layer_was_not_looked_at():
    found = told(*buildkit(PIP))
    assert isinstance(found, Violation)
    assert found.problem == "pip cache looks kept in layer 5 (from: history)"
    assert (found.confidence, found.raise_to) == (50, None)
    (finding,) = enforced(RULE.id, profiled([*python_slim(), *buildkit(PIP)], Cmd=["python"]))
    assert finding.action is Action.AUDIT


def test_builders_that_record_mounts_make_it_likely():
    found = told(*kaniko(PIP))
    assert isinstance(found, Violation)
    assert found.confidence == 75
    found = told(*classic(PIP), labels={"io.buildah.version": "1.28"})
    assert isinstance(found, Violation)
    assert found.confidence == 75


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install --no-cache-dir x",
        "RUN PIP_NO_CACHE_DIR=1 pip install x",
        "RUN pip install x && rm -rf /root/.cache",
        "RUN pip install --no-index --find-links /wheels x",
        "RUN uv sync --no-cache",
        "RUN conda install -y x && conda clean -afy",
        "COPY . /app",
    ],
)
def test_steps_that_keep_nothing_pass(line: str):
    assert told(*buildkit(line)) is None


def test_a_cache_mount_passes_where_the_builder_tells_of_it():
    mounted = "RUN --mount=type=cache,target=/root/.cache/pip pip install x"
    assert told(*kaniko(mounted)) is None
    assert told(*classic(mounted), labels={"io.buildah.version": "1.28"}) is None


def test_a_cache_mount_that_buildkit_does_not_record_is_never_more_than_recorded():
    image = profiled([*python_slim(), *buildkit(PIP)], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, image)] == [Action.AUDIT]
    assert about((PIP, ("usr/local/bin/x", "..."))) is None


@pytest.mark.parametrize("value", ["1", "yes", "0", "off", "false"])
def test_any_boolean_turns_pips_cache_off(value: str):
    """As Red Hat's images have it: ``PIP_NO_CACHE_DIR=off``."""
    assert told(*buildkit(PIP), env=(f"PIP_NO_CACHE_DIR={value}",)) is None


def test_an_empty_one_does_not():
    assert isinstance(told(*buildkit(PIP), env=("PIP_NO_CACHE_DIR=",)), Violation)


@pytest.mark.parametrize(
    ("files", "fires"),
    [
        (("usr/local/bin/x",), False),
        (("usr/local/bin/x", "..."), False),
        (("app/.venv/bin/x", "..."), True),
        (("app/.venv/bin/x",), False),
        (("root/.bashrc", "..."), True),
    ],
)
def test_a_look_that_came_past_the_place_of_caches_beats_the_history(
    files: tuple[str, ...], fires: bool
):
    """Files stand in the order of their names: ``root`` comes before ``usr``."""
    assert isinstance(about((PIP, files)), Violation) is fires


def test_where_neither_layers_nor_history_tell_nothing_is_known():
    found = RULE.check(facts_about(profiled([])))
    assert found == Unknown(
        "whether a package cache is in the image is not known: layers were not looked into"
    )
