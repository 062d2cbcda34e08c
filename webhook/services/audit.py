"""Verdicts on everything that a cluster runs, in one pass and little memory.

Workloads come in pages and are forgotten. Pods that are alike are judged once, each image is fetched
once, and what is kept is who runs what, with verdicts that are shared.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from webhook.kube.imageuse import image_uses
from webhook.policy.finding import Result
from webhook.policy.law import PolicySet
from webhook.policy.place import Place
from webhook.services.judge import Judge, place_of
from webhook.services.judged import Judged, Named
from webhook.services.ports import (
    Keychains,
    NamespaceLabels,
    Running,
    RunningPage,
    RunningWorkloads,
)

AT_ONCE = 32
"""Workloads that are judged at once: the time of one begins when it is its turn."""
_ENCODER = msgspec.json.Encoder()
_TOKEN_VOLUME = re.compile(rb'"kube-api-access-[a-z0-9]{5}"')
"""What the API server calls the volume of each Pod's token (plugin/pkg/admission/serviceaccount)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an audit is."""

    pods: int
    """Judged so far."""
    total: int | None
    """Of Pods, where the API server says how many there are."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found."""

    judged: tuple[Judged, ...]
    """One for each workload and each way in which its Pods differ, by namespace and name."""
    drift: tuple[tuple[str, str, str, int], ...]
    """(image, digest that runs, digest that its tag names now, Pods)."""
    pods: int


@dataclass(slots=True)
class _Kept:
    """What outlives a page."""

    verdicts: dict[bytes, tuple[Result, ...]] = field(default_factory=dict)
    """By what was judged: Pods of one template are alike."""
    pods: Counter[tuple[Named, bytes]] = field(default_factory=Counter)
    drift: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seen: int = 0

    def add(self, running: Running, alike: bytes) -> None:
        self.pods[running.owner, alike] += running.pods
        self.seen += running.pods
        for image, runs, now in _drift(running, self.verdicts[alike]):
            self.drift[image, runs, now] += running.pods

    def audited(self) -> Audited:
        owners = sorted(self.pods.items(), key=lambda item: msgspec.structs.astuple(item[0][0]))
        judged = (
            Judged(
                f"{owner.kind} {owner.namespace}/{owner.name}", owner, self.verdicts[alike], pods=n
            )
            for (owner, alike), n in owners
        )
        drift = tuple((*key, pods) for key, pods in self.drift.most_common())
        return Audited(tuple(judged), drift, self.seen)


class Auditor:
    """Judges what runs by one set of policies."""

    def __init__(
        self,
        judge: Judge,
        policies: PolicySet,
        keychains: Keychains,
        namespaces: NamespaceLabels | None,
        seconds: float,
    ) -> None:
        """``seconds`` is how long one workload's images may take."""
        self._judge, self._policies, self._keychains = judge, policies, keychains
        self._namespaces, self._seconds = namespaces, seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def audit(
        self, workloads: RunningWorkloads, tell: Callable[[Progress], None] = lambda _: None
    ) -> Audited:
        """Judge all of it; an image that cannot be read is a finding. Raises ``ClusterError``."""
        kept = _Kept()
        async for page in workloads.pages():
            for start in range(0, len(page.running), 2 * AT_ONCE):
                some = page.running[start : start + 2 * AT_ONCE]
                keyed = [(running, await self._key(running)) for running in some]
                await self._judge_new(kept, keyed)
                for running, (alike, _) in keyed:
                    kept.add(running, alike)
                left = len(page.running) - start - len(some)
                tell(Progress(kept.seen, _total(kept, page, left)))
        return kept.audited()

    async def _key(self, running: Running) -> tuple[bytes, Place]:
        """What the verdict depends on, and where it is to run."""
        place = await place_of(running.workload, self._policies, self._namespaces)
        selected = place.labels if self._policies.has_selectors else None
        about = (place.namespace, place.namespace_labels, selected, running.workload.pod)
        written = _ENCODER.encode(about)
        alike = _TOKEN_VOLUME.sub(b'""', written)
        return blake2b(alike, digest_size=16).digest(), place

    async def _judge_new(
        self, kept: _Kept, keyed: Sequence[tuple[Running, tuple[bytes, Place]]]
    ) -> None:
        """Judge what is unlike everything before, some at a time."""
        new = {alike: (running, place) for running, (alike, place) in keyed}
        asked = [alike for alike in new if alike not in kept.verdicts]
        found = await asyncio.gather(*(self._verdict(*new[alike]) for alike in asked))
        kept.verdicts.update(zip(asked, found, strict=True))

    async def _verdict(self, running: Running, place: Place) -> tuple[Result, ...]:
        workload = running.workload
        keychain = self._keychains.of(workload.namespace, workload.pod)
        async with self._places:
            return await self._judge.judge(
                self._policies, image_uses(workload.pod), place, keychain, self._seconds
            )


def _total(kept: _Kept, page: RunningPage, left: int) -> int | None:
    """``left`` of the page are yet to be judged."""
    return None if page.remaining is None else kept.seen + left + page.remaining


def _drift(running: Running, results: Iterable[Result]) -> Iterator[tuple[str, str, str]]:
    """Images of which a container runs another than their tag names now."""
    digests = dict(running.digests)
    told: set[str] = set()
    for result in results:
        runs = digests.get(result.container)
        image = result.profile
        if runs is None or image is None or "@" in result.image or result.container in told:
            continue
        told.add(result.container)
        if runs not in (image.digest, *image.digests):
            yield result.image, runs, image.digests[0] if image.digests else image.digest
