import json
from pathlib import Path
from typing import Any

import pytest

from tests.kube.workloads import every_kind
from tests.vectors.__main__ import main
from tests.vectors.suite import FILES, LEFT_OUT, Outcome, run

RIGHT = {"id": "a", "input": "1Ki", "error": False, "value": "1024"}
WRONG = {"id": "b", "input": "1Ki", "error": False, "value": "1000"}


def ran(folder: Path, name: str, **groups: Any) -> list[Outcome]:
    (folder / name).write_text(json.dumps(groups))
    return list(run(folder))


def test_a_case_passes_or_fails_with_the_reason(tmp_path: Path):
    outcomes = ran(tmp_path, "quantity.json", _about={"notes": []}, parse=[RIGHT, WRONG])
    assert [(one.id, one.result) for one in outcomes] == [("a", "passed"), ("b", "failed")]
    assert outcomes[1].reason == (
        "AssertionError: expected Fraction(1000, 1), found Fraction(1024, 1)"
    )


def test_a_case_may_be_left_out_by_its_group_its_id_or_itself(tmp_path: Path):
    by_group = ran(tmp_path, "quantity.json", parts=[{"input": "."}])
    assert [(one.id, one.result) for one in by_group] == [("parts-01", "left out")]
    by_id = ran(tmp_path, "keyring.json", gcr_authconfig_marshal=[{"id": "gcr-marshal-01"}])
    assert by_id[-1].reason == "configurations are read and never written"
    strict = {"id": "x", "project": "google/go-containerregistry", "api": "NewTag", "ok": False}
    by_itself = ran(
        tmp_path, "references.json", cases=[strict | {"input": "a", "validation": "strict"}]
    )
    assert "strict mode" in next(one.reason for one in by_itself if one.id == "x")


def test_a_group_that_nobody_knows_fails_rather_than_pass_in_silence(tmp_path: Path):
    (outcome,) = ran(tmp_path, "quantity.json", new_group=[{"id": "n"}])
    assert outcome.result == "failed"


def test_a_case_that_breaks_its_check_is_a_failure_and_hides_no_other(tmp_path: Path):
    outcomes = ran(tmp_path, "quantity.json", parse=[{"id": "a"}, RIGHT])
    assert [one.result for one in outcomes] == ["failed", "passed"]


def test_golden_objects_of_every_kind_are_read(tmp_path: Path):
    (tmp_path / "admission").mkdir()
    for kind, item in every_kind("nginx").items():
        (tmp_path / "admission" / f"{kind}.json").write_text(json.dumps(item))
    assert {outcome.result for outcome in run(tmp_path)} == {"passed"}


def test_no_group_has_both_a_check_and_a_reason_for_none():
    assert not LEFT_OUT.keys() & {group for checks in FILES.values() for group in checks}


@pytest.mark.parametrize(("cases", "code"), [([RIGHT], 0), ([RIGHT, WRONG], 1), ([], 2)])
def test_the_command_says_by_its_code_what_became_of_the_cases(
    tmp_path: Path, cases: list[dict[str, Any]], code: int, capsys: pytest.CaptureFixture[str]
):
    ran(tmp_path, "quantity.json", parse=cases)
    assert main([str(tmp_path)]) == code
    shown = capsys.readouterr()
    assert ("FAILED quantity.json parse b" in shown.out) is (code == 1)
    assert main([str(tmp_path), "-o", "json"]) == code
    if cases:
        printed = json.loads(capsys.readouterr().out)
        assert [one["id"] for one in printed] == [case["id"] for case in cases]
