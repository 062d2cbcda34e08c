"""The facts of one container: its image's profile and what the workload makes of it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from webhook.kube.imageuse import ImageUse
from webhook.oci import Reference
from webhook.policy import effective
from webhook.policy.effective import EffectiveUser, Hidden
from webhook.profile import ImageProfile, Python
from webhook.profile.python import with_command


@dataclass(frozen=True)
class Facts:
    """Everything a rule may ask about one container on one platform.

    A rule whose ``needs`` is NONE may use ``use``, ``reference`` and ``today`` only.
    """

    use: ImageUse
    reference: Reference
    today: date
    known: ImageProfile | None = None
    """None when nothing of the image was needed."""

    @property
    def image(self) -> ImageProfile:
        """The image's profile. Raises ``LookupError`` for a rule that did not declare its need."""
        if self.known is None:
            raise LookupError("this rule did not declare that it needs the image")
        return self.known

    @cached_property
    def argv(self) -> tuple[str, ...]:
        """The effective command line."""
        return effective.argv(self.use.container, self.image.runtime)

    @cached_property
    def user(self) -> EffectiveUser:
        """The effective user."""
        return effective.user(self.use.container, self.use.pod, self.image.user)

    @cached_property
    def python(self) -> Python:
        """Whether this container runs Python: the image's verdict, seen with the Pod's command."""
        container = self.use.container
        if not (container.command or container.args):
            return self.image.python
        return with_command(self.image.python, self.argv)

    @cached_property
    def is_windows(self) -> bool:
        """Whether the Pod or the image is for Windows."""
        pod_os = self.use.pod.os
        if pod_os is not None:
            return pod_os.name == "windows"
        return self.known is not None and self.known.runtime.os == "windows"

    def variable(self, name: str) -> str | Hidden | None:
        """The effective value of an environment variable."""
        return effective.variable(name, self.use.container, self.image.runtime)
