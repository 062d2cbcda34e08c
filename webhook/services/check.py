"""Verdicts for images and manifests, as a command asks for them."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from webhook.errors import InvalidFile
from webhook.kube.imageuse import bare_use, image_uses
from webhook.kube.selector import namespace_labels
from webhook.kube.workload import KubeObject, Metadata, Workload
from webhook.policy.document import Document, read_documents
from webhook.policy.law import PolicySet
from webhook.policy.place import Place
from webhook.services.judge import Judge
from webhook.services.judged import Judged, Named
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
    file: str = ""
    """Where the workload stands."""
    line: int = 0


Namespaces = Mapping[str, Mapping[str, str]]
"""Labels by namespace, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is to be judged, and what is known of where it would run."""

    all: tuple[Subject, ...]
    namespaces: Namespaces
    """As the Namespaces beside the workloads say."""


async def check(
    judge: Judge,
    policies: PolicySet,
    subjects: Subjects,
    namespace: str | None,
    keychain: Keychain,
    seconds: float,
    *,
    keep_passes: bool = False,
) -> tuple[Judged, ...]:
    """Judge every subject as the Pods it would make, each in ``seconds``, some at a time.

    ``namespace`` is that of images by themselves. Where the labels of a namespace would decide and
    are not known, each image gets a finding that says so, as in a review: a program that reads the
    verdicts learns of it, and it weighs what the policy lets failures weigh.
    """
    places = asyncio.Semaphore(AT_ONCE)

    def place(workload: Workload | None) -> Place:
        known = subjects.namespaces
        if workload is None:
            return Place(namespace, known.get(namespace or ""))
        return Place(workload.namespace, known.get(workload.namespace), workload.labels)

    async def judged(subject: Subject) -> Judged:
        workload = subject.workload
        uses = (bare_use(subject.image),) if workload is None else image_uses(workload.pod)
        async with places:
            results = await judge.judge(
                policies, uses, place(workload), keychain, seconds, keep_passes=keep_passes
            )
        named = Named.of(workload) if workload else None
        return Judged(subject.target, named, results, subject.file, subject.line)

    return tuple(await asyncio.gather(*map(judged, subjects.all)))


def subjects_in(text: str, file: str, namespace: str | None) -> Subjects:
    """The workloads in a file of manifests (YAML or JSON, many documents, Lists too).

    ``namespace`` is for workloads that name none. Objects that are neither workloads nor Namespaces
    are left out. Raises ``InvalidFile``.
    """
    subjects: list[Subject] = []
    namespaces: dict[str, Mapping[str, str]] = {}
    for document in read_documents(text, file, aliases=True, limit=MAX_MANIFEST):
        for path, item in _objects(document):
            found = _read(document, path, item)
            if found is None:
                continue
            metadata = found.metadata or Metadata()
            if found.kind == "Namespace":
                name = metadata.name or ""
                namespaces[name] = namespace_labels(name, metadata.labels or {})
                continue
            workload = Workload.of(found, metadata.namespace or namespace or "default")
            if workload is not None:
                line = document.places[path][0]
                subjects.append(Subject(f"{file}:{line}", workload, "", file, line))
    return Subjects(tuple(subjects), namespaces)


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


def _read(document: Document, path: _Path, item: dict[str, Any]) -> KubeObject | None:
    """A workload or a Namespace; None for anything else, whatever is in it."""
    named = KubeObject(str(item.get("apiVersion", "")), str(item.get("kind", "")))
    if not named.is_workload and (named.api_version, named.kind) != ("v1", "Namespace"):
        return None
    try:
        return msgspec.convert(item, KubeObject)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = (*path, *_path_of(where))
        raise InvalidFile((document.problem(place, f"{named.kind}: {message}"),)) from None


def _path_of(where: str) -> Iterable[str | int]:
    """``$.spec.containers[0].env`` as keys and positions."""
    text = where.strip("`").removeprefix("$").replace("[", ".[")
    for part in text.split("."):
        if part.startswith("["):
            number = part.strip("[]")
            yield int(number) if number.isdigit() else number
        elif part:
            yield part
