"""Text of a build without the secrets that people write into commands.

Histories are full of them: values of build arguments, index URLs with a password, tokens of a
private repository. Everything that evidence and messages repeat of an image goes through here.
"""

import re

from webhook.profile.printable import MAX_DETAIL, cut

_PREFIX = 4 * MAX_DETAIL
"""Characters that are looked at: the cost does not grow with the text."""
_MARKS = (
    *("@", "://", "|", "-u", "pass", "secret", "token", "key", "credential", "dsn", "auth"),
    *("gh", "glpat", "xox", "akia", "asia", "k_live", "pypi-"),
)
"""One of these is in every text that is changed; most have none."""
_ARGUMENTS = re.compile(r"((?:RUN )?\|\d{1,4} )(.*?)( /\S{0,64}sh -|\Z)", re.DOTALL)
"""Build arguments before a ``RUN``, up to the shell. Their values may hold blanks."""
_ARGUMENT = re.compile(r"(?<!\S)([A-Za-z_]\w{0,63}=)")
_USERINFO = re.compile(r"://(?:[^/\s@:]*:\S{0,200}|[^/\s@]+)@")
"""A password that nobody escaped may have any character but a blank."""
_DANGLING = re.compile(r"://[^/\s@]*\Z")
_VALUE = r"(?=\S)(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|)(?:\\.|[^\s\\])*"
"""A word of a shell, quoted or not; a quote that nothing closes goes to the end."""
_ASSIGNED = re.compile(rf"(?<![\w-])([\w-]+)([ \t]*[=:](?!=)\s*){_VALUE}")
_OPTION = re.compile(rf"(?<![\w-])(--[\w-]+|password)(\s+)(?!-){_VALUE}")
_VARIABLES = re.compile(r"(?:\S{1,64} -c )?(?:#\(nop\)\s+)?(?:ENV|ARG)\s+")
_VARIABLE = re.compile(r"(?<!\S)([A-Za-z_][\w.-]*)=")
_KEY = re.compile(r"-----BEGIN .*", re.DOTALL)
_HEADER = re.compile(rf"\b(authorization\s*:\s*)(?:(?:basic|bearer|token)\s+)?{_VALUE}", re.I)
_USER = re.compile(r"(?<!\S)((?:-u|--user|--proxy-user)[ =]?)(?!\d*:\d*(?!\S))[^\s:]+:\S+")
_SHAPED = re.compile(
    r"\b(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|A[KS]IA|[rs]k_live_|pypi-)[\w-]{8,}", re.ASCII
)
_NAME = re.compile(
    r"(?:^|[_-])(?:pass(?:word|wd|phrase)?|secret|token|credentials?|dsn"
    r"|(?:api|access|private|secret)[_-]?key)s?(?:$|[_-])",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def told(text: str) -> str:
    """``text`` as one short printable line, without what looks like a secret."""
    plain = text[:_PREFIX]
    folded = plain.lower()
    if not any(mark in folded for mark in _MARKS):
        return cut(text)
    if len(text) > _PREFIX:
        plain = f"{_DANGLING.sub('://***', plain)} ..."
    plain = _KEY.sub("***", _ARGUMENTS.sub(_names_alone, plain, count=1))
    if (variables := _VARIABLES.match(plain)) is not None:
        plain = _up_to_secret(plain, variables.end())
    plain = _USERINFO.sub("://***@", plain)
    for pattern in (_HEADER, _USER):
        plain = pattern.sub(r"\1***", plain)
    for pattern in (_ASSIGNED, _OPTION):
        plain = pattern.sub(_without_value, plain)
    return cut(_SHAPED.sub("***", plain))


def _names_alone(match: re.Match[str]) -> str:
    names = (f"{name}***" for name in _ARGUMENT.findall(match[2]))
    return f"{match[1]}{' '.join(names)}{match[3]}"


def _up_to_secret(text: str, start: int) -> str:
    """ENV or ARG up to the first value of a secret, in which there may be blanks and more names."""
    name, gap, _ = text[start:].partition(" ")
    if "=" not in name:
        return f"{text[:start]}{name}{gap}***" if gap and _is_secret(name) else text
    for match in _VARIABLE.finditer(text, start):
        if _is_secret(match[1]):
            return f"{text[: match.end()]}***"
    return text


def _without_value(match: re.Match[str]) -> str:
    """A name with its value, or without one that is a secret by its name."""
    return f"{match[1]}{match[2]}***" if _is_secret(match[1]) else match[0]


def _is_secret(name: str) -> bool:
    return _NAME.search(_HUMP.sub("_", name)) is not None
