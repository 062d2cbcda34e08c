"""Secrets in the metadata of an image: variables, build arguments, commands. Never their values.

BuildKit, the classic builder and buildah all write the values of build arguments into the history,
where everybody who can pull the image reads them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from webhook.layer.secrets import is_literal, token_shape
from webhook.profile.evidence import Source
from webhook.profile.history import Instruction
from webhook.profile.reading import Reading
from webhook.profile.traces import Exposed

SHAPED = 90
"""Weight of a value with the shape of a token."""
NAMED = 70
"""Weight of a variable of the image that is called like a secret, and has a value."""
TOLD = 60
"""The same of one in the history, which need not have been used."""
_MOST = 64
_MAX_TEXT = 64 * 1024
"""Characters of one instruction, and of one value, that are searched."""
_MAX_NAME, _MAX_VALUE = 128, 512
_MAX_PAIRS = 2000
"""Variables of the history that are looked at, to the step in which there are more."""
_BUDGET = 512 * 1024
"""Characters of all instructions that are searched; real histories have some thousand."""

_SECRET = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD)?|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?|DSN)(?:_|$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"KEYCLOAK_.*|SECRET_NAME|PUBLIC_KEY|GPG_KEYS?|PYTHON_SHA256|TOKENIZERS_PARALLELISM"
    r"|.*_(?:KEYRING|FILE|PATH|DIR|URL|URI|NAME|HEADER|TYPE|ALGORITHM|TTL|LENGTH|LIFETIME|ENABLED"
    r"|EXPIR\w{0,16}|SECONDS|MINUTES|HOURS|DAYS)",
    re.IGNORECASE,
)
"""Variables that say where a secret is, or how it is used."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_PAIR = re.compile(r"(?<!\S)([A-Za-z_][A-Za-z0-9_.-]*)=")
_PATH = re.compile(
    r"(?:[A-Za-z]:)?[\\/](?:[\w.@ -]+[\\/])+[\w.@ -]*|[\w./\\@-]+\.(?:pem|key|crt|json|ya?ml|toml|txt|ini)"
)
_USERINFO = re.compile(r"://([^/\s@]+)@")


def secrets(reading: Reading, start: int, made_by: Sequence[int], most: int) -> tuple[Exposed, ...]:
    """The secrets in the environment, and in the history from step ``start`` on.

    ``made_by`` are the steps that made layers, bottom first; ``most`` is the most that a name alone
    weighs in the history. A token is one whoever wrote it.
    """
    found: dict[str, Exposed] = {}
    layers = {step: layer for layer, step in enumerate(made_by)}
    for each in (*_in_env(reading), *_in_history(reading.steps, start, layers, min(TOLD, most))):
        # What is named is told once, however many steps repeat it.
        key = each.name or f"{each.shape} of step {each.place} {each.layer}"
        before = found.get(key)
        is_told = before is not None and before.source is Source.CONFIG
        if before is None or (not is_told and each.weight > before.weight):
            found[key] = each
    return tuple(islice(found.values(), _MOST))


def _in_env(reading: Reading) -> Iterator[Exposed]:
    for name, value in reading.env.items():
        found = _exposed(Source.CONFIG, "ENV", name, value, NAMED)
        if found is not None:
            yield found


def _in_history(
    steps: Sequence[Instruction], start: int, layers: Mapping[int, int], weight: int
) -> Iterator[Exposed]:
    room, pairs = _BUDGET, _MAX_PAIRS
    for index in range(start, len(steps)):
        step, layer = steps[index], layers.get(index)
        text = step.text[:_MAX_TEXT]
        room -= len(text) + len(step.build_args)
        if room < 0 or pairs <= 0:
            return
        named = [("build argument", *pair) for pair in _pairs(step.build_args[:_MAX_TEXT])]
        if step.verb in ("ENV", "ARG"):
            named += [(step.verb, *pair) for pair in _assigned(text)]
        elif (shape := token_shape(text)) is not None:
            yield Exposed(Source.HISTORY, step.verb or "text", "", shape, layer, SHAPED)
        pairs -= len(named)
        for place, name, value in named[:_MAX_PAIRS]:
            found = _exposed(Source.HISTORY, place, name, value, weight, layer)
            if found is not None:
                yield found


def _exposed(
    source: Source, place: str, name: str, value: str, weight: int, layer: int | None = None
) -> Exposed | None:
    """The secret that a variable holds; None when it holds none."""
    value = value[:_MAX_TEXT]
    shown = name if _NAME.fullmatch(name) and not token_shape(name) else ""
    shape = token_shape(value)
    if shape is not None:
        return Exposed(source, place, shown, shape, layer, SHAPED)
    is_called_so = _SECRET.search(name[:_MAX_NAME]) and not _ABOUT.fullmatch(name)
    is_one = shown and is_called_so and _is_secret(value[:_MAX_VALUE])
    return Exposed(source, place, shown, "", layer, weight) if is_one else None


def _is_secret(value: str) -> bool:
    """Whether a value is one that somebody wanted to keep: no reference, place or placeholder."""
    plain = value.strip().strip("\"'")
    if "://" in plain:
        match = _USERINFO.search(plain)
        user, _, password = match[1].partition(":") if match else ("", "", "")
        return bool(user or password) and user != password and is_literal(password or user)
    return is_literal(plain) and not _PATH.fullmatch(plain)


def _assigned(text: str) -> Iterable[tuple[str, str]]:
    """Names and values of ``ENV A=b C=d``, and of ``ENV A b``."""
    if _PAIR.match(text):
        return _pairs(text)
    name, _, value = text.partition(" ")
    return ((name, value.strip()),)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Names and values, which may hold blanks: up to the next name."""
    found = list(_PAIR.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=False):
        yield match[1], text[match.end() : end].strip()
