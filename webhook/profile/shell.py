"""Shell text taken apart into simple commands.

Not a shell: enough of the grammar (POSIX.1-2024, 2.2 to 2.10) to know which programs a ``RUN`` line or a
``sh -c`` text starts and with which words. Quotes are honoured and removed, redirections and
here-documents left out; a variable that stands alone is replaced by what the same text assigned to
it, a build argument (``python${VERSION}``) wherever it stands. Linear in the length of the text, which
comes from a stranger.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

Command = tuple[str, ...]
"""The words of one simple command, without its redirections."""

MAX_WORDS = 20_000
"""Words of one text; the rest is dropped, as are variables that would make it longer."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_MAX_WITHIN = 256
"""Characters of a word within which build arguments are filled in."""

_TOKEN = re.compile(
    r"""
      (?P<space>   [ \t\r\f\v]+ | \\\r?\n )
    | (?P<comment> \#[^\n]* )
    | (?P<end>     \n | && | \|\| | ;;? | \|&? | [()`] | &(?![>&]) )
    | (?P<redirect>[0-9]*(?: &>>? | >> | >& | >\| | <& | <<< | <> | [<>] ))
    | (?P<single>  '[^']*+ (?: ' | \Z ) )
    | (?P<double>  " (?: [^"\\]++ | \\. )*+ (?: " | \\?\Z ) )
    | (?P<escaped> (?: \\(?!\r?\n). )+ | \\\Z )
    | (?P<plain>   [^\s'"\\;&|()`<>]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HEREDOC = re.compile(r"(?<!<)<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


def split(text: str, arguments: Mapping[str, str] = _NOTHING) -> tuple[Command, ...]:
    """The simple commands of a shell text, in order; ``arguments`` are short, and set from outside.

    A command keeps its leading assignments (``A=b pip install x``); keywords (``if``, ``then``,
    ``{``) stay as words, see :func:`webhook.profile.command.programs`.
    """
    commands: list[Command] = []
    variables: dict[str, str] = {}
    words: list[str] = []
    budget = MAX_WORDS
    for word in _words(_without_heredocs(text)):
        if word is not None:
            expanded = _expanded(_filled(word, arguments), variables)
            budget -= len(expanded)
            if budget < 0:
                break
            words += expanded
        elif words:
            variables |= _assigned(words)
            commands.append(tuple(words))
            words = []
    if words:
        commands.append(tuple(words))
    return tuple(commands)


def assignment(word: str) -> tuple[str, str] | None:
    """Name and value of ``NAME=value``; None for any other word."""
    match = _ASSIGNMENT.fullmatch(word)
    return (match[1], match[2]) if match else None


def _words(text: str) -> Iterator[str | None]:
    """The words in order, and None wherever a command ends."""
    parts: list[str] = []
    is_target = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "comment" and parts:
            kind = "plain"  # a hash within a word is a character like any other
        if kind in ("single", "double", "escaped", "plain"):
            parts.append(_unquoted(kind, token[0]))
            continue
        if parts and not is_target:
            yield "".join(parts)
        is_target = kind == "redirect" or (is_target and not parts and kind == "space")
        parts = []
        if kind == "end":
            yield None
    if parts and not is_target:
        yield "".join(parts)


def _unquoted(kind: str, text: str) -> str:
    if kind == "single":
        return text.strip("'")
    if kind == "double":
        return _ESCAPE.sub(r"\1", text[1:].removesuffix('"'))
    if kind == "escaped":
        return _ESCAPE.sub(r"\1", text) if len(text) > 1 else ""
    return text


def _filled(word: str, arguments: Mapping[str, str]) -> str:
    if not arguments or "$" not in word or len(word) > _MAX_WITHIN:
        return word
    return _VARIABLE.sub(lambda match: arguments.get(match[1] or match[2], match[0]), word)


def _expanded(word: str, variables: dict[str, str]) -> list[str]:
    match = _VARIABLE.fullmatch(word)
    value = variables.get(match[1] or match[2]) if match else None
    return [word] if value is None else value.split()


def _assigned(words: list[str]) -> dict[str, str]:
    """What a command made of nothing but assignments leaves behind."""
    found = [assignment(word) for word in words]
    return dict(pair for pair in found if pair) if all(found) else {}


def _without_heredocs(text: str) -> str:
    if "<<" not in text or "\n" not in text:
        return text
    kept: list[str] = []
    waiting: list[str] = []
    for line in text.split("\n"):
        if waiting:
            if line.strip() == waiting[0]:
                waiting.pop(0)
        else:
            waiting = [match[2] for match in _HEREDOC.finditer(line)]
            kept.append(_HEREDOC.sub("", line))
    return "\n".join(kept)
