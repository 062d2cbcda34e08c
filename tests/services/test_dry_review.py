"""Reviews under policies in audit mode: nobody waits for a registry."""

import asyncio
from datetime import datetime

import msgspec

from tests.conftest import policy_text
from tests.services.late import Heard
from tests.services.sources import MemorySource
from tests.services.test_review import BAD, reviewer_of
from webhook.kube.admission import AdmissionRequest, parse_review
from webhook.sandbox.pods import admission_review, deployment, pod
from webhook.sandbox.store import Store
from webhook.services.review import Reviewer

RULE = "rule: run-as-root, action: deny"
DRY = policy_text(RULE, mode="audit")
MIXED = DRY + "---\n" + policy_text("rule: floating-tag, action: warn", name="other")


def request(uid: str = "u-1", image: str = BAD) -> AdmissionRequest:
    return parse_review(msgspec.json.encode(admission_review(pod("web", image), uid=uid)))


async def judged(heard: Heard, count: int = 1) -> None:
    async with asyncio.timeout(5):
        while len(heard.reviews) < count:
            await asyncio.sleep(0)


def made(store: Store, policy: str = DRY) -> tuple[Reviewer, Heard, MemorySource]:
    heard, source = Heard(), MemorySource(store)
    return reviewer_of(source, policy, late=heard), heard, source


async def test_what_is_not_known_yet_is_answered_at_once_and_judged_later(store: Store):
    reviewer, heard, source = made(store)
    reviewed = await reviewer.review(request(), 5)
    assert reviewed.is_pending
    assert source.asked == []
    assert reviewed.response.allowed
    assert reviewed.response.audit_annotations == {
        "decision": "allow",
        "policies": reviewed.policies,
        "pending": "u-1",
    }
    await judged(heard)
    (late,) = heard.reviews
    assert (late.request.uid, late.is_pending) == ("u-1", False)
    assert [f.rule for result in late.results for f in result.findings] == ["run-as-root"]


async def test_what_is_known_is_judged_inline_and_annotated(store: Store):
    reviewer, heard, source = made(store)
    await reviewer.review(request("first"), 5)
    await judged(heard)
    asked = len(source.asked)
    reviewed = await reviewer.review(request("second"), 5)
    annotations = reviewed.response.audit_annotations
    assert "pending" not in annotations
    assert "run-as-root" in annotations["findings"]
    assert reviewed.response.warnings == ()
    assert (len(source.asked), len(heard.reviews)) == (asked, 1)


async def test_rules_on_the_reference_alone_are_always_judged_inline(store: Store):
    policy = policy_text("rule: floating-tag, action: deny", mode="audit")
    reviewer, heard, source = made(store, policy)
    reviewed = await reviewer.review(request(image="registry.test/shop/api:latest"), 5)
    assert "floating-tag" in reviewed.response.audit_annotations["findings"]
    assert (heard.reviews, source.asked) == ([], [])


async def test_a_policy_that_is_in_force_is_waited_for(store: Store):
    reviewer, _, source = made(store, MIXED)
    reviewed = await reviewer.review(request(), 5)
    assert not reviewed.is_pending
    assert source.asked
    assert "run-as-root" in reviewed.response.audit_annotations["findings"]


async def test_controllers_wait_no_more_than_pods(store: Store):
    reviewer, heard, _ = made(store)
    review = admission_review(deployment("web", BAD), uid="u-2")
    reviewed = await reviewer.review(parse_review(msgspec.json.encode(review)), 5)
    assert reviewed.is_pending
    await judged(heard)


async def test_a_defect_is_told_though_nobody_waits(store: Store):
    heard = Heard()

    def broken() -> datetime:
        raise ZeroDivisionError

    reviewer = reviewer_of(MemorySource(store), DRY, late=heard, clock=broken)
    await reviewer.review(request(), 5)
    async with asyncio.timeout(5):
        while not heard.errors:
            await asyncio.sleep(0)
    assert isinstance(heard.errors[0], ZeroDivisionError)


async def test_closing_gives_up_what_is_not_judged_yet(store: Store):
    reviewer, heard, _ = made(store)
    await reviewer.review(request(), 5)
    await reviewer.aclose()
    assert heard.reviews == []
