from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.conftest import policy_text
from tests.services.late import Heard
from tests.services.sources import Gate, MemorySource, at_once
from tests.services.test_gather import Someone
from tests.tables import TABLES
from webhook.kube.admission import parse_review
from webhook.registry.podkeychains import OneKeychain
from webhook.rules import CATALOGUE
from webhook.sandbox.pods import admission_review, cronjob, deployment, pod
from webhook.sandbox.store import Store
from webhook.services.answer import Decision
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.policies import PolicyStore
from webhook.services.ports import Clock, NamespaceLabels
from webhook.services.review import Late, Reviewed, Reviewer, subject

ROOT = policy_text("rule: run-as-root, action: deny")
BAD, GOOD = "registry.test/shop/api:2-slim", "registry.test/shop/api:4-optimised"


def reviewer_of(
    source: MemorySource,
    policy: str = ROOT,
    namespaces: NamespaceLabels | None = None,
    late: Late | None = None,
    clock: Clock = lambda: datetime(2026, 11, 21, tzinfo=UTC),
) -> Reviewer:
    policies = PolicyStore(lambda: [("policy.yaml", policy)], list, CATALOGUE, TABLES)
    judge = Judge(Gatherer(source), clock)
    keychains = OneKeychain(Someone())
    return Reviewer(policies, judge, keychains, late=late or Heard(), namespaces=namespaces)


async def reviewed(
    store: Store,
    review: dict[str, Any],
    policy: str = ROOT,
    namespaces: NamespaceLabels | None = None,
    seconds: float = 5,
) -> Reviewed:
    request = parse_review(msgspec.json.encode(review))
    return await reviewer_of(MemorySource(store), policy, namespaces).review(request, seconds)


def asks(review: dict[str, Any]) -> list[str]:
    """The images of a review that are to be judged."""
    _, uses = subject(parse_review(msgspec.json.encode(review)))
    return [use.image for use in uses]


@pytest.mark.parametrize(
    ("what", "judged"),
    [
        ({}, [BAD]),
        ({"operation": "DELETE"}, []),
        ({"operation": "CONNECT"}, []),
        ({"subResource": "status"}, []),
        ({"subResource": "resize"}, []),
        ({"subResource": "ephemeralcontainers"}, [BAD]),
        ({"object": None}, []),
    ],
)
def test_what_of_a_request_is_judged(what: dict[str, Any], judged: list[str]):
    review = admission_review(pod("web", BAD))
    review["request"] |= what
    assert asks(review) == judged


def test_an_object_that_is_being_deleted_is_left_alone():
    terminating = pod("web", BAD)
    terminating["metadata"]["deletionTimestamp"] = "2026-11-21T10:00:00Z"
    assert asks(admission_review(terminating, operation="UPDATE", old=pod("web", GOOD))) == []


def test_nothing_is_created_by_calling_it_deleted():
    new = pod("web", BAD)
    new["metadata"]["deletionTimestamp"] = "2026-11-21T10:00:00Z"
    assert asks(admission_review(new)) == [BAD]


def test_only_changed_images_of_a_pod_are_judged():
    old = pod("web", GOOD, initContainers=[{"name": "migrate", "image": GOOD}])
    new = pod("web", BAD, initContainers=[{"name": "migrate", "image": GOOD}])
    assert asks(admission_review(new, operation="UPDATE", old=old)) == [BAD]


def test_an_added_ephemeral_container_is_judged_alone():
    old = pod("web", BAD)
    new = pod("web", BAD, ephemeralContainers=[{"name": "debug", "image": GOOD}])
    assert asks(admission_review(new, operation="UPDATE", old=old)) == [GOOD]


@pytest.mark.parametrize("make", [deployment, cronjob])
async def test_what_makes_pods_is_warned_early_and_never_denied(store: Store, make: Any):
    found = await reviewed(store, admission_review(make("web", BAD)))
    assert found.decision is Decision.WARN
    assert found.response.allowed
    assert found.response.warnings[0].startswith("[web] run-as-root:")


@pytest.mark.parametrize(
    ("mode", "decision"),
    [("enforce", Decision.DENY), ("warn", Decision.WARN)],
)
async def test_the_mode_is_a_ceiling_and_leaves_its_mark(
    store: Store, mode: str, decision: Decision
):
    policy = policy_text("rule: run-as-root, action: deny", mode=mode)
    found = await reviewed(store, admission_review(pod("web", BAD)), policy)
    assert found.decision is decision
    assert "run-as-root" in found.response.audit_annotations["findings"]


async def test_annotations_say_what_was_checked(store: Store):
    found = await reviewed(store, admission_review(pod("web", BAD)))
    annotations = found.response.audit_annotations
    assert annotations["decision"] == "deny"
    assert annotations["policies"] == found.policies
    digest = store.repositories["shop/api"].tags["2-slim"]
    assert annotations["digests"] == f"web linux/amd64={digest}"
    (finding,) = msgspec.json.decode(annotations["findings"])
    assert (finding["rule"], finding["action"], finding["outcome"]) == (
        "run-as-root",
        "deny",
        "fail",
    )


async def test_annotations_stay_within_their_limit_and_say_what_was_left_out(store: Store):
    containers = [{"name": f"c{number}", "image": BAD} for number in range(60)]
    review = admission_review(pod("web", BAD, containers=containers))
    found = await reviewed(store, review)
    text = found.response.audit_annotations["findings"]
    assert len(text) <= 8 * 1024
    rows = msgspec.json.decode(text)
    assert rows[-1]["more"] + len(rows) - 1 == 60


async def test_a_defect_of_ours_is_told_and_weighed(store: Store):
    request = parse_review(msgspec.json.encode(admission_review(pod("web", BAD))))
    lenient = reviewer_of(MemorySource(store)).broken(request)
    assert lenient.allowed
    assert "were not evaluated" in lenient.warnings[0]
    strict = policy_text("rule: run-as-root, action: deny", more="failureActions: {default: deny}")
    assert not reviewer_of(MemorySource(store), strict).broken(request).allowed


async def test_dry_runs_are_answered_like_any_other(store: Store):
    found = await reviewed(store, admission_review(pod("web", BAD), dry_run=True))
    assert found.decision is Decision.DENY


PROD_ONLY = policy_text(
    "rule: run-as-root, action: deny",
    more="match: {namespaceSelector: {matchLabels: {tier: prod}}}",
)


@dataclass
class Known:
    """Labels of every namespace; ``asked`` are those that were asked for."""

    told: dict[str, str] | None
    delay: Callable[[], Awaitable[None]] = at_once
    asked: list[str] = field(default_factory=list)

    async def labels(self, namespace: str) -> dict[str, str] | None:
        self.asked.append(namespace)
        await self.delay()
        return self.told


@pytest.mark.parametrize(
    ("labels", "decision", "rules"),
    [
        ({"tier": "prod"}, Decision.DENY, ["run-as-root"]),
        ({"tier": "test"}, Decision.ALLOW, []),
        (None, Decision.WARN, ["image-unverified"]),
    ],
)
async def test_a_policy_that_selects_namespaces_is_judged_by_their_labels(
    store: Store, labels: dict[str, str] | None, decision: Decision, rules: list[str]
):
    known = Known(labels)
    found = await reviewed(store, admission_review(pod("web", BAD)), PROD_ONLY, known)
    assert known.asked == ["shop"]
    assert found.decision is decision
    assert [f.rule for result in found.results for f in result.findings] == rules


async def test_labels_of_namespaces_are_not_asked_for_where_nothing_depends_on_them(store: Store):
    known = Known({})
    by_pod = policy_text(
        "rule: run-as-root, action: deny", more="match: {objectSelector: {matchLabels: {app: web}}}"
    )
    bad = admission_review(pod("web", BAD, labels={"app": "web"}))
    assert (await reviewed(store, bad, ROOT, known)).decision is Decision.DENY
    assert (await reviewed(store, bad, by_pod, known)).decision is Decision.DENY
    assert (await reviewed(store, bad | _deletion(bad), PROD_ONLY, known)).results == ()
    assert known.asked == []


def _deletion(review: dict[str, Any]) -> dict[str, Any]:
    return {"request": review["request"] | {"operation": "DELETE"}}


async def test_without_a_cluster_no_labels_of_namespaces_are_known(store: Store):
    found = await reviewed(store, admission_review(pod("web", BAD)), PROD_ONLY)
    assert found.response.warnings == (
        "[web] image-unverified: could not read the labels of namespace shop; policy team not "
        "evaluated. Let slimgate read namespaces; for check, add the Namespace with -f.",
    )


async def test_labels_that_do_not_come_in_time_are_not_known(store: Store):
    review = admission_review(pod("web", BAD))
    found = await reviewed(store, review, PROD_ONLY, Known({"tier": "prod"}, Gate()), 0.01)
    assert [f.rule for result in found.results for f in result.findings] == ["image-unverified"]


async def test_pods_and_templates_are_selected_by_the_labels_that_pods_have(store: Store):
    policy = policy_text(
        "rule: run-as-root, action: warn", more="exclude: {objectSelector: {matchLabels: {app: a}}}"
    )
    reviews = [
        admission_review(made)
        for made in (pod("p", BAD, labels={"app": "a"}), deployment("a", BAD), deployment("b", BAD))
    ]
    told = [(await reviewed(store, review, policy)).decision for review in reviews]
    assert told == [Decision.ALLOW, Decision.ALLOW, Decision.WARN]
