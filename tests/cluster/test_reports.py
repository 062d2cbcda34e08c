"""Report objects: written, left as they are, taken away."""

import asyncio
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.cluster.apiserver import Api, Place, status
from tests.cluster.plane import ControlPlane
from tests.cluster.reportkinds import define
from tests.cluster.world import failing, until
from webhook.cluster.client import Cluster
from webhook.cluster.reports import KINDS, ReportObjects, Written
from webhook.cluster.wire import Page, decode, location
from webhook.errors import ClusterFailure
from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.report.policyreport import Origin, reports
from webhook.services.judged import Judged, Named

AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
ORIGIN = Origin("slimgate.guard", "0a1b2c3d4e5f", AT)
POLICY_REPORT, REPORT = KINDS
OWNERS = location("apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations")


def judged(namespace: str, *rules: str, name: str = "web") -> Judged:
    findings = tuple(
        Finding(("team",), rule, Action.DENY, Outcome.FAIL, Severity.HIGH, 90, "Bad", "Mend")
        for rule in rules or ("run-as-root",)
    )
    result = Result("app", "api:1", None, "linux/amd64", findings)
    return Judged("x", Named("Deployment", namespace, name), (result,))


def made(*items: Judged, later: int = 0, origin: Origin = ORIGIN) -> list[dict[str, Any]]:
    at = origin.at + timedelta(hours=later)
    return list(reports(items, Origin(origin.release, origin.policy_set, at)))


def has(api: Api, *kinds: Any) -> None:
    """Let the double have these kinds."""

    def discovered(request: web.Request) -> web.Response | None:
        for kind in KINDS:
            if request.path == f"/apis/{kind.api_version}":
                if kind not in kinds:
                    return status(404, "NotFound")
                return web.json_response({"resources": [{"name": kind.resource}]})
        return None

    api.faults.append(discovered)


def stored(api: Api) -> set[tuple[str, str]]:
    """Resource and namespace of what there is."""
    return {(place.resource, place.namespace) for place in api.objects}


def counts(written: Written) -> tuple[int, int, int, int, int]:
    return (
        written.created,
        written.replaced,
        written.unchanged,
        written.deleted,
        written.failed,
    )


@pytest.fixture
def ours(cluster: Cluster) -> ReportObjects:
    return ReportObjects(cluster, ORIGIN.labels)


async def test_a_cluster_without_either_kind_is_told_what_to_install(api: Api, ours: ReportObjects):
    has(api)
    error = await failing(ours.write(made(judged("shop"))))
    assert error.kind is ClusterFailure.NOT_FOUND
    for kind in KINDS:
        assert kind.kind in error.detail
        assert kind.api_version in error.detail
    assert not api.objects


@pytest.mark.parametrize("kind", KINDS)
async def test_the_kind_that_there_is_is_written(api: Api, ours: ReportObjects, kind: Any):
    has(api, kind)
    written = await ours.write(made(judged("shop")))
    assert (written.kinds, counts(written)) == ((kind.kind,), (1, 0, 0, 0, 0))
    (document,) = api.objects.values()
    assert (document["apiVersion"], document["kind"]) == (kind.api_version, kind.kind)
    assert ("source" in document) == (kind is REPORT)


async def test_a_group_without_the_resource_is_not_the_kind(api: Api, ours: ReportObjects):
    has(api, REPORT)
    api.faults.insert(
        0,
        lambda request: (
            web.json_response({"resources": [{"name": "clusterpolicyreports"}]})
            if request.path == f"/apis/{POLICY_REPORT.api_version}"
            else None
        ),
    )
    assert (await ours.write(made(judged("shop")))).kinds == ("Report",)


async def test_where_both_are_there_both_are_written(api: Api, ours: ReportObjects):
    has(api, *KINDS)
    written = await ours.write(made(judged("shop"), judged("bank")))
    assert counts(written) == (4, 0, 0, 0, 0)
    assert stored(api) == {(kind.resource, name) for kind in KINDS for name in ("shop", "bank")}


async def test_an_api_server_that_does_not_say_which_kinds_it_has_is_an_error(
    api: Api, ours: ReportObjects
):
    api.fail(f"/apis/{REPORT.api_version}", 503, "ServiceUnavailable")
    has(api, POLICY_REPORT)
    error = await failing(ours.write(made(judged("shop"))))
    assert error.kind is ClusterFailure.UNREACHABLE


async def test_only_what_differs_in_more_than_its_time_is_written(api: Api, ours: ReportObjects):
    has(api, POLICY_REPORT)
    await ours.write(made(judged("shop"), judged("bank")))
    before = deepcopy(api.objects)
    written = await ours.write(made(judged("shop"), judged("bank"), later=1))
    assert (counts(written), api.objects) == ((0, 0, 2, 0, 0), before)
    written = await ours.write(made(judged("shop", "floating-tag"), judged("bank"), later=2))
    assert counts(written) == (0, 1, 1, 0, 0)


@pytest.mark.parametrize("policy_set", ["0a1b2c3d4e5f", "ffffffffffff"])
async def test_other_policies_are_told_although_they_find_the_same(
    api: Api, ours: ReportObjects, policy_set: str
):
    has(api, REPORT)
    await ours.write(made(judged("shop")))
    origin = Origin(ORIGIN.release, policy_set, AT)
    written = await ours.write(made(judged("shop"), origin=origin))
    assert written.replaced == (policy_set != ORIGIN.policy_set)


async def test_reports_of_namespaces_that_have_become_clean_are_taken_away(
    api: Api, ours: ReportObjects
):
    has(api, *KINDS)
    await ours.write(made(judged("shop"), judged("bank")))
    written = await ours.write(made(judged("bank"), later=1))
    assert counts(written) == (0, 0, 2, 2, 0)
    assert {namespace for _, namespace in stored(api)} == {"bank"}


async def test_only_namespaces_that_were_looked_at_are_asked_about(api: Api, ours: ReportObjects):
    has(api, POLICY_REPORT)
    await ours.write(made(judged("shop"), judged("bank")))
    api.seen.clear()
    written = await ours.write([], ["shop", "shop"])
    assert counts(written) == (0, 0, 0, 1, 0)
    assert stored(api) == {("policyreports", "bank")}
    lists = [request for request in api.seen if "limit" in request.query]
    assert [request.path for request in lists] == [POLICY_REPORT.path("shop")]
    selector = f"app.kubernetes.io/managed-by=slimgate,slimgate.dev/release={ORIGIN.key}"
    assert lists[0].query["labelSelector"] == selector


async def test_the_release_owns_its_reports(api: Api, cluster: Cluster):
    has(api, POLICY_REPORT)
    api.put(f"{OWNERS}/slimgate.guard", metadata={"uid": "0-1"})
    ours = ReportObjects(cluster, ORIGIN.labels, "slimgate.guard")
    await ours.write(made(judged("shop")))
    (report,) = [found for place, found in api.objects.items() if place.namespace]
    reference = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "name": "slimgate.guard",
        "uid": "0-1",
    }
    assert report["metadata"]["ownerReferences"] == [reference]
    assert (await ours.write(made(judged("shop")))).unchanged == 1
    api.put(f"{OWNERS}/slimgate.guard", metadata={"uid": "0-2"})  # installed anew
    assert (await ours.write(made(judged("shop")))).replaced == 1


async def test_an_owner_that_is_not_there_leaves_nothing_behind(api: Api, cluster: Cluster):
    """The release is being uninstalled, or was misspelt: nobody would take the reports away."""
    has(api, POLICY_REPORT)
    ours = ReportObjects(cluster, ORIGIN.labels, "slimgate.guard")
    error = await failing(ours.write(made(judged("shop"))))
    assert error.detail.startswith("there is no ValidatingWebhookConfiguration slimgate.guard")
    assert not api.objects


async def test_without_a_release_nobody_owns_them(api: Api, ours: ReportObjects):
    has(api, POLICY_REPORT)
    await ours.write(made(judged("shop")))
    (report,) = api.objects.values()
    assert "ownerReferences" not in report["metadata"]


async def test_what_cannot_be_written_is_told_and_the_others_are_written(
    api: Api, ours: ReportObjects
):
    has(api, POLICY_REPORT)
    api.faults.append(
        lambda request: (
            status(403, "Forbidden", "being terminated")
            if request.method == "POST" and request.path == POLICY_REPORT.path("bank")
            else None
        )
    )
    written = await ours.write(made(judged("bank"), judged("shop")), ["bank", "shop"])
    assert counts(written) == (1, 0, 0, 0, 1)
    assert written.why.endswith("being terminated")


async def test_where_it_cannot_be_told_what_is_there_nothing_is_touched(
    api: Api, ours: ReportObjects
):
    has(api, POLICY_REPORT)
    await ours.write(made(judged("bank"), judged("shop")))
    before = deepcopy(api.objects)
    api.fail(POLICY_REPORT.path("bank"), 403, "Forbidden", "cannot list")
    other = made(judged("bank", "floating-tag"), judged("shop"))
    written = await ours.write(other, ["bank", "shop"])
    assert (counts(written), api.objects) == ((0, 0, 1, 0, 1), before)


async def test_what_somebody_else_wrote_meanwhile_is_left_and_told(api: Api, ours: ReportObjects):
    has(api, POLICY_REPORT)
    (report,) = made(judged("shop"))
    path = POLICY_REPORT.path("shop", report["metadata"]["name"])

    def interfere(request: web.Request) -> None:
        if request.method in ("POST", "PUT", "DELETE"):
            api.put(path, theirs=True)

    api.faults.append(interfere)
    written = await ours.write([report])
    assert (counts(written), "409" in written.why) == ((0, 0, 0, 0, 1), True)
    for wanted in ([report], []):
        written = await ours.write(wanted)
        assert (counts(written), "409" in written.why) == ((0, 0, 0, 0, 1), True)
    assert api.objects[Place.of(path)]["theirs"] is True


async def test_reports_are_made_as_they_are_written_and_few_at_once(api: Api, ours: ReportObjects):
    has(api, *KINDS)
    written = ahead = 0

    async def one(request: web.Request) -> None:
        nonlocal written
        if request.method == "POST":
            await asyncio.sleep(0)
            written += 1

    def many() -> Iterator[dict[str, Any]]:
        nonlocal ahead
        for number, report in enumerate(made(*(judged(f"n{number}") for number in range(50)))):
            ahead = max(ahead, number - written // len(KINDS))
            yield report

    api.faults.append(one)
    assert (await ours.write(many())).created == 100
    assert ahead <= 4


@pytest.fixture
async def defined(controlplane: ControlPlane, admin: Cluster) -> None:
    """The real API server has both kinds."""
    await define(controlplane, admin)


async def found(admin: Cluster, kind: Any, namespace: str) -> list[dict[str, Any]]:
    return [
        json.loads(bytes(item))
        async for raw in admin.list_pages(kind.path(namespace))
        for item in decode(raw, Page).items or ()
    ]


@pytest.mark.usefixtures("defined")
async def test_a_real_server_keeps_every_word(admin: Cluster, namespace: str):
    ours = ReportObjects(admin, ORIGIN.labels)
    wanted = made(judged(namespace, "run-as-root", "floating-tag"))
    written = await ours.write(wanted, [namespace])
    assert (written.kinds, counts(written)) == (("PolicyReport", "Report"), (2, 0, 0, 0, 0))
    for kind in KINDS:
        (read,) = await found(admin, kind, namespace)
        assert wanted[0]["metadata"].items() <= read["metadata"].items()
        assert (read["summary"], read["results"]) == (wanted[0]["summary"], wanted[0]["results"])
        assert read.get("source") == ("slimgate" if kind is REPORT else None)
    later = made(judged(namespace, "run-as-root", "floating-tag"), later=1)
    assert counts(await ours.write(later, [namespace])) == (0, 0, 2, 0, 0)
    other = made(judged(namespace, "run-as-root"), later=1)
    assert counts(await ours.write(other, [namespace])) == (0, 2, 0, 0, 0)
    assert counts(await ours.write([], [namespace])) == (0, 0, 0, 2, 0)


@pytest.mark.usefixtures("defined")
async def test_two_releases_and_the_reports_of_others_do_not_meet(
    admin: Cluster, namespace: str, make_namespace
):
    elsewhere = await make_namespace()
    theirs = {
        "apiVersion": POLICY_REPORT.api_version,
        "kind": POLICY_REPORT.kind,
        "metadata": {"name": "theirs", "labels": {"app.kubernetes.io/managed-by": "another"}},
    }
    await admin.create(POLICY_REPORT.path(namespace), theirs)
    origins = [Origin(release, "0a1b2c3d4e5f", AT) for release in ("one", "two")]
    one, two = (ReportObjects(admin, origin.labels) for origin in origins)
    items = (judged(namespace), judged(elsewhere))
    await one.write(made(*items, origin=origins[0]), [namespace, elsewhere])
    await two.write(made(*items, origin=origins[1]), [namespace, elsewhere])
    assert (await one.write([], [namespace])).deleted == 2
    names = {
        place: {item["metadata"]["name"] for item in await found(admin, POLICY_REPORT, place)}
        for place in (namespace, elsewhere)
    }
    first, second = (f"slimgate-{origin.key}-0" for origin in origins)
    assert names == {namespace: {"theirs", second}, elsewhere: {first, second}}
    assert (await two.write([])).deleted == 4
    assert (await found(admin, POLICY_REPORT, namespace))[0]["metadata"]["name"] == "theirs"


@pytest.mark.usefixtures("defined")
async def test_a_real_server_takes_five_thousand_results_of_a_namespace(
    admin: Cluster, namespace: str
):
    ours = ReportObjects(admin, ORIGIN.labels)
    items = [judged(namespace, name=f"web-{number}") for number in range(5000)]
    written = await ours.write(made(*items), [namespace])
    assert (written.created, written.failed) == (10, 0)
    read = await found(admin, REPORT, namespace)
    assert sum(item["summary"]["fail"] for item in read) == 5000
    fewer = await ours.write(made(*items[:1500], later=1), [namespace])
    assert (fewer.failed, fewer.deleted) == (0, 6)
    read = await found(admin, REPORT, namespace)
    assert sum(len(item["results"]) for item in read) == 1500


@pytest.mark.usefixtures("defined")
async def test_reports_go_with_the_release(admin: Cluster, namespace: str):
    owner = json.loads(await admin.create(OWNERS, {"metadata": {"name": namespace}}))
    ours = ReportObjects(admin, ORIGIN.labels, namespace)
    assert (await ours.write(made(judged(namespace)), [namespace])).created == 2
    await admin.delete(f"{OWNERS}/{namespace}", owner["metadata"]["resourceVersion"])

    async def nothing_is_left() -> bool:
        return not any([await found(admin, kind, namespace) for kind in KINDS])

    # The garbage collector looks for new kinds every half minute.
    await until(nothing_is_left, patience=45)
