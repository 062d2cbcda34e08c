"""The facts of one container: its image's profile and what the workload makes of it."""

from datetime import date
from typing import Self

import msgspec

from webhook.kube.imageuse import ImageUse
from webhook.kube.workload import EnvVar
from webhook.oci import Reference
from webhook.policy import effective
from webhook.policy.effective import EffectiveUser, Hidden
from webhook.profile import ImageProfile, Python
from webhook.profile.command import programs
from webhook.profile.python import with_command
from webhook.profile.shell import Command


class ContainerFacts(msgspec.Struct, frozen=True):
    """What is only there when the image is known: effective values, Pod and image together."""

    image: ImageProfile
    argv: tuple[str, ...]
    """The effective command line."""
    programs: tuple[Command, ...]
    """Every program that ``argv`` comes to run, outermost first."""
    user: EffectiveUser
    python: Python
    """Whether this container runs Python: the image's verdict, seen with the Pod's command."""
    env: dict[str, EnvVar]
    """The Pod's own variables by name; of equal names the last."""


class Facts(msgspec.Struct, frozen=True):
    """Everything a rule may ask about one container on one platform.

    A rule whose ``needs`` is NONE may use ``use``, ``reference`` and ``today`` only.
    """

    use: ImageUse
    reference: Reference
    today: date
    known: ContainerFacts | None = None
    """None when nothing of the image was needed."""

    @classmethod
    def of(
        cls, use: ImageUse, reference: Reference, today: date, image: ImageProfile | None = None
    ) -> Self:
        """Put together what a workload says of a container and what its image is."""
        return cls(use, reference, today, None if image is None else _together(use, image))

    @property
    def _known(self) -> ContainerFacts:
        if self.known is None:
            raise LookupError("this rule did not declare that it needs the image")
        return self.known

    @property
    def image(self) -> ImageProfile:
        """The image's profile. Raises ``LookupError`` for a rule that did not declare its need."""
        return self._known.image

    @property
    def argv(self) -> tuple[str, ...]:
        """See ContainerFacts.argv."""
        return self._known.argv

    @property
    def programs(self) -> tuple[Command, ...]:
        """See ContainerFacts.programs."""
        return self._known.programs

    @property
    def user(self) -> EffectiveUser:
        """The effective user."""
        return self._known.user

    @property
    def python(self) -> Python:
        """See ContainerFacts.python."""
        return self._known.python

    @property
    def is_windows(self) -> bool:
        """Whether the Pod or the image is for Windows."""
        pod_os = self.use.pod.os
        if pod_os is not None:
            return pod_os.name == "windows"
        return self.known is not None and self.known.image.runtime.os == "windows"

    def variable(self, name: str) -> str | Hidden | None:
        """The effective value of an environment variable."""
        known = self._known
        return effective.variable(name, known.env, self.use.container, known.image.runtime)


def _together(use: ImageUse, image: ImageProfile) -> ContainerFacts:
    container = use.container
    if container.command or container.args:
        argv = effective.argv(container, image.runtime)
        started, python = programs(argv), with_command(image.python, argv)
    else:
        argv, started, python = image.runtime.argv, image.runtime.programs, image.python
    env = {item.name: item for item in container.env} if container.env else {}
    user = effective.user(container, use.pod, image.user)
    return ContainerFacts(image, argv, started, user, python, env)
