"""Where policies and tables are found (see ``webhook.wiring.law``)."""

from pathlib import Path

import pytest

from tests.conftest import policy_text
from webhook.errors import UsageError
from webhook.settings import Settings
from webhook.wiring import load_policies, policy_texts, shipped_names, shipped_tables

TABLE = """\
apiVersion: policy.slimgate.dev/v1alpha1
kind: Installers
source: a test
read: "2027-01-01"
programs:
  uv: [uv]
"""


def test_shipped_policies_go_by_their_names():
    (file, text), *_ = policy_texts(["baseline"])
    assert Path(file).parent.name == "baseline"
    assert "ImagePolicy" in text or "PolicyCases" in text
    assert {"baseline", "python-recommended", "restricted"} <= set(shipped_names())


def test_a_mounted_config_map_is_read_once(tmp_path: Path):
    data = tmp_path / "..2026_11_21"
    data.mkdir()
    (data / "team.yaml").write_text(policy_text("rule: run-as-root, action: deny"))
    (tmp_path / "..data").symlink_to(data)
    (tmp_path / "team.yaml").symlink_to(tmp_path / "..data" / "team.yaml")
    assert [Path(file).name for file, _ in policy_texts([str(tmp_path)])] == ["team.yaml"]


@pytest.mark.parametrize("place", ["baselin", "/nowhere/at/all"])
def test_what_is_nowhere_is_told_with_what_there_is(place: str):
    with pytest.raises(UsageError, match=r"neither a shipped one \(.*baseline.*nor a file"):
        policy_texts([place])


def test_an_operators_tables_are_part_of_the_law(tmp_path: Path):
    before = load_policies(Settings())
    (tmp_path / "installers.yaml").write_text(TABLE)
    after = load_policies(Settings(data=(str(tmp_path),)))
    assert after.tables.installers.programs == {"uv": ("uv",)}
    assert after.tables.python == shipped_tables().python
    assert after.hash != before.hash


def test_tables_have_no_shipped_names(tmp_path: Path):
    with pytest.raises(UsageError, match="there is no such file or folder"):
        load_policies(Settings(data=("baseline-tables",)))
