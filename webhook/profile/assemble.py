"""The profile of an image, put together from what each judge says."""

import msgspec

from webhook.oci import Image
from webhook.profile import distro, libc, python, variant, version
from webhook.profile.boundary import declared_base, find_boundary
from webhook.profile.contents import Contents
from webhook.profile.image import Base, ImageProfile, Python, Runtime
from webhook.profile.journey import place
from webhook.profile.launch import Launch
from webhook.profile.reading import Reading
from webhook.profile.seen import NO_LAYERS, Layers
from webhook.profile.size import measure
from webhook.profile.user import parse_user


def profile(image: Image, layers: Layers = NO_LAYERS) -> ImageProfile:
    """What ``image`` is, from its manifest and config and what was read of its layers.

    Its name is not asked.
    """
    reading = Reading.of(image)
    judged_python = _python(reading)
    judged_libc = libc.judge(tuple(libc.signals(reading)))
    base = _base(reading)
    user = parse_user(reading.config.config.user or "")
    size = measure(
        image.manifest,
        reading.config.diff_ids,
        reading.steps,
        base.boundary if base.boundary_by != "none" else None,
    )
    return ImageProfile(
        digest=str(image.digest),
        platform=str(image.platform),
        runtime=_runtime(reading),
        python=judged_python,
        libc=judged_libc,
        distro=distro.judge(tuple(distro.signals(reading))),
        base=base,
        journey=place(reading, judged_python, judged_libc, base, user, size),
        user=user,
        size=size,
        contents=Contents(),
        offered=image.offered,
    )


def _python(reading: Reading) -> Python:
    judged = python.judge(tuple(python.signals(reading)), reading.tells_nothing)
    if judged.verdict == "no":
        return judged
    found, confidence = version.judge(version.signals(reading))
    return msgspec.structs.replace(
        judged,
        version=found,
        version_confidence=confidence,
        origin=version.origin(reading),
    )


def _base(reading: Reading) -> Base:
    evidence = variant.signals(reading)
    kind, confidence = variant.judge(evidence)
    boundary = find_boundary(reading.steps)
    declared = declared_base(reading)
    return Base(
        variant=kind,
        confidence=confidence,
        reference=declared.reference if declared else None,
        boundary=boundary.index,
        boundary_by=boundary.by,
        evidence=evidence,
    )


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
    )
