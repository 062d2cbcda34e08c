"""Every format of verdicts in one place."""

import json
from typing import get_args

import pytest
import yaml

from tests.report.verdicts import ABOUT, POD, judged
from tests.tables import TABLES
from webhook.report.data import as_json
from webhook.report.formats import FORMATS, Report, written
from webhook.settings import VerdictOutput

REPORT = Report((POD, judged()), ABOUT, TABLES, 1)


def test_all_formats_but_text_are_written_here():
    assert {"text", *FORMATS} == set(get_args(VerdictOutput))


@pytest.mark.parametrize("output", FORMATS)
def test_a_format_ends_its_last_line(output: str):
    assert "".join(written(output, REPORT)).endswith("\n")


def test_json_is_indented_as_ever():
    text = "".join(written("json", REPORT))
    assert text == as_json(json.loads(text)) + "\n"


def test_yaml_says_what_json_says():
    assert yaml.safe_load("".join(written("yaml", REPORT))) == json.loads(
        "".join(written("json", REPORT))
    )
