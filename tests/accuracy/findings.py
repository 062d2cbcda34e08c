"""``python -m tests.accuracy.findings PATH…``: what a policy says of recorded images, by rule.

For looking at false positives with one's own eyes: each rule with how many images it fires on, at
which action, and the first of them with its words.
"""

import argparse
from collections import defaultdict
from datetime import date
from pathlib import Path

from tests.accuracy.corpus import read
from tests.tables import TABLES
from webhook.kube.imageuse import bare_use
from webhook.oci import Reference
from webhook.policy.decide import decide
from webhook.policy.finding import Outcome
from webhook.policy.loader import load
from webhook.policy.place import Place
from webhook.policy.plan import Planner
from webhook.profile import profile
from webhook.rules import CATALOGUE
from webhook.wiring import policy_texts

TODAY = date(2026, 11, 21)


def main() -> None:
    """Judge every image as if by itself, under a reference that says nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.findings", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folder or file")
    parser.add_argument("-p", "--policy", default="python-recommended")
    parser.add_argument("-r", "--rule", help="show every image that this rule fires on")
    options = parser.parse_args()
    planner = Planner(load(policy_texts([options.policy]), CATALOGUE, TABLES))
    fired: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    files = [file for path in options.paths for file in sorted(path.glob("*.json")) or [path]]
    for file in files:
        case = read(file)
        name = f"registry.test/x@{case.image.digest}"
        plan = planner.plan([bare_use(name)], Place(None))
        (result,) = decide(plan, {Reference.parse(name): [profile(case.image)]}, TODAY)
        for finding in result.findings:
            if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR):
                key = (finding.rule, finding.outcome.value, finding.action.value)
                fired[key].append(f"{case.name}: {finding.message}")
    print(f"{len(files)} images, {options.policy}")
    for (rule, outcome, action), found in sorted(fired.items()):
        print(f"{rule:26} {outcome:8} {action:6} {len(found):4}  {found[0]}")
        for line in found if rule == options.rule else ():
            print(f"    {line}")


if __name__ == "__main__":
    main()
