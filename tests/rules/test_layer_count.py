from typing import Any

import pytest
from pydantic import ValidationError

from tests.profile.images import Json, buildkit, classic, debian, layer, python_slim
from tests.rules.verdicts import facts_about, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Unknown, Verdict, Violation
from webhook.rules.layer_count import LayerCount

RULE = LayerCount()
BASE = (28_000_000, 4_000_000, 12_000_000)


def on_slim(count: int, size: int = 2048, rule: LayerCount = RULE) -> Verdict:
    history = (*SLIM, *(f"RUN /bin/sh -c step-{n} # buildkit" for n in range(count)))
    return verdict(rule, history=history, layers=(*BASE, *[size] * count))


def about(history: list[Json], count: int) -> Verdict:
    layers = [layer(5000, n) for n in range(count)]
    return RULE.check(facts_about(profiled(history, layers)))


def test_the_count_and_the_limit_are_named():
    found = on_slim(31)
    assert isinstance(found, Violation)
    assert found.problem == "31 layers above the base (limit 25)"
    assert found.fix == "Join related RUN lines"


@pytest.mark.parametrize(("count", "size"), [(25, 2048), (60, 1024), (60, 98)])
def test_as_many_as_the_limit_pass_and_empty_ones_do_not_count(count: int, size: int):
    assert on_slim(count, size) is None


def test_both_limits_may_be_set():
    assert isinstance(on_slim(3, rule=LayerCount(max=2)), Violation)
    assert isinstance(on_slim(30, 98, LayerCount(min_layer_bytes=0)), Violation)


def test_the_bases_own_layers_do_not_count():
    base = classic(*(f"RUN base-{n}" for n in range(40)), 'CMD ["python3"]')
    assert about([*debian(), *base, *buildkit("COPY . .")], 42) is None


@pytest.mark.parametrize(
    "history",
    [
        [{"created_by": f"bazel build //package-{n}"} for n in range(50)],
        [{"comment": f"store paths: ['/nix/store/{n}']"} for n in range(90)],
        [{"created_by": f"Layer: 'l{n}', Created by buildpack: x@1"} for n in range(30)],
    ],
    ids=["distroless", "nix", "buildpacks"],
)
def test_builders_that_make_a_layer_of_each_package_are_not_counted(history: list[Json]):
    found = about(history, len(history))
    assert found == Unknown("which layers are the base's could not be told")


@pytest.mark.parametrize("history", [[], python_slim(), python_slim() * 3])
def test_where_history_and_layers_do_not_match_the_base_is_not_known(history: list[Json]):
    assert isinstance(about(history, 60), Unknown)


@pytest.mark.parametrize(
    ("base", "confidence"),
    [(python_slim(), 85), (debian(), 75), ([{"comment": "Imported from -"}], 60)],
    ids=["python", "cmd", "root"],
)
def test_the_count_is_as_sure_as_the_bases_end(base: list[Json], confidence: int):
    own = buildkit(*(f"RUN step-{n}" for n in range(30)))
    made = sum(not entry.get("empty_layer") for entry in [*base, *own])
    found = about([*base, *own], made)
    assert isinstance(found, Violation)
    assert found.confidence == confidence


def test_the_base_that_buildah_names_is_surest():
    first, *rest = classic(*(f"RUN step-{n}" for n in range(30)))
    marked = [{**first, "comment": "FROM registry.example.com/team/base:1"}]
    rest = [{**entry, "comment": "FROM 0123456789ab"} for entry in rest]
    found = about([*python_slim(), *marked, *rest], 34)
    assert isinstance(found, Violation)
    assert found.confidence == 95


@pytest.mark.parametrize("options", [{"max": -1}, {"minLayerBytes": -1}, {"max": "x"}])
def test_limits_are_numbers_from_zero(options: dict[str, Any]):
    with pytest.raises(ValidationError):
        LayerCount.model_validate(options)


def test_an_image_with_nothing_of_its_own_passes():
    assert verdict(RULE, layers=BASE) is None
    assert violation(LayerCount(max=0), history=(*SLIM, "RUN x"), layers=(*BASE, 5000))
