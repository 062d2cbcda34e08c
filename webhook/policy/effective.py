"""Effective values: what a container will really run with, Pod and image put together.

Sources: Kubernetes documentation, "Define a Command and Arguments for a Container"; core/v1 EnvVar
("Values defined by an Env with a duplicate key will take precedence"); kubelet
pkg/kubelet/kuberuntime/security_context_others.go.
"""

from collections.abc import Mapping
from enum import Enum

import msgspec

from webhook.kube.workload import Container, EnvVar, PodSpec, SecurityContext
from webhook.profile import Runtime, User

_NOTHING = SecurityContext()


class Hidden(Enum):
    """The value of a variable that exists, or may exist, but cannot be seen at admission."""

    VALUE_FROM = "valueFrom"
    ENV_FROM = "envFrom"
    LAUNCHER = "the buildpack launcher"


def argv(container: Container, runtime: Runtime) -> tuple[str, ...]:
    """The command line: ``command`` replaces ENTRYPOINT and drops CMD, ``args`` replaces CMD."""
    if container.command:
        return container.command + (container.args or ())
    return runtime.entrypoint + (container.args or runtime.cmd)


def variable(
    name: str, env: Mapping[str, EnvVar], container: Container, runtime: Runtime
) -> str | Hidden | None:
    """The value of a variable; None when it is unset, ``Hidden`` when it cannot be seen.

    ``env`` is the container's own by name: it wins over ``envFrom``, which wins over the image.
    """
    item = env.get(name)
    if item is not None:
        return Hidden.VALUE_FROM if item.value_from is not None else item.value or ""
    if container.env_from and any(name.startswith(s.prefix or "") for s in container.env_from):
        return Hidden.ENV_FROM
    value = runtime.env.get(name)
    return Hidden.LAUNCHER if value is None and runtime.launcher else value


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


def user(container: Container, pod: PodSpec, image: User) -> EffectiveUser:
    """Container over Pod over image, as the kubelet resolves it."""
    inner = container.security_context or _NOTHING
    outer = pod.security_context or _NOTHING
    demanded = inner.run_as_non_root if inner.run_as_non_root is not None else outer.run_as_non_root
    uid, by = inner.run_as_user, "container"
    if uid is None:
        uid, by = outer.run_as_user, "pod"
    if uid is None:
        return EffectiveUser(image.uid, image.raw, image.root, "image", bool(demanded))
    return EffectiveUser(uid, str(uid), uid == 0, by, bool(demanded))
