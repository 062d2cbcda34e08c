"""The profile of an image, put together from what each judge says.

An *examination* works out once what manifest and config say, so that the same questions can be
asked again with more of the layers read; a *judgement* is what comes of them then.
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
from webhook.profile.size import layer_steps, measure
from webhook.profile.stack import Stack
from webhook.profile.user import parse_user


def profile(image: Image, layers: Layers = NO_LAYERS) -> ImageProfile:
    """What ``image`` is, from its manifest and config and what was read of its layers.

    Its name is not asked.
    """
    return Examination(image).profile(layers)


class Examination:
    """One image under examination: what its manifest and config say, worked out once."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._last: Judgement | None = None

    @cached_property
    def reading(self) -> Reading:
        """What manifest and config say."""
        return Reading.of(self.image)

    @cached_property
    def boundary(self) -> Boundary:
        """Where the base ends in the history."""
        return find_boundary(self.reading.steps)

    @cached_property
    def made_by(self) -> tuple[int, ...] | None:
        """For each layer the index of the step that made it; None when the counts do not agree."""
        return layer_steps(self.reading.steps, len(self.image.manifest.layers))

    def judged(self, layers: Layers) -> "Judgement":
        """The judgement with so much of the layers read; the same object for the same reading."""
        if self._last is None or self._last.layers is not layers:
            self._last = Judgement(self, layers)
        return self._last

    def profile(self, layers: Layers) -> ImageProfile:
        """Everything that is known, with so much of the layers read."""
        reading, judged = self.reading, self.judged(layers)
        base, user = judged.base, judged.user
        size = measure(
            self.image.manifest,
            reading.config.diff_ids,
            reading.steps,
            base.boundary if base.boundary_by != "none" else None,
            judged.stack,
        )
        contents = distil.contents(judged.stack, [layer.own for layer in size.layers], reading)
        known = Known(reading, judged.python, judged.libc, base, self._build, user, size, contents)
        return ImageProfile(
            digest=str(self.image.digest),
            platform=str(self.image.platform),
            runtime=_runtime(reading),
            python=judged.python,
            libc=judged.libc,
            distro=judged.distro,
            base=base,
            journey=place(known),
            user=user,
            size=size,
            contents=contents,
            build=self._build,
            traces=traces_of(reading, self.boundary, len(self.image.manifest.layers)),
            offered=self.image.offered,
            digests=tuple(map(str, self.image.digests)),
            extensions=extensions(judged.stack),
        )

    @cached_property
    def _build(self) -> Build:
        return build_of(self.reading, self.boundary, len(self.image.manifest.layers))

    @cached_property
    def told_of_python(self) -> tuple[Evidence, ...]:
        """What the metadata says for and against Python."""
        return tuple(python.signals(self.reading))

    @cached_property
    def told_of_version(self) -> tuple[Evidence, ...]:
        """What the metadata says of Python's version."""
        return tuple(version.signals(self.reading))

    @cached_property
    def told_of_libc(self) -> tuple[Evidence, ...]:
        """What the metadata says of the C library."""
        return tuple(libc.signals(self.reading))

    @cached_property
    def told_of_distro(self) -> tuple[Evidence, ...]:
        """What the metadata says of the distribution."""
        return tuple(distro.signals(self.reading))

    @cached_property
    def told_of_variant(self) -> tuple[Evidence, ...]:
        """What the metadata says of the kind of base."""
        return variant.signals(self.reading)


class Judgement:
    """What the judges say of an image with so much of its layers read; each is asked once."""

    def __init__(self, examination: Examination, layers: Layers) -> None:
        self._examination, self.layers = examination, layers
        self.stack = Stack.of(examination.image.manifest.layers, layers)
        """What was read of the image's layers, in their order."""

    @cached_property
    def python(self) -> Python:
        """Whether the image is Python, and which."""
        told, reading = self._examination, self._examination.reading
        evidence = (*told.told_of_python, *inside.python(self.stack))
        judged = python.judge(evidence, reading.tells_nothing and self.stack.is_blank)
        if judged.verdict == "no":
            return judged
        by_release = version.of_release(reading, self.distro)
        found, confidence = version.judge(
            (*told.told_of_version, *inside.version(self.stack), *by_release)
        )
        return msgspec.structs.replace(
            judged,
            version=found,
            version_confidence=confidence,
            origin=version.origin(reading),
        )

    @cached_property
    def libc(self) -> Libc:
        """Which C library the image's programs use."""
        return libc.judge((*self._examination.told_of_libc, *inside.libc(self.stack)))

    @cached_property
    def distro(self) -> Distro | None:
        """The distribution."""
        return distro.judge((*self._examination.told_of_distro, *inside.distro(self.stack)))

    @property
    def is_debian(self) -> bool:
        """Whether the distribution is Debian itself."""
        return self.distro is not None and self.distro.id == "debian"

    @cached_property
    def base(self) -> Base:
        """What kind of base it stands on, and where that ends."""
        boundary = self._examination.boundary
        seen = inside.variant(self.stack, self.is_debian)
        evidence = (*self._examination.told_of_variant, *seen)
        kind, confidence = variant.judge(evidence)
        declared = declared_base(self._examination.reading)
        return Base(
            variant=kind,
            confidence=confidence,
            reference=declared.reference if declared else None,
            declared=declared.evidence if declared else None,
            digest=declared.digest if declared else None,
            boundary=boundary.index,
            boundary_by=boundary.by,
            evidence=evidence,
        )

    @cached_property
    def user(self) -> User:
        """Who the image runs as, names looked up where the layers tell."""
        user = parse_user(self._examination.reading.config.config.user or "")
        if user.root is not None:
            return user
        found = inside.account(self.stack, user.raw.partition(":")[0])
        if found is None:
            return user
        uid, evidence = found
        return msgspec.structs.replace(user, uid=uid, root=uid == 0, evidence=(evidence,))


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
