"""Verdicts from above."""

import pytest

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.services.judged import Judged, Named
from webhook.services.overview import MAX_OWNERS, Drift, overview

API = "registry.test/shop/api:1"
WEB = Named("Deployment", "shop", "web")


def finding(rule: str, action: Action, outcome: Outcome = Outcome.FAIL) -> Finding:
    return Finding(("team",), rule, action, outcome, Severity.HIGH, 90, f"{rule}!", "Mend it")


def judged(
    owner: Named | None, *findings: Finding, image: str = API, pods: int = 1, container: str = "web"
) -> Judged:
    result = Result(container, image, "sha256:1", "linux/amd64", findings)
    return Judged("x", owner, (result,), pods=pods)


ROOT = finding("run-as-root", Action.DENY)
LOUD = finding("python-unbuffered", Action.WARN)
PASSED = finding("floating-tag", Action.DENY, Outcome.PASS)


def test_pods_of_one_image_are_told_together():
    other = Named("Deployment", "staging", "web")
    seen = overview([judged(WEB, ROOT, pods=3), judged(other, ROOT, LOUD, PASSED, pods=2)])
    (image,) = seen.images
    assert (image.image, image.pods, image.workloads, image.action) == (API, 5, 2, Action.DENY)
    assert image.namespaces == (("shop", 3), ("staging", 2))
    assert image.owners == ((WEB, 3), (other, 2))
    assert [(told.finding.rule, told.pods, told.workloads) for told in image.told] == [
        ("run-as-root", 5, 2),
        ("python-unbuffered", 2, 1),
    ]


def test_every_spelling_of_a_reference_is_one_image():
    seen = overview(
        [judged(WEB, image="nginx"), judged(WEB, image="docker.io/library/nginx:latest")]
    )
    assert [image.pods for image in seen.images] == [2]


def test_what_is_no_reference_is_told_as_it_was_written():
    seen = overview([judged(WEB, image="no image!")])
    assert [image.image for image in seen.images] == ["no image!"]


def test_a_finding_on_two_containers_of_a_pod_counts_the_pod_once():
    results = tuple(Result(name, API, None, None, (ROOT,)) for name in ("web", "migrate"))
    seen = overview([Judged("x", WEB, results, pods=4)])
    (told,) = seen.images[0].told
    assert (told.containers, told.pods, told.workloads) == (("web", "migrate"), 4, 1)


def test_the_gravest_images_come_first_then_those_of_most_pods():
    names = {"a": (LOUD, 9), "b": (ROOT, 1), "c": (ROOT, 5), "d": (PASSED, 99)}
    items = [
        judged(WEB, found, image=f"registry.test/{name}:1", pods=pods)
        for name, (found, pods) in names.items()
    ]
    order = [image.image.partition("/")[2][0] for image in overview(items).images]
    assert order == ["c", "b", "a", "d"]


def test_rules_and_namespaces_are_counted():
    items = [
        judged(WEB, ROOT, LOUD, pods=3),
        judged(Named("Pod", "shop", "x"), LOUD, image="registry.test/b:1"),
        judged(Named("Pod", "lab", "y"), finding("x", Action.WARN, Outcome.UNKNOWN)),
    ]
    seen = overview(items)
    by_rule = {rule.rule: rule for rule in seen.rules}
    loud = by_rule["python-unbuffered"]
    assert (loud.images, loud.pods, loud.actions) == (2, 4, ((Action.WARN, 2),))
    assert by_rule["x"].unknown == 1
    assert [(n.name, n.pods, n.denied, n.warned, n.incomplete) for n in seen.namespaces] == [
        ("lab", 1, 0, 1, 1),
        ("shop", 4, 3, 1, 0),
    ]


def test_owners_are_named_up_to_a_bound_and_counted_beyond_it():
    owners = [Named("Pod", "shop", f"p{n}") for n in range(MAX_OWNERS + 5)]
    (image,) = overview([judged(owner) for owner in owners]).images
    assert (len(image.owners), image.workloads) == (MAX_OWNERS, MAX_OWNERS + 5)


def test_drift_stands_with_its_image():
    drift = [(API, "sha256:0", "sha256:1", 3), ("registry.test/gone:1", "a", "b", 1)]
    (image,) = overview([judged(WEB)], drift).images
    assert image.drift == (Drift("sha256:0", "sha256:1", 3),)


@pytest.mark.parametrize("found", [(), (finding("x", Action.DENY, Outcome.SKIP),)])
def test_an_image_of_which_nothing_is_to_be_said_has_no_action(found: tuple[Finding, ...]):
    (image,) = overview([judged(None, *found)]).images
    assert (image.action, image.workloads, image.namespaces) == (None, 1, ())
