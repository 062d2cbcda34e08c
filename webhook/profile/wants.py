"""What must be fetched next to know enough of an image: the plan of every gathering.

``wants`` is asked again and again, with all that is known so far, until it wants nothing more; the
caller only does the I/O. Failures are part of what is known, so that nothing is asked twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from webhook.errors import FailureKind
from webhook.oci import Descriptor, Digest, Image, ImageConfig, Index, Manifest, Platform
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.oci.image import Unavailable
from webhook.profile.assemble import Examination
from webhook.profile.image import ImageProfile
from webhook.profile.need import Need, Question
from webhook.profile.part import Answer, AskPart, Parts
from webhook.profile.peek import parts_wanted

MAX_PLATFORMS = 16
"""Platforms of one index that are looked at when none is wanted, or none of those is offered."""
MAX_NESTING = 2
"""Indexes on the way from a reference to a manifest."""


@dataclass(frozen=True, slots=True)
class AskManifest:
    """Fetch a child of an index."""

    descriptor: Descriptor


@dataclass(frozen=True, slots=True)
class AskConfig:
    """Fetch the config of a manifest."""

    descriptor: Descriptor


Ask = AskManifest | AskConfig | AskPart


@dataclass(frozen=True)
class Known:
    """What has been learnt so far, failures included. Grows by ``learn``."""

    digest: Digest
    """Of ``root``."""
    root: Manifest | Index
    """What the reference names."""
    answers: Mapping[Digest, Manifest | Index | ImageConfig | Unavailable] = field(
        default_factory=dict
    )
    """Every document that was asked for, by digest."""
    parts: Parts = field(default_factory=Parts)
    """Everything that was asked of layers."""
    _examined: dict[tuple[Digest, Platform, bool], Examination] = field(
        default_factory=dict, compare=False, repr=False
    )

    def learn(
        self, digest: Digest, answer: Manifest | Index | ImageConfig | Unavailable
    ) -> "Known":
        """What is known with one more document."""
        return replace(self, answers={**self.answers, digest: answer})

    def learn_part(self, ask: AskPart, answer: Answer | Unavailable) -> "Known":
        """What is known with one more part of a layer."""
        return replace(self, parts=self.parts.learn(ask, answer))

    def examination(self, image: Image) -> Examination:
        """The examination of an image: begun once, however often it is asked for."""
        key = (image.digest, image.platform, image.config is None)
        found = self._examined.get(key)
        if found is None:
            found = self._examined[key] = Examination(image)
        return found


@dataclass(frozen=True, slots=True)
class _Path:
    """Where one platform's search has come to: a manifest, a failure, or the next question."""

    platform: Platform | None
    descriptor: Descriptor | None
    end: Manifest | Unavailable | AskManifest


def wants(known: Known, question: Question, platforms: tuple[Platform, ...]) -> tuple[Ask, ...]:
    """What to fetch next, all at once; empty when enough is known or nothing more can be."""
    asks: dict[Ask, None] = {}
    for path in _paths(known, platforms):
        if isinstance(path.end, AskManifest):
            asks[path.end] = None
        elif isinstance(path.end, Manifest):
            config = path.end.config
            if Need.CONFIG in question.needs and config.digest not in known.answers:
                asks[AskConfig(config)] = None
            elif question.needs & Need.LAYERS:
                image = _image(known, path, platforms)
                if isinstance(image, Image):
                    examination = known.examination(image)
                    asks |= dict.fromkeys(parts_wanted(examination, question, known.parts))
    return tuple(asks)


def profiles(
    known: Known, platforms: tuple[Platform, ...]
) -> tuple[ImageProfile | Unavailable, ...]:
    """What ``known`` amounts to, one profile for each platform that may run."""
    return tuple(_profile(known, item) for item in images(known, platforms))


def _profile(known: Known, item: Image | Unavailable) -> ImageProfile | Unavailable:
    """A layer that has not the digest it is named by is no layer of this image: nothing is known."""
    if isinstance(item, Unavailable):
        return item
    seen = known.parts.seen
    lost = (seen[layer.digest].lost for layer in item.manifest.layers if layer.digest in seen)
    forged = (each for each in lost if each and each.kind is FailureKind.DIGEST_MISMATCH)
    return next(forged, None) or known.examination(item).profile(seen)


def images(known: Known, platforms: tuple[Platform, ...]) -> tuple[Image | Unavailable, ...]:
    """The images that ``known`` amounts to, one for each platform that may run."""
    return tuple(_image(known, path, platforms) for path in _paths(known, platforms))


def _paths(known: Known, platforms: tuple[Platform, ...]) -> tuple[_Path, ...]:
    if isinstance(known.root, Manifest):
        return (_Path(None, None, known.root),)
    offered = _offered(known.root, platforms)
    if not offered:
        detail = "the index names no image of a known platform"
        return (_Path(None, None, Unavailable(FailureKind.UNSUPPORTED, detail)),)
    return tuple(_follow(known, entry, platform) for platform, entry in offered)


def _offered(index: Index, platforms: tuple[Platform, ...]) -> list[tuple[Platform, Descriptor]]:
    """Entries for the platforms wanted, or all there are when none of those is offered.

    An image that offers none of them can only run elsewhere, so elsewhere is what counts.
    """
    chosen = [(p, entry) for p in platforms if (entry := index.select(p)) is not None]
    if chosen:
        return chosen
    rest = [(e.platform, e) for e in index.images if e.platform is not None]
    return rest[:MAX_PLATFORMS]


def _follow(known: Known, entry: Descriptor, platform: Platform) -> _Path:
    for _ in range(MAX_NESTING):
        answer = known.answers.get(entry.digest)
        if answer is None:
            return _Path(platform, entry, AskManifest(entry))
        if isinstance(answer, Manifest | Unavailable):
            return _Path(platform, entry, answer)
        child = answer.select(platform) if isinstance(answer, Index) else None
        if child is None:
            detail = f"the nested index names no {platform} image"
            return _Path(platform, entry, Unavailable(FailureKind.UNSUPPORTED, detail))
        entry = child
    detail = f"indexes are nested more than {MAX_NESTING} deep"
    return _Path(platform, entry, Unavailable(FailureKind.UNSUPPORTED, detail))


def _image(known: Known, path: _Path, platforms: tuple[Platform, ...]) -> Image | Unavailable:
    if isinstance(path.end, AskManifest):
        return Unavailable(FailureKind.TIMEOUT, "the manifest did not arrive in time")
    if isinstance(path.end, Unavailable):
        return path.end
    config = known.answers.get(path.end.config.digest)
    if isinstance(config, Unavailable):
        return config
    read = config if isinstance(config, ImageConfig) else None
    return Image(
        digest=known.digest if path.descriptor is None else path.descriptor.digest,
        manifest=path.end,
        platform=path.platform or _own_platform(read) or next(iter(platforms), DEFAULT_PLATFORM),
        config=read,
        digests=(known.digest, *_digests(known.root)),
        index_annotations=tuple(path.descriptor.annotations.items()) if path.descriptor else (),
        offered=tuple(map(str, known.root.platforms)) if isinstance(known.root, Index) else (),
    )


def _digests(root: Manifest | Index) -> Iterator[Digest]:
    if isinstance(root, Index):
        yield from (entry.digest for entry in root.images)


def _own_platform(config: ImageConfig | None) -> Platform | None:
    if config is None or not (config.os and config.architecture):
        return None
    return Platform(config.os, config.architecture, config.variant)
