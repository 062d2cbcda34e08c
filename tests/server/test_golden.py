"""Every golden review is answered to the letter."""

from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.server.golden import CASES, FOLDER, POLICY, answer, as_text
from webhook.sandbox.registry import SandboxRegistry


async def test_golden_reviews_are_answered_to_the_letter(serve: Serve, registry: SandboxRegistry):
    mirror = (f"registry.test={registry.host}",)
    async with serve(POLICY, registry, mirror=mirror) as client:
        for name, review in CASES.items():
            kept = (FOLDER / f"{name}.json").read_text()
            assert as_text(await answer(client, review)) == kept, name


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.stem)
def test_every_golden_file_is_a_case(file: Path):
    assert file.stem in CASES
