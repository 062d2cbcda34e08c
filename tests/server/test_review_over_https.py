"""The main job, end to end: real reviews, over TLS, about real images in a registry."""

import asyncio

from tests.conftest import Serve, policy_text
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.pods import admission_review, deployment, pod
from webhook.sandbox.registry import SandboxRegistry

ROOT = "rule: run-as-root, action: deny"
UNBUFFERED = "rule: python-unbuffered, action: warn"
FLOATING = "rule: floating-tag, action: warn"


async def test_a_root_image_is_denied_with_every_problem_told(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:2-slim"
    async with serve(policy_text(ROOT, UNBUFFERED), registry) as client:
        response = await client.review(admission_review(pod("web", image)))
    assert response["allowed"] is False
    assert response["status"]["code"] == 403
    heading, *findings = response["status"]["message"].split("\n")
    assert heading == "slimgate: 2 problems (policy team)"
    assert findings == [
        "[web] run-as-root: image USER is unset (root) and the Pod sets no runAsUser. "
        "Add USER 10001 to the image or securityContext.runAsUser.",
        "[web] python-unbuffered: PYTHONUNBUFFERED is not on; stdout can be lost when the "
        "container is killed. Set env PYTHONUNBUFFERED=1.",
    ]
    assert response["auditAnnotations"]["decision"] == "deny"
    assert "web linux/amd64=sha256:" in response["auditAnnotations"]["digests"]


async def test_a_good_image_is_allowed_without_a_word(serve: Serve, registry: SandboxRegistry):
    image = f"{registry.host}/shop/api:4-optimised"
    async with serve(policy_text(ROOT, UNBUFFERED), registry) as client:
        response = await client.review(admission_review(pod("web", image)))
    assert response["allowed"] is True
    assert "warnings" not in response
    assert response["auditAnnotations"]["decision"] == "allow"


async def test_findings_of_all_containers_are_told_and_equal_ones_once(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:2-slim"
    review = admission_review(
        pod("web", image, initContainers=[{"name": "migrate", "image": image}])
    )
    async with serve(policy_text(ROOT), registry) as client:
        response = await client.review(review)
    assert "[web,migrate] run-as-root:" in response["status"]["message"]


async def test_a_deployment_is_warned_and_never_denied(serve: Serve, registry: SandboxRegistry):
    image = f"{registry.host}/shop/api:2-slim"
    async with serve(policy_text(ROOT), registry) as client:
        response = await client.review(admission_review(deployment("web", image)))
    assert response["allowed"] is True
    assert response["warnings"][0].startswith("[web] run-as-root:")


async def test_rules_on_the_reference_alone_ask_no_registry(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:latest"
    async with serve(policy_text(FLOATING), registry) as client:
        response = await client.review(admission_review(pod("web", image)))
    assert response["warnings"][0].startswith("[web] floating-tag:")
    assert registry.seen == []


async def test_a_second_review_of_an_image_costs_no_request(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:4-optimised"
    async with serve(policy_text(ROOT), registry) as client:
        await client.review(admission_review(pod("web", image)))
        first = len(registry.seen)
        await client.review(admission_review(pod("web", image)))
    assert first == 3  # index, manifest, config
    assert len(registry.seen) == first


async def test_deletions_and_unchanged_updates_ask_nothing(serve: Serve, registry: SandboxRegistry):
    image = f"{registry.host}/shop/api:2-slim"
    old = pod("web", image)
    relabelled = pod("web", image, labels={"app": "web", "more": "yes"})
    async with serve(policy_text(ROOT, FLOATING), registry) as client:
        deleted = await client.review(admission_review(old, operation="DELETE"))
        updated = await client.review(admission_review(relabelled, operation="UPDATE", old=old))
    assert deleted["allowed"] is True
    assert updated["allowed"] is True
    assert registry.seen == []


async def test_an_update_that_changes_the_image_is_judged(serve: Serve, registry: SandboxRegistry):
    old = pod("web", f"{registry.host}/shop/api:4-optimised")
    new = pod("web", f"{registry.host}/shop/api:2-slim")
    async with serve(policy_text(ROOT), registry) as client:
        response = await client.review(admission_review(new, operation="UPDATE", old=old))
    assert response["allowed"] is False


async def test_a_slow_registry_is_told_in_time_and_the_next_review_finds_the_image(
    serve: Serve, registry: SandboxRegistry
):
    registry.behaviour = Behaviour(latency=0.2)
    review = admission_review(pod("web", f"{registry.host}/shop/api:2-slim"))
    async with serve(policy_text(ROOT), registry) as client:
        hurried = await client.review(review, "?timeout=400ms")
        assert hurried["allowed"] is True
        assert "registry timeout after 0.15 s" in hurried["warnings"][0]
        patient = await client.review(review)
    assert patient["allowed"] is False
    assert len(registry.seen) == 2  # the first flight went on and was joined


async def test_a_missing_image_is_told_by_its_cause(serve: Serve, registry: SandboxRegistry):
    async with serve(policy_text(ROOT), registry) as client:
        response = await client.review(
            admission_review(pod("web", f"{registry.host}/shop/nothing:1"))
        )
    assert response["allowed"] is True
    assert "[web] image-unverified: could not inspect the image" in response["warnings"][0]


async def test_lying_bytes_are_denied_by_default(serve: Serve, registry: SandboxRegistry):
    registry.behaviour = Behaviour(lie=True)
    digest = registry.store.repositories["shop/api"].tags["4-optimised"]
    image = f"{registry.host}/shop/api@{digest}"
    async with serve(policy_text(ROOT), registry) as client:
        response = await client.review(admission_review(pod("web", image)))
    assert response["allowed"] is False
    assert "image-unverified" in response["status"]["message"]


async def test_every_review_is_one_log_line_and_counted(serve: Serve, registry: SandboxRegistry):
    image = f"{registry.host}/shop/api:2-slim"
    async with serve(policy_text(ROOT), registry) as client:
        review = admission_review(pod("web", image))
        await client.review(review)
        (line,) = [event for event in client.events() if event["event"] == "review"]
        metrics = client.hook.metrics.exposition(True).decode()
    assert line["uid"] == review["request"]["uid"]
    assert line["decision"] == "deny"
    assert (line["namespace"], line["kind"], line["name"]) == ("shop", "Pod", "web")
    assert line["findings"][0]["rule"] == "run-as-root"
    assert line["images"][image].startswith("sha256:")
    assert 'slimgate_reviews_total{decision="deny"} 1.0' in metrics
    assert 'rule="run-as-root"' in metrics
    assert 'slimgate_registry_requests_total{method="GET",outcome="200"}' in metrics


async def test_one_policy_that_is_about_other_namespaces_changes_nothing(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:2-slim"
    text = policy_text(ROOT, more='match: {namespaces: ["team-*"]}')
    async with serve(text, registry) as client:
        response = await client.review(admission_review(pod("web", image)))
    assert response["allowed"] is True
    assert registry.seen == []


async def test_in_audit_mode_the_answer_does_not_wait_and_the_log_has_it_later(
    serve: Serve, registry: SandboxRegistry
):
    image = f"{registry.host}/shop/api:2-slim"
    async with serve(policy_text(ROOT, mode="audit"), registry) as client:
        response = await client.review(admission_review(pod("web", image), uid="u-1"))
        assert response["allowed"] is True
        assert response["auditAnnotations"]["pending"] == "u-1"
        async with asyncio.timeout(10):
            while len(lines := [e for e in client.events() if e["event"] == "review"]) < 2:
                await asyncio.sleep(0.01)
        metrics = client.hook.metrics.exposition(True).decode()
    first, late = lines
    assert (first["uid"], first["pending"], first["findings"]) == ("u-1", True, [])
    assert (late["uid"], late["late"]) == ("u-1", True)
    assert [finding["rule"] for finding in late["findings"]] == ["run-as-root"]
    assert 'slimgate_late_reviews_total{result="judged"} 1.0' in metrics
    assert 'slimgate_reviews_total{decision="allow"} 1.0' in metrics
