"""``slimgate policy``: validate policy files, run their cases, print the JSON schema."""

from pathlib import Path
from typing import Annotated

import typer

from webhook.cli.exits import FINDINGS
from webhook.cli.options import DataOption
from webhook.errors import UsageError
from webhook.policy.cases import load_cases, run
from webhook.policy.document import Document, read_documents
from webhook.policy.loader import load
from webhook.policy.schema import policy_schema
from webhook.report.data import as_json
from webhook.rules import CATALOGUE
from webhook.wiring import policy_texts, shipped_names, tables

Places = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME|FILE|DIR]...",
        help="Shipped names, files or folders. [default: every shipped policy]",
    ),
]


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(
        help="Validate policy files, run their cases, print their JSON schema.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("lint")(lint)
    group.command("test")(run_cases)
    group.command("schema")(schema)
    return group


def lint(places: Places = None, data: DataOption = None) -> None:
    """Validate policy files: every problem of every file, with line and column.

    \b
    Examples:
      slimgate policy lint policies/
      slimgate policy lint team.yaml --data tables/
    """
    texts = policy_texts(places or shipped_names())
    found = load(texts, CATALOGUE, tables(data or ()))
    for document in _cases(texts):
        load_cases(document)
    names = ", ".join(policy.name for policy in found.policies)
    are = "policy is" if len(found.policies) == 1 else "policies are"
    typer.echo(f"{len(found.policies)} {are} valid: {names}")


def run_cases(places: Places = None, data: DataOption = None) -> None:
    """Run the cases beside policies (kind PolicyCases), without any network.

    \b
    Each file of cases is put to the policies of its own folder.
    Exit code 1 when a case comes out otherwise than it says.

    \b
    Examples:
      slimgate policy test
      slimgate policy test policies/team
    """
    passed = failed = 0
    using = tables(data or ())
    for folder, texts in _by_folder(policy_texts(places or shipped_names())).items():
        policies = load(texts, CATALOGUE, using)
        cases = _cases(texts)
        for document in cases:
            for ran in run(load_cases(document), policies):
                passed, failed = passed + (not ran.differences), failed + bool(ran.differences)
                if ran.differences:
                    typer.echo(f"FAIL {document.file}: {ran.name}")
                    for difference in ran.differences:
                        typer.echo(f"     {difference}")
        if not cases:
            typer.echo(f"no cases beside the policies of {folder}")
    if not passed and not failed:
        raise UsageError(
            "no case was found: write a cases.yaml (kind PolicyCases) beside the policy"
        )
    typer.echo(f"{passed} passed, {failed} failed")
    if failed:
        raise typer.Exit(FINDINGS)


def schema() -> None:
    """Print the JSON schema of policy files, for editors.

    \b
    Example:
      slimgate policy schema > imagepolicy.schema.json
    """
    typer.echo(as_json(policy_schema(CATALOGUE)))


def _cases(texts: list[tuple[str, str]]) -> list[Document]:
    """The documents of kind PolicyCases in files that hold policies and cases only."""
    return [
        document
        for file, text in texts
        for document in read_documents(text, file)
        if document.data.get("kind") == "PolicyCases"
    ]


def _by_folder(texts: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    folders: dict[str, list[tuple[str, str]]] = {}
    for file, text in texts:
        folders.setdefault(str(Path(file).parent), []).append((file, text))
    return folders
