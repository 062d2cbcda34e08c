import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.policy.reading import data, problems
from webhook.errors import InvalidFile
from webhook.policy.document import MAX_FILE, read_documents


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("6.02E+23", 6.02e23),
    ],
)
def test_scalars_of_the_core_schema_have_their_values(scalar: str, value: object):
    found = data(f"key: {scalar}")["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "scalar",
    [
        *("on", "off", "yes", "no", "Yes", "y", "n", "On"),
        *("tRUE", "nULL", "None"),
        *("2026-12-31", "2026-12-31T10:00:00Z", "12:30:45", "190:20:30"),
        *("0b101", "1_000", "0x", "0o8", "-0x1F", "1st", "1.2.3", "3.13.1"),
        *(".inf", "-.INF", ".nan", "1e999", "9" * 41, "0." + "1" * 40),
        *("<<", "=", "400M", "1Gi", "v1", "a#b"),
    ],
)
def test_everything_else_is_text(scalar: str):
    assert data(f"key: {scalar}")["key"] == scalar


@pytest.mark.parametrize(("scalar", "value"), [("0777", 777), ("08", 8), ("00", 0)])
def test_leading_zeros_are_decimal(scalar: str, value: int):
    assert data(scalar) == value


@pytest.mark.parametrize("scalar", ["'true'", '"5"', "'null'", '"~"', "|-\n  5", ">-\n  off"])
def test_what_is_quoted_or_in_a_block_is_text(scalar: str):
    assert isinstance(data(f"key: {scalar}")["key"], str)


def test_keys_are_text_whatever_they_look_like():
    assert data("{1: a, true: b, null: c, off: d}") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "off": "d",
    }


escapable = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=99)
"""What JSON escapes as YAML does, no surrogate pairs, and short enough for a key of YAML."""
json_documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | escapable,
    lambda inner: st.lists(inner) | st.dictionaries(escapable, inner),
    max_leaves=10,
)


@given(json_documents)
def test_json_is_yaml(value: object):
    text = json.dumps(value)
    if value is None:
        assert read_documents(text, "a.json") == ()
    else:
        assert data(text) == value


@given(json_documents)
def test_every_value_has_a_place(value: object):
    for document in read_documents(json.dumps(value, indent=1), "a.json"):
        for path in paths(document.data):
            assert path in document.places
        assert all(line >= 1 <= column for line, column in document.places.values())


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(deeper for key, item in items for deeper in paths(item, (*path, key)))]


TEXT = """\
# a comment
spec:
  rules:
    - rule: run-as-root
      with: {minUid: 5}
"""


def test_places_are_those_of_an_editor():
    (document,) = read_documents(TEXT, "a.yaml")
    assert document.places[()] == (2, 1)
    assert document.keys["spec",] == (2, 1)
    assert document.places["spec",] == (3, 3)
    assert document.places["spec", "rules", 0] == (4, 7)
    assert document.keys["spec", "rules", 0, "with"] == (5, 7)
    assert document.places["spec", "rules", 0, "with", "minUid"] == (5, 22)


@pytest.mark.parametrize(
    ("path", "at_key", "place"),
    [
        (("spec", "rules", 0, "with", "minUid"), False, "5:22"),
        (("spec", "rules", 0, "with", "minUid"), True, "5:14"),
        (("spec", "rules", 0, "action"), False, "4:7"),
        (("spec", "rules", 7, "action"), True, "4:5"),
        (("kind",), False, "2:1"),
    ],
)
def test_a_problem_stands_at_its_value_or_the_nearest_place_above(
    path: tuple[str | int, ...], at_key: bool, place: str
):
    (document,) = read_documents(TEXT, "a.yaml")
    assert str(document.problem(path, "no", at_key=at_key)) == f"a.yaml:{place}: no"


def test_every_document_of_a_file_is_read_and_empty_ones_are_left_out():
    read = read_documents("---\n---\na: 1\n---\n# nothing\n--- ~\n---\nb: ü\n...\n", "a.yaml")
    assert [document.data for document in read] == [{"a": 1}, {"b": "ü"}]
    assert [document.text.strip() for document in read] == ["a: 1", "b: ü"]
    assert read[1].places["b",] == (8, 4)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "---", "null"])
def test_a_file_of_nothing_has_no_documents(text: str):
    assert read_documents(text, "a.yaml") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", ["a.yaml:2:1: key 'a' stands twice"]),
        ("{a: {b: 1, b: 2}}", ["a.yaml:1:12: key 'b' stands twice"]),
        ("? [a]\n: 1", ["a.yaml:1:3: a key must be plain text"]),
        ("? {a: b}\n: [1]\nc: !x 5", [
            "a.yaml:1:3: a key must be plain text",
            "a.yaml:3:4: tags are not allowed here (!x)",
        ]),
        ("a: !!int '5'", ["a.yaml:1:4: tags are not allowed here (tag:yaml.org,2002:int)"]),
        ("a: !!str 5", ["a.yaml:1:4: tags are not allowed here (tag:yaml.org,2002:str)"]),
        ("a: !!python/name:os.system x", [
            "a.yaml:1:4: tags are not allowed here (tag:yaml.org,2002:python/name:os.system)"
        ]),
        ("a: !set {b: 1}", ["a.yaml:1:4: tags are not allowed here (!set)"]),
        ("a: !!seq [b]", ["a.yaml:1:4: tags are not allowed here (tag:yaml.org,2002:seq)"]),
        ("a: ! 5", ["a.yaml:1:4: tags are not allowed here (!)"]),
        ("a: &x 1\nb: *x", ["a.yaml:2:4: aliases are not allowed here: write it out"]),
        ("a: &x [*x]", ["a.yaml:1:8: aliases are not allowed here: write it out"]),
        ("a: &x {b: 1}\n<<: *x", ["a.yaml:2:5: aliases are not allowed here: write it out"]),
        ("a: *x", ["a.yaml:1:4: aliases are not allowed here: write it out"]),
        ("a: 1\na: 2\n---\nb: 1\nb: 2", [
            "a.yaml:2:1: key 'a' stands twice",
            "a.yaml:5:1: key 'b' stands twice",
        ]),
    ],
)  # fmt: skip
def test_what_is_ambiguous_or_magic_is_refused_all_of_it_at_once(text: str, expected: list[str]):
    assert problems(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1", "2:1"),
        ("a: 'x", "1:6"),
        ("a: b: c", "1:5"),
        ("a:\n\t- b", "2:1"),
        ("a: 1\n b: 2", "2:3"),
        ("%YAML 3.0\n---\na", "1:1"),
        ("a: @b", "1:4"),
        ("a: \x00", "1:1"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: str, place: str):
    (problem,) = problems(text)
    assert problem.startswith(f"a.yaml:{place}: not valid YAML: ")
    assert problem.isprintable()


DEEP = 2_000


@pytest.mark.parametrize(
    "text",
    ["[" * DEEP, "{a: " * DEEP, "- " * DEEP, "? " * DEEP, "{? " * DEEP, "[a, " * DEEP],
)
@pytest.mark.parametrize("aliases", [False, True])
def test_nesting_without_end_is_refused_before_it_costs_anything(text: str, aliases: bool):
    (problem,) = problems(text * 50, aliases=aliases)
    assert problem.endswith("nested too deeply, or too large")


def test_a_document_may_be_64_levels_deep():
    assert data("[" * 64 + "]" * 64)
    assert problems("[" * 65 + "]" * 65) == ["a.yaml:1:65: nested too deeply, or too large"]


def test_a_file_above_the_limit_is_refused_by_its_bytes():
    assert problems("ü" * MAX_FILE) == [f"a.yaml: larger than {MAX_FILE} bytes"]
    (document,) = read_documents("# " + "x" * (MAX_FILE - 6) + "\na:", "a.yaml")
    assert document.data == {"a": None}


def bomb(levels: int) -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(rows)


def test_aliases_cannot_multiply_without_end():
    assert data(bomb(2), aliases=True)["a1"][9] == ["x"] * 10
    (problem,) = problems(bomb(9), aliases=True)
    assert problem.endswith("nested too deeply, or too large")
    assert len(problems(bomb(9))) == 80  # each alias once


def test_an_alias_within_itself_is_refused():
    (problem,) = problems("a: &x [*x]", aliases=True)
    assert problem.endswith("nested too deeply, or too large")


@given(st.text() | st.text("ab:-?[]{}&*!|>'\"%@#\n \t", max_size=30), st.booleans())
def test_no_text_is_met_with_anything_but_documents_or_an_invalid_file(text: str, aliases: bool):
    found = attempt(lambda given: read_documents(given, "f", aliases=aliases), text, InvalidFile)
    assert isinstance(found, tuple) or found.problems
