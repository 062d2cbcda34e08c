"""``slimgate demo``: the whole main job on an embedded registry."""

import re
import ssl
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook.cli.options import Color, ColorOption, console
from webhook.policy.text import megabytes
from webhook.profile import ImageProfile
from webhook.settings import Settings
from webhook.wiring import assembled, clock, inspect_image, policy_texts, run

_POLICY = "python-recommended"
_SCALE = 100
_QUANTITY = re.compile(r"(?<=: )(\d+)(M|G)(?=[},\s])")
_VERDICT = {"allowed": "green", "warned": "yellow", "DENIED": "bold red"}


@dataclass(frozen=True, slots=True)
class _Row:
    """What came of one sample."""

    image: str
    what: str
    verdict: str
    told: tuple[str, ...]


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave registry and webhook running until Ctrl-C.")
    ] = False,
    color: ColorOption = Color.AUTO,
) -> None:
    """The whole main job against an embedded registry: no cluster, no network.

    \b
    Starts a registry with sample images and the webhook over TLS, sends the admission
    reviews that an API server would send, and shows what a developer would be told.

    \b
    Examples:
      slimgate demo
      slimgate demo --keep
    """
    run(_demo(console(color), keep=keep))


async def _demo(out: Console, *, keep: bool) -> None:
    from webhook.sandbox.images import SAMPLES, stock
    from webhook.sandbox.registry import SandboxRegistry
    from webhook.sandbox.store import Store
    from webhook.server.run import stop_signal

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
            f"scaled down {_SCALE} times: 4.1 MB here stands for 413 MB.\n",
            soft_wrap=True,
        )
        out.print(_table(await _rows(settings, registry.host, port)))
        _say_next(out, registry.host, keep=keep)
        if keep:
            with stop_signal() as stop:
                await stop.wait()


def _settings(folder: Path, registry: str) -> Settings:
    """Settings of a webhook that reads the sample registry and judges by a scaled policy."""
    from webhook.tls import self_signed
    from webhook.tls.serving import write_pair

    certificate, key = write_pair(self_signed(("127.0.0.1",), clock()), folder)
    ((_, text),) = [item for item in policy_texts([_POLICY]) if item[0].endswith("policy.yaml")]
    policy = folder / "policy.yaml"
    policy.write_text(_QUANTITY.sub(_scaled, text), encoding="utf-8")
    return Settings(
        policies=(str(policy),),
        insecure_registry=(registry,),
        tls_cert=certificate,
        tls_key=key,
    )


def _scaled(match: re.Match[str]) -> str:
    size = int(match[1]) * {"M": 1_000_000, "G": 1_000_000_000}[match[2]] // _SCALE
    return f"{size // 1000}k"


def _webhook(settings: Settings) -> Any:
    """An asynchronous context in which the webhook serves; gives its port."""
    from contextlib import asynccontextmanager

    from webhook.server.run import listen, running

    @asynccontextmanager
    async def served() -> Any:
        async with assembled(settings, BytesIO()) as hook:
            sock = listen("127.0.0.1", 0)
            async with running(hook.app, sock, hook.certificate.listening) as port:
                yield port

    return served()


async def _rows(settings: Settings, registry: str, port: int) -> list[_Row]:
    """Ask the webhook about every sample, as an API server does."""
    import aiohttp

    from webhook.sandbox.images import SAMPLES
    from webhook.sandbox.pods import admission_review, pod

    trust = ssl.create_default_context(cafile=str(settings.tls_cert))
    url = f"https://127.0.0.1:{port}/validate?timeout=10s"
    rows = []
    async with aiohttp.ClientSession() as session:
        for sample in SAMPLES:
            image = f"{registry}/{sample.repository}:{sample.tag}"
            review = admission_review(pod("app", image))
            async with session.post(url, json=review, ssl=trust) as reply:
                response = (await reply.json())["response"]
            found = await inspect_image(settings, image, None, 10.0, everything=False)
            what = f"{sample.description}\n{_what(found.profiles[0])}"
            rows.append(_row(f"{sample.repository}\n:{sample.tag}", what, response))
    return rows


def _row(image: str, what: str, response: dict[str, Any]) -> _Row:
    warnings = tuple(response.get("warnings", ()))
    if not response["allowed"]:
        _, *lines = response["status"]["message"].split("\n")
        return _Row(image, what, "DENIED", tuple(lines))
    return _Row(image, what, "warned" if warnings else "allowed", warnings)


def _what(profile: ImageProfile) -> str:
    """The profile in a line."""
    if profile.python.verdict == "no":
        return f"not Python, {megabytes(profile.size.pull)}"
    step = f", step {profile.journey.step}" if profile.journey.step else ""
    return (
        f"Python {profile.python.version or '?'}, {profile.libc.verdict}, "
        f"{profile.base.variant.value}{step}, {megabytes(profile.size.pull)}"
    )


def _table(rows: list[_Row]) -> Table:
    table = Table(show_lines=True)
    table.add_column("image", no_wrap=True)
    table.add_column("what it is", width=27)
    table.add_column("verdict", no_wrap=True)
    table.add_column("why, and what to do", ratio=1)
    for row in rows:
        told = "\n".join(line.removeprefix("[app] ") for line in row.told)
        verdict = Text(row.verdict, style=_VERDICT[row.verdict])
        table.add_row(Text(row.image), Text(row.what), verdict, Text(told or "nothing to mend"))
    return table


def _say_next(out: Console, registry: str, *, keep: bool) -> None:
    program = sys.argv[0] if sys.argv[0].endswith("slimgate") else "slimgate"
    image = f"{registry}/shop/api:2-slim"
    out.print("\nWhat to type next:")
    if keep:
        out.print(f"  {program} inspect {image} --insecure-registry {registry}", soft_wrap=True)
        out.print(f"  {program} check {image} --insecure-registry {registry}", soft_wrap=True)
        out.print("Ctrl-C ends registry and webhook.")
    else:
        out.print(f"  {program} rules run-as-root      why a rule is there, and how to mend it")
        out.print(f"  {program} inspect python:3.13    what an image of yours is")
        out.print(f"  {program} check -f deploy.yaml   what your manifests would be told")
        out.print(f"  {program} demo --keep            the same, left running to be tried")
