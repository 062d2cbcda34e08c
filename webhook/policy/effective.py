"""Effective values: what a container will really run with, Pod and image put together.

Sources: Kubernetes documentation, "Define a Command and Arguments for a Container"; core/v1 EnvVar
("Values defined by an Env with a duplicate key will take precedence"); kubelet
pkg/kubelet/kuberuntime/security_context_others.go; k8s.io/kubernetes, third_party/forked/golang/expansion.
"""

import re
from collections.abc import Mapping
from enum import Enum

import msgspec

from webhook.kube.workload import Container, EnvVar, PodSpec, SecurityContext
from webhook.profile import Evidence, Runtime, User

_NOTHING = SecurityContext()
_NO_NAMES: frozenset[str] = frozenset()
_REFERENCE = re.compile(r"\$(?:(\$)|\(([^()$]*)\))")
"""``$(NAME)``, or ``$$`` for a dollar."""
_MAX_EXPANDED = 32 * 1024
"""Characters that references may add to a container's texts, and what each costs beside them:
variables that name one another would grow without end."""
_COST = 16


class Hidden(Enum):
    """The value of a variable that exists, or may exist, but cannot be seen at admission."""

    VALUE_FROM = "valueFrom"
    ENV_FROM = "envFrom"
    LAUNCHER = "the buildpack launcher"
    SHELL = "the shell"


def argv(container: Container, runtime: Runtime) -> tuple[str, ...]:
    """The command line: ``command`` replaces ENTRYPOINT and drops CMD, ``args`` replaces CMD.

    ``$(NAME)`` in them is what the Pod's own ``env`` says; the image's variables are not looked at.
    """
    command, args = container.command or (), container.args or ()
    if any("$" in word for word in command + args):
        own = _Own(container)
        command = tuple(map(own.filled, command))
        args = tuple(map(own.filled, args))
    return command + args if command else runtime.entrypoint + (args or runtime.cmd)


class Environment(msgspec.Struct, frozen=True):
    """The variables of a container: its own over ``envFrom`` over the image's."""

    visible: Mapping[str, str | Hidden]
    """What the image and ``env`` say; of equal names the last of ``env``."""
    own: frozenset[str]
    """Names that ``env`` itself sets, where ``envFrom`` could set others."""
    prefixes: tuple[str, ...]
    """Prefixes of the names that ``envFrom`` may set; an empty one is every name."""
    has_launcher: bool
    """Whether a launcher may set what nothing else does."""

    def get(self, name: str) -> str | Hidden | None:
        """The value of a variable; None when it is unset, ``Hidden`` when it cannot be seen."""
        if self.prefixes and name not in self.own and name.startswith(self.prefixes):
            return Hidden.ENV_FROM
        value = self.visible.get(name)
        return Hidden.LAUNCHER if value is None and self.has_launcher else value


def environment(container: Container, runtime: Runtime) -> Environment:
    """The variables that a container of this image gets."""
    if not container.env and not container.env_from:
        return Environment(runtime.env, _NO_NAMES, (), runtime.launcher)
    own = _Own(container).values
    names = frozenset(own) if container.env_from else _NO_NAMES
    prefixes = tuple(source.prefix or "" for source in container.env_from or ())
    return Environment({**runtime.env, **own}, names, prefixes, runtime.launcher)


def stop_signal(container: Container, runtime: Runtime) -> str:
    """The signal that ends the container: the Pod's over the image's; empty for SIGTERM."""
    own = container.lifecycle.stop_signal if container.lifecycle else None
    return own or runtime.stop_signal


class _Own:
    """What ``env`` itself says, references filled in as far as they can be."""

    __slots__ = ("_room", "values")

    def __init__(self, container: Container) -> None:
        self.values: dict[str, str | Hidden] = {}
        self._room = _MAX_EXPANDED
        for item in container.env or ():
            self.values[item.name] = Hidden.VALUE_FROM if item.value_from else self._value(item)

    def filled(self, text: str) -> str:
        """``text`` with its references filled in; those to what is not known stay as they are."""
        return self._read(text)[0]

    def _value(self, item: EnvVar) -> str | Hidden:
        """The value of a variable; one that refers to a hidden one is hidden itself."""
        text, hidden = self._read(item.value or "")
        return hidden or text

    def _read(self, text: str) -> tuple[str, Hidden | None]:
        """``text`` with its references filled in, and what one of them refers to that is hidden."""
        parts: list[str] = []
        hidden: Hidden | None = None
        end = 0
        for match in _REFERENCE.finditer(text) if "$" in text else ():
            value = "$" if match[1] else self.values.get(match[2])
            self._room -= _COST + (len(value) if isinstance(value, str) else 0)
            if self._room < 0:
                break
            if isinstance(value, Hidden):
                hidden = hidden or value
            elif value is not None:
                parts += text[end : match.start()], value
                end = match.end()
        return ("".join((*parts, text[end:])) if parts else text), hidden


class EffectiveUser(msgspec.Struct, frozen=True):
    """Who the container's process will be."""

    uid: int | None
    """None for a name."""
    name: str
    """What was written: the image's ``User``, or the uid as text."""
    root: bool | None
    """None when a name cannot be resolved."""
    by: str
    """``image``, ``container`` or ``pod``: who decided."""
    run_as_non_root: bool
    """Whether the kubelet will refuse to start it as root."""
    is_name: bool = False
    """Whether a name decides, of which the kubelet cannot know the number."""
    evidence: tuple[Evidence, ...] = ()
    """What the layers say of a name."""


def user(container: Container, pod: PodSpec, image: User) -> EffectiveUser:
    """Container over Pod over image, as the kubelet resolves it."""
    inner = container.security_context or _NOTHING
    outer = pod.security_context or _NOTHING
    demanded = inner.run_as_non_root if inner.run_as_non_root is not None else outer.run_as_non_root
    uid, by = inner.run_as_user, "container"
    if uid is None:
        uid, by = outer.run_as_user, "pod"
    if uid is None:
        return EffectiveUser(
            image.uid,
            image.raw,
            image.root,
            "image",
            bool(demanded),
            image.is_name,
            image.evidence,
        )
    return EffectiveUser(uid, str(uid), uid == 0, by, bool(demanded))
