"""Bodies that are no review: 400 or 413 with a reason, and never a 500."""

import asyncio
import copy
import random
from io import BytesIO
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Serve, policy_text
from tests.tables import TABLES
from webhook.registry.client import Registry
from webhook.registry.keychain import JoinedKeychain
from webhook.registry.podkeychains import OneKeychain
from webhook.rules import CATALOGUE
from webhook.sandbox.pods import admission_review, pod
from webhook.server.logs import Log
from webhook.server.metrics import Metrics
from webhook.server.validate import Validate
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.policies import PolicyStore
from webhook.services.review import Reviewer
from webhook.wiring import clock
from webhook.wiring.told import Told

POLICY = policy_text("rule: floating-tag, action: warn")
GOOD = admission_review(pod("web", "registry.example.com/api:latest"))


def review(**changes: Any) -> bytes:
    return msgspec.json.encode({**GOOD, **changes})


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Validate:
    """The route by itself, with no way to any registry."""
    policies = PolicyStore(lambda: [("policy.yaml", POLICY)], list, CATALOGUE, TABLES)
    judge = Judge(Gatherer(Registry()), clock)
    log, metrics = Log(BytesIO(), clock), Metrics("test")
    keychains, late = OneKeychain(JoinedKeychain()), Told(log, metrics)
    reviewer = Reviewer(policies, judge, keychains, late=late)
    return Validate(reviewer, metrics, log, 10.0)


async def answer(validate: Validate, body: bytes) -> tuple[int, bytes]:
    """What the route answers to a body, without a socket in between."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    await validate({"method": "POST", "query_string": b""}, receive, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a readable AdmissionReview"),
        (b"hello", "not a readable AdmissionReview"),
        (b"null", "not a readable AdmissionReview"),
        (b"[]", "not a readable AdmissionReview"),
        (b"\xff\xfe\x00", "not a readable AdmissionReview"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (review()[:-40], "truncated"),
        (review(kind="Pod"), "kind is 'Pod'"),
        (review(apiVersion="admission.k8s.io/v1beta1"), "apiVersion is 'admission.k8s.io/v1beta1'"),
        (review(request=None), "has no request"),
        (review(request={**GOOD["request"], "uid": ""}), "has no uid"),
        (review(request={**GOOD["request"], "object": {"spec": {}}}), "the object has no kind"),
        (
            review(request={**GOOD["request"], "object": {**GOOD["request"]["object"], "spec": 1}}),
            "$.request.object.spec",
        ),
    ],
)
async def test_what_is_no_review_gets_400_and_a_reason(
    validate: Validate, body: bytes, reason: str
):
    status, said = await answer(validate, body)
    assert status == 400
    assert reason in msgspec.json.decode(said)["reason"]


async def test_a_body_above_the_limit_gets_413(serve: Serve):
    async with serve(POLICY) as client:
        status, said = await client.post(BytesIO(b" " * (8 * 1024 * 1024 + 1)))
    assert status == 413
    assert "larger than" in msgspec.json.decode(said)["reason"]


async def test_another_method_gets_405(serve: Serve):
    async with (
        serve(POLICY) as client,
        client.session.get(f"{client.url}/validate", ssl=client.trust) as reply,
    ):
        assert reply.status == 405


async def test_a_custom_resource_that_uses_our_names_otherwise_is_allowed(serve: Serve):
    strange = {"apiVersion": "example.com/v1", "kind": "Fleet", "spec": {"containers": "many"}}
    body = copy.deepcopy(GOOD)
    body["request"]["object"] = strange
    async with serve(POLICY) as client:
        response = await client.review(body)
    assert response["allowed"] is True


async def test_a_container_without_a_sensible_image_is_a_finding(serve: Serve):
    body = admission_review(pod("web", "UPPER:case:x"))
    async with serve(POLICY) as client:
        response = await client.review(body)
    assert response["allowed"] is False  # malformed is denied by default
    assert "image-unverified" in response["status"]["message"]


def _mutated(data: bytes, seed: int) -> bytes:
    """A review with some bytes replaced, removed or repeated."""
    source = random.Random(seed)
    mutated = bytearray(data)
    for _ in range(source.randint(1, 12)):
        at = source.randrange(len(mutated))
        kind = source.randrange(4)
        if kind == 0:
            mutated[at] = source.randrange(256)
        elif kind == 1:
            del mutated[at : at + source.randint(1, 30)]
        elif kind == 2:
            mutated[at:at] = mutated[at : at + source.randint(1, 30)]
        else:
            mutated[at:at] = source.choice(
                [b"null", b"[]", b"{}", b'"', b"1e999", b"-", b"\\u0000"]
            )
        if not mutated:
            mutated = bytearray(b"{")
    return bytes(mutated)


async def test_no_mutated_review_gets_a_500(serve: Serve):
    data = msgspec.json.encode(GOOD)
    async with serve(POLICY) as client:
        for seed in range(400):
            status, said = await client.post(_mutated(data, seed))
            assert status in {200, 400}, (seed, said)
        assert not [event for event in client.events() if event["event"] == "broken"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10**6), value=JSON)
def test_no_review_with_a_strange_value_gets_a_500(validate: Validate, place: int, value: Any):
    body = copy.deepcopy(GOOD)
    places = list(_places(body))
    parent, key = places[place % len(places)]
    parent[key] = value
    status, said = asyncio.run(answer(validate, msgspec.json.encode(body)))
    assert status in {200, 400}
    assert b"internal error" not in said


def _places(value: Any) -> Any:
    """Every (container, key) below ``value``."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
