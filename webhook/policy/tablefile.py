"""From the text of table files to tables, with every problem told in its place."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import ValidationError

from webhook.errors import InvalidFile, Problem
from webhook.policy.document import Document, read_documents
from webhook.policy.loader import nearest, problems_of
from webhook.policy.tables import KINDS, Table, Tables


def load_tables(texts: Iterable[tuple[str, str]], shipped: Tables | None = None) -> Tables:
    """The tables in some files, given as (file, text), each in the place of the shipped one.

    Raises ``InvalidFile`` with every problem of every file. Without ``shipped`` every kind must be
    there.
    """
    found: dict[str, Table] = {}
    problems: list[Problem] = []
    for file, text in texts:
        try:
            for document in read_documents(text, file):
                name, table = _table(document)
                if name in found:
                    raise InvalidFile((document.problem(("kind",), "this table stands twice"),))
                found[name] = table
        except InvalidFile as error:
            problems += error.problems
    missing = {name for name, _ in KINDS.values()} - found.keys() if shipped is None else ()
    problems += [Problem("tables", 0, 0, f"no table of {name}") for name in sorted(missing)]
    if problems:
        raise InvalidFile(tuple(problems))
    return Tables(**found) if shipped is None else replace(shipped, **found)  # type: ignore[arg-type]


def _table(document: Document) -> tuple[str, Table]:
    data = document.data
    kind = str(data.get("kind")) if isinstance(data, dict) else ""
    if kind not in KINDS:
        message = f"kind is {kind[:40]!r}, not a table's{nearest(kind, KINDS)}"
        raise InvalidFile((document.problem(("kind",) if kind else (), message),))
    name, model = KINDS[kind]
    try:
        return name, model.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidFile(tuple(problems_of(document, error, (), model))) from None
