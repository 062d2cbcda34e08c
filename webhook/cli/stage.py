"""What ``slimgate demo`` does: a registry, the webhook before it, real reviews, and a table."""

import re
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook.policy.text import megabytes
from webhook.profile import ImageProfile
from webhook.sandbox.images import SAMPLES, Sample, stock
from webhook.sandbox.pods import admission_review, pod
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.roots import SCALE
from webhook.sandbox.store import Store
from webhook.server.run import listen, running, stop_signal
from webhook.settings import Settings
from webhook.tls import self_signed
from webhook.tls.serving import write_pair
from webhook.wiring import assembled, clock, inspect_image, policy_texts

_POLICY = "python-recommended"
_QUANTITY = re.compile(r"(?<=: )(\d+)(M|G)(?=[},\s])")
_UNITS = {"M": 1_000_000, "G": 1_000_000_000}
_STYLES = {"allowed": "green", "warned": "yellow", "DENIED": "bold red"}


@dataclass(frozen=True, slots=True)
class _Row:
    """What came of one sample."""

    image: str
    what: str
    verdict: str
    told: tuple[str, ...]


async def perform(out: Console, *, keep: bool) -> None:
    """Show the main job; ``keep`` leaves everything running until somebody says stop."""
    store = Store()
    stock(store)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        registry = await stack.enter_async_context(SandboxRegistry(store))
        settings = _settings(folder, registry.host)
        port = await stack.enter_async_context(_webhook(settings))
        out.print(
            f"A registry with {len(SAMPLES)} sample images listens on {registry.host}, the webhook "
            f"on https://127.0.0.1:{port}.\nEach row is an AdmissionReview for a Pod that runs the "
            f"image, answered by policy [bold]{_POLICY}[/bold].\nSizes of images and limits are "
            f"scaled down {SCALE} times: 4.1 MB here stands for {4.1 * SCALE:.0f} MB.\n",
            soft_wrap=True,
        )
        out.print(_table([row async for row in _rows(settings, registry.host, port)]))
        _say_next(out, registry.host, keep=keep)
        if keep:
            with stop_signal() as stop:
                await stop.wait()


def _settings(folder: Path, registry: str) -> Settings:
    """Settings of a webhook that reads the sample registry and judges by a scaled policy."""
    certificate, key = write_pair(self_signed(("127.0.0.1",), clock()), folder)
    texts = dict(policy_texts([_POLICY]))
    (text,) = [text for file, text in texts.items() if file.endswith("policy.yaml")]
    policy = folder / "policy.yaml"
    policy.write_text(_QUANTITY.sub(_scaled, text), encoding="utf-8")
    return Settings(
        policies=(str(policy),),
        insecure_registry=(registry,),
        tls_cert=certificate,
        tls_key=key,
    )


def _scaled(match: re.Match[str]) -> str:
    return f"{int(match[1]) * _UNITS[match[2]] // SCALE // 1000}k"


@asynccontextmanager
async def _webhook(settings: Settings) -> AsyncIterator[int]:
    """The webhook, serving over TLS inside the block; gives its port."""
    async with assembled(settings, BytesIO()) as hook:
        sock = listen("127.0.0.1", 0)
        async with running(hook.app, sock, hook.certificate.listening) as port:
            yield port


async def _rows(settings: Settings, registry: str, port: int) -> AsyncIterator[_Row]:
    """Ask the webhook about every sample, as an API server does."""
    trust = ssl.create_default_context(cafile=str(settings.tls_cert))
    url = f"https://127.0.0.1:{port}/validate?timeout=10s"
    async with aiohttp.ClientSession() as session:
        for sample in SAMPLES:
            image = f"{registry}/{sample.repository}:{sample.tag}"
            review = admission_review(pod("app", image))
            async with session.post(url, json=review, ssl=trust) as reply:
                response = (await reply.json())["response"]
            found = await inspect_image(settings, image, None, 10.0, everything=False)
            yield _row(sample, found.profiles[0], response)


def _row(sample: Sample, profile: ImageProfile, response: dict[str, Any]) -> _Row:
    image = f"{sample.repository}\n:{sample.tag}"
    what = f"{sample.description}\n{_what(profile)}"
    warnings = tuple(response.get("warnings", ()))
    if not response["allowed"]:
        _, *lines = response["status"]["message"].split("\n")
        return _Row(image, what, "DENIED", tuple(lines))
    return _Row(image, what, "warned" if warnings else "allowed", warnings)


def _what(profile: ImageProfile) -> str:
    """The profile in a line."""
    size = megabytes(profile.size.pull)
    if not profile.is_python:
        return f"not Python, {size}"
    step = f", step {profile.journey.step} of 4" if profile.journey.step else ""
    version = profile.python.version or "?"
    return f"Python {version}, {profile.libc.verdict}, {profile.base.variant.value}{step}, {size}"


def _table(rows: list[_Row]) -> Table:
    table = Table(show_lines=True)
    table.add_column("image", no_wrap=True)
    table.add_column("what it is", width=27)
    table.add_column("verdict", no_wrap=True)
    table.add_column("why, and what to do", ratio=1)
    for row in rows:
        told = "\n".join(f"- {line.removeprefix('[app] ')}" for line in row.told)
        verdict = Text(row.verdict, style=_STYLES[row.verdict])
        table.add_row(Text(row.image), Text(row.what), verdict, Text(told or "nothing to mend"))
    return table


def _say_next(out: Console, registry: str, *, keep: bool) -> None:
    program = sys.argv[0] if sys.argv[0].endswith("slimgate") else "slimgate"
    out.print("\nWhat to type next:")
    image = f"{registry}/shop/api:2-slim --insecure-registry {registry}"
    hints = (
        {f"inspect {image}": "what it is", f"check {image}": "what it would be told"}
        if keep
        else {
            "rules run-as-root": "why a rule is there, and how to mend it",
            "inspect python:3.13": "what an image is, and on what evidence",
            "check -f deploy.yaml": "what your manifests would be told",
            "demo --keep": "the same, left running to be tried",
        }
    )
    for words, why in hints.items():
        out.print(f"  {program} {words:24} # {why}", soft_wrap=True, markup=False)
