"""Certificates that others issue, and the bundle that others write."""

import pytest

from tests.services.replicas import HOST, START, Bundles, Cluster, Heard, PlainIssuer, unreachable
from webhook.errors import ClusterError
from webhook.services.ports import StoredBundle
from webhook.services.trust import Trust

ISSUER = PlainIssuer()
CA, OTHER = ISSUER.ca(START), ISSUER.ca(START)
SERVED = ISSUER.serving(CA, (HOST,), START).certificate


class Failing(Bundles):
    """Bundles that cannot be read while there is an error."""

    error: ClusterError | None = None

    async def read(self) -> StoredBundle | None:
        if self.error is not None:
            raise self.error
        return await super().read()


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def bundles(cluster: Cluster) -> Failing:
    return Failing(cluster)


@pytest.fixture
def trust(bundles: Failing, heard: Heard) -> Trust:
    return Trust(bundles, ISSUER, HOST, lambda: START, heard)


async def test_a_certificate_that_the_bundle_trusts_is_ready(cluster: Cluster, trust: Trust):
    cluster.put_bundle(OTHER.certificate + CA.certificate)
    await trust.look(SERVED)
    assert trust.waiting is None


async def test_a_bundle_that_does_not_fit_yet_is_waited_for(cluster: Cluster, trust: Trust):
    cluster.put_bundle(OTHER.certificate)
    await trust.look(SERVED)
    assert trust.waiting == "of another CA"
    cluster.put_bundle(CA.certificate)
    await trust.look(SERVED)
    assert trust.waiting is None


async def test_no_configuration_trusts_nobody(cluster: Cluster, trust: Trust):
    cluster.bundle = None
    await trust.look(SERVED)
    assert trust.waiting is not None


async def test_an_api_that_cannot_be_asked_changes_nothing_and_is_told_once(
    cluster: Cluster, bundles: Failing, trust: Trust, heard: Heard
):
    bundles.error = unreachable()
    for _ in range(2):
        await trust.look(SERVED)
        assert trust.waiting is None
    assert heard.failures == ["unreachable: no answer"]
    bundles.error = None
    cluster.put_bundle(OTHER.certificate)
    await trust.look(SERVED)
    bundles.error = unreachable()
    await trust.look(SERVED)
    assert trust.waiting == "of another CA"
    assert len(heard.failures) == 2
