"""The same input gives the same findings, whichever way it is judged."""

from pathlib import Path

import pytest

from tests.cli.conftest import live_registry
from tests.golden.cases import CASES, DENIED, POLICIES
from tests.golden.legs import LEGS, World
from webhook.sandbox.registry import SandboxRegistry

__all__ = ["live_registry"]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_way_comes_to_the_same_findings(
    policy: str, tmp_path: Path, live_registry: SandboxRegistry
):
    world = World(tmp_path, live_registry)
    found = {name: leg(world, POLICIES[policy], CASES) for name, leg in LEGS.items()}
    first = found["webhook"]
    for way, verdicts in found.items():
        assert set(verdicts) == set(CASES)
        for name, verdict in verdicts.items():
            assert verdict == first[name], (way, name)
    if policy in DENIED:
        assert {name for name, verdict in first.items() if not verdict.allowed} == DENIED[policy]
    assert any(verdict.rows for verdict in first.values())
