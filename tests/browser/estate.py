"""A report as large as one likes: the sample images, judged by the engine, under many names.

Run as a module it writes one: ``python -m tests.browser.estate FILE [IMAGES]``.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

from msgspec.structs import replace

from webhook.policy.finding import Finding, Result
from webhook.policy.law import PolicySet
from webhook.profile import Evidence, ImageProfile, Journey, Layer
from webhook.profile.image import Unpacked
from webhook.report.about import About
from webhook.report.html import page
from webhook.sandbox.images import SAMPLES, stock
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.roots import SCALE
from webhook.sandbox.store import Store
from webhook.services.check import Subject, Subjects
from webhook.services.judged import Judged, Named
from webhook.services.overview import Overview, overview
from webhook.settings import Settings
from webhook.wiring import check_subjects, load_policies

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_SIZE = re.compile(r"([\d.]+) (kB|MB)\b")
_LIMIT = re.compile(r"max(Pull|Unpacked): (\d+)(M|G)")
_TEAMS = ("shop", "search", "billing", "identity", "media", "ledger", "mail", "maps", "risk", "lab")
_STAGES = ("prod", "staging", "dev", "batch")
_NAMES = ("api", "worker", "web", "cron", "ingest", "report", "sync", "gateway", "export", "score")
_RELEASES = ("3.9.21", "3.11.9", "3.12.8", "3.12.8", "3.13.1", "3.13.1", "3.13.1", "3.14.0")
_MISSING = ("gone/api:1.0", "gone/worker:2.1")


def settings(folder: Path, host: str) -> Settings:
    """Settings that judge by ``restricted``, its limits as small as the samples are."""
    shipped = Path(__file__).parents[2] / "policies/restricted/policy.yaml"
    policy = folder / "restricted.yaml"
    policy.write_text(_LIMIT.sub(_scaled, shipped.read_text()))
    return Settings(policies=(str(policy),), insecure_registry=(host,))


def _scaled(match: re.Match[str]) -> str:
    size = int(match[2]) * {"M": 1_000_000, "G": 1_000_000_000}[match[3]]
    return f"max{match[1]}: {size // SCALE // 1000}k"


async def _judged(folder: Path) -> tuple[PolicySet, tuple[Judged, ...]]:
    store = Store()
    stock(store)
    async with SandboxRegistry(store) as registry:
        told = settings(folder, registry.host)
        names = [f"{sample.repository}:{sample.tag}" for sample in SAMPLES]
        subjects = [Subject(name, None, f"{registry.host}/{name}") for name in (*names, *_MISSING)]
        law = load_policies(told)
        found = Subjects(tuple(subjects), {})
        return law, await check_subjects(told, law, found, None, 10.0, keep_passes=False)


def estate(folder: Path, images: int, seed: int = 7) -> tuple[Overview, About]:
    """So many images, each run by some workloads;."""
    law, samples = asyncio.run(_judged(folder))
    random = Random(seed)
    subjects: list[Judged] = []
    drift = []
    for at, (image, sample) in zip(range(images), _images(random, samples), strict=False):
        subjects += _workloads(random, image, sample)
        if at % 40 == 7:
            drift.append((image, f"sha256:{at:064x}", f"sha256:{at + 1:064x}", 2))
    about = About.of(law, "0.3.0", AT, "all namespaces of context prod-eu-1", preview=True)
    limits = tuple(replace(limit, size=limit.size * SCALE) for limit in about.limits)
    return overview(subjects, drift), replace(about, limits=limits)


def _images(
    random: Random, samples: tuple[Judged, ...]
) -> Iterator[tuple[str, tuple[Result, ...]]]:
    """Names and results: large as life, and no two of the same size."""
    weights = [8, 12, 9, 7, 6, 2, 4, 4, 4, 3, 3, 3, *(0.7 for _ in _MISSING)]
    for number in count():
        (sample,) = random.choices(samples, weights)
        team, name = random.choice(_TEAMS), random.choice(_NAMES)
        image = f"registry.example.com/{team}/{name}-{number}:{random.randint(1, 9)}.{number % 30}"
        factor = SCALE * random.lognormvariate(0, 0.45)
        release = random.choice(_RELEASES)
        yield image, tuple(_result(each, image, factor, release) for each in sample.results)


def _workloads(random: Random, image: str, results: tuple[Result, ...]) -> Iterator[Judged]:
    team = image.split("/")[1]
    name = image.split("/")[2].split(":")[0]
    for stage in random.sample(_STAGES, random.choice((1, 1, 2, 3))):
        kind = random.choice(("Deployment", "Deployment", "StatefulSet", "CronJob"))
        owner = Named(kind, f"{team}-{stage}", name)
        held = tuple(replace(result, container=name.split("-")[0]) for result in results)
        yield Judged(f"{kind} {owner.namespace}/{name}", owner, held, pods=random.randint(1, 24))


def _result(result: Result, image: str, factor: float, release: str) -> Result:
    profile = result.profile and _profile(result.profile, factor, release)
    findings = tuple(_finding(finding, factor) for finding in result.findings)
    return replace(result, image=image, findings=findings, profile=profile)


def _finding(finding: Finding, factor: float) -> Finding:
    evidence = tuple(_evidence(piece, factor) for piece in finding.evidence)
    return replace(finding, message=_grown(finding.message, factor), evidence=evidence)


def _evidence(piece: Evidence, factor: float) -> Evidence:
    return replace(piece, detail=_grown(piece.detail, factor))


def _grown(text: str, factor: float) -> str:
    """``text`` with the sizes in it as large as life; limits are what they are."""

    def size(match: re.Match[str]) -> str:
        value = float(match[1]) * {"kB": 0.001, "MB": 1.0}[match[2]]
        is_limit = text[: match.start()].endswith("limit ")
        return f"{value * (SCALE if is_limit else factor):.0f} MB"

    return _SIZE.sub(size, text)


def _profile(profile: ImageProfile, factor: float, release: str) -> ImageProfile:
    size = profile.size
    python = profile.python
    if python.verdict != "no" and python.version:
        told = (
            replace(piece, detail=piece.detail.replace(python.version, release))
            for piece in python.evidence
        )
        python = replace(python, version=release, evidence=tuple(told))
    grown = replace(
        size,
        pull=round(size.pull * factor),
        unpacked=_unpacked(size.unpacked, factor),
        layers=tuple(_layer(layer, factor) for layer in size.layers),
    )
    return replace(profile, python=python, size=grown, journey=_journey(profile.journey, factor))


def _unpacked(size: Unpacked, factor: float) -> Unpacked:
    value, low, high = (round(each * factor) for each in (size.value, size.low, size.high))
    return replace(size, value=value, low=low, high=high)


def _layer(layer: Layer, factor: float) -> Layer:
    return replace(layer, size=round(layer.size * factor))


def _journey(journey: Journey, factor: float) -> Journey:
    reasons = tuple(_grown(reason, factor) for reason in journey.reasons)
    saves = journey.saves and round(journey.saves * factor)
    return replace(journey, reasons=reasons, saves=saves)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    target.write_text(page(*estate(target.parent, wanted)), encoding="utf-8")
