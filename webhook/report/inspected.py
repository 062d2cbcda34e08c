"""``inspect`` as text: what an image is, on one screen, each statement with why it is believed."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook.policy.text import megabytes, shown
from webhook.profile import Evidence, ImageProfile, Layer
from webhook.profile.flags import is_on
from webhook.profile.journey import NAMES
from webhook.profile.python import MAYBE, YES
from webhook.services.inspect import Inspected

_TITLE = 256
_INSTRUCTION = 200
_VARIABLES = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH", "PATH")
"""Variables that matter to a Python program, in the order in which they are told."""
_SWITCHES = frozenset(_VARIABLES[:2])
_VALUE = 60


def write_inspected(console: Console, found: Inspected, *, explain: bool = False) -> None:
    """One screen for each platform; ``explain`` adds all the evidence with its weights."""
    console.print(Text(shown(found.reference.written, _TITLE), "bold"), soft_wrap=True)
    console.print(f"digest   {found.digest}", soft_wrap=True)
    for image in found.profiles:
        console.print()
        _write_statements(console, image)
        _write_layers(console, image)
        if explain:
            _write_ladder(console, "python", _python_rule(image), image.python.evidence)
            _write_ladder(console, "libc", _libc_rule(image), image.libc.evidence)


def _write_statements(console: Console, image: ImageProfile) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text, because in statements(image):
        grid.add_row(name, Text.assemble(text, (f"  {because}" if because else "", "dim")))
    console.print(grid)


def statements(image: ImageProfile) -> Iterator[tuple[str, str, str]]:
    """Name, statement, and why it is believed."""
    python, libc, base = image.python, image.libc, image.base
    yield "platform", image.platform, ""
    version = f", {shown(python.version)}" if python.version else ""
    origin = f" ({python.origin})" if python.origin else ""
    yield "python", f"{python.verdict}{version}{origin}", _because(python.score, python.evidence)
    strongest = [piece for piece in libc.evidence if piece.says == libc.verdict]
    yield "libc", libc.verdict, _because(libc.confidence, strongest or libc.evidence)
    distro = image.distro
    system = f"{shown(distro.id)} {shown(distro.release or '')}".strip() if distro else "unknown"
    named = f", {shown(base.reference, 120)}" if base.reference else ""
    kind = f"{base.variant.value}{named} on {system}"
    yield "base", kind, _because(base.confidence, base.evidence)
    yield "user", _user(image), _because(0, image.user.evidence)
    argv = image.runtime.entrypoint + image.runtime.cmd
    yield "command", shown(" ".join(argv), 160) or "none", ""
    yield "environment", _environment(image), ""
    yield "size", _size(image), ""
    yield "journey", _journey(image), ""


def _because(weight: int, evidence: Sequence[Evidence]) -> str:
    """How sure, and the strongest reason why."""
    best = max(evidence, key=lambda item: item.weight, default=None)
    if best is None:
        return ""
    return f"[{weight or best.weight}: {best.source.value}, {best.detail}]"


def _user(image: ImageProfile) -> str:
    user = image.user
    if user.root is None:
        return f"{shown(user.raw)} (a name: not provable)"
    number = f" (uid {user.uid})" if user.is_name else ""
    return f"{shown(user.raw) or 'unset'}{number}, {'root' if user.root else 'not root'}"


def _environment(image: ImageProfile) -> str:
    """What is set of the variables that matter, and of the two switches what is not."""
    env = image.runtime.env
    told = []
    for name in _VARIABLES:
        if name in _SWITCHES and image.is_python:
            value = env.get(name)
            state = "not set" if value is None else shown(value) if is_on(value) else "off"
            told.append(f"{name}={state}" if is_on(value) else f"{name} {state}")
        elif env.get(name):
            told.append(f"{name}={shown(env[name], _VALUE)}")
    return "\n".join(told) or "nothing that matters"


def _size(image: ImageProfile) -> str:
    size, unpacked = image.size, image.size.unpacked
    pull = f"{megabytes(size.pull)} to pull"
    if unpacked.low == unpacked.high:
        return f"{pull}, {megabytes(unpacked.value)} unpacked (by {unpacked.method})"
    span = f"{megabytes(unpacked.low)} to {megabytes(unpacked.high)}, by {unpacked.method}"
    return f"{pull}, about {megabytes(unpacked.value)} unpacked ({span})"


def _journey(image: ImageProfile) -> str:
    """The four steps with the one the image stands on, and what stands before the next."""
    journey = image.journey
    if journey.step is None:
        return f"no step: {'; '.join(journey.reasons)}"
    steps = " > ".join(
        f"[{number} {name}]" if number == journey.step else name for number, name in NAMES.items()
    )
    if not journey.reasons:
        return steps
    saved = f" (saves about {megabytes(journey.saves)})" if journey.saves else ""
    before = f"before step {journey.step + 1}{saved}:"
    return "\n".join((steps, before, *(f"- {reason}" for reason in journey.reasons)))


def _write_layers(console: Console, image: ImageProfile) -> None:
    layers = image.size.layers
    if not layers:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for name, width in (("layer", 7), ("pull", 6), ("share", 5), ("on disk", 7)):
        table.add_column(name, justify="right", no_wrap=True, min_width=width)
    table.add_column("made by", overflow="ellipsis", no_wrap=True, ratio=3)
    table.add_column("in it", overflow="ellipsis", no_wrap=True, ratio=2)
    whole = image.size.pull or 1
    for at, layer in enumerate(layers):
        notes = ", ".join(image.contents.notes.get(at, ()))
        table.add_row(
            f"{'base ' if layer.own is False else ''}{at + 1}",
            _amount(layer.size),
            f"{100 * layer.size / whole:.0f} %",
            _amount(layer.unpacked) if layer.unpacked is not None else "?",
            Text(_made_by(layer)),
            Text(shown(notes, _INSTRUCTION), "dim"),
        )
    console.print(table)
    if image.contents.blind:
        console.print(Text(f"own layers unseen: {image.contents.blind}", "dim"), soft_wrap=True)


def _amount(size: int) -> str:
    """Bytes in the unit that leaves something in front of the point."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 100_000 else megabytes(size)


def _made_by(layer: Layer) -> str:
    text = layer.created_by or "unknown"
    for noise in ("/bin/sh -c #(nop) ", "/bin/sh -c ", " # buildkit"):
        text = text.replace(noise, "")
    return shown(text, _INSTRUCTION)


def _python_rule(image: ImageProfile) -> str:
    python = image.python
    return f"{python.verdict}, score {python.score} (yes from {YES}, maybe from {MAYBE})"


def _libc_rule(image: ImageProfile) -> str:
    return (
        f"{image.libc.verdict}, confidence {image.libc.confidence} (what layers show beats claims)"
    )


def _write_ladder(console: Console, name: str, verdict: str, evidence: Sequence[Evidence]) -> None:
    """All evidence for one statement, the weightiest first."""
    console.print(Text.assemble("\n", (name, "bold"), f"  {verdict}"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("weight", justify="right")
    for column in ("from", "says"):
        table.add_column(column, no_wrap=True)
    table.add_column("seen", overflow="fold")
    for piece in sorted(evidence, key=lambda piece: -piece.weight):
        table.add_row(
            str(piece.weight), piece.source.value, Text(shown(piece.says)), Text(piece.detail)
        )
    if evidence:
        console.print(table)
    else:
        console.print("  nothing was seen that speaks for or against it")
