"""How a server is really set up: by its command line, then by the variables that it reads itself."""

import re
from collections.abc import Iterator

from webhook.policy.effective import Hidden
from webhook.policy.facts import Facts
from webhook.profile.serving import Server, options_of
from webhook.profile.shell import split

ARGUMENTS = "GUNICORN_CMD_ARGS"
"""Variable whose text gunicorn reads as if it stood on its command line."""
_PREFIXES = {
    "uvicorn": "UVICORN_",
    "granian": "GRANIAN_",
    "flask": "FLASK_RUN_",
    "litestar": "LITESTAR_",
}
"""Server → beginning of the variables in which it looks for each of its options."""
_MAX_ARGUMENTS = 4096
"""Characters of ``GUNICORN_CMD_ARGS`` that are looked at."""
_MAX_TEXT = 256
"""Characters of a value in which variables are filled in; addresses and numbers are short."""
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^${}]*))?\})", re.ASCII)


def setting(facts: Facts, server: Server, option: str) -> str | Hidden | None:
    """The value of an option that counts; None when it is not set, ``Hidden`` when it cannot be seen."""
    given = settings(facts, server, option)
    return given if isinstance(given, Hidden) else next(iter(given[-1:]), None)


def settings(facts: Facts, server: Server, option: str) -> tuple[str, ...] | Hidden:
    """Every value of an option, from the place that counts; ``Hidden`` when one cannot be seen."""
    values: list[str] = []
    for value in server.all(option):
        seen = _seen(facts, value)
        if isinstance(seen, Hidden):
            return seen
        values.append(seen)
    if values:
        return tuple(values)
    for found in _variables(facts, server, option):
        if found:
            return found
    return ()


def _variables(facts: Facts, server: Server, option: str) -> Iterator[tuple[str, ...] | Hidden]:
    """What the variables say of an option, those first that count first."""
    if server.name == "gunicorn":
        yield _of_arguments(facts, option)
        if option == "workers":
            yield _of_variable(facts, "WEB_CONCURRENCY")
        elif option == "bind":
            port = _of_variable(facts, "PORT")
            yield port if isinstance(port, Hidden) else tuple(f"0.0.0.0:{text}" for text in port)
    elif server.name in _PREFIXES:
        name = option.replace("-", "_").upper()
        yield _of_variable(facts, f"{_PREFIXES[server.name]}{name}")


def _of_arguments(facts: Facts, option: str) -> tuple[str, ...] | Hidden:
    value = facts.variable(ARGUMENTS)
    if not isinstance(value, str):
        return value or ()
    words = [word for command in split(value[:_MAX_ARGUMENTS]) for word in command]
    return tuple(text for name, text in options_of("gunicorn", words) if name == option)


def _of_variable(facts: Facts, name: str) -> tuple[str, ...] | Hidden:
    value = facts.variable(name)
    if isinstance(value, Hidden):
        return value
    return (value,) if value else ()


def _seen(facts: Facts, text: str) -> str | Hidden:
    """``text`` with the shell's variables filled in; ``Hidden`` where one is not to be seen."""
    if "$" not in text:
        return text
    if len(text) > _MAX_TEXT:
        return Hidden.SHELL
    hidden: list[Hidden] = []

    def filled(match: re.Match[str]) -> str:
        value, default = facts.variable(match[1] or match[2]), match[3]
        if isinstance(value, Hidden):
            hidden.append(value)
        elif value is None and default is None:
            hidden.append(Hidden.SHELL)
        return value if isinstance(value, str) and value else default or ""

    found = _VARIABLE.sub(filled, text)
    return next(iter(hidden), Hidden.SHELL if "$" in found else found)
