"""The facts of one container: its image's profile and what the workload makes of it."""

from datetime import date
from typing import Self

import msgspec

from webhook.kube.imageuse import ImageUse
from webhook.oci import Reference
from webhook.policy import effective
from webhook.policy.effective import EffectiveUser, Environment, Hidden
from webhook.policy.tables import Tables
from webhook.profile import ImageProfile, Python
from webhook.profile.launch import Launch
from webhook.profile.python import with_command


class ContainerFacts(msgspec.Struct, frozen=True):
    """What is only there when the image is known: effective values, Pod and image together."""

    image: ImageProfile
    launch: Launch
    """The effective command line, and what it comes to run."""
    user: EffectiveUser
    python: Python
    """Whether this container runs Python: the image's verdict, seen with the Pod's command."""
    env: Environment


class Facts(msgspec.Struct, frozen=True):
    """Everything a rule may ask about one container on one platform.

    A rule whose ``needs`` is NONE may use ``use``, ``reference``, ``today`` and ``tables`` only.
    """

    use: ImageUse
    reference: Reference
    today: date
    tables: Tables
    """What the world says today: releases and their ends, packages, installers."""
    known: ContainerFacts | None = None
    """None when nothing of the image was needed."""

    @classmethod
    def of(
        cls,
        use: ImageUse,
        reference: Reference,
        today: date,
        tables: Tables,
        image: ImageProfile | None = None,
    ) -> Self:
        """Put together what a workload says of a container and what its image is."""
        known = None if image is None else _together(use, image)
        return cls(use, reference, today, tables, known)

    @property
    def _known(self) -> ContainerFacts:
        if self.known is None:
            raise LookupError("this rule did not declare that it needs the image")
        return self.known

    @property
    def image(self) -> ImageProfile:
        """The image's profile. Raises ``LookupError`` for a rule that did not declare its need."""
        known = self.known  # asked for more often than anything else
        return known.image if known is not None else self._known.image

    @property
    def launch(self) -> Launch:
        """See ContainerFacts.launch."""
        return self._known.launch

    @property
    def user(self) -> EffectiveUser:
        """The effective user."""
        return self._known.user

    @property
    def python(self) -> Python:
        """See ContainerFacts.python."""
        return self._known.python

    @property
    def env(self) -> Environment:
        """See ContainerFacts.env."""
        return self._known.env

    @property
    def is_windows(self) -> bool:
        """Whether the Pod or the image is for Windows."""
        pod_os = self.use.pod.os
        if pod_os is not None:
            return pod_os.name == "windows"
        return self.known is not None and self.known.image.runtime.os == "windows"

    def variable(self, name: str) -> str | Hidden | None:
        """The effective value of an environment variable; None when it is unset."""
        return self._known.env.get(name)


def _together(use: ImageUse, image: ImageProfile) -> ContainerFacts:
    container, runtime = use.container, image.runtime
    if container.command or container.args:
        launch = Launch.of(effective.argv(container, runtime))
        python = with_command(image.python, launch.argv)
    else:
        launch, python = runtime.launch, image.python
    user = effective.user(container, use.pod, image.user)
    return ContainerFacts(image, launch, user, python, effective.environment(container, runtime))
