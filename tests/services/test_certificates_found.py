"""What is there already when a replica looks: the bundles and the Secrets of others, and damage."""

from collections.abc import Mapping

from tests.services.replicas import HOST, LIFE, TERMS, Cluster, PlainIssuer, Replica, trusts
from webhook.services.rotation import Damage, Holding, Step


def test_a_ca_that_was_trusted_before_the_first_secret_is_trusted_on_for_a_while():
    cluster, issuer = Cluster(), PlainIssuer()
    replica = Replica(cluster, issuer)
    foreign = issuer.ca(cluster.now)
    theirs = issuer.serving(foreign, (HOST,), cluster.now)
    cluster.put_bundle(foreign.certificate)
    replica.look()
    assert cluster.bundle is not None
    assert replica.served is not None
    for certificate in (theirs.certificate, replica.served.certificate):
        assert trusts(cluster.bundle.pem, certificate)
    cluster.now += LIFE * 2 / 3
    replica.look()
    cluster.now += LIFE / 3 + TERMS.skew
    replica.look()
    assert not trusts(cluster.bundle.pem, theirs.certificate)


def test_a_bundle_that_no_secret_could_hold_is_replaced():
    cluster, issuer = Cluster(), PlainIssuer()
    replica = Replica(cluster, issuer)
    cluster.put_bundle(b"".join(issuer.ca(cluster.now).certificate for _ in range(3000)))
    replica.look()
    assert cluster.bundle is not None
    assert len(issuer.split(cluster.bundle.pem)) == 1


class Damaged(PlainIssuer):
    """Finds damage in one Secret."""

    def __init__(self, ours: bool) -> None:
        super().__init__()
        self._ours = ours

    def read(self, data: Mapping[str, bytes]) -> Holding | Damage:
        if data == {"tls.key": b"damaged"}:
            return Damage("tls.key: damaged", self._ours)
        return super().read(data)


def test_a_damaged_secret_of_ours_is_replaced_while_the_old_certificate_is_served_on():
    cluster = Cluster()
    replica = Replica(cluster, Damaged(ours=True))
    replica.look()
    before = replica.served
    cluster.put_secret({"tls.key": b"damaged"})
    replica.look()
    assert replica.served == before
    assert replica.heard.steps[2:] == [Step.BEGIN, Step.PUBLISH, Step.MARK]
    assert replica.heard.reasons[2:] == ["tls.key: damaged", "", ""]
    cluster.now += TERMS.settle
    replica.look()
    assert replica.served != before
    assert replica.certificates.waiting is None


def test_a_secret_that_is_not_ours_is_told_of_and_left_alone():
    cluster = Cluster()
    replica = Replica(cluster, Damaged(ours=False))
    cluster.put_secret({"tls.key": b"damaged"})
    before = cluster.secret
    for _ in range(2):
        replica.look()
    assert cluster.secret == before
    assert cluster.asked == []
    assert replica.heard.failures == ["the Secret slimgate-tls is not slimgate's: tls.key: damaged"]
    assert replica.certificates.waiting is not None
