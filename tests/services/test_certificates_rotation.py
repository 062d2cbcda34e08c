"""Every decision, by what the Secret holds, what the bundle has and what time it is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.services.replicas import CA_LIFE, HOST, LIFE, POLL, START, TERMS, PlainIssuer
from webhook.services.rotation import SKEW, Holding, Step, decide

ISSUER = PlainIssuer()
OLD, CA = ISSUER.ca(START), ISSUER.ca(START)
STEADY = Holding(CA, ISSUER.serving(CA, (HOST,), START))
ANNOUNCED = Holding(
    CA,
    ISSUER.serving(OLD, (HOST,), START),
    behind=True,
    old=(OLD.certificate,),
    until=START + LIFE,
)
MARKED = replace(ANNOUNCED, marked=START)
SWITCHED = replace(ANNOUNCED, serving=STEADY.serving, behind=False)
BOTH, NEW = frozenset((CA.certificate, OLD.certificate)), frozenset((CA.certificate,))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("after", "step"),
    [
        (timedelta(), Step.REST),
        (-SKEW, Step.REST),
        (-SKEW - SECOND, Step.BEGIN),
        (LIFE * 2 / 3 - DAY, Step.REST),
        (LIFE * 2 / 3, Step.RENEW),
        (LIFE * 2, Step.RENEW),
        (CA_LIFE * 2 / 3, Step.ANNOUNCE),
        (CA_LIFE - SECOND, Step.ANNOUNCE),
        (CA_LIFE, Step.BEGIN),
    ],
)
def test_two_thirds_into_its_life_everything_is_replaced(after: timedelta, step: Step):
    assert decide(START + after, STEADY, NEW, TERMS) is step


@pytest.mark.parametrize(
    ("holding", "after", "step"),
    [
        (ANNOUNCED, timedelta(), Step.MARK),
        (MARKED, TERMS.settle - SECOND, Step.REST),
        (MARKED, TERMS.settle, Step.SWITCH),
        (ANNOUNCED, LIFE, Step.SWITCH),  # what is served has expired: nothing to wait for
        (SWITCHED, TERMS.settle, Step.REST),
        (SWITCHED, LIFE * 2 / 3, Step.RENEW),
        (
            replace(SWITCHED, serving=replace(CA, hosts=frozenset((HOST,)))),
            LIFE + SKEW - SECOND,
            Step.REST,
        ),
        (SWITCHED, LIFE + SKEW, Step.DROP),
    ],
)
def test_a_ca_is_replaced_step_by_step(holding: Holding, after: timedelta, step: Step):
    assert decide(START + after, holding, BOTH, TERMS) is step


@pytest.mark.parametrize(
    ("holding", "step"),
    [
        (STEADY, Step.PUBLISH),
        (ANNOUNCED, Step.PUBLISH),
        (MARKED, Step.UNMARK),
        (SWITCHED, Step.PUBLISH),
    ],
)
@pytest.mark.parametrize("published", [frozenset[bytes](), frozenset((OLD.certificate,))])
def test_what_the_bundle_lacks_comes_first(
    holding: Holding, step: Step, published: frozenset[bytes]
):
    for now in (START, START + LIFE * 2 / 3, START + LIFE):
        assert decide(now, holding, published, TERMS) is step


def test_what_the_bundle_has_too_much_comes_last():
    assert decide(START, STEADY, BOTH, TERMS) is Step.PUBLISH
    assert decide(START + LIFE * 2 / 3, STEADY, BOTH, TERMS) is Step.RENEW


def test_without_a_secret_everything_begins():
    assert decide(START, None, frozenset(), TERMS) is Step.BEGIN


def test_a_ca_is_not_replaced_while_an_older_one_is_on_its_way_out():
    late = START + CA_LIFE * 2 / 3
    serving = ISSUER.serving(CA, (HOST,), late)
    holding = replace(SWITCHED, serving=serving, until=late + DAY)
    assert decide(late, holding, BOTH, TERMS) is Step.REST


def test_a_host_that_is_lacking_is_a_reason_to_renew():
    terms = replace(TERMS, hosts=(HOST, "127.0.0.1"))
    assert decide(START, STEADY, NEW, terms) is Step.RENEW


def test_a_new_ca_waits_for_two_polls_and_for_clocks_that_disagree():
    assert TERMS.settle == 2 * POLL + SKEW


@pytest.mark.parametrize("now", [START - DAY, START + LIFE])
def test_a_certificate_that_is_not_valid_is_due(now: datetime):
    assert STEADY.serving.due(now)
    assert not STEADY.serving.usable(now)
