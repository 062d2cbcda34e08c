"""The profile of an image, put together from what each judge says.

An *examination* works out once what manifest and config say, so that the same questions can be
asked again with more of the layers read.
"""

from functools import cached_property

import msgspec

from webhook.oci import Image
from webhook.profile import distil, distro, inside, libc, python, variant, version
from webhook.profile.boundary import Boundary, declared_base, find_boundary
from webhook.profile.build import Build
from webhook.profile.evidence import Evidence
from webhook.profile.extensions import extensions
from webhook.profile.image import Base, Distro, ImageProfile, Libc, Python, Runtime, User
from webhook.profile.journey import Known, place
from webhook.profile.launch import Launch
from webhook.profile.reading import Reading
from webhook.profile.recipe import build_of
from webhook.profile.remains import traces_of
from webhook.profile.seen import NO_LAYERS, Layers
from webhook.profile.size import measure
from webhook.profile.stack import Stack
from webhook.profile.traces import Traces
from webhook.profile.user import parse_user


def profile(image: Image, layers: Layers = NO_LAYERS) -> ImageProfile:
    """What ``image`` is, from its manifest and config and what was read of its layers.

    Its name is not asked.
    """
    return Examination(image).profile(layers)


class Examination:
    """One image under examination."""

    def __init__(self, image: Image) -> None:
        self.image = image

    @cached_property
    def reading(self) -> Reading:
        """What manifest and config say."""
        return Reading.of(self.image)

    @cached_property
    def boundary(self) -> Boundary:
        """Where the base ends in the history."""
        return find_boundary(self.reading.steps)

    def stack(self, layers: Layers) -> Stack:
        """What was read of the image's layers, in their order."""
        return Stack.of(self.image.manifest.layers, layers)

    def python(self, stack: Stack) -> Python:
        """Whether the image is Python, and which."""
        evidence = (*self._python, *inside.python(stack))
        judged = python.judge(evidence, self.reading.tells_nothing and stack.is_blank)
        if judged.verdict == "no":
            return judged
        by_release = version.of_release(self.reading, self.distro(stack))
        told = (*self._version, *inside.version(stack), *by_release)
        found, confidence = version.judge(told)
        return msgspec.structs.replace(
            judged,
            version=found,
            version_confidence=confidence,
            origin=version.origin(self.reading),
        )

    def libc(self, stack: Stack) -> Libc:
        """Which C library the image's programs use."""
        return libc.judge((*self._libc, *inside.libc(stack)))

    def distro(self, stack: Stack) -> Distro | None:
        """The distribution."""
        return distro.judge((*self._distro, *inside.distro(stack)))

    def base(self, stack: Stack) -> Base:
        """What kind of base it stands on, and where that ends."""
        system = self.distro(stack)
        is_debian = system is not None and system.id == "debian"
        evidence = (*self._variant, *inside.variant(stack, is_debian))
        kind, confidence = variant.judge(evidence)
        declared = declared_base(self.reading)
        return Base(
            variant=kind,
            confidence=confidence,
            reference=declared.reference if declared else None,
            declared=declared.evidence if declared else None,
            digest=declared.digest if declared else None,
            boundary=self.boundary.index,
            boundary_by=self.boundary.by,
            evidence=evidence,
        )

    def user(self, stack: Stack) -> User:
        """Who the image runs as, names looked up where the layers tell."""
        user = parse_user(self.reading.config.config.user or "")
        if user.root is not None:
            return user
        found = inside.account(stack, user.raw.partition(":")[0])
        if found is None:
            return user
        uid, evidence = found
        return msgspec.structs.replace(user, uid=uid, root=uid == 0, evidence=(evidence,))

    def profile(self, layers: Layers) -> ImageProfile:
        """Everything that is known, with so much of the layers read."""
        reading, stack = self.reading, self.stack(layers)
        judged_python, judged_libc = self.python(stack), self.libc(stack)
        base, user = self.base(stack), self.user(stack)
        size = measure(
            self.image.manifest,
            reading.config.diff_ids,
            reading.steps,
            base.boundary if base.boundary_by != "none" else None,
            stack,
        )
        contents = distil.contents(stack, [layer.own for layer in size.layers], reading)
        return ImageProfile(
            digest=str(self.image.digest),
            platform=str(self.image.platform),
            runtime=_runtime(reading),
            python=judged_python,
            libc=judged_libc,
            distro=self.distro(stack),
            base=base,
            journey=place(
                Known(reading, judged_python, judged_libc, base, self._build, user, size, contents)
            ),
            user=user,
            size=size,
            contents=contents,
            build=self._build,
            traces=self._traces,
            offered=self.image.offered,
            extensions=extensions(stack),
        )

    @cached_property
    def _build(self) -> Build:
        return build_of(self.reading, self.boundary, len(self.image.manifest.layers))

    @cached_property
    def _traces(self) -> Traces:
        return traces_of(self.reading, self.boundary, len(self.image.manifest.layers))

    @cached_property
    def _python(self) -> tuple[Evidence, ...]:
        return tuple(python.signals(self.reading))

    @cached_property
    def _version(self) -> tuple[Evidence, ...]:
        return tuple(version.signals(self.reading))

    @cached_property
    def _libc(self) -> tuple[Evidence, ...]:
        return tuple(libc.signals(self.reading))

    @cached_property
    def _distro(self) -> tuple[Evidence, ...]:
        return tuple(distro.signals(self.reading))

    @cached_property
    def _variant(self) -> tuple[Evidence, ...]:
        return variant.signals(self.reading)


def _runtime(reading: Reading) -> Runtime:
    config = reading.config.config
    return Runtime(
        user=config.user or "",
        env=dict(reading.env),
        entrypoint=config.entrypoint or (),
        cmd=config.cmd or (),
        working_dir=config.working_dir or "",
        labels=dict(reading.labels),
        created=reading.config.created,
        os=reading.config.os,
        architecture=reading.config.architecture,
        launch=Launch.of(reading.argv),
        launcher=bool(reading.buildpacks) or "CNB_LAYERS_DIR" in reading.env,
        stop_signal=config.stop_signal or "",
    )
