"""What is found in the layers above the base (see ``webhook.profile.distil``)."""

import pytest

from tests.profile.images import image, layer, python_slim
from tests.profile.looks import BASE, copied, looked, run
from webhook.errors import FailureKind
from webhook.layer import Entry, Kind, Look
from webhook.oci.image import Unavailable
from webhook.policy.files import layers_of
from webhook.profile import distil, profile
from webhook.profile.assemble import Examination
from webhook.profile.contents import NOT_ASKED, Contents, Found
from webhook.profile.search import MAX_FOUND, MAX_INSTALLED, MAX_NAMES
from webhook.profile.seen import Seen

SITE = "usr/local/lib/python3.13/site-packages"


def paths(found: tuple[Found, ...]) -> list[str]:
    return [each.path for each in found]


def test_only_layers_above_the_base_count() -> None:
    files = ("usr/bin/gcc", "app/.git/HEAD", "app/tests/x.py", f"{SITE}/pytest-8.dist-info/")
    found = looked(("RUN x", ()), base=files).contents
    assert (found.programs, found.packages) == ({}, {})
    assert (found.leaks, found.tests) == ((), ())
    own = run(*files)
    assert own.programs["gcc"] == Found("usr/bin/gcc", BASE, 1000)
    assert own.packages["pytest"].layer == BASE


def of_unknown_base(*files: tuple[str, ...]) -> Contents:
    """What is found where no history tells where the base ends."""
    about = image(layers=[layer(5_000_000, n) for n in range(len(files))])
    return profile(about, layers_of(about.manifest.layers, dict(enumerate(files)))).contents


def test_where_the_base_is_not_known_every_layer_but_the_first_counts() -> None:
    found = of_unknown_base(("usr/bin/gcc",), ("usr/bin/make",))
    assert list(found.programs) == ["make"]


def test_one_layer_alone_is_the_image() -> None:
    assert list(of_unknown_base(("usr/bin/gcc",)).programs) == ["gcc"]


def test_how_far_each_layer_was_looked_at_is_told() -> None:
    seen = looked(("RUN a", ("x", "y")), ("RUN b", ("x", "...")), ("RUN c", None)).contents
    assert seen.looked == (*[None] * BASE, "all", "head", None)
    assert seen.reached == (*[""] * BASE, "y", "x", "")
    assert seen.blind == ""


def test_why_no_own_layer_was_looked_at() -> None:
    assert looked(("RUN a", None)).contents.blind == NOT_ASKED
    assert looked(("RUN a", None), base=("x",)).contents.blind == NOT_ASKED
    assert looked(("RUN a", None), ("RUN b", ())).contents.blind == ""
    assert looked().contents.blind == ""


def test_a_folder_that_workdir_made_is_nothing_to_look_at() -> None:
    assert looked(("WORKDIR /app", None)).contents.blind == ""
    assert looked(("WORKDIR /app", None), ("COPY . .", None)).contents.blind == NOT_ASKED


def test_a_look_that_failed_says_why() -> None:
    about = image([*python_slim(), {"created_by": "RUN x"}])
    examined = Examination(about)
    own = [False] * BASE + [True]
    lost = Seen(lost=Unavailable(FailureKind.TIMEOUT, "the registry is slow"))
    stack = examined.judged({about.manifest.layers[-1].digest: lost}).stack
    assert distil.contents(stack, own, examined.reading).blind == "the registry is slow"


@pytest.mark.parametrize(
    "later", ["usr/bin/.wh.gcc", "usr/.wh.bin", "usr/bin/.wh..wh..opq", "usr/bin/gcc"]
)
def test_what_a_later_layer_removes_or_replaces_is_gone(later: str) -> None:
    programs = looked(("RUN a", ("usr/bin/gcc",)), ("RUN b", (later,))).contents.programs
    assert all(found.layer == BASE + 1 for found in programs.values())


def test_a_folder_of_which_a_part_is_removed_is_as_large_as_the_rest() -> None:
    cache = ("root/.cache/pip/http/a 3M", "root/.cache/pip/wheels/b 2M")
    removed = looked(("RUN a", cache), ("RUN b", ("root/.cache/pip/.wh.http",))).contents
    assert [found.size for found in removed.caches] == [2_000_000]


def test_a_folder_of_which_every_file_is_removed_is_gone() -> None:
    tests = ("app/tests/test_a.py", "app/tests/test_b.py")
    emptied = ("app/tests/.wh.test_a.py", "app/tests/.wh.test_b.py")
    assert looked(("COPY . /app", tests), ("RUN rm", emptied)).contents.tests == ()


def test_findings_are_believed_less_where_a_later_layer_may_have_removed_them() -> None:
    seen = looked(("RUN a", ("usr/bin/gcc",)), ("RUN b", None))
    assert seen.contents.programs["gcc"].weight == 80
    for harmless in ("COPY x /x", "WORKDIR /x"):
        seen = looked(("RUN a", ("usr/bin/gcc",)), (harmless, None))
        assert seen.contents.programs["gcc"].weight == 95


def test_a_secret_stays_in_the_layer_below_whatever_is_removed_later() -> None:
    seen = looked(("COPY . /app", ("app/.env",)), ("RUN rm app/.env", ("app/.wh..env",)))
    assert paths(seen.contents.secrets) == ["app/.env"]


def test_everything_is_bounded() -> None:
    many = copied(
        *(f"a{n}/.git/x" for n in range(1500)),
        *(f"app/test_{n}.py" for n in range(1500)),
        *(f"usr/bin/p{n}" for n in range(MAX_NAMES + 100)),
        *(f"{SITE}/p{n}/__pycache__/x.pyc" for n in range(100)),
        *(f"x/p{n}-1.dist-info/METADATA" for n in range(MAX_NAMES + 100)),
        *(f"app/__pycache__/x.cpython-{n}.pyc" for n in range(100, 999)),
    )
    assert len(many.leaks) == len(many.tests) == MAX_FOUND
    assert len(many.programs) == len(many.packages) == MAX_NAMES
    assert len(many.installed_bytecode) == MAX_INSTALLED
    assert len(many.bytecode[0].what.split()) == 4


@pytest.mark.parametrize(
    "path", ["\x00", ".", "..", "/", "a/.wh.", ".wh..wh..opq", "pyvenv.cfg", "bin/", "x" * 9000]
)
def test_strange_names_are_borne(path: str) -> None:
    about = image([*python_slim(), {"created_by": "COPY . /app"}])
    examined = Examination(about)
    for kind in Kind:
        look = Look(
            (Entry(path, kind, 5, "y"), Entry(f"{path}/bin/python", kind, 5, "/Users/me/x")), False
        )
        stack = examined.judged({about.manifest.layers[-1].digest: Seen(head=look)}).stack
        assert distil.contents(stack, [False] * BASE + [True], examined.reading).looked


def test_without_a_look_there_is_nothing_to_do() -> None:
    found = looked(("RUN x", None)).contents
    assert found == Contents(
        looked=(None,) * (BASE + 1), reached=("",) * (BASE + 1), origins=found.origins
    )
