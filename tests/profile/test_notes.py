import pytest

from tests.profile.looks import BASE, looked
from webhook.profile.notes import MAX_NOTE

SITE = "usr/local/lib/python3.13/site-packages"


def note(*files: str) -> str:
    """What is said of an own layer with these files."""
    return ", ".join(looked(("COPY . /app", files)).contents.notes.get(BASE, ()))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            ("usr/local/bin/python3.13", "usr/local/bin/pip3.13", "usr/local/bin/pip"),
            "python3.13, pip",
        ),
        (("usr/bin/x86_64-linux-gnu-gcc-12", "usr/bin/ld", "usr/bin/make"), "gcc, ld, make"),
        (("etc/debian_version << 13.2\n",), "Debian 13.2"),
        (("app/.venv/pyvenv.cfg",), "venv app/.venv"),
        (("app/.venv/bin/activate", "app/.venv/pyvenv.cfg"), "venv app/.venv"),
        (("root/.cache/pip/http/x 38M",), "pip cache 38.0 MB"),
        ((f"{SITE}/a-1.dist-info/", f"{SITE}/b-1.dist-info/METADATA"), "2 Python packages"),
        ((f"{SITE}/a-1.dist-info/", f"{SITE}/a-1.dist-info/METADATA"), "1 Python package"),
        (("app/a.py", "app/b/c.py", "app/b/d.py", "srv/x"), "app: 3 files"),
        (("bin/uv 40M", "bin/uvx"), "uv"),
        (("root/.cache/pip/selfcheck/x 78",), ""),
        (("usr/lib/x.so", "etc/hosts"), ""),
        ((), ""),
    ],
)
def test_a_layer_is_described_in_a_few_words(files: tuple[str, ...], said: str) -> None:
    assert note(*files) == said


def test_layers_of_the_base_are_described_too() -> None:
    seen = looked(("RUN x", None), base=("etc/alpine-release << 3.22.1", "usr/bin/python3.12"))
    assert seen.contents.notes == {0: ("Alpine 3.22.1", "python3.12")}


def test_the_most_telling_comes_first_and_what_has_no_room_is_left_out() -> None:
    said = note(
        *("usr/bin/gcc", "usr/bin/ld", "usr/bin/make", "usr/bin/cmake", "usr/local/bin/python3.13"),
        *("opt/conda/pkgs/x 90M", "srv/app-with-a-long-name/venv/pyvenv.cfg"),
        *(f"{SITE}/p{n}-1.dist-info/" for n in range(14)),
    )
    assert said == "python3.13, gcc, ld, make, cmake, conda cache 90.0 MB"
    assert len(said) <= MAX_NOTE


def test_what_a_stranger_called_things_is_made_fit_to_print() -> None:
    said = note(
        "a\x1b[31m\u202e/pyvenv.cfg", f"{'x' * 500}/main.py", "etc/debian_version << 1\x1b\n2"
    )
    assert said.isascii()
    assert said.isprintable()
    assert len(said) <= MAX_NOTE
