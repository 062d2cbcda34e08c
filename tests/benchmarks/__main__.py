"""Benchmarks: ratios measured in one run, never absolute times.

``python -m tests.benchmarks`` lists them, ``… NAME`` runs one, ``… all`` runs all; ``--json`` prints
the figures as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.benchmarks import audit, cold, warm

BENCHMARKS: dict[str, tuple[str, Callable[[], Coroutine[Any, Any, dict[str, float]]]]] = {
    "warm": ("CPU of a warm review over that of a bare TLS reply", warm.measure),
    "audit": ("memory and time of an audit as a cluster grows", audit.measure),
    "cold": ("time of cold images over round trips times the registry's latency", cold.measure),
}


def main() -> int:
    asked = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not asked:
        for name, (title, _) in BENCHMARKS.items():
            print(f"{name:8} {title}")
        return 0
    names = list(BENCHMARKS) if asked == ["all"] else asked
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    found = {name: asyncio.run(BENCHMARKS[name][1]()) for name in names}
    if "--json" in sys.argv:
        print(json.dumps(found, indent=2))
        return 0
    for name, figures in found.items():
        print(f"{name}: {BENCHMARKS[name][0]}")
        for figure, value in figures.items():
            print(f"  {figure:44} {value:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
