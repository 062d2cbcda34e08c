import base64

import pytest

from tests.cluster.apiserver import Api, Document, status
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


async def test_bundles_are_read_by_the_name_of_their_webhook(api: Api, ours: WebhookConfiguration):
    api.put(PATH, webhooks=[webhook("a", OLD), webhook("b")])
    assert await ours.bundles() == {"a": OLD, "b": b""}


async def test_every_webhook_is_given_the_bundle_and_nothing_else(
    api: Api, ours: WebhookConfiguration
):
    api.put(PATH, webhooks=[webhook("a", OLD), webhook("b"), webhook("c", NEW)], other="kept")
    assert await ours.trust(NEW)
    assert await ours.bundles() == {"a": NEW, "b": NEW, "c": NEW}
    (document,) = api.objects.values()
    assert document["other"] == "kept"
    assert document["webhooks"] == [webhook(name, NEW) for name in "abc"]


@pytest.mark.parametrize("webhooks", [None, [], [webhook("a", NEW), webhook("b", NEW)]])
async def test_nothing_is_written_where_nothing_is_to_change(
    api: Api, ours: WebhookConfiguration, webhooks: list[Document] | None
):
    api.put(PATH, webhooks=webhooks)
    assert not await ours.trust(NEW)
    assert writes(api) == 0


async def test_a_write_of_somebody_else_in_between_is_kept(api: Api, ours: WebhookConfiguration):
    def interfere(request) -> None:
        if request.method == "PATCH" and writes(api) == 1:
            api.put(PATH, webhooks=[webhook("b", OLD), webhook("a", OLD)])

    api.put(PATH, webhooks=[webhook("a", OLD)])
    api.faults.append(interfere)
    assert await ours.trust(NEW)
    assert list((await ours.bundles()).items()) == [("b", NEW), ("a", NEW)]


async def test_writing_against_others_is_given_up(api: Api, ours: WebhookConfiguration):
    api.put(PATH, webhooks=[webhook("a", OLD)])
    api.faults.append(
        lambda request: status(409, "Conflict") if request.method == "PATCH" else None
    )
    assert (await failing(ours.trust(NEW))).kind is ClusterFailure.CONFLICT
    assert writes(api) == 5


async def test_a_configuration_that_is_not_there_is_told(ours: WebhookConfiguration):
    assert (await failing(ours.trust(NEW))).kind is ClusterFailure.NOT_FOUND
