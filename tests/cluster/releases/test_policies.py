"""Policies that change while Pods come."""

from tests.cluster.releases.conftest import ROOT, UNBUFFERED, Install, pod, stricter, values
from tests.cluster.releases.traffic import traffic
from tests.cluster.world import until
from webhook.sandbox.registry import SandboxRegistry

BOTH = (ROOT, "rule: python-unbuffered, action: deny")


async def test_policies_change_under_traffic_without_a_mixed_verdict(
    install: Install, registry: SandboxRegistry
):
    """Either both rules deny, or both are recorded: nobody meets one of each."""
    release = await install(values(registry, *BOTH))
    image = f"{registry.host}/shop/api:2-slim"
    async with traffic(release, pod("web", image)) as seen:
        await seen.more(20)
        for action in ("audit", "deny", "audit"):
            await stricter(release, registry, *(rule.replace("deny", action) for rule in BOTH))
            await seen.more(20)
    denied = [message for status, message in seen.answers if status != 201]
    assert {status for status, _ in seen.answers} == {201, 403}
    assert len(denied) >= 40
    assert all("run-as-root" in message and "unbuffered" in message for message in denied)
    reviews = await release.events("review")
    sets = {event["policies"]: set() for event in reviews}
    for event in reviews:
        sets[event["policies"]].add(event["decision"])
    assert sorted(map(sorted, sets.values())) == [["allow"], ["deny"]]


async def test_a_bad_policy_is_told_everywhere_and_the_old_one_stays(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, ROOT, UNBUFFERED))
    bad = values(registry, "rule: run-as-rot, action: deny")
    await release.install(**bad)
    (refused,) = await release.wait_for("reload refused")
    problem = "team.yaml:8:14: unknown rule 'run-as-rot' (did you mean 'run-as-root'?)"
    assert refused["reason"].endswith(problem)
    assert "slimgate_policies_refused 1.0" in (await release.status("metrics"))[1]
    code, told = await release.status("readyz")
    assert code == 200
    assert problem in told
    await until(lambda: _is_told(release, "PoliciesRefused", problem))
    code, _, complained = await release.create(pod("web", f"{registry.host}/shop/api:2-slim"))
    assert code == 1
    assert "run-as-root" in complained
    await stricter(release, registry, UNBUFFERED)
    await until(lambda: _is_told(release, "PoliciesReloaded", "is in force"))
    assert "slimgate_policies_refused 0.0" in (await release.status("metrics"))[1]
    assert '"notes":{}' in (await release.status("readyz"))[1]
    assert (await release.create(pod("web", f"{registry.host}/shop/api:2-slim")))[0] == 0


async def _is_told(release, reason: str, words: str) -> bool:
    return any(words in message for message in await release.told(reason))


async def test_labels_of_namespaces_and_pods_select(
    install: Install, registry: SandboxRegistry, make_namespace
):
    web, other = await make_namespace(labels={"tier": "web"}), await make_namespace()
    chosen = values(
        registry,
        ROOT,
        more="match: {namespaceSelector: {matchLabels: {tier: web}}, "
        "objectSelector: {matchExpressions: [{key: legacy, operator: DoesNotExist}]}}",
        namespaceLabels={"enabled": True},
        targetNamespaces=[web, other],
    )
    release = await install(chosen)
    document = pod("web", f"{registry.host}/shop/api:2-slim")
    code, _, complained = await release.create(document, namespace=web)
    assert code == 1
    assert "[web] run-as-root" in complained
    legacy = document | {"metadata": {"name": "web", "labels": {"legacy": "yes"}}}
    assert (await release.create(legacy, namespace=web))[0] == 0
    assert (await release.create(document, namespace=other))[0] == 0
