import base64

import pytest

from tests.cluster.apiserver import Api, Document
from tests.cluster.world import failing
from webhook.cluster.client import Cluster
from webhook.cluster.webhookconfig import WebhookConfiguration
from webhook.errors import ClusterFailure

PATH = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/ours"
OLD, NEW = b"-----BEGIN OLD-----\n", b"-----BEGIN NEW-----\n"


def webhook(name: str, bundle: bytes | None = None) -> Document:
    told = {} if bundle is None else {"caBundle": base64.b64encode(bundle).decode()}
    return {"name": name, "clientConfig": {"service": {"name": "slimgate"}, **told}}


def writes(api: Api) -> int:
    return sum(request.method != "GET" for request in api.seen)


@pytest.fixture
def ours(cluster: Cluster) -> WebhookConfiguration:
    return WebhookConfiguration(cluster, "ours")


@pytest.mark.parametrize(
    ("bundles", "told"),
    [((OLD,), OLD), ((OLD, OLD), OLD), ((OLD, NEW), b""), ((OLD, None), b""), ((None,), b"")],
)
async def test_the_bundle_is_what_every_webhook_has(
    api: Api, ours: WebhookConfiguration, bundles: tuple[bytes | None, ...], told: bytes
):
    api.put(PATH, webhooks=[webhook(str(n), each) for n, each in enumerate(bundles)])
    found = await ours.read()
    assert found is not None
    assert found.pem == told


@pytest.mark.parametrize("webhooks", [None, []])
async def test_a_configuration_without_webhooks_is_none(
    api: Api, ours: WebhookConfiguration, webhooks: list[Document] | None
):
    api.put(PATH, webhooks=webhooks)
    assert await ours.read() is None


async def test_a_configuration_that_is_not_there_is_none(ours: WebhookConfiguration):
    assert await ours.read() is None


async def test_every_webhook_is_given_the_bundle_and_nothing_else_is_touched(
    api: Api, ours: WebhookConfiguration
):
    api.put(PATH, webhooks=[webhook("a", OLD), webhook("b")], other="kept")
    found = await ours.read()
    assert found is not None
    await ours.replace(NEW, found.version)
    (document,) = api.objects.values()
    assert document["other"] == "kept"
    assert document["webhooks"] == [webhook(name, NEW) for name in "ab"]


async def test_who_read_an_older_state_may_not_write_and_does_not_try_again(
    api: Api, ours: WebhookConfiguration
):
    api.put(PATH, webhooks=[webhook("a", OLD)])
    found = await ours.read()
    assert found is not None
    api.put(PATH, webhooks=[webhook("b", OLD), webhook("a", OLD)])
    assert (await failing(ours.replace(NEW, found.version))).kind is ClusterFailure.CONFLICT
    assert writes(api) == 0


async def test_a_write_of_somebody_else_in_between_is_kept(api: Api, ours: WebhookConfiguration):
    def interfere(request) -> None:
        if request.method == "PATCH":
            api.put(PATH, webhooks=[webhook("b", OLD), webhook("a", OLD)])

    api.put(PATH, webhooks=[webhook("a", OLD)])
    found = await ours.read()
    assert found is not None
    api.faults.append(interfere)
    assert (await failing(ours.replace(NEW, found.version))).kind is ClusterFailure.CONFLICT
    (document,) = api.objects.values()
    assert document["webhooks"] == [webhook("b", OLD), webhook("a", OLD)]
