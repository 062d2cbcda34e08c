import pytest

from tests.profile.images import buildkit, layer, python_slim
from tests.rules.verdicts import facts_about, fires, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Violation
from webhook.rules.largest_layer import LargestLayer

RULE = LargestLayer()
MB = 1_000_000
BASE = (28 * MB, 4 * MB, 12 * MB)
GCC = "RUN /bin/sh -c apt-get update && apt-get install -y gcc # buildkit"


def test_the_layer_its_size_the_limit_and_what_made_it_are_named():
    found = violation(RULE, history=(*SLIM, GCC), layers=(*BASE, 182 * MB))
    assert found.problem == (
        "one layer is 182 MB to pull (limit 150 MB), from 'apt-get update && apt-get install -y gcc'"
    )
    assert found.fix == "Split it or delete files in the same RUN that creates them"
    assert found.confidence == 100


def test_what_a_later_step_removes_is_still_in_its_layer():
    purge = "RUN /bin/sh -c apt-get purge -y --auto-remove gcc # buildkit"
    found = violation(RULE, history=(*SLIM, GCC, purge), layers=(*BASE, 182 * MB, MB))
    assert "apt-get install" in found.problem


def test_the_limit_is_on_one_layer_and_not_on_their_sum():
    assert verdict(RULE, layers=(149 * MB, 149 * MB, 150 * MB)) is None
    assert fires(RULE, layers=(150 * MB + 1,))
    assert fires(LargestLayer(max_pull=10 * MB), layers=(11 * MB,))


@pytest.mark.parametrize("history", [(), (*SLIM, GCC, "RUN x", "RUN y"), ("RUN squashed",)])
def test_where_history_and_layers_do_not_match_the_layer_is_told_by_its_number(
    history: tuple[str, ...],
):
    found = violation(RULE, history=history, layers=(*BASE, 182 * MB))
    assert found.problem == "one layer is 182 MB to pull (limit 150 MB), layer 4 of 4"


def test_steps_that_buildah_marked_empty_are_not_matched():
    flat = [{**entry, "empty_layer": True} for entry in buildkit("RUN install-all", "COPY . .")]
    last = buildkit("RUN true")
    image = profiled([*python_slim(), *flat, *last], [layer(200 * MB)])
    found = RULE.check(facts_about(image))
    assert isinstance(found, Violation)
    assert found.problem.endswith("layer 1 of 1")


def test_a_layer_of_the_base_is_not_for_the_image_to_split():
    found = violation(RULE, layers=(28 * MB, 4 * MB, 312 * MB))
    assert found.fix == "Use a smaller base: that layer is the base's"


def test_secrets_in_what_made_it_are_not_repeated():
    line = "RUN |1 TOKEN=s3cret /bin/sh -c curl https://bob:s3cret@host/model.bin # buildkit"
    found = violation(RULE, history=(*SLIM, line), layers=(*BASE, 900 * MB))
    assert "s3cret" not in found.problem
    assert "curl https://***@host/model.bin" in found.problem


def test_an_image_without_layers_has_no_largest():
    assert verdict(RULE, layers=()) is None
