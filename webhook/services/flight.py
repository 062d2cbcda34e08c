"""The reading of one image: from its reference to profiles, every failure a value.

What is known grows as answers come, so that a review whose time is over can be judged by what there
is by then, while the reading goes on for the next one.
"""

import asyncio
from collections.abc import Callable

from webhook.errors import FailureKind, FetchError
from webhook.oci import ImageConfig, Index, Manifest, Reference
from webhook.oci.image import Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile
from webhook.profile.part import Answer, AskPart, Part, meaning
from webhook.profile.wants import Ask, AskConfig, AskManifest, Known, profiles, wants
from webhook.services.memo import PartMemo
from webhook.services.ports import ImageSource, Keychain, Resolved

PARTS_AT_ONCE = 4
"""Parts of layers of one image that are read at once."""

Learnt = tuple[ImageProfile | Unavailable, ...]
"""What became known of one reference, one value for each platform."""

_QUICK = (Part.SIZE, Part.FOOTER)


class Flight:
    """One image that is being read."""

    def __init__(
        self,
        source: ImageSource,
        parts: PartMemo,
        reference: Reference,
        need: Wanted,
        keychain: Keychain,
    ) -> None:
        self._source, self._parts = source, parts
        self._reference, self._need, self._keychain = reference, need, keychain
        self._places = asyncio.Semaphore(PARTS_AT_ONCE)
        self._known: Known | None = None

    async def learn(self, resolved: Resolved) -> Learnt:
        """Read all that is wanted of the image, or as much of it as can be read."""
        known = self._known = Known(resolved.digest, resolved.document)
        while asks := wants(known, self._need.question, self._need.platforms):
            for step in asyncio.as_completed([self._step(ask) for ask in asks]):
                known = self._known = (await step)(known)
        return profiles(known, self._need.platforms)

    @property
    def is_lasting(self) -> bool:
        """Whether reading it again would bring nothing else."""
        return self._known is not None and self._known.parts.is_lasting

    def so_far(self) -> Learnt | None:
        """What is known by now, what is still missing of the layers told as such.

        None while a document is missing.
        """
        known = self._known
        if known is None:
            return None
        while asks := wants(known, self._need.question, self._need.platforms):
            for ask in asks:
                if not isinstance(ask, AskPart):
                    return None
                known = known.learn_part(ask, _LATE)
        return profiles(known, self._need.platforms)

    async def _step(self, ask: Ask) -> Callable[[Known], Known]:
        """The answer to one question, as what it adds to what is known."""
        if isinstance(ask, AskPart):
            part = await self._part(ask)
            return lambda known: known.learn_part(ask, part)
        document = await self._document(ask)
        return lambda known: known.learn(ask.descriptor.digest, document)

    async def _document(
        self, ask: AskManifest | AskConfig
    ) -> Manifest | Index | ImageConfig | Unavailable:
        try:
            if isinstance(ask, AskManifest):
                return await self._source.manifest(self._reference, ask.descriptor, self._keychain)
            return await self._source.config(self._reference, ask.descriptor, self._keychain)
        except FetchError as error:
            return Unavailable.of(error)

    async def _part(self, ask: AskPart) -> Answer | Unavailable:
        kept = self._parts.get(self._reference, self._keychain, ask)
        if kept is not None:
            return kept[0]
        try:
            async with self._places:
                data = await self._source.part(
                    self._reference, ask.descriptor, ask.start, ask.length, self._keychain
                )
        except FetchError as error:
            return Unavailable.of(error)
        quick = ask.part in _QUICK
        answer = meaning(ask, data) if quick else await asyncio.to_thread(meaning, ask, data)
        self._parts.put(self._reference, self._keychain, ask, answer)
        return answer


_LATE = Unavailable(FailureKind.TIMEOUT, "the layers did not come in time")
