"""Texts that look like a secret, and files that may hold one. Only the name of a shape leaves here.

Every pattern has bounded repeats and begins with a literal or at the start of a line, so that the time
a text takes grows with its length and not faster. What looks like a placeholder is no secret.
"""

import re
from collections.abc import Iterator

MAX_READ = 4096
"""Bytes of a file that are worth reading: what holds a secret begins with it."""

_NAMES = frozenset(
    {".env", ".git-credentials", ".netrc", ".pypirc", "pip.conf"}
    | {"id_dsa", "id_ecdsa", "id_ed25519", "id_rsa"}
)
_ENDINGS = (".key", ".pem", "/.aws/credentials", "/.docker/config.json")
_PUBLIC_MOSTLY = (".key", ".pem", "pip.conf")
_SAMPLES = (".dist", ".example", ".sample", ".template")
"""Endings of ``.env`` files that are meant to be read by everybody."""

_TOKENS = (
    ("private key", ("-----BEGIN ",), r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----)"),
    ("AWS access key", ("AKIA", "ASIA"), r"\bA[KS]IA([A-Z0-9]{16})\b"),
    (
        "GitHub token",
        ("gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_"),
        r"\b(?:gh[oprsu]|github_pat)_([A-Za-z0-9_]{36,255})",
    ),
    ("GitLab token", ("glpat-",), r"\bglpat-([A-Za-z0-9_.-]{20,255})"),
    ("Slack token", ("xox", "xapp-"), r"\bx(?:ox[abeoprs]|app)-([A-Za-z0-9-]{10,255})"),
    ("Stripe live key", ("k_live_",), r"\b[rs]k_live_([A-Za-z0-9]{16,255})"),
)
"""Shape, texts one of which is in every such token, and its pattern with what is secret of it."""
_PATTERNS = tuple(
    (shape, marks, re.compile(pattern, re.ASCII)) for shape, marks, pattern in _TOKENS
)
_URL = re.compile(r"://(?P<user>[^\s/:@\"'<>]{0,128}):(?P<value>[^\s/@\"']{1,256})@(?!sha256:)")
"""An authority with a password; before a digest it is a tag."""

_ASSIGNED = re.compile(
    r"^[ \t]{0,32}(?:export[ \t]{1,8})?[\w.-]{0,128}?"
    r"(?:password|passwd|secret|token|api_?key|access_key|secret_key|private_key)"
    r"[ \t]{0,32}[=:][ \t]{0,32}(?P<value>[^\r\n]{1,512})",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
"""Lines of ``.env``, ``.pypirc``, ``.aws/credentials`` and other files of names and values."""
_NETRC = re.compile(r"\bpassword[ \t\r\n]{1,32}(?P<value>[^\s=:]{1,256})", re.ASCII)
_NETRC_ENTRY = re.compile(r"^[ \t]{0,32}(?:machine[ \t]{1,32}\S|default\b)", re.MULTILINE)
_DOCKER = re.compile(r'"(?:auth|identitytoken|password)"\s{0,32}:\s{0,32}"(?P<value>[^"]{1,2048})"')

_OPENERS = (
    *("$", "<", "{", "[", "%", "*"),
    *("./", "../", "~/", "/etc/", "/mnt/", "/run/", "/secrets/", "/var/", "/vault/"),
    *("http://", "https://", "file:"),
)
"""How placeholders begin, and the places that a secret is to be read from."""
_WORDS = frozenset(
    {"", "pass", "passwd", "password", "pwd", "secret", "token", "key", "apikey", "api_key", "test"}
    | {"none", "null", "nil", "true", "false", "yes", "no", "on", "off", "dummy", "foo", "bar"}
)
_STEMS = ("changeme", "change-me", "change_me", "example", "placeholder", "redacted", "your")
_CHARACTERS = 4
"""Different characters that a value has at least: ``xxxxxxxx`` and ``0000`` are none."""
_DIGITS = 5
"""Digits up to which a number is a setting: ``MAX_TOKEN=4096``."""


def may_hold_secret(path: str) -> bool:
    """Whether a file of this name usually holds credentials, or a key that may be private."""
    name = path.rpartition("/")[2]
    if name.startswith(".env."):
        return not name.endswith(_SAMPLES)
    return name in _NAMES or f"/{path}".endswith(_ENDINGS)


def only_by_content(path: str) -> bool:
    """Whether most files of such a name hold none, so that one must be seen: certificates …"""
    return path.endswith(_PUBLIC_MOSTLY)


def shape_of(text: str) -> str | None:
    """The shape of the first secret that the beginning of a file has; None when it has none.

    ``private key``, ``AWS access key``, ``GitHub token``, ``GitLab token``, ``Slack token``,
    ``Stripe live key``, ``URL with a password`` or ``credentials file``.
    """
    return token_shape(text) or ("credentials file" if _holds_credentials(text) else None)


def token_shape(text: str) -> str | None:
    """The shape of a secret that can be told wherever it stands: in a variable, in a command.

    As ``shape_of``, but never ``credentials file``.
    """
    for shape, marks, pattern in _PATTERNS:
        # Most texts have no mark of any token, and are not searched for one.
        found = pattern.finditer(text) if any(mark in text for mark in marks) else ()
        if any(is_literal(match[1]) for match in found):
            return shape
    if any(_is_password(match) for match in _URL.finditer(text)):
        return "URL with a password"
    return None


def _is_password(match: re.Match[str]) -> bool:
    """``guest:guest`` is what everybody knows."""
    return match["user"] != match["value"] and is_literal(match["value"])


def _holds_credentials(text: str) -> bool:
    return any(is_literal(value) for value in _values(text))


def _values(text: str) -> Iterator[str]:
    """What stands behind the names of secrets."""
    for match in _ASSIGNED.finditer(text):
        yield _unquoted(match["value"])
    for match in _DOCKER.finditer(text):
        yield match["value"]
    if _NETRC_ENTRY.search(text):
        for match in _NETRC.finditer(text):
            yield match["value"]


def _unquoted(value: str) -> str:
    """A value without quotes, and without the comment behind it."""
    if value[0] in ('"', "'"):
        return value[1:].partition(value[0])[0]
    return f" {value}".partition(" #")[0].strip()


def is_literal(value: str) -> bool:
    """Whether a value was meant to be kept secret, as far as that can be seen."""
    plain = value.casefold()
    return not (
        plain.startswith(_OPENERS)
        or plain in _WORDS
        or any(stem in plain for stem in _STEMS)
        or len(set(value)) < _CHARACTERS
        or (value.isdecimal() and len(value) <= _DIGITS)
    )
