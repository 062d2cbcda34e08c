from itertools import pairwise

from tests.cluster.world import Clock
from webhook.cluster.backoff import Backoff


def test_waits_double_up_to_a_limit(clock: Clock):
    backoff = Backoff(clock)
    waits = [backoff.next() for _ in range(12)]
    assert 0.4 <= waits[0] <= 1.2
    assert all(later >= earlier / 3 for earlier, later in pairwise(waits))
    assert all(15 <= wait <= 45 for wait in waits[-5:])


def test_replicas_do_not_wait_equally_long(clock: Clock):
    assert len({Backoff(clock).next() for _ in range(10)}) > 1


def test_it_begins_anew_after_a_calm_time(clock: Clock):
    backoff = Backoff(clock)
    for _ in range(10):
        backoff.next()
    clock.seconds += 121
    assert backoff.next() <= 1.2
