"""Verdicts for images and manifests, as a command asks for them."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from webhook.errors import InvalidFile
from webhook.kube.imageuse import bare_use, image_uses
from webhook.kube.workload import KubeObject, Workload
from webhook.policy.document import Document, read_documents
from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.law import PolicySet
from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action
from webhook.services.judge import Judge
from webhook.services.ports import Keychain

MAX_MANIFEST = 64 * 1024 * 1024
"""Bytes of one file of manifests."""
AT_ONCE = 32
"""Subjects that are judged at once: the time of one begins when its registry may be asked."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to judge: an image by itself, or a workload from a file."""

    target: str
    """What the person typed: an image, or ``FILE:LINE``."""
    workload: Workload | None
    """None for an image by itself."""
    image: str = ""
    """The image, when it is by itself."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one subject."""

    subject: Subject
    results: tuple[Result, ...]

    @property
    def allowed(self) -> bool:
        """Whether the Pods it makes would be admitted."""
        return all(result.allowed for result in self.results)

    @property
    def is_incomplete(self) -> bool:
        """Whether something that counts could not be known, or a rule broke."""
        return any(_is_open(finding) for result in self.results for finding in result.findings)


def _is_open(finding: Finding) -> bool:
    """An image that could not be read leaves everything open; a rule that could not be answered
    leaves open what the policy makes of it, which for a record is nothing."""
    if finding.outcome is Outcome.UNKNOWN:
        return finding.action is not Action.AUDIT or finding.rule == UNVERIFIED
    return finding.outcome is Outcome.ERROR


async def check(
    judge: Judge,
    policies: PolicySet,
    subjects: Iterable[Subject],
    namespace: str | None,
    keychain: Keychain,
    seconds: float,
    *,
    keep_passes: bool = False,
) -> tuple[Judged, ...]:
    """Judge every subject as the Pods it would make, each in ``seconds``, some at a time.

    ``namespace`` is for images by themselves and for manifests that name none.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def judged(subject: Subject) -> Judged:
        workload = subject.workload
        uses = (bare_use(subject.image),) if workload is None else image_uses(workload.pod)
        where = namespace if workload is None else workload.namespace
        async with places:
            results = await judge.judge(
                policies, uses, where, keychain, seconds, keep_passes=keep_passes
            )
        return Judged(subject, results)

    return tuple(await asyncio.gather(*map(judged, subjects)))


def subjects_in(text: str, file: str, namespace: str | None) -> tuple[Subject, ...]:
    """The workloads in a file of manifests (YAML or JSON, many documents, Lists too).

    Objects that are no workloads are left out. Raises ``InvalidFile``.
    """
    documents = read_documents(text, file, aliases=True, limit=MAX_MANIFEST)
    return tuple(
        subject
        for document in documents
        for path, item in _objects(document)
        if (subject := _subject(document, path, item, namespace)) is not None
    )


_Path = tuple[str | int, ...]


def _objects(document: Document) -> Iterator[tuple[_Path, dict[str, Any]]]:
    """The objects of a document with their places, those of (nested) lists one by one."""
    if not isinstance(document.data, dict):
        raise InvalidFile((document.problem((), "not a Kubernetes object"),))
    waiting: list[tuple[_Path, dict[str, Any]]] = [((), document.data)]
    while waiting:
        path, item = waiting.pop()
        kind, items = str(item.get("kind", "")), item.get("items")
        if not (kind.endswith("List") and isinstance(items, list)):
            yield path, item
            continue
        # The items of a PodList are Pods of the same version, and need not say so.
        stated = {"apiVersion": item.get("apiVersion"), "kind": kind.removesuffix("List")}
        waiting += [
            ((*path, "items", at), stated | inner)
            for at, inner in reversed(list(enumerate(items)))
            if isinstance(inner, dict)
        ]


def _subject(
    document: Document,
    path: _Path,
    item: dict[str, Any],
    namespace: str | None,
) -> Subject | None:
    named = KubeObject(str(item.get("apiVersion", "")), str(item.get("kind", "")))
    if not named.is_workload:
        return None
    try:
        found = msgspec.convert(item, KubeObject)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = (*path, *_path_of(where))
        raise InvalidFile((document.problem(place, f"{named.kind}: {message}"),)) from None
    metadata = found.metadata
    stated = metadata.namespace if metadata is not None else None
    workload = Workload.of(found, stated or namespace or "default")
    if workload is None:
        return None
    line = document.places[path][0]
    return Subject(f"{document.file}:{line}", workload)


def _path_of(where: str) -> Iterable[str | int]:
    """``$.spec.containers[0].env`` as keys and positions."""
    text = where.strip("`").removeprefix("$").replace("[", ".[")
    for part in text.split("."):
        if part.startswith("["):
            number = part.strip("[]")
            yield int(number) if number.isdigit() else number
        elif part:
            yield part
