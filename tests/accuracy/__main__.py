"""``python -m tests.accuracy PATH… [-o text|json]``."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tests.accuracy.corpus import read
from tests.accuracy.score import Table, score


def main() -> None:
    """Read the corpora, score them, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folder or file")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args()
    result = {}
    for path in options.paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        result[str(path)] = score(map(read, files))
    if options.output == "json":
        print(json.dumps({path: _plain(tables) for path, tables in result.items()}, indent=2))
    else:
        for path, tables in result.items():
            print(f"# {path}")
            for name, table in tables.items():
                _print(name, table)


def _plain(tables: dict[str, Table]) -> dict[str, object]:
    return {
        name: {
            "counted": table.counted,
            "right": table.right,
            "open": table.open,
            "confusion": [
                {"expected": expected, "found": found, "images": images}
                for (expected, found), images in sorted(table.cells.items())
            ],
            "misses": [asdict(miss) for miss in table.misses],
        }
        for name, table in tables.items()
    }


def _print(name: str, table: Table) -> None:
    rate = 100 * table.right / table.counted if table.counted else 100.0
    right = f"{table.right} of {table.counted} right ({rate:.1f} %)"
    print(f"\n## {name}: {right}, {table.open} left open\n")
    found = sorted({column for _, column in table.cells})
    width = max(len(row) for row, _ in table.cells) + 2
    print(f"{'expected':{max(width, 10)}}" + "".join(f"{column:>14}" for column in found))
    for row in sorted({row for row, _ in table.cells}):
        counts = "".join(f"{table.cells[row, column] or '-':>14}" for column in found)
        print(f"{row:{max(width, 10)}}{counts}")
    for miss in table.misses:
        print(f"miss {miss.image}: {miss.found} ({miss.confidence}), expected {miss.expected}")
        for line in miss.why[:6]:
            print(f"     {line}")


if __name__ == "__main__":
    main()
