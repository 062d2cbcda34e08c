"""Whatever replicas do, in whatever order: whoever calls is served what it trusts.

Any number of replicas whose clocks disagree take turns at every request; requests fail before and
after they had their effect, processes die between two of them, and API servers hear of a new bundle
as late as they may.
"""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.replicas import (
    CA_LIFE,
    HOST,
    LIFE,
    POLL,
    TERMS,
    Cluster,
    PlainIssuer,
    Replica,
    trusts,
    unreachable,
)
from webhook.services.rotation import Holding, KeyPair

LATE = 2 * POLL
"""As late as an API server may hear of a bundle."""
RENEWED = LIFE * 2 / 3
SKEWS = [timedelta(), TERMS.skew / 2, -TERMS.skew / 2]
WAITS = [POLL, TERMS.settle, timedelta(days=1), RENEWED, LIFE + TERMS.skew, CA_LIFE * 2 / 3]
CALM = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5]
"""Which of the waits is taken how often."""

WHO = st.integers(0, len(SKEWS) - 1)
ACTS = [st.tuples(st.just(what), WHO) for what in ("step", "look", "fail", "crash")]
WAIT = st.tuples(st.just("wait"), st.sampled_from(CALM))
MOVES = st.lists(st.one_of(*ACTS, WAIT), min_size=20, max_size=80)


class Simulation:
    """A cluster, its replicas, and the promise that is kept to whoever calls."""

    def __init__(self) -> None:
        self.cluster, self.issuer = Cluster(), PlainIssuer()
        self._lost = self.cluster.now
        self.replicas = [
            Replica(self.cluster, self.issuer, skew=skew, serve=self._check_published)
            for skew in SKEWS
        ]

    def move(self, what: str, which: int) -> None:
        match what:
            case "wait":
                self.cluster.now += WAITS[which]
            case "step":
                self.replicas[which].step()
            case "look":
                self.replicas[which].look()
            case "fail":
                self.replicas[which].step(unreachable())
            case _:
                self.replicas[which].crash()
        self.check_trusted()

    def check_trusted(self) -> None:
        """Every API server trusts what any replica serves, unless it has expired.

        When nobody looked for so long that what the Secret holds has expired, nothing is left that
        an API server trusts, and it must hear of something else first.
        """
        now = self.cluster.now
        secret = self.cluster.secret
        if secret is not None and not self.issuer.read(secret.data).serving.usable(
            now + max(SKEWS)
        ):
            self._lost = now
        for served in (replica.served for replica in self.replicas):
            if served is not None and served.usable(now):
                for bundle in self.cluster.seen(max(now - LATE, self._lost)):
                    assert self.issuer.untrusted(served.certificate, bundle, HOST, now) is None

    def _check_published(self, pair: KeyPair) -> None:
        assert any(trusts(bundle, pair.certificate) for _, bundle in self.cluster.published)

    def calm_down(self) -> Holding:
        """Nothing fails any more: every replica looks, twice, and they agree."""
        for _ in range(2):
            for replica in self.replicas:
                replica.look()
                replica.look()
                self.check_trusted()
        assert self.cluster.secret is not None
        holding = self.issuer.read(self.cluster.secret.data)
        assert isinstance(holding, Holding)
        assert self.cluster.bundle is not None
        published = self.issuer.split(self.cluster.bundle.pem)
        assert set(published) == set(holding.bundle)
        for replica in self.replicas:
            assert replica.served == holding.serving
            assert replica.certificates.waiting is None
        return holding


@settings(max_examples=100)
@given(MOVES)
def test_whatever_happens_from_the_first_start_everybody_is_trusted(moves: list[tuple[str, int]]):
    simulation = Simulation()
    for move in moves:
        simulation.move(*move)
    simulation.calm_down()


@settings(max_examples=100)
@given(MOVES)
def test_whatever_happens_while_a_ca_is_replaced_everybody_is_trusted(moves: list[tuple[str, int]]):
    simulation = Simulation()
    simulation.calm_down()
    for _ in range(4):
        simulation.cluster.now += RENEWED
        simulation.calm_down()
    for move in moves:
        simulation.move(*move)
    simulation.calm_down()


CAREER = [timedelta(), RENEWED, RENEWED, RENEWED, RENEWED, timedelta(days=4)]
"""Waits after each of which a replica has something to do: from no Secret to a second CA …"""
CAREER += [TERMS.settle, RENEWED, LIFE / 3 + 2 * TERMS.skew, POLL]
"""… which is announced, served, and alone."""
STOPS = 24
"""More places than there are in a look where a process can be held up."""


@pytest.mark.parametrize("stop", range(1, STOPS))
def test_a_process_may_be_held_up_at_any_request_for_any_time(stop: int):
    for begin, end in combinations(range(len(CAREER)), 2):
        simulation = Simulation()
        held, other = simulation.replicas[:2]
        for moment, wait in enumerate(CAREER):
            simulation.cluster.now += wait
            if moment == begin:
                any(held.step() for _ in range(stop))
            if moment == end:
                held.look()
            simulation.check_trusted()
            other.look()
            simulation.check_trusted()
        assert simulation.calm_down().old == ()


@pytest.mark.parametrize("first", range(len(SKEWS)))
@pytest.mark.parametrize("deleted", range(1, len(CAREER)))
def test_a_deleted_secret_means_another_ca_and_no_gap(deleted: int, first: int):
    simulation = Simulation()
    for moment, wait in enumerate(CAREER):
        simulation.cluster.now += wait
        before = simulation.calm_down()
        if moment == deleted:
            simulation.cluster.secret = None
            simulation.replicas[first].look()
            assert simulation.calm_down().ca != before.ca


def test_over_years_nothing_served_expires_and_every_ca_is_replaced():
    simulation = Simulation()
    authorities = set()
    for _ in range(3 * 365):
        simulation.cluster.now += timedelta(days=1)
        holding = simulation.calm_down()
        assert holding.serving.usable(simulation.cluster.now)
        authorities.add(holding.ca)
        for _ in range(3 if holding.old else 0):
            simulation.cluster.now += TERMS.settle
            simulation.calm_down()
    assert len(authorities) == 5
