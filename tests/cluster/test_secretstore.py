import pytest

from tests.cluster.apiserver import Api
from tests.cluster.world import failing
from webhook.cluster.client import Cluster
from webhook.cluster.secretstore import Secrets
from webhook.errors import ClusterFailure

PATH = "/api/v1/namespaces/shop/secrets/certificate"


@pytest.fixture
def secrets(cluster: Cluster) -> Secrets:
    return Secrets(cluster, "shop")


async def test_a_secret_that_is_not_there_is_none(secrets: Secrets):
    assert await secrets.read("certificate") is None


async def test_what_is_written_is_read_again(api: Api, secrets: Secrets):
    api.put(PATH, data={"tls.crt": "YQ=="}, type="Opaque")
    found = await secrets.read("certificate")
    assert found is not None
    assert found.data == {"tls.crt": b"a"}
    await secrets.replace("certificate", {"tls.key": b"b"}, found.version)
    after = await secrets.read("certificate")
    assert after is not None
    assert after.data == {"tls.key": b"b"}
    assert after.version != found.version


async def test_an_empty_secret_has_no_data(api: Api, secrets: Secrets):
    api.put(PATH, type="Opaque")
    found = await secrets.read("certificate")
    assert found is not None
    assert found.data == {}


async def test_who_read_an_older_state_may_not_replace_it(api: Api, secrets: Secrets):
    api.put(PATH, data={})
    found = await secrets.read("certificate")
    assert found is not None
    api.put(PATH, data={"tls.crt": "Yg=="})
    error = await failing(secrets.replace("certificate", {}, found.version))
    assert error.kind is ClusterFailure.CONFLICT


async def test_what_it_holds_is_in_no_repr(api: Api, secrets: Secrets):
    api.put(PATH, data={"tls.key": "czNjcmV0"})
    assert "s3cret" not in repr(await secrets.read("certificate"))
