"""Events about the own Pod, and about workloads that break policies."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cluster.apiserver import Api, Document, status
from tests.cluster.world import failing
from webhook.cluster.client import Cluster
from webhook.cluster.events import MAX_TOLD, Events, Subject, WorkloadEvents
from webhook.cluster.wire import Page, decode, location
from webhook.errors import ClusterFailure
from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.services.judged import Judged, Named

AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"


def finding(
    rule: str = "run-as-root", action: Action = Action.DENY, outcome: Outcome = Outcome.FAIL
) -> Finding:
    return Finding(("team",), rule, action, outcome, Severity.HIGH, 90, "it is root", "Mend it")


def judged(name: str, *findings: Finding, kind: str = "Deployment", pods: int = 1) -> Judged:
    result = Result("app", "api:1", None, "linux/amd64", findings)
    return Judged("x", Named(kind, "shop", name), (result,), pods=pods)


def events(api: Api) -> list[Document]:
    return [found for place, found in api.objects.items() if place.resource == "events"]


@pytest.fixture
def telling(cluster: Cluster) -> WorkloadEvents:
    return WorkloadEvents(cluster, "0a1b2c3d4e5f")


async def test_an_event_about_the_own_pod(api: Api, cluster: Cluster):
    ours = Events(cluster, Subject.parse("guard/slimgate-x/0-1"))
    for _ in range(2):
        await ours.write("Normal", "PoliciesReloaded", "policy set x is in force", AT)
    first, second = events(api)
    assert first["metadata"]["namespace"] == "guard"
    assert first["metadata"]["name"].startswith("slimgate-x.")
    assert first["metadata"]["name"] != second["metadata"]["name"]
    assert first["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": "guard",
        "name": "slimgate-x",
        "uid": "0-1",
    }
    assert (first["type"], first["reason"]) == ("Normal", "PoliciesReloaded")


async def test_a_violation_is_told_on_its_workload(api: Api, telling: WorkloadEvents):
    api.put(f"{DEPLOYMENTS}/web", metadata={"uid": "0-2"})
    told = await telling.tell([judged("web", finding(), finding("floating-tag", Action.WARN))], AT)
    assert (told.written, told.left_out, told.failed, told.why) == (1, 0, 0, "")
    (event,) = events(api)
    assert event["involvedObject"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "shop",
        "name": "web",
        "uid": "0-2",
    }
    assert (event["type"], event["reason"]) == ("Warning", "PolicyViolation")
    assert event["message"] == (
        "2 problems: [app] run-as-root: it is root. Mend it. [app] floating-tag: it is root. Mend it."
    )
    assert event["lastTimestamp"] == "2026-11-21T12:30:00Z"


@pytest.mark.parametrize(
    ("kind", "path", "version"),
    [
        ("Pod", "/api/v1/namespaces/shop/pods", "v1"),
        ("CronJob", "/apis/batch/v1/namespaces/shop/cronjobs", "batch/v1"),
        ("ReplicationController", "/api/v1/namespaces/shop/replicationcontrollers", "v1"),
    ],
)
async def test_workloads_of_every_built_in_kind_are_found(
    api: Api, telling: WorkloadEvents, kind: str, path: str, version: str
):
    api.put(f"{path}/web", metadata={"uid": "0-3"})
    await telling.tell([judged("web", finding(), kind=kind)], AT)
    (event,) = events(api)
    about = event["involvedObject"]
    assert (about["kind"], about["apiVersion"], about["uid"]) == (kind, version, "0-3")


@pytest.mark.parametrize("kind", ["Deployment", "Rollout"])
async def test_a_workload_that_cannot_be_looked_up_is_told_of_by_its_name(
    api: Api, telling: WorkloadEvents, kind: str
):
    assert (await telling.tell([judged("web", finding(), kind=kind)], AT)).written == 1
    (event,) = events(api)
    assert (event["involvedObject"]["kind"], event["involvedObject"]["uid"]) == (kind, "")


async def test_what_nobody_would_be_told_at_admission_makes_no_event(
    api: Api, telling: WorkloadEvents
):
    quiet = [
        judged("audited", finding(action=Action.AUDIT)),
        judged("passed", finding(outcome=Outcome.PASS)),
        judged("skipped", finding(action=Action.WARN, outcome=Outcome.SKIP)),
        judged("clean"),
        Judged("api:1", None, judged("x", finding()).results),
    ]
    assert (await telling.tell(quiet, AT)).written == 0
    assert not events(api)


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR])
@pytest.mark.parametrize("action", [Action.DENY, Action.WARN])
async def test_what_would_be_denied_or_warned_of_does(
    telling: WorkloadEvents, outcome: Outcome, action: Action
):
    found = judged("web", finding(action=action, outcome=outcome))
    assert (await telling.tell([found], AT)).written == 1


async def test_the_same_is_not_told_twice(api: Api, telling: WorkloadEvents):
    api.put(f"{DEPLOYMENTS}/web", metadata={"uid": "0-2"})
    await telling.tell([judged("web", finding())], AT)
    told = await telling.tell([judged("web", finding(), pods=7)], AT.replace(hour=13))
    assert (told.written, told.repeated, told.failed) == (0, 1, 0)
    told = await telling.tell([judged("web", finding("floating-tag"))], AT)
    assert told.written == 1
    api.put(f"{DEPLOYMENTS}/web", metadata={"uid": "0-9"})  # another of the same name
    assert (await telling.tell([judged("web", finding())], AT)).written == 1
    assert len(events(api)) == 3


async def test_other_policies_tell_anew(api: Api, cluster: Cluster):
    for policy_set in ("one", "two"):
        told = await WorkloadEvents(cluster, policy_set).tell([judged("web", finding())], AT)
        assert told.written == 1
    assert len(events(api)) == 2


async def test_pods_of_one_workload_that_differ_make_one_event(api: Api, telling: WorkloadEvents):
    pair = [judged("web", finding()), judged("web", finding("floating-tag", Action.WARN))]
    assert (await telling.tell(pair, AT)).written == 1
    (event,) = events(api)
    assert event["message"].startswith("2 problems: [app] run-as-root")


async def test_the_gravest_are_told_and_the_others_counted(api: Api, telling: WorkloadEvents):
    warned = [judged(f"w{n}", finding(action=Action.WARN), pods=n) for n in range(MAX_TOLD + 20)]
    denied = [judged(f"d{n}", finding()) for n in range(5)]
    told = await telling.tell([*warned, *denied], AT)
    assert (told.written, told.left_out) == (MAX_TOLD, 25)
    names = {event["involvedObject"]["name"] for event in events(api)}
    assert names == {f"d{n}" for n in range(5)} | {f"w{n}" for n in range(25, MAX_TOLD + 20)}


async def test_a_message_says_how_much_it_leaves_out(api: Api, telling: WorkloadEvents):
    found = [finding(f"rule-{number:02}") for number in range(60)]
    await telling.tell([judged("web", *found)], AT)
    (event,) = events(api)
    assert event["message"].startswith("60 problems: [app] rule-00: ")
    told = event["message"].count("[app]")
    assert event["message"].endswith(f" +{60 - told} more.")
    assert 900 < len(event["message"]) <= 1024


async def test_a_long_name_still_makes_the_name_of_an_event(api: Api, telling: WorkloadEvents):
    await telling.tell([judged(f"{'w' * 199}-{'x' * 40}", finding())], AT)
    (event,) = events(api)
    assert event["metadata"]["name"][:200] == f"{'w' * 199}."


async def test_what_cannot_be_written_is_told(api: Api, telling: WorkloadEvents):
    api.faults.append(
        lambda request: (
            status(403, "Forbidden", "cannot create events") if request.method == "POST" else None
        )
    )
    told = await telling.tell([judged("web", finding()), judged("jobs", finding())], AT)
    assert (told.written, told.failed) == (0, 2)
    assert told.why.endswith("cannot create events")


async def test_an_event_of_its_own_that_cannot_be_written_is_an_error(api: Api, cluster: Cluster):
    api.fail(location("api/v1", "events", "guard"), 403, "Forbidden")
    ours = Events(cluster, Subject.parse("guard/slimgate-x/0-1"))
    error = await failing(ours.write("Normal", "PoliciesReloaded", "x", AT))
    assert error.kind is ClusterFailure.FORBIDDEN


async def test_a_real_server_takes_them_once(admin: Cluster, namespace: str):
    labels = {"app": "web"}
    container = {"name": "app", "image": "api:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    deployment: dict[str, Any] = {
        "metadata": {"name": "web"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }
    path = location("apis/apps/v1", "deployments", namespace)
    made = json.loads(await admin.create(path, deployment))
    found = Judged("x", Named("Deployment", namespace, "web"), judged("web", finding()).results)
    telling = WorkloadEvents(admin, "0a1b2c3d4e5f")
    assert (await telling.tell([found], AT)).written == 1
    assert (await telling.tell([found], AT)).repeated == 1
    # As kubectl describe asks.
    about = f"involvedObject.uid={made['metadata']['uid']},reason=PolicyViolation"
    pages = admin.list_pages(location("api/v1", "events", namespace), field_selector=about)
    (event,) = [json.loads(bytes(item)) async for raw in pages for item in decode(raw, Page).items]
    assert event["message"] == "1 problem: [app] run-as-root: it is root. Mend it."
