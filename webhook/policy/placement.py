"""Where a Pod may run: the platforms of the nodes that its selectors allow.

Source: Kubernetes documentation, "Assigning Pods to Nodes" and "Well-Known Labels". A required node
affinity is terms of which one must hold, and a term is expressions that all must hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webhook.kube.workload import NodeTerm, PodSpec, Requirement
from webhook.oci import Platform

_OS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_ARCHITECTURE = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
_DEFAULT_OS = "linux"
_MAX_PLATFORMS = 64
"""Platforms of one Pod that are told apart; there are some twenty in the world."""
_ANYTHING = NodeTerm()
_LEVEL = re.compile(r"v(\d{1,2})", re.ASCII)
_LEVELS = {"amd64": 1, "arm": 7, "arm64": 8}
"""Level of an architecture that no variant is written of (containerd/platforms)."""


def wanted_platforms(pod: PodSpec, cluster: Sequence[Platform]) -> tuple[Platform, ...]:
    """The platforms of the nodes that a Pod may land on; empty when nothing says.

    Those that its selectors name, and where they name none those of ``cluster`` that they leave; where
    an operating system is all that is known, its architecture is empty.
    """
    if pod.affinity is None and not pod.node_selector:
        return tuple(cluster)
    affinity = pod.affinity.node_affinity if pod.affinity else None
    terms = (
        affinity.required.node_selector_terms if affinity and affinity.required else None
    ) or ()
    found: dict[Platform, None] = {}
    for term in terms or (_ANYTHING,):
        for platform in _Allowed.by(pod, term).platforms(cluster):
            if len(found) == _MAX_PLATFORMS:
                break
            found[platform] = None
    return tuple(found)


def runs_on(offered: Platform, node: Platform) -> bool:
    """Whether an image of one platform runs on nodes of another.

    A processor runs what was built for earlier levels of it: arm v7 runs v6, arm64 is arm64/v8.
    """
    if offered.os != node.os or node.architecture not in ("", offered.architecture):
        return False
    return node.variant is None or _level(offered) <= _level(node)


def _level(platform: Platform) -> int:
    match = _LEVEL.fullmatch(platform.variant or "")
    return int(match[1]) if match else _LEVELS.get(platform.architecture, 0)


@dataclass(frozen=True, slots=True)
class _Label:
    """What may be the value of one label of a node."""

    among: frozenset[str] | None
    """None when any value may."""
    but: frozenset[str]

    def allows(self, value: str) -> bool:
        return value not in self.but and (self.among is None or value in self.among)

    def named(self) -> tuple[str, ...]:
        return tuple(sorted((self.among or frozenset()) - self.but))


@dataclass(frozen=True, slots=True)
class _Allowed:
    """The nodes that a Pod's selectors allow, by one term of its affinity."""

    os: _Label
    architecture: _Label

    @classmethod
    def by(cls, pod: PodSpec, term: NodeTerm) -> "_Allowed":
        requirements = [
            *(Requirement(key, "In", (value,)) for key, value in (pod.node_selector or {}).items()),
            *(term.match_expressions or ()),
        ]
        return cls(_label(requirements, _OS), _label(requirements, _ARCHITECTURE))

    def platforms(self, cluster: Sequence[Platform]) -> Iterator[Platform]:
        if self.architecture.among is not None:
            systems = (_DEFAULT_OS,) if self.os.among is None else self.os.named()
            for architecture in self.architecture.named():
                yield from (Platform(system, architecture) for system in systems)
            return
        left = [
            platform
            for platform in cluster
            if self.os.allows(platform.os) and self.architecture.allows(platform.architecture)
        ]
        yield from left or (Platform(system, "") for system in self.os.named())


def _label(requirements: Sequence[Requirement], keys: Sequence[str]) -> _Label:
    among: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    for requirement in requirements:
        if requirement.key not in keys:
            continue
        values = frozenset(requirement.values or ())
        if requirement.operator == "In":
            among = values if among is None else among & values
        elif requirement.operator == "NotIn":
            but |= values
    return _Label(among, but)
