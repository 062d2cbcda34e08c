import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.accuracy.corpus import read
from tests.accuracy.listing import written_history
from tests.accuracy.score import score

FILE = f"file:{'ab' * 32}"
LISTED = {
    "history": [
        {"created_by": f"ADD {FILE} in / ", "empty_layer": False},
        {"created_by": 'CMD ["bash"]', "empty_layer": True},
        {"created_by": "RUN apt-get update && apt-get install -y python", "empty_layer": False},
        {"created_by": "# ARGS: A=b C=d\nRUN make", "empty_layer": False},
        {"created_by": "RUN true # buildkit", "empty_layer": False},
        {"created_by": "ENV A=b", "empty_layer": True},
    ],
    "entrypoint": None,
    "cmd": ["serve"],
    "env": {"A": "b"},
    "user": "app",
    "layers": [{"digest": f"sha256:{i:064x}", "size": 10} for i in range(4)],
    "shell": None,
    "ambiguous_python": False,
    "expected": {
        "python": True,
        "libc": "glibc",
        "distro": "debian",
        "python_variant": "slim",
        "root": False,
    },
}
PUBLISHED = {
    "config": {"os": "linux", "config": {"Cmd": ["node"]}, "rootfs": {"diff_ids": ["sha256:0"]}},
    "manifest": None,
    "expected": {
        "python": "no",
        "libc": "unknown-from-metadata",
        "distro": None,
        "base_variant": None,
        "root": True,
        "python_minor": None,
    },
    "undecidable": ["libc"],
    "truth": {"libc": "musl"},
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "listed.json").write_text(json.dumps(LISTED))
    (tmp_path / "published.json").write_text(json.dumps(PUBLISHED))
    return tmp_path


def test_a_listing_is_turned_back_into_what_builders_write() -> None:
    assert [entry["created_by"] for entry in written_history(LISTED)] == [
        f"/bin/sh -c #(nop)  ADD {FILE} in / ",
        '/bin/sh -c #(nop)  CMD ["bash"]',
        "/bin/sh -c apt-get update && apt-get install -y python",
        "|2 A=b C=d /bin/sh -c make",
        "RUN /bin/sh -c true # buildkit",
        "ENV A=b",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "# debian.sh --arch 'amd64' out/ 'trixie' '@1'",
        "BusyBox 1.38.0 (musl)",
        "Apply image 10.0.1",
    ],
)
def test_what_the_listing_called_run_and_is_none_is_left_alone(line: str) -> None:
    entry = {"created_by": f"RUN {line}", "empty_layer": False}
    assert written_history({"history": [entry]})[0]["created_by"] == line


def test_both_shapes_are_scored_and_a_wrong_answer_is_a_miss(corpus: Path) -> None:
    tables = score(map(read, sorted(corpus.glob("*.json"))))
    assert (tables["python"].right, tables["python"].counted) == (2, 2)
    assert tables["python"].cells == {("yes", "maybe"): 1, ("no", "no"): 1}
    assert (tables["root"].right, tables["root"].counted) == (2, 2)
    (miss,) = tables["variant"].misses
    assert (miss.image, miss.expected, miss.found) == ("listed", "slim", "other")


def test_what_the_metadata_cannot_tell_counts_neither_way_unless_wrong(corpus: Path) -> None:
    table = score([read(corpus / "published.json")])["libc"]
    assert (table.counted, table.misses) == (0, [])
    assert table.cells == {("(musl)", "unknown"): 1}


def test_the_command_prints_tables_and_plain_data(corpus: Path) -> None:
    command = [sys.executable, "-m", "tests.accuracy", str(corpus)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "## python: 2 of 2 right (100.0 %), 0 left open" in text
    assert "miss listed: other (50), expected slim" in text
    plain = subprocess.run([*command, "-o", "json"], capture_output=True, text=True, check=True)
    tables = json.loads(plain.stdout)[str(corpus)]
    assert tables["python"]["right"] == 2
    assert tables["variant"]["misses"][0]["image"] == "listed"
