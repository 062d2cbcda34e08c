"""Where a workload names an image, as written."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from webhook.kube.workload import Container, PodSpec, Workload


class ContainerKind(StrEnum):
    """What the image is used as."""

    CONTAINER = "container"
    SIDECAR = "sidecar"
    """An init container with ``restartPolicy: Always``."""
    INIT = "init"
    EPHEMERAL = "ephemeral"
    IMAGE_VOLUME = "imageVolume"
    """Mounted, never run."""


class ImageUse(msgspec.Struct, frozen=True):
    """One place that names an image."""

    name: str
    """Of the container, or of the volume."""
    kind: ContainerKind
    image: str
    """As written; may be empty or nonsense."""
    container: Container
    """What the workload says of running it; empty for an image volume."""
    pod: PodSpec


_NO_CONTAINER = Container()
_NO_POD = PodSpec()


def image_uses(pod: PodSpec) -> tuple[ImageUse, ...]:
    """Every image that ``pod`` names, main containers first.

    A container without an image is left out: the API server refuses it on Pods, and on templates
    admission controllers may fill it in.
    """
    return tuple(_uses(pod))


def _uses(pod: PodSpec) -> Iterator[ImageUse]:
    for container in pod.containers or ():
        if container.image:
            yield ImageUse(container.name, ContainerKind.CONTAINER, container.image, container, pod)
    for container in pod.init_containers or ():
        if container.image:
            sidecar = container.restart_policy == "Always"
            kind = ContainerKind.SIDECAR if sidecar else ContainerKind.INIT
            yield ImageUse(container.name, kind, container.image, container, pod)
    for container in pod.ephemeral_containers or ():
        if container.image:
            yield ImageUse(container.name, ContainerKind.EPHEMERAL, container.image, container, pod)
    for volume in pod.volumes or ():
        if volume.image is not None and volume.image.reference:
            yield ImageUse(
                volume.name,
                ContainerKind.IMAGE_VOLUME,
                volume.image.reference,
                _NO_CONTAINER,
                pod,
            )


def bare_use(image: str) -> ImageUse:
    """The use of an image that is looked at by itself, with no workload around it."""
    return ImageUse("", ContainerKind.CONTAINER, image, _NO_CONTAINER, _NO_POD)


def changed_uses(new: Workload, old: Workload | None) -> tuple[ImageUse, ...]:
    """The uses of ``new`` that an update made worth judging.

    Of a Pod, those whose image was added or changed: nothing else about a running container can
    change. Of a template, those of which anything changed that a rule looks at.
    """
    uses = image_uses(new.pod)
    if old is None:
        return uses
    before = {(use.kind, use.name): use for use in image_uses(old.pod)}
    same = _same_image if new.is_pod else _same_run
    return tuple(
        use
        for use in uses
        if (was := before.get((use.kind, use.name))) is None or not same(use, was)
    )


def _same_image(use: ImageUse, was: ImageUse) -> bool:
    return use.image == was.image


def _same_run(use: ImageUse, was: ImageUse) -> bool:
    return (
        _run(use.container) == _run(was.container)
        and use.image == was.image
        and _around(use.pod) == _around(was.pod)
    )


def _run(container: Container) -> Container:
    """What decides how it runs: giving it more memory changes nothing that is judged anew."""
    return msgspec.structs.replace(container, resources=None)


def _around(pod: PodSpec) -> tuple[object, ...]:
    """What rules look at beside the containers."""
    return (
        pod.security_context,
        pod.os,
        pod.host_users,
        pod.host_network,
        pod.host_pid,
        pod.restart_policy,
        pod.share_process_namespace,
        pod.node_selector,
        pod.affinity,
    )
