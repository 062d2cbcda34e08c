"""Releases side by side, what they may do, and what is left of them."""

import json

from tests.cluster.plane import ControlPlane
from tests.cluster.releases.conftest import ROOT, UNBUFFERED, Install, pod, values
from tests.cluster.releases.release import Release
from tests.cluster.releases.traffic import traffic
from tests.cluster.world import until
from webhook.sandbox.registry import SandboxRegistry


async def test_two_releases_do_not_see_each_other(install: Install, registry: SandboxRegistry):
    strict = await install(values(registry, ROOT))
    lenient = await install(values(registry, UNBUFFERED))
    document = pod("web", f"{registry.host}/shop/api:2-slim")
    code, _, complained = await strict.create(document)
    assert code == 1
    assert "python-unbuffered" not in complained
    code, _, complained = await lenient.create(document)
    assert code == 0
    assert "run-as-root" not in complained
    assert [event["namespace"] for event in await strict.events("review")] == [strict.namespace]
    assert [event["namespace"] for event in await lenient.events("review")] == [lenient.namespace]


async def test_the_cluster_is_guarded_by_label_and_kube_system_never(
    controlplane: ControlPlane, install: Install, registry: SandboxRegistry, make_namespace
):
    labelled = await make_namespace(labels={"slimgate.dev/admission": "enabled"})
    release = await install(values(registry, ROOT, scope="cluster"))
    document = pod("web", f"{registry.host}/shop/api:2-slim")
    assert (await release.create(document))[0] == 0
    in_label = ["-n", labelled, "create", "-f", "-"]
    assert (await controlplane.attempt(*in_label, stdin=json.dumps(document)))[0] == 1
    await controlplane.kubectl("label", "ns", "kube-system", "slimgate.dev/admission=enabled")
    try:
        in_system = ["-n", "kube-system", "create", "-f", "-", "--dry-run=server"]
        assert (await controlplane.attempt(*in_system, stdin=json.dumps(document)))[0] == 0
    finally:
        await controlplane.kubectl("label", "ns", "kube-system", "slimgate.dev/admission-")


async def test_an_uninstall_lets_no_pod_fail_and_leaves_nothing(
    controlplane: ControlPlane, install: Install, registry: SandboxRegistry, make_namespace
):
    namespace = await make_namespace()
    before = await _everything(controlplane, namespace)
    release = await install(
        values(registry, ROOT, webhook={"failurePolicy": "Fail"}), namespace=namespace
    )
    during = await _everything(controlplane, namespace)
    assert len(during - before) > 5
    image = f"{registry.host}/shop/api:4-optimised"
    async with traffic(release, pod("web", image)) as seen:
        await seen.more(20)
        await release.uninstall()
        await release.stop()
        await seen.more(20)
    assert {status for status, _ in seen.answers} == {201}

    async def nothing_is_left() -> bool:
        return await _everything(controlplane, namespace) == before

    await until(nothing_is_left)  # what Pods leave is collected a little later


async def _everything(plane: ControlPlane, namespace: str) -> set[str]:
    """All there is in a namespace, and in the cluster of its name, but Events."""
    listed = await plane.kubectl("api-resources", "--verbs=list", "-o", "name")
    kinds = [kind for kind in listed.split() if not kind.startswith("events")]
    found = await plane.kubectl("get", ",".join(kinds), "-A", "-o", "json")
    return {
        f"{item['kind']}/{item['metadata']['name']}"
        for item in json.loads(found)["items"]
        if item["metadata"].get("namespace") == namespace
        or ("namespace" not in item["metadata"] and namespace in item["metadata"]["name"])
    }


async def test_its_account_may_do_what_it_does_and_nothing_else(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, ROOT))
    assert await _rights(release) == {
        "events: create",
        "secrets slimgate-tls: get patch",
        "secrets,serviceaccounts: list watch",
        f"validatingwebhookconfigurations.admissionregistration.k8s.io slimgate.{release.namespace}"
        ": get patch",
    }


async def _rights(release: Release) -> set[str]:
    """What ``kubectl auth can-i --list`` tells, without what everybody may."""
    account = f"system:serviceaccount:{release.namespace}:slimgate"
    everybody = f"system:serviceaccount:{release.namespace}:default"
    told = []
    for who in (account, everybody):
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": release.namespace},
        }
        flags = [
            f"--as={who}",
            "--as-group=system:serviceaccounts",
            "--as-group=system:authenticated",
        ]
        code, said, complained = await release.kubectl(
            "create", "-f", "-", "-o", "json", "--validate=false", *flags, stdin=json.dumps(review)
        )
        assert code == 0, complained
        told.append({_right(rule) for rule in json.loads(said)["status"]["resourceRules"]})
    return told[0] - told[1]


def _right(rule: dict) -> str:
    groups = "".join(f".{group}" for group in rule["apiGroups"] if group)
    names = "".join(f" {name}" for name in rule.get("resourceNames", ()))
    return f"{','.join(rule['resources'])}{groups}{names}: {' '.join(sorted(rule['verbs']))}"
