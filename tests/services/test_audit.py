"""Verdicts on everything that runs, in one pass."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import msgspec

from tests.conftest import policy_text
from tests.services.sources import MemorySource
from tests.services.test_gather import Someone
from tests.tables import TABLES
from webhook.kube.workload import KubeObject, Workload
from webhook.policy.loader import load
from webhook.registry.podkeychains import OneKeychain
from webhook.rules import CATALOGUE
from webhook.sandbox.pods import pod
from webhook.sandbox.store import Store
from webhook.services.audit import Audited, Auditor, Progress
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.judged import Named
from webhook.services.ports import Running, RunningPage

BAD, GOOD = "registry.test/shop/api:2-slim", "registry.test/shop/api:4-optimised"
WEB = Named("Deployment", "shop", "web")
RULE = "rule: run-as-root, action: deny"
OLD = "sha256:" + "0" * 64


class Pages:
    """What runs, page by page."""

    def __init__(self, *pages: Sequence[Running], remaining: int | None = None) -> None:
        self._pages, self._remaining = pages, remaining

    async def pages(self) -> AsyncIterator[RunningPage]:
        for page in self._pages:
            yield RunningPage(tuple(page), self._remaining)


def running(
    image: str,
    owner: Named | None = None,
    *,
    name: str = "web",
    digest: str = "",
    labels: dict[str, str] | None = None,
    token: str = "abcde",
) -> Running:
    volume = {"name": f"kube-api-access-{token}", "projected": {}}
    document = pod(name, image, labels=labels, volumes=[volume])
    document["spec"]["containers"][0]["name"] = "web"
    workload = Workload.of(msgspec.convert(document, KubeObject))
    assert workload is not None
    digests = (("web", digest),) if digest else ()
    return Running(workload, owner or Named.of(workload), digests)


async def audit(
    source: MemorySource, pages: Pages, policy: str = policy_text(RULE), **more
) -> Audited:
    law = load([("policy.yaml", policy)], CATALOGUE, TABLES)
    judge = Judge(Gatherer(source), lambda: datetime(2026, 11, 21, tzinfo=UTC))
    auditor = Auditor(judge, law, OneKeychain(Someone()), None, 5)
    return await auditor.audit(pages, **more)


async def test_pods_of_one_owner_that_are_alike_are_one_verdict(store: Store):
    source = MemorySource(store)
    first = [running(BAD, WEB, name=f"web-{n}", token=f"abcd{n}") for n in range(3)]
    found = await audit(source, Pages(first, [running(BAD, WEB), running(GOOD, WEB)]))
    assert [(item.workload, item.pods, item.allowed) for item in found.judged] == [
        (WEB, 4, False),
        (WEB, 1, True),
    ]
    assert found.pods == 5
    assert source.asked.count("resolve") == 2


async def test_verdicts_that_are_the_same_are_kept_once(store: Store):
    pods = [running(BAD, name=f"pod-{n}") for n in range(3)]
    found = await audit(MemorySource(store), Pages(pods))
    assert len(found.judged) == 3
    assert len({id(item.results) for item in found.judged}) == 1


async def test_labels_count_where_a_policy_selects_by_them(store: Store):
    pods = [running(BAD, WEB, labels={"app": name}) for name in ("a", "b")]
    selecting = policy_text(RULE, more="match: {objectSelector: {matchLabels: {app: a}}}")
    found = await audit(MemorySource(store), Pages(pods), selecting)
    assert sorted((item.pods, item.allowed) for item in found.judged) == [(1, False), (1, True)]
    found = await audit(MemorySource(store), Pages(pods))
    assert [item.pods for item in found.judged] == [2]


async def test_an_image_that_cannot_be_read_is_a_finding(store: Store):
    pods = [running("registry.test/shop/nothing:1"), running(GOOD, name="good")]
    found = await audit(MemorySource(store), Pages(pods))
    assert [item.is_incomplete for item in found.judged] == [False, True]


async def test_what_runs_is_compared_with_every_digest_that_the_tag_names(store: Store):
    source = MemorySource(store)
    (item,) = (await audit(source, Pages([running(GOOD)]))).judged
    profile = item.results[0].profile
    assert profile is not None
    assert len(profile.digests) == 3  # the index, and two platforms in it
    pods = [running(GOOD, WEB, digest=digest) for digest in (*profile.digests, OLD, OLD)]
    found = await audit(source, Pages(pods))
    assert found.drift == ((GOOD, OLD, profile.digests[0], 2),)
    pinned = GOOD + "@" + profile.digests[0]
    assert (await audit(source, Pages([running(pinned, digest=OLD)]))).drift == ()


async def test_progress_is_told_page_by_page(store: Store):
    told: list[Progress] = []
    pages = Pages([running(BAD)], [running(GOOD), running(GOOD, name="b")], remaining=7)
    await audit(MemorySource(store), pages, tell=told.append)
    assert told == [Progress(1, 8), Progress(3, 10)]


async def test_a_controller_without_pods_counts_none(store: Store):
    idle = idle_of(running(BAD, WEB))
    (item,) = (await audit(MemorySource(store), Pages([idle]))).judged
    assert (item.pods, item.allowed) == (0, False)


def idle_of(each: Running) -> Running:
    return Running(each.workload, each.owner, each.digests, pods=0)
