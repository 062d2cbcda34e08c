"""What one look does, and what is told of it."""

from dataclasses import replace

import pytest

from tests.services.replicas import (
    HOST,
    LIFE,
    TERMS,
    Cluster,
    PlainIssuer,
    Replica,
    unreachable,
)
from webhook.errors import ClusterError, ClusterFailure, UsageError
from webhook.services.ports import StoredSecret
from webhook.services.rotation import Holding, KeyPair, Step


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def issuer() -> PlainIssuer:
    return PlainIssuer()


@pytest.fixture
def replica(cluster: Cluster, issuer: PlainIssuer) -> Replica:
    return Replica(cluster, issuer)


def held(cluster: Cluster, issuer: PlainIssuer) -> Holding:
    assert cluster.secret is not None
    holding = issuer.read(cluster.secret.data)
    assert isinstance(holding, Holding)
    return holding


def test_the_first_look_makes_a_secret_and_publishes_before_it_serves(
    cluster: Cluster, replica: Replica
):
    assert replica.certificates.waiting is not None
    replica.look()
    assert cluster.asked == ["create Secret", "replace bundle"]
    assert replica.heard.steps == [Step.BEGIN, Step.PUBLISH]
    assert replica.heard.served == [replica.served]
    assert replica.certificates.waiting is None
    replica.look()
    assert cluster.asked == ["create Secret", "replace bundle"]


@pytest.mark.parametrize("data", [{}, {"tls.crt": b"", "tls.key": b""}])
def test_a_secret_with_nothing_in_it_is_filled(
    cluster: Cluster, replica: Replica, data: dict[str, bytes]
):
    cluster.put_secret(data)
    replica.look()
    assert cluster.asked == ["replace Secret", "replace bundle"]
    assert replica.certificates.waiting is None


def test_a_secret_that_is_gone_and_may_not_be_made_is_told_with_what_to_do(
    cluster: Cluster, replica: Replica
):
    replica.look()
    cluster.secret, served = None, replica.served
    while "create Secret" not in cluster.asked[1:]:
        replica.step()
    replica.step(ClusterError(ClusterFailure.FORBIDDEN, "you may not"))
    told = "the Secret slimgate-tls is gone: make an empty one (helm upgrade does)"
    assert replica.heard.failures == [told]
    assert replica.served == served


def test_who_loses_the_race_to_make_the_secret_serves_what_the_other_made(
    cluster: Cluster, issuer: PlainIssuer
):
    first, second = Replica(cluster, issuer), Replica(cluster, issuer)
    for _ in range(5):  # both have found no Secret, and are about to make one
        first.step()
        second.step()
    first.look()
    second.look()
    assert Step.BEGIN not in second.heard.steps
    assert first.served == second.served is not None
    assert second.heard.failures == []


def test_two_thirds_into_its_life_a_serving_certificate_is_renewed_by_the_same_ca(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    replica.look()
    before = held(cluster, issuer)
    cluster.now += LIFE * 2 / 3
    replica.look()
    after = held(cluster, issuer)
    assert after.ca == before.ca
    assert replica.served == after.serving != before.serving
    assert len(cluster.published) == 1


def test_replicas_with_other_hosts_do_not_replace_each_others_certificate(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    other = Replica(cluster, issuer, terms=replace(TERMS, hosts=(HOST, "10.0.0.1")))
    replica.look()
    other.look()
    third = Replica(cluster, issuer, terms=replace(TERMS, hosts=(HOST, "10.0.0.2")))
    third.look()
    asked = len(cluster.asked)
    for each in (replica, other, third):
        each.look()
        assert each.certificates.waiting is None
    assert len(cluster.asked) == asked
    assert held(cluster, issuer).serving.hosts == {HOST, "10.0.0.1", "10.0.0.2"}
    cluster.now += LIFE * 2 / 3
    replica.look()
    assert held(cluster, issuer).serving.hosts == {HOST}


def test_what_somebody_takes_out_of_the_bundle_is_put_back(cluster: Cluster, replica: Replica):
    replica.look()
    bundle = cluster.bundle
    assert bundle is not None
    cluster.put_bundle(b"")
    replica.look()
    assert cluster.bundle is not None
    assert cluster.bundle.pem == bundle.pem
    assert replica.certificates.waiting is None


def test_a_bundle_that_cannot_be_written_keeps_a_replica_unready(
    cluster: Cluster, replica: Replica
):
    while cluster.asked != ["create Secret", "replace bundle"]:
        replica.step()
    replica.step(unreachable())
    assert replica.heard.failures == ["unreachable: no answer"]
    assert replica.certificates.waiting is not None
    assert replica.served is None
    replica.look()
    assert replica.certificates.waiting is None


def test_an_error_of_the_api_is_told_once_and_changes_nothing(cluster: Cluster, replica: Replica):
    replica.look()
    served = replica.served
    for _ in range(3):
        replica.step()
        replica.step(unreachable())
    assert replica.heard.failures == ["unreachable: no answer"]
    assert replica.served == served
    assert replica.certificates.waiting is None
    replica.look()
    replica.step()
    replica.step(unreachable())
    assert len(replica.heard.failures) == 2


def test_a_secret_whose_making_was_not_confirmed_is_found_at_the_next_look(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    while cluster.secret is None:
        replica.step()
    replica.step(unreachable())
    made = held(cluster, issuer)
    replica.look()
    assert replica.served == made.serving
    assert cluster.asked.count("create Secret") == 1


def test_without_a_webhook_configuration_nothing_is_served_and_nothing_fails(
    cluster: Cluster, replica: Replica
):
    bundle, cluster.bundle = cluster.bundle, None
    replica.look()
    assert (replica.served, replica.heard.failures) == (None, [])
    assert replica.certificates.waiting is not None
    cluster.bundle = bundle
    replica.look()
    assert replica.certificates.waiting is None


def test_a_restart_does_not_forget_how_long_the_new_ca_has_been_published(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    announce(cluster, issuer, replica)
    cluster.now += TERMS.settle
    another = Replica(cluster, issuer)
    another.look()
    assert another.heard.steps == [Step.SWITCH]


def test_the_wait_begins_again_when_somebody_takes_the_new_ca_out_of_the_bundle(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    old = announce(cluster, issuer, replica)
    cluster.put_bundle(old.ca.certificate)
    cluster.now += TERMS.settle
    replica.look()
    assert replica.heard.steps[-3:] == [Step.UNMARK, Step.PUBLISH, Step.MARK]
    assert held(cluster, issuer).behind
    cluster.now += TERMS.settle
    replica.look()
    assert not held(cluster, issuer).behind


def announce(cluster: Cluster, issuer: PlainIssuer, replica: Replica) -> Holding:
    """Come to where a new CA is published and not used yet; what was before."""
    for _ in range(5):
        replica.look()
        before = held(cluster, issuer)
        cluster.now += LIFE * 2 / 3
    cluster.now -= LIFE / 2
    replica.look()
    assert replica.heard.steps[-3:] == [Step.ANNOUNCE, Step.PUBLISH, Step.MARK]
    return before


def test_a_pair_that_cannot_be_served_is_told_of(cluster: Cluster, issuer: PlainIssuer):
    def refuse(pair: KeyPair) -> None:
        raise UsageError("cannot be served: EE_KEY_TOO_SMALL")

    replica = Replica(cluster, issuer, serve=refuse)
    replica.look()
    assert replica.served is None
    assert replica.heard.failures == ["cannot be served: EE_KEY_TOO_SMALL"]
    assert replica.certificates.waiting is not None


def test_a_bundle_that_another_replica_has_published_is_not_written_again(
    cluster: Cluster, issuer: PlainIssuer, replica: Replica
):
    while cluster.asked != ["create Secret", "replace bundle"]:
        replica.step()
    other = Replica(cluster, issuer)
    other.look()
    assert other.heard.steps == [Step.PUBLISH]
    replica.look()
    assert len(cluster.published) == 1
    assert replica.heard.failures == []


def test_nothing_of_a_secret_is_printed(cluster: Cluster, issuer: PlainIssuer, replica: Replica):
    replica.look()
    holding = held(cluster, issuer)
    for value in (StoredSecret({"tls.key": b"key of 2"}, "1"), holding, holding.serving):
        assert "key of" not in repr(value)
