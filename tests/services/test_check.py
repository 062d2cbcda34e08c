from datetime import UTC, datetime

import pytest

from tests.conftest import policy_text
from tests.services.sources import MemorySource
from tests.services.test_gather import Someone
from tests.tables import TABLES
from webhook.errors import InvalidFile
from webhook.policy.loader import load
from webhook.rules import CATALOGUE
from webhook.sandbox.store import Store
from webhook.services.check import (
    AT_ONCE,
    Namespaces,
    Subject,
    Subjects,
    check,
    subjects_in,
)
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.judged import Judged

BAD, GOOD = "registry.test/shop/api:2-slim", "registry.test/shop/api:4-optimised"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: %s}]}}}
"""


ROOT = policy_text("rule: run-as-root, action: deny")


async def judged(
    store: Store,
    *subjects: Subject,
    policy: str = ROOT,
    namespace: str | None = None,
    namespaces: Namespaces | None = None,
) -> list[Judged]:
    policies = load([("policy.yaml", policy)], CATALOGUE, TABLES)
    judge = Judge(Gatherer(MemorySource(store)), lambda: datetime(2026, 11, 21, tzinfo=UTC))
    given = Subjects(subjects, namespaces or {})
    return list(await check(judge, policies, given, namespace, Someone(), 5))


def workloads_in(text: str, file: str, namespace: str | None = None) -> tuple[Subject, ...]:
    return subjects_in(text, file, namespace).all


async def test_images_and_workloads_are_judged_alike(store: Store):
    (workload,) = workloads_in(DEPLOYMENT % BAD, "deploy.yaml", None)
    image, template = await judged(store, Subject(BAD, None, BAD), workload)
    assert not image.allowed
    assert not template.allowed  # a manifest is judged as the Pods it would make
    assert [f.rule for r in template.results for f in r.findings] == ["run-as-root"]


async def test_what_could_not_be_known_makes_a_verdict_incomplete(store: Store):
    (found,) = await judged(store, Subject("x", None, "registry.test/shop/nothing:1"))
    assert found.allowed
    assert found.is_incomplete


async def test_a_good_image_is_complete(store: Store):
    (found,) = await judged(store, Subject("x", None, GOOD))
    assert found.allowed
    assert not found.is_incomplete


def test_targets_name_file_and_line_of_every_document():
    text = f"# first\n{DEPLOYMENT % GOOD}---\n{DEPLOYMENT % BAD}"
    assert [s.target for s in workloads_in(text, "all.yaml", None)] == ["all.yaml:2", "all.yaml:7"]


def test_lists_are_taken_apart_and_other_kinds_left_out():
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, spec: {containers: 5}}\n"
        "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: shop}\n"
        "  spec: {containers: [{name: c, image: nginx}]}\n"
    )
    (found,) = workloads_in(text, "list.yaml", "other")
    assert found.workload is not None
    assert (found.target, found.workload.namespace) == ("list.yaml:5", "shop")


def test_a_namespace_is_taken_from_the_manifest_then_from_the_command():
    (stated,) = workloads_in(DEPLOYMENT.replace("web}", "web, namespace: a}", 1) % GOOD, "f", "b")
    (given,) = workloads_in(DEPLOYMENT % GOOD, "f", "b")
    (default,) = workloads_in(DEPLOYMENT % GOOD, "f", None)
    names = [s.workload.namespace for s in (stated, given, default) if s.workload]
    assert names == ["a", "b", "default"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: 5\n",
            "f:5:11: Pod: Expected `str`",
        ),
        ("just text\n", "f:1:1: not a Kubernetes object"),
        ("a: [\n", "f:2:1: not valid YAML"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_told_with_its_place(text: str, place: str):
    with pytest.raises(InvalidFile) as caught:
        workloads_in(text, "f", None)
    assert str(caught.value).startswith(place)


def test_anchors_are_read_as_helm_writes_them():
    text = "x: &image nginx\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: *image}]}\n"
    (found,) = workloads_in(text, "f", None)
    assert found.workload is not None
    assert found.workload.pod.containers is not None
    assert found.workload.pod.containers[0].image == "nginx"


def test_lists_may_hold_lists_and_typed_lists_say_the_kind_once():
    pod = "{metadata: {name: %s}, spec: {containers: [{name: c, image: nginx}]}}"
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        f"- {{apiVersion: v1, kind: PodList, items: [{pod % 'a'}]}}\n"
        f"- {{apiVersion: v1, kind: PodList, items: [{pod % 'b'}, null]}}\n"
    )
    found = workloads_in(text, "list.yaml", None)
    assert [(s.target, s.workload.kind, s.workload.name) for s in found if s.workload] == [
        ("list.yaml:4", "Pod", "a"),
        ("list.yaml:5", "Pod", "b"),
    ]


async def test_more_images_than_may_be_read_at_once_are_all_read(store: Store):
    source = MemorySource(store)
    policies = load([("policy.yaml", ROOT)], CATALOGUE, TABLES)
    gatherer = Gatherer(source, max_flights=AT_ONCE)
    judge = Judge(gatherer, lambda: datetime(2026, 11, 21, tzinfo=UTC))
    names = [f"r{number}.test/shop/api:4-optimised" for number in range(2 * AT_ONCE)]
    subjects = Subjects(tuple(Subject(name, None, name) for name in names), {})
    found = await check(judge, policies, subjects, None, Someone(), 5)
    assert not any(item.is_incomplete for item in found)


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {tier: %s}}\n"
PROD_ONLY = policy_text(
    "rule: run-as-root, action: deny",
    more="match: {namespaceSelector: {matchLabels: {tier: prod}}}",
)


def test_labels_of_namespaces_are_read_with_the_name_that_the_api_server_adds():
    bare = "apiVersion: v1\nkind: Namespace\nmetadata: {name: bare}\nspec: {finalizers: [x]}\n"
    other = "apiVersion: example.com/v1\nkind: Namespace\nmetadata: {name: x}\n"
    found = subjects_in("---\n".join((NAMESPACE % ("shop", "prod"), bare, other)), "f", None)
    assert found.all == ()
    assert found.namespaces == {
        "shop": {"tier": "prod", "kubernetes.io/metadata.name": "shop"},
        "bare": {"kubernetes.io/metadata.name": "bare"},
    }


def test_what_is_wrong_with_a_namespace_is_told_with_its_place():
    with pytest.raises(InvalidFile) as caught:
        subjects_in(NAMESPACE % ("shop", "5"), "f", None)
    assert str(caught.value).startswith("f:3:32: Namespace: Expected `str`, got `int`")


@pytest.mark.parametrize(
    ("labels", "rules", "incomplete"),
    [
        ({"tier": "prod"}, ["run-as-root"], False),
        ({"tier": "test"}, [], False),
        (None, ["image-unverified"], True),
    ],
)
@pytest.mark.parametrize("by_itself", [True, False])
async def test_a_policy_that_selects_namespaces_is_judged_by_their_labels(
    store: Store, labels: dict[str, str] | None, rules: list[str], incomplete: bool, by_itself: bool
):
    subject = Subject(BAD, None, BAD)
    if not by_itself:
        (subject,) = workloads_in(DEPLOYMENT % BAD, "f", "shop")
    (found,) = await judged(
        store,
        subject,
        policy=PROD_ONLY,
        namespace="shop",
        namespaces=labels and {"shop": labels},
    )
    assert [f.rule for result in found.results for f in result.findings] == rules
    assert found.is_incomplete is incomplete


async def test_a_policy_may_be_limited_to_the_labels_that_a_template_gives(store: Store):
    policy = policy_text(
        "rule: run-as-root, action: deny", more="match: {objectSelector: {matchLabels: {app: web}}}"
    )
    labelled = DEPLOYMENT.replace("{template: {", "{template: {metadata: {labels: {app: web}}, ")
    on_the_deployment = DEPLOYMENT.replace("{name: web}", "{name: web, labels: {app: web}}", 1)
    subjects = [
        subject
        for text in (labelled, on_the_deployment)
        for subject in workloads_in(text % BAD, "f")
    ]
    found = await judged(store, *subjects, policy=policy)
    assert [item.allowed for item in found] == [False, True]
