"""What is read of layers, to whom it belongs, and what is done without it."""

from dataclasses import dataclass, field

import pytest

from tests.services.sources import Gate, MemorySource
from tests.services.test_gather import Someone
from webhook.errors import FailureKind, FetchError
from webhook.layer.head import look_of_head
from webhook.oci import Descriptor, Platform, Reference
from webhook.oci.image import Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile, Source
from webhook.profile.need import Need, Question
from webhook.sandbox.store import Store
from webhook.services.gather import Gatherer

ALL = Wanted(
    Question(Need.MANIFEST | Need.CONFIG | Need.LAYERS, anyway=Need.LAYERS),
    (Platform("linux", "amd64"),),
)
SLIM = Reference.parse("registry.test/shop/api:2-slim")
SISTER = Reference.parse("registry.test/shop/api:4-optimised")
ALPINE = Reference.parse("registry.test/shop/worker:alpine")


@dataclass
class Failing(MemorySource):
    """A source whose layers cannot be read."""

    kind: FailureKind = FailureKind.UNSUPPORTED

    async def piece(self, reference: Reference, descriptor: Descriptor, wanted: range) -> bytes:
        raise FetchError(self.kind, "no part of it")


@dataclass
class Lying(MemorySource):
    """A source that serves, in one repository, the bytes of another layer for parts of every layer."""

    liar: str = "evil/api"
    instead: bytes = b""
    told: list[str] = field(default_factory=list)

    async def piece(self, reference: Reference, descriptor: Descriptor, wanted: range) -> bytes:
        # A whole one would be checked.
        if reference.path == self.liar and len(wanted) < descriptor.size:
            self.told.append(str(descriptor.digest))
            return self.instead[wanted.start : wanted.stop]
        return await super().piece(reference, descriptor, wanted)


async def learnt(gatherer: Gatherer, reference: Reference, scope: str = "someone") -> ImageProfile:
    (found,) = (await gatherer.gather({reference: ALL}, Someone(scope), 5))[reference]
    assert isinstance(found, ImageProfile), found
    return found


async def test_layers_are_looked_into(store: Store):
    found = await learnt(Gatherer(MemorySource(store)), ALPINE)
    assert (found.libc.verdict, found.libc.confidence) == ("musl", 99)
    assert found.libc.evidence[-1].source is Source.LAYER
    assert found.size.unpacked.method == "isize"


async def test_what_is_known_is_not_read_again(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    await learnt(gatherer, SLIM)
    source.asked.clear()
    await learnt(gatherer, SLIM)
    assert source.asked == []


async def test_a_second_image_on_the_same_base_costs_its_own_layers_only(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    await learnt(gatherer, SLIM)
    alone = MemorySource(store)
    await learnt(Gatherer(alone), SISTER)
    source.asked.clear()
    await learnt(gatherer, SISTER)
    assert 0 < source.asked.count("part") < alone.asked.count("part")


async def test_what_a_registry_says_of_a_well_known_layer_is_believed_of_its_own_images_only(
    store: Store,
):
    """It lists the base layers of a good image and serves Alpine's interpreter for them."""
    repository = store.repositories["shop/api"]
    alpine = store.repositories["shop/worker"]
    store = Store(dict(store.blobs), dict(store.repositories) | {"evil/api": repository})
    digest = alpine.tags["alpine"]
    manifest = alpine.manifests[digest][1]
    layers = [blob for name, blob in store.blobs.items() if name.encode() in manifest]
    interpreter = next(
        blob for blob in layers if "usr/local/bin/python3.13" in look_of_head(blob).programs
    )
    source = Lying(store, instead=interpreter)
    gatherer = Gatherer(source)
    lied_to = Reference.parse("registry.test/evil/api:2-slim")
    false = await learnt(gatherer, lied_to)
    assert source.told
    assert false.libc.verdict == "musl"  # of itself it may say what it likes
    honest = await learnt(gatherer, SLIM)
    assert (honest.libc.verdict, honest.libc.confidence) == ("glibc", 99)
    assert honest.size.unpacked != false.size.unpacked


async def test_what_was_read_in_part_belongs_to_the_scope_that_was_given_it(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    await learnt(gatherer, SLIM, "team-a")
    first = source.asked.count("part")
    source.asked.clear()
    await learnt(gatherer, SLIM, "team-b")
    assert 0 < source.asked.count("part") < first  # layers that were read whole proved themselves


@pytest.mark.parametrize("kind", [FailureKind.UNSUPPORTED, FailureKind.TIMEOUT])
async def test_an_image_whose_layers_cannot_be_read_is_judged_by_its_metadata(
    store: Store, kind: FailureKind
):
    found = await learnt(Gatherer(Failing(store, kind=kind)), SLIM)
    assert (found.libc.verdict, found.size.unpacked.method) == ("glibc", "ratio")


@pytest.mark.parametrize(
    ("kind", "again"), [(FailureKind.UNSUPPORTED, False), (FailureKind.UNREACHABLE, True)]
)
async def test_what_may_come_right_is_tried_again_and_nothing_else(
    store: Store, kind: FailureKind, again: bool
):
    source = Failing(store, kind=kind)
    gatherer = Gatherer(source)
    await learnt(gatherer, SLIM)
    source.asked.clear()
    await learnt(gatherer, SLIM)
    assert ("part" in source.asked) is again


async def test_a_layer_that_is_not_what_its_digest_says_makes_the_image_unverified(store: Store):
    source = Failing(store, kind=FailureKind.DIGEST_MISMATCH)
    (found,) = (await Gatherer(source).gather({SLIM: ALL}, Someone(), 5))[SLIM]
    assert isinstance(found, Unavailable)
    assert found.kind is FailureKind.DIGEST_MISMATCH


async def test_a_review_whose_time_is_over_is_judged_by_what_there_is(store: Store):
    class SlowLayers(MemorySource):
        async def piece(self, reference: Reference, descriptor: Descriptor, wanted: range) -> bytes:
            await gate()
            return await super().piece(reference, descriptor, wanted)

    gate = Gate()
    gatherer = Gatherer(SlowLayers(store))
    (early,) = (await gatherer.gather({SLIM: ALL}, Someone(), 0.05))[SLIM]
    assert isinstance(early, ImageProfile)
    assert (early.libc.confidence, early.size.unpacked.method) == (90, "ratio")
    gate.open()
    (late,) = (await gatherer.gather({SLIM: ALL}, Someone(), 5))[SLIM]
    assert isinstance(late, ImageProfile)
    assert (late.libc.confidence, late.size.unpacked.method) == (99, "isize")
