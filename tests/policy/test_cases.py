import json
from typing import Any

import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import policies
from webhook.errors import InvalidFile, UsageError
from webhook.policy.cases import PolicyCases, Ran, load_cases, run
from webhook.policy.document import read_documents

LAW = policies(
    policy_text(
        "rule: fires, action: deny",
        "rule: of-name, action: warn",
        "rule: of-python, action: audit",
        more="match: {namespaces: ['*'], images: ['ghcr.io/**']}",
    ),
    policy_text("rule: passes, action: deny", name="other"),
)
HEAD = {
    "apiVersion": "policy.slimgate.dev/v1alpha1",
    "kind": "PolicyCases",
    "metadata": {"name": "team"},
}
API = "ghcr.io/acme/api:1"
FACTS = {API: {"config": {"config": {"Cmd": ["python"]}}, "layers": ["1M"]}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "spec": {"containers": [{"name": "web", "image": API}]},
}


def loaded(*cases: dict[str, Any], images: dict[str, Any] | None = None) -> PolicyCases:
    document = HEAD | {"images": FACTS if images is None else images, "cases": list(cases)}
    (read,) = read_documents(json.dumps(document), "cases.yaml")
    return load_cases(read)


def case(expect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "a case", "expect": expect, **({"workload": POD} | more)}


def ran(*cases: dict[str, Any], images: dict[str, Any] | None = None) -> tuple[Ran, ...]:
    return run(loaded(*cases, images=images), LAW)


RIGHT = {"allowed": False, "deny": ["fires"], "warn": ["of-name"], "audit": ["of-python"]}


def test_a_case_that_comes_out_as_expected_has_no_differences():
    assert ran(case(RIGHT), case({"allowed": False})) == (Ran("a case", ()), Ran("a case", ()))


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ({"allowed": True}, "expected allowed: true, got false"),
        ({"allowed": False, "deny": []}, "expected deny: nothing; got fires"),
        ({"allowed": False, "warn": ["x", "a"]}, "expected warn: a, x; got of-name"),
        ({"allowed": False, "audit": ["fires"]}, "expected audit: fires; got of-python"),
    ],
)
def test_what_came_out_otherwise_is_told(expect: dict[str, Any], difference: str):
    assert ran(case(expect)) == (Ran("a case", (difference,)),)


def test_nothing_is_expected_of_what_is_not_written():
    (only,) = ran(case({"allowed": True, "deny": []}, workload=None, image=API))
    assert only.differences == ()


def test_an_image_by_itself_is_judged_in_its_namespace():
    (only,) = ran(case(RIGHT, workload=None, image=API, namespace="shop"))
    assert only.differences == ()


def test_a_workload_is_judged_in_its_own_namespace_unless_the_case_names_one():
    law = policies(policy_text("rule: fires, action: deny", more="match: {namespaces: [shop]}"))
    there = POD | {"metadata": {"namespace": "shop"}}
    cases = loaded(
        case({"allowed": False}, workload=there),
        case({"allowed": True}, workload=there, namespace="other"),
        case({"allowed": True}),
    )
    assert [one.differences for one in run(cases, law)] == [(), (), ()]


BY_LABELS = policies(
    policy_text(
        "rule: fires, action: deny",
        more="match: {namespaceSelector: {matchLabels: {tier: prod}}}\n"
        "  exclude: {objectSelector: {matchLabels: {app: old}}}",
    )
)
OLD = POD | {"metadata": {"labels": {"app": "old"}}}
PROD = {"tier": "prod"}


@pytest.mark.parametrize(
    "told",
    [
        case({"allowed": False, "deny": ["fires"]}, namespaceLabels=PROD),
        case({"allowed": True, "warn": []}, namespaceLabels={"tier": "test"}),
        case({"allowed": True, "warn": []}, namespaceLabels=PROD, workload=OLD),
        case({"allowed": True, "warn": ["image-unverified"]}),
        case({"allowed": True, "warn": []}, workload=OLD),
        case(
            {"allowed": False},
            workload=None,
            image=API,
            namespace="shop",
            namespaceLabels=PROD,
        ),
        case({"allowed": True, "warn": []}, workload=None, image=API),
    ],
)
def test_labels_of_a_namespace_are_those_of_the_case_and_others_the_workloads_own(
    told: dict[str, Any],
):
    (only,) = run(loaded(told), BY_LABELS)
    assert only.differences == ()


def test_a_namespace_of_a_case_has_its_name_as_a_label():
    selector = "{matchLabels: {kubernetes.io/metadata.name: shop}}"
    law = policies(
        policy_text("rule: fires, action: deny", more=f"match: {{namespaceSelector: {selector}}}")
    )
    (only,) = run(loaded(case({"allowed": False}, namespace="shop", namespaceLabels={})), law)
    assert only.differences == ()


def test_an_image_may_be_told_to_be_unavailable():
    (only,) = ran(
        case({"allowed": False, "deny": ["image-unverified"], "warn": ["of-name"]}),
        images={API: {"unavailable": "malformed"}},
    )
    assert only.differences == ()


def test_a_case_may_have_a_day_of_its_own():
    exemption = "{images: ['**'], rules: [fires], reason: x, expires: 2027-01-01}"
    law = policies(policy_text("rule: fires, action: deny", more=f"exemptions: [{exemption}]"))
    cases = loaded(
        case({"allowed": True, "audit": ["fires"]}),
        case({"allowed": True, "warn": ["fires"]}, today="2026-12-31"),
        case({"allowed": False, "deny": ["fires"]}, today="2027-01-02"),
    )
    assert [one.differences for one in run(cases, law)] == [(), (), ()]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cases": []}, "'cases' is empty"),
        ({"casse": []}, "unknown key 'casse' (did you mean 'cases'?)"),
        ({"images": {API: {"layer": []}}}, "unknown key 'layer' (did you mean 'layers'?)"),
        ({"images": {API: {}}}, "write either config (and layers) or unavailable"),
        ({"images": {API: {"unavailable": "lost"}}}, "'lost' is not 'notFound', 'unauthorized'"),
        ({"cases": [case({"allowed": True}, image=API)]}, "write either image or workload"),
        ({"cases": [case({"allowed": True}, workload=None)]}, "write either image or workload"),
        ({"cases": [case({"alowed": True})]}, "missing key 'allowed'"),
        ({"cases": [case({"allowed": True}, api_version=1)]}, "unknown key 'api_version'"),
        (
            {"cases": [case({"allowed": True}, workload=None, image=API, namespaceLabels={})]},
            "write which namespace has the namespaceLabels",
        ),
        (
            {"cases": [case({"allowed": True}, namespaceLabels={"a": "b c"})]},
            "a: not a label value: 'b c'",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(changed: dict[str, Any], said: str):
    document = HEAD | {"images": FACTS, "cases": [case(RIGHT)]} | changed
    (read,) = read_documents(json.dumps(document), "cases.yaml")
    with pytest.raises(InvalidFile) as caught:
        load_cases(read)
    assert any(said in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (case(RIGHT, workload={"kind": "Pod", "spec": 5}), "case 'a case': workload: Expected"),
        (case(RIGHT, workload={"kind": "Pod", "apiVersion": "v1"}), "has no pod spec"),
        (case(RIGHT, workload=None, image="ghcr.io/x:1", namespace="a"), "no facts are given for"),
    ],
)
def test_a_case_that_cannot_be_put_is_no_silent_pass(broken: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said):
        ran(broken)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ({API: {"config": {"config": 5}}}, f"image '{API}': config is not valid"),
        ({"no reference": {"config": {}}}, "not an image reference"),
    ],
)
def test_facts_that_no_image_has_are_refused(images: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said):
        ran(case(RIGHT), images=images)
