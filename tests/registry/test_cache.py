"""What is kept, for whom, and for how long."""

import os

import pytest

from tests.registry.world import Clock
from webhook.errors import FailureKind, FetchError
from webhook.oci import Digest
from webhook.registry.cache import Cache, Content
from webhook.registry.options import CacheOptions


@pytest.fixture
def cache(clock: Clock) -> Cache:
    return Cache(CacheOptions(), clock)


def content(raw: bytes) -> tuple[Digest, Content]:
    return Digest.of(raw), Content(raw, "application/json")


@pytest.mark.parametrize("size", [0, 100, 8192, 8193, 1_000_000])
def test_content_comes_back_as_it_was(cache, size):
    digest, document = content(os.urandom(size // 2) + bytes(size - size // 2))
    cache.keep("a", digest, document)
    assert cache.content("a", digest) == document


def test_a_scope_reads_only_what_it_was_given(cache):
    digest, document = content(b"{}")
    cache.keep("a", digest, document)
    assert (cache.has("b", digest), cache.content("b", digest)) == (False, None)
    cache.keep("b", digest, document)
    assert cache.content("a", digest) == cache.content("b", digest) == document


def test_shared_content_is_kept_once(cache):
    digest, document = content(os.urandom(100_000))
    cache.keep("a", digest, document)
    before = cache.weight
    cache.keep("b", digest, document)
    assert cache.weight - before < 1000


def test_everything_together_stays_within_its_bytes(clock):
    limit = 256 * 1024
    cache = Cache(CacheOptions(size=limit), clock)
    kept = [content(os.urandom(10_000)) for _ in range(50)]
    for number, (digest, document) in enumerate(kept):
        cache.keep("a", digest, document)
        cache.keep_tag("a", "registry.example.com/app", f"{number}", digest)
        cache.keep_failure(number, FetchError(FailureKind.NOT_FOUND, "gone"), has_stale=False)
        assert cache.weight <= limit
    assert not cache.has("a", kept[0][0])
    assert cache.has("a", kept[-1][0])


def test_what_compresses_takes_less(cache):
    digest, document = content(b'{"created_by": "RUN true"}' * 10_000)
    cache.keep("a", digest, document)
    assert cache.weight < len(document.raw) / 20


def test_a_tag_is_fresh_for_a_while_and_servable_for_longer(cache, clock):
    digest, document = content(b"{}")
    cache.keep("a", digest, document)
    cache.keep_tag("a", "registry.example.com/app", "1", digest)
    tagged = cache.tag("a", "registry.example.com/app", "1")
    assert tagged.digest == digest
    assert cache.is_fresh(tagged)
    clock.seconds += 60
    assert not cache.is_fresh(tagged)
    assert cache.may_serve(tagged)
    clock.seconds += 3540
    assert not cache.may_serve(tagged)


def test_a_tag_belongs_to_scope_and_repository_and_to_content_that_is_here(cache):
    digest, document = content(b"{}")
    cache.keep_tag("a", "registry.example.com/app", "1", digest)
    assert cache.tag("a", "registry.example.com/app", "1") is None
    cache.keep("a", digest, document)
    assert cache.tag("a", "registry.example.com/app", "1") is not None
    assert cache.tag("b", "registry.example.com/app", "1") is None
    assert cache.tag("a", "registry.example.com/other", "1") is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (FetchError(FailureKind.NOT_FOUND, ""), 30),
        (FetchError(FailureKind.UNAUTHORIZED, ""), 30),
        (FetchError(FailureKind.UNSUPPORTED, ""), 30),
        (FetchError(FailureKind.MALFORMED, ""), 30),
        (FetchError(FailureKind.RATE_LIMITED, ""), 60),
        (FetchError(FailureKind.RATE_LIMITED, "", 7.0), 7),
        (FetchError(FailureKind.RATE_LIMITED, "", 700.0), 700),
        (FetchError(FailureKind.RATE_LIMITED, "", 1e9), 3600),
    ],
)
def test_a_failure_that_lasts_is_kept_for_a_while(cache, clock, error, seconds):
    cache.keep_failure("question", error, has_stale=False)
    clock.seconds += seconds - 0.1
    assert cache.failure("question") is error
    assert cache.failure("another question") is None
    clock.seconds += 0.2
    assert cache.failure("question") is None


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.TIMEOUT,
        FailureKind.UNREACHABLE,
        FailureKind.DIGEST_MISMATCH,
        FailureKind.REFUSED,
    ],
)
def test_other_failures_may_be_met_anew_at_once(cache, kind):
    cache.keep_failure("question", FetchError(kind, ""), has_stale=False)
    assert cache.failure("question") is None


def test_a_registry_that_cannot_be_asked_is_left_alone_where_there_is_a_stale_answer(cache, clock):
    error = FetchError(FailureKind.UNREACHABLE, "")
    cache.keep_failure("question", error, has_stale=True)
    assert cache.failure("question") is error
    clock.seconds += 5
    assert cache.failure("question") is None
