"""The generated references, and whether they are up to date.

``python -m tests.generated`` compares, ``--write`` writes: the rule reference, the JSON schema of
policies, the help text in the README, and what is said of the chart's values.
"""

import difflib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import chartdocs
from tests.tables import TABLES
from webhook.policy.schema import policy_schema
from webhook.report.data import as_json
from webhook.report.rulepage import index, page
from webhook.rules import CATALOGUE

ROOT = Path(__file__).parent.parent
RULES = ROOT / "webhook" / "rules"
_HELP = re.compile(
    r"(<!-- generated: slimgate( [a-z]+)? --help -->\n```text\n).*?(```\n)", re.DOTALL
)


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with what should be in it."""
    yield RULES / "RULES.md", index(CATALOGUE)
    for rule in CATALOGUE.values():
        yield RULES / "pages" / f"{rule.id}.md", page(rule, TABLES) + "\n"
    yield ROOT / "policies/imagepolicy.schema.json", as_json(policy_schema(CATALOGUE)) + "\n"
    readme = ROOT / "README.md"
    yield readme, _HELP.sub(_help, readme.read_text())
    yield from chartdocs.files()


def _help(match: re.Match[str]) -> str:
    command = ["-m", "webhook", *(match[2] or "").split(), "--help"]
    environ = {"COLUMNS": "100", "PATH": "", "LC_ALL": "C.UTF-8"}
    shown = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
        cwd=ROOT,
    ).stdout
    lines = "\n".join(
        line.rstrip() for line in shown.replace("python -m webhook", "slimgate").splitlines()
    )
    return f"{match[1]}{lines.strip()}\n{match[3]}"


def main() -> int:
    stale = 0
    wanted = dict(files())
    for file in sorted(set((RULES / "pages").glob("*.md")) - wanted.keys()):
        print(f"{file.relative_to(ROOT)} is no rule's page: remove it")
        stale += 1
    for file, text in wanted.items():
        before = file.read_text() if file.exists() else ""
        if before == text:
            continue
        if "--write" in sys.argv:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            print(f"wrote {file.relative_to(ROOT)}")
            continue
        stale += 1
        print(f"{file.relative_to(ROOT)} is out of date: make generate")
        diff = difflib.unified_diff(
            before.splitlines(), text.splitlines(), "is", "should be", lineterm=""
        )
        print("\n".join(list(diff)[:20]))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
