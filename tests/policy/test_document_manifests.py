"""What manifests may have and policies may not."""

import pytest

from tests.policy.reading import data, problems


def test_manifests_may_have_aliases():
    assert data("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x", aliases=True) == {
        "a": {"b": [1]},
        "c": {"b": [1]},
        "d": 2,
        "e": 2,
    }
    assert problems("a: *x", aliases=True) == ["a.yaml:1:4: alias 'x' stands for nothing above it"]


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("{<<: *x, b: 2}", {"a": 1, "b": 2}),
        ("{a: 2, <<: *x}", {"a": 2}),
        ("{<<: [*x, *y]}", {"a": 1, "c": 3}),
        ("{<<: [*y, *x]}", {"a": 9, "c": 3}),
        ("{<<: 5, b: 2}", {"b": 2}),
    ],
)
def test_manifests_may_have_merge_keys_as_kubectl_reads_them(text: str, merged: dict[str, int]):
    anchors = "x: &x {a: 1}\ny: &y {a: 9, c: 3}"
    assert data(f"{anchors}\nz: {text}", aliases=True)["z"] == merged


@pytest.mark.parametrize(
    ("text", "value"),
    [("!!int '3'", 3), ("!!str 5", "5"), ("!!bool 'true'", True), ("!!map {a: 1}", {"a": 1})],
)
def test_manifests_may_have_the_core_tags(text: str, value: object):
    assert data(f"key: {text}", aliases=True)["key"] == value


@pytest.mark.parametrize("text", ["!!int x", "!!int [1]", "!!binary eA==", "!x y", "!!map [a]"])
def test_other_tags_are_refused_there_too(text: str):
    (problem,) = problems(f"key: {text}", aliases=True)
    assert "tags are not allowed here" in problem
