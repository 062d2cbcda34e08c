"""Workloads: a Pod, or anything built in that makes Pods from a template.

One set of shapes reads them all: a Pod's ``spec`` is a pod spec, a controller's holds ``template``,
a CronJob's holds ``jobTemplate``, and a PodTemplate has ``template`` at its top.
Source: Kubernetes API reference, core/v1, apps/v1, batch/v1.
"""

from typing import Self

import msgspec


class Present(msgspec.Struct, frozen=True, gc=False):
    """Something whose being there matters and whose content does not."""


class SecurityContext(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What Pod and container security contexts have in common."""

    run_as_user: int | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool | None = None
    """Of containers only."""


class EnvVar(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One variable: a value, or a source whose value is not visible at admission."""

    name: str = ""
    value: str | None = None
    value_from: Present | None = None


class EnvFrom(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap or Secret whose keys become variables, each with ``prefix`` in front."""

    prefix: str | None = None


class Port(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A port that a container declares."""

    container_port: int = 0
    name: str = ""


class Probe(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A liveness, readiness or startup probe; which kind it is is all that matters here."""

    http_get: Present | None = None
    tcp_socket: Present | None = None
    grpc: Present | None = None


class VolumeMount(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Where a volume is mounted."""

    name: str = ""
    mount_path: str = ""


class Resources(msgspec.Struct, frozen=True):
    """What a container may use; quantities as written."""

    limits: dict[str, str | int | float] | None = None


class Lifecycle(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What happens to a container at its start and end."""

    stop_signal: str | None = None
    """``SIGINT`` …; None leaves it to the image."""


class Container(msgspec.Struct, frozen=True, rename="camel"):
    """A container of any kind, as far as rules look at it."""

    name: str = ""
    image: str | None = None
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[EnvVar, ...] | None = None
    env_from: tuple[EnvFrom, ...] | None = None
    security_context: SecurityContext | None = None
    restart_policy: str | None = None
    """``Always`` on an init container makes it a sidecar."""
    ports: tuple[Port, ...] | None = None
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    volume_mounts: tuple[VolumeMount, ...] | None = None
    resources: Resources | None = None
    lifecycle: Lifecycle | None = None


class ImageVolume(msgspec.Struct, frozen=True, gc=False):
    """``volumes[].image``: an image that is mounted and never run."""

    reference: str | None = None


class EmptyDir(msgspec.Struct, frozen=True, gc=False):
    """``volumes[].emptyDir``: an empty folder on the node's disk, or in memory."""

    medium: str | None = None
    """``Memory``, or nothing for the disk."""


class Volume(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A volume: an image, an empty folder, or anything else."""

    name: str = ""
    image: ImageVolume | None = None
    empty_dir: EmptyDir | None = None


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """One expression of a node selector term."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class NodeTerm(msgspec.Struct, frozen=True, rename="camel"):
    """A node selector term: its expressions are AND."""

    match_expressions: tuple[Requirement, ...] | None = None


class NodeTerms(msgspec.Struct, frozen=True, rename="camel"):
    """Node selector terms: they are OR."""

    node_selector_terms: tuple[NodeTerm, ...] | None = None


class NodeAffinity(msgspec.Struct, frozen=True):
    """The part of node affinity that decides whether a Pod may run on a node."""

    required: NodeTerms | None = msgspec.field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(msgspec.Struct, frozen=True, rename="camel"):
    """``spec.affinity``."""

    node_affinity: NodeAffinity | None = None


class PodOS(msgspec.Struct, frozen=True, gc=False):
    """``spec.os``."""

    name: str = ""


class SecretName(msgspec.Struct, frozen=True, gc=False):
    """One of ``imagePullSecrets``."""

    name: str = ""


class PodSpec(msgspec.Struct, frozen=True, rename="camel"):
    """A pod spec, as far as anything here looks at it."""

    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None
    ephemeral_containers: tuple[Container, ...] | None = None
    volumes: tuple[Volume, ...] | None = None
    security_context: SecurityContext | None = None
    os: PodOS | None = None
    host_users: bool | None = None
    host_network: bool | None = None
    host_pid: bool | None = msgspec.field(default=None, name="hostPID")
    restart_policy: str | None = None
    share_process_namespace: bool | None = None
    node_selector: dict[str, str] | None = None
    affinity: Affinity | None = None
    service_account_name: str | None = None
    image_pull_secrets: tuple[SecretName, ...] | None = None


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """Object metadata, as far as anything here looks at it."""

    name: str | None = None
    generate_name: str | None = None
    namespace: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None


class Template(msgspec.Struct, frozen=True):
    """A pod template."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None


class JobSpec(msgspec.Struct, frozen=True):
    """A Job's spec inside a CronJob."""

    template: Template | None = None


class JobTemplate(msgspec.Struct, frozen=True):
    """A CronJob's ``jobTemplate``."""

    spec: JobSpec | None = None


class Spec(PodSpec, frozen=True, rename="camel"):
    """The ``spec`` of any workload: a pod spec, or what holds a template."""

    template: Template | None = None
    job_template: JobTemplate | None = None


class KubeObject(msgspec.Struct, frozen=True, rename="camel"):
    """An object of any kind."""

    api_version: str = ""
    kind: str = ""
    metadata: Metadata | None = None
    spec: Spec | None = None
    template: Template | None = None
    """A PodTemplate's."""

    @property
    def is_workload(self) -> bool:
        """Whether this is one of the built-in kinds that run or make Pods."""
        group = self.api_version.rpartition("/")[0]
        return self.kind in _KINDS.get(group, ())


_KINDS = {
    "": ("Pod", "PodTemplate", "ReplicationController"),
    "apps": ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"),
    "batch": ("Job", "CronJob"),
}
"""API group → kinds with a pod spec."""


def api_version(kind: str) -> str:
    """The ``apiVersion`` of a built-in kind with a pod spec; empty for any other."""
    group = next((group for group, kinds in _KINDS.items() if kind in kinds), None)
    return "" if group is None else f"{group}/v1".lstrip("/")


class Workload(msgspec.Struct, frozen=True):
    """A workload with its pod spec found."""

    kind: str
    namespace: str
    name: str
    """``generateName`` and a ``*`` when the API server has yet to choose."""
    pod: PodSpec
    labels: dict[str, str] = {}
    """Of the Pods, which a controller's template gives them."""

    @classmethod
    def of(cls, item: KubeObject | None, namespace: str = "") -> Self | None:
        """The workload in ``item``; None when it is no workload or has no pod spec."""
        if item is None or not item.is_workload:
            return None
        template = _template(item)
        if template is None or template.spec is None:
            return None
        metadata = item.metadata or Metadata()
        generated = f"{metadata.generate_name}*" if metadata.generate_name else ""
        return cls(
            item.kind,
            namespace or metadata.namespace or "default",
            metadata.name or generated,
            template.spec,
            (template.metadata or Metadata()).labels or {},
        )

    @property
    def is_pod(self) -> bool:
        """Whether this is what runs; everything else makes such."""
        return self.kind == "Pod"


def _template(item: KubeObject) -> Template | None:
    """What Pods are made after; a Pod is its own."""
    spec = item.spec
    if item.kind == "Pod":
        return Template(item.metadata, spec)
    if item.kind == "PodTemplate":
        return item.template
    if item.kind == "CronJob":
        job = spec.job_template.spec if spec and spec.job_template else None
        return job.template if job else None
    return spec.template if spec else None
