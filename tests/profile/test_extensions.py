import pytest

from tests.profile.images import image, layer
from webhook.policy.files import layers_of
from webhook.profile import Source, profile
from webhook.profile.evidence import Evidence

SUFFIX = "x86_64-linux-gnu.so"


def seen(*files: tuple[str, ...] | None) -> tuple[Evidence, ...]:
    """The extensions of an image with these files in its layers; None is not looked at."""
    about = image(
        [{"created_by": ""}] * len(files), layers=[layer(9, n) for n in range(len(files))]
    )
    looked = {n: lines for n, lines in enumerate(files) if lines is not None}
    return profile(about, layers_of(about.manifest.layers, looked)).extensions


def test_the_python_of_an_extension_stands_in_its_name():
    (found,) = seen((), (f"app/site-packages/numpy/core/_x.cpython-311-{SUFFIX}",))
    assert (found.says, found.source, found.weight) == ("3.11", Source.LAYER, 95)
    assert found.detail.startswith("layer 2: app/site-packages/numpy")


@pytest.mark.parametrize(
    "path",
    [
        "app/_x.so",
        "app/_x.abi3.so",
        "app/_x.cpython-311.pyc",
        "app/_x.pypy311-pp73-x86_64-linux-gnu.so",
        f"app/_x.cpython-311-{SUFFIX}.txt",
        "app/cpython-311/libfoo.so",
    ],
)
def test_what_is_for_any_python_or_none_says_nothing(path: str):
    assert seen((path,)) == ()


def test_every_version_is_told_once():
    files = tuple(
        f"app/{n}.cpython-{tag}-{SUFFIX}" for n, tag in enumerate((313, 311, 313, "314t"))
    )
    assert [piece.says for piece in seen(files)] == ["3.13", "3.11", "3.14"]


def test_what_a_later_layer_removes_is_gone():
    assert seen((f"app/x.cpython-311-{SUFFIX}",), ("app/.wh..wh..opq",)) == ()


def test_a_layer_that_was_not_looked_at_may_have_removed_it():
    (found,) = seen((f"app/x.cpython-311-{SUFFIX}",), None)
    assert found.weight == 85
