"""What an image is, for somebody who asks by name."""

from dataclasses import dataclass

from webhook.errors import FailureKind, FetchError
from webhook.oci import Digest, Index, Platform, Reference
from webhook.oci.image import Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile
from webhook.profile.need import Need, Question
from webhook.services.gather import Gatherer
from webhook.services.ports import ImageSource, Keychain
from webhook.services.refusal import with_credentials


@dataclass(frozen=True, slots=True)
class Inspected:
    """An image and what it is on each platform that was asked for."""

    reference: Reference
    digest: Digest
    """Of what the reference names: an index or a manifest."""
    profiles: tuple[ImageProfile, ...]


async def inspect(
    source: ImageSource,
    reference: Reference,
    platforms: tuple[Platform, ...],
    keychain: Keychain,
    seconds: float,
    *,
    strictly: bool = True,
    peek: bool = True,
) -> Inspected:
    """Read an image and profile it on ``platforms``; on every one it offers when there are none.

    ``strictly`` refuses an image that does not offer what was asked for; otherwise what it does
    offer is told. ``peek`` looks into the layers, of images that are not Python too. Raises
    ``FetchError``.
    """
    try:
        resolved = await source.resolve(reference, keychain)
    except FetchError as error:
        lost = with_credentials(Unavailable.of(error), reference.repository, keychain)
        raise FetchError(lost.kind, lost.detail, error.retry_after) from None
    if strictly and isinstance(resolved.document, Index):
        _check_offer(resolved.document, platforms)
    gatherer = Gatherer(source, flight_limit=seconds)
    layers = Need.LAYERS if peek else Need.NONE
    need = Wanted(Question(Need.MANIFEST | Need.CONFIG | layers, anyway=layers), platforms)
    learnt = (await gatherer.gather({reference: need}, keychain, seconds))[reference]
    for item in learnt:
        if isinstance(item, Unavailable):
            raise FetchError(item.kind, item.detail)
    profiles = tuple(item for item in learnt if isinstance(item, ImageProfile))
    return Inspected(reference, resolved.digest, profiles)


def _check_offer(index: Index, platforms: tuple[Platform, ...]) -> None:
    for platform in platforms:
        if index.select(platform) is None:
            offered = ", ".join(map(str, index.platforms)) or "none"
            raise FetchError(FailureKind.NOT_FOUND, f"no {platform} image; offered: {offered}")
