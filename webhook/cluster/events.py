"""Events: what slimgate tells where people look, in ``kubectl get events`` and ``kubectl describe``.

The webhook tells of itself, on its own Pod; an audit tells of workloads, on each of them.
Source: Kubernetes API reference, core/v1 Event; client-go, tools/record.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, decode, location
from webhook.errors import ClusterError, ClusterFailure
from webhook.kube.workload import api_version
from webhook.policy.finding import Outcome, Result
from webhook.policy.message import Line, lines
from webhook.policy.rule import Action
from webhook.policy.text import counted
from webhook.services.judged import Judged, Named

MAX_TOLD = 100
"""Workloads that one audit writes Events about: they all lie in etcd for an hour."""
_MAX_MESSAGE = 1024
"""Characters that the API server takes."""
_COMPONENT = "slimgate"
_REASON = "PolicyViolation"
_ROOM = len(" +99999 more.")


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that Events are about."""

    namespace: str
    name: str
    uid: str
    """Empty where it is not known; ``kubectl describe`` then does not show the Event."""
    kind: str = "Pod"
    api_version: str = "v1"

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """A Pod as ``NAMESPACE/NAME/UID``."""
        return cls(*text.split("/"))


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a subject."""

    kind: str
    """``Normal`` or ``Warning``."""
    reason: str
    message: str


class Events:
    """Writes Events about one Pod."""

    def __init__(self, cluster: Cluster, about: Subject) -> None:
        self._cluster, self._about = cluster, about

    async def write(self, kind: str, reason: str, message: str, now: datetime) -> None:
        """One Event; ``kind`` is ``Normal`` or ``Warning``. Raises ``ClusterError``."""
        said = Said(kind, reason, message)
        await _write(self._cluster, self._about, said, uuid4().hex, now)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of Events about workloads: counts of workloads."""

    written: int
    repeated: int
    """The same was told before, and the Event is still there."""
    left_out: int
    """More than one audit tells."""
    failed: int
    why: str
    """The first failure; empty when there was none."""


class WorkloadEvents:
    """Writes Events about workloads that break policies."""

    def __init__(self, cluster: Cluster, policy_set: str) -> None:
        """``policy_set`` is the hash of the policies: another set tells anew."""
        self._cluster, self._policy_set = cluster, policy_set

    async def tell(self, judged: Iterable[Judged], now: datetime) -> Told:
        """One Event on each workload that would be denied or warned of, the gravest first.

        The same is not told twice while its Event lives, and no more than ``MAX_TOLD`` in all.
        """
        grave = _gravest(judged)
        asked = (self._tell(workload, said, now) for workload, said in grave[:MAX_TOLD])
        failures = await asyncio.gather(*asked)
        repeated = [each for each in failures if each and each.kind is ClusterFailure.CONFLICT]
        failed = [each for each in failures if each and each.kind is not ClusterFailure.CONFLICT]
        return Told(
            written=len(failures) - len(repeated) - len(failed),
            repeated=len(repeated),
            left_out=len(grave) - len(failures),
            failed=len(failed),
            why=failed[0].detail if failed else "",
        )

    async def _tell(
        self, workload: Named, said: Sequence[Line], now: datetime
    ) -> ClusterError | None:
        about = await self._subject(workload)
        told = Said("Warning", _REASON, _message(said))
        key = msgspec.json.encode((about, self._policy_set, list(map(str, said))))
        try:
            await _write(self._cluster, about, told, sha256(key).hexdigest(), now)
        except ClusterError as error:
            return error
        return None

    async def _subject(self, workload: Named) -> Subject:
        """The workload with its uid, where it is of a built-in kind and may be asked for."""
        named = (workload.namespace, workload.name)
        version = api_version(workload.kind)
        if not version:
            return Subject(*named, "", workload.kind, "")
        group = "apis" if "/" in version else "api"
        path = location(f"{group}/{version}", f"{workload.kind.lower()}s", *named)
        try:
            uid = decode(await self._cluster.get(path), Item).metadata.uid
        except ClusterError:
            uid = ""
        return Subject(*named, uid, workload.kind, version)


def _gravest(judged: Iterable[Judged]) -> list[tuple[Named, list[Line]]]:
    """Workloads with what is to be told of them: denials first, then most Pods."""
    results: dict[Named, list[Result]] = {}
    pods: dict[Named, int] = {}
    for item in judged:
        if item.workload is not None:
            results.setdefault(item.workload, []).extend(item.results)
            pods[item.workload] = pods.get(item.workload, 0) + item.pods
    told = {workload: _told(found) for workload, found in results.items()}
    return sorted(
        ((workload, said) for workload, said in told.items() if said),
        key=lambda each: _rank(each[0], each[1], pods[each[0]]),
    )


def _told(results: Sequence[Result]) -> list[Line]:
    return [
        line
        for line in lines(results)
        if line.finding.action is not Action.AUDIT and line.finding.outcome is not Outcome.SKIP
    ]


def _rank(workload: Named, said: Sequence[Line], pods: int) -> tuple[int, int, str, str, str]:
    named = (workload.namespace, workload.kind, workload.name)
    return (-said[0].finding.action.weight, -pods, *named)


def _message(said: Sequence[Line]) -> str:
    """As many findings as fit, the first one always, and how many were left out."""
    text = f"{counted(len(said), 'problem')}:"
    for at, line in enumerate(map(str, said)):
        if at and len(text) + 1 + len(line) > _MAX_MESSAGE - _ROOM:
            return f"{text} +{len(said) - at} more."
        text = f"{text} {line}"
    return text


async def _write(cluster: Cluster, about: Subject, said: Said, key: str, now: datetime) -> None:
    """One Event, whose name ends in some of ``key``; ``CONFLICT`` when it is there already."""
    seconds = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{about.name[:200].rstrip('-.')}.{key[:16]}"},
        "involvedObject": {
            "apiVersion": about.api_version,
            "kind": about.kind,
            "namespace": about.namespace,
            "name": about.name,
            "uid": about.uid,
        },
        "type": said.kind,
        "reason": said.reason,
        "message": said.message[:_MAX_MESSAGE],
        "source": {"component": _COMPONENT},
        "firstTimestamp": seconds,
        "lastTimestamp": seconds,
        "count": 1,
    }
    await cluster.create(location("api/v1", "events", about.namespace), event)
