import pytest

from webhook.profile.shell import MAX_WORDS, assignment, split


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("pip install x", [("pip", "install", "x")]),
        ("a && b || c; d | e & f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("a\nb\n\nc", [("a",), ("b",), ("c",)]),
        ("echo 'a && b' \"c; d\"", [("echo", "a && b", "c; d")]),
        ("pip install 'a'\"b\"c", [("pip", "install", "abc")]),
        ('echo "say \\"hi\\""', [("echo", 'say "hi"')]),
        ("a \\\n b", [("a", "b")]),
        ("a # pip install x\nb", [("a",), ("b",)]),
        ("a b#c", [("a", "b#c")]),
        ("a > /dev/null 2>&1", [("a",)]),
        ("a 2>>log b <in", [("a", "b")]),
        ("a &>all; b", [("a",), ("b",)]),
        ("cat <<< 'a b'", [("cat",)]),
        ("A=b pip install x", [("A=b", "pip", "install", "x")]),
        ("(a; b)", [("a",), ("b",)]),
        ("find . -exec rm {} \\;", [("find", ".", "-exec", "rm", "{}", ";")]),
        ("echo 'never closed", [("echo", "never closed")]),
        ("", []),
    ],
)
def test_a_text_splits_into_its_simple_commands(text: str, commands: list[tuple[str, ...]]) -> None:
    assert list(split(text)) == commands


def test_the_body_of_a_here_document_is_data() -> None:
    script = "cat <<'EOF' > run.py\nimport os && pip install evil\nEOF\npip install good"
    assert split(script) == (("cat",), ("pip", "install", "good"))


def test_a_variable_that_stands_alone_is_replaced_by_what_the_text_assigned() -> None:
    script = "set -ex; deps=' gcc python3 '; apt-get install -y $deps curl; apt-get purge ${deps}"
    assert split(script)[2:] == (
        ("apt-get", "install", "-y", "gcc", "python3", "curl"),
        ("apt-get", "purge", "gcc", "python3"),
    )


def test_a_variable_of_the_environment_stays_as_it_is() -> None:
    assert split("apt-get install $PHPIZE_DEPS") == (("apt-get", "install", "$PHPIZE_DEPS"),)


def test_a_build_argument_is_filled_in_wherever_it_stands() -> None:
    script = 'apt-get install python$PY python${PY}-venv "$OTHER"'
    assert split(script, {"PY": "3.12"}) == (
        ("apt-get", "install", "python3.12", "python3.12-venv", "$OTHER"),
    )


def test_a_build_argument_reaches_through_a_variable_of_the_text() -> None:
    script = 'spec="python=${PY}"; conda install "${spec}"'
    assert split(script, {"PY": "3.11"})[1] == ("conda", "install", "python=3.11")


def test_very_long_words_are_left_as_they_are() -> None:
    word = "$A" * 1000
    assert split(word, {"A": "x" * 32}) == ((word,),)


def test_a_variable_before_a_command_is_that_commands_alone() -> None:
    assert split("x=python3 true; apt-get install $x")[1] == ("apt-get", "install", "$x")


def test_expansion_cannot_grow_a_text_without_bound() -> None:
    script = f"a='{'w ' * 5000}'; " + "echo $a " * 5000
    assert sum(map(len, split(script))) <= MAX_WORDS


@pytest.mark.parametrize(
    ("word", "found"),
    [("A=b", ("A", "b")), ("A=", ("A", "")), ("--a=b", None), ("http://x/?a=b", None), ("a", None)],
)
def test_an_assignment_has_a_name_before_the_equals_sign(
    word: str, found: tuple[str, str] | None
) -> None:
    assert assignment(word) == found
