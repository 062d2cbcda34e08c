"""``python -m tests.vectors PATH [-o text|json]``: runs recorded cases of other projects.

PATH is a folder of vector files. Exit code 1 when a case fails, 2 when there was none.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.vectors.suite import Outcome, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all cases, print what became of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH", help="folder of vector files")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    outcomes = list(run(options.path))
    if not outcomes:
        print(f"no cases in {options.path}", file=sys.stderr)
        return 2
    if options.output == "json":
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    else:
        _print(outcomes)
    return int(any(outcome.result == "failed" for outcome in outcomes))


def _print(outcomes: Sequence[Outcome]) -> None:
    counts = Counter((outcome.group, outcome.result) for outcome in outcomes)
    results = ("passed", "failed", "left out")
    print(f"{'group':60}" + "".join(f"{result:>10}" for result in results))
    for group in dict.fromkeys(outcome.group for outcome in outcomes):
        print(f"{group:60}" + "".join(f"{counts[group, result] or '-':>10}" for result in results))
    totals = Counter(outcome.result for outcome in outcomes)
    print(f"{'all':60}" + "".join(f"{totals[result]:>10}" for result in results))
    reasons = Counter(outcome.reason for outcome in outcomes if outcome.result == "left out")
    print("\nleft out because")
    for reason, count in reasons.most_common():
        print(f"{count:5}  {reason}")
    for outcome in outcomes:
        if outcome.result == "failed":
            print(f"\nFAILED {outcome.group} {outcome.id}\n       {outcome.reason}")


if __name__ == "__main__":
    sys.exit(main())
