import pytest

from webhook.profile.launch import Launch


@pytest.mark.parametrize(
    ("line", "letters"),
    [
        ("python app.py", ""),
        ("python -u app.py", "u"),
        ("python3.13 -uB app.py", "uB"),
        ("/opt/venv/bin/python -E -s app.py", "Es"),
        ("pypy3 -u app.py", "u"),
        ("python -X dev -u app.py", "Xu"),
        ("python -Xdev -u app.py", "Xu"),
        ("python -W ignore -u app.py", "Wu"),
        ("python -uW ignore -B app.py", "uWB"),
        ("python --check-hash-based-pycs never -u app.py", "u"),
        ("python -u -- app.py -B", "u"),
        ("python - -u", ""),
        ("python --version -u", ""),
        ("python app.py -u", ""),
        ("python -m app -u", "m"),
        ("python -um app -B", "um"),
        ("python -c pass -u", "c"),
        ("python -uc pass -B", "uc"),
        ("env A=b python -u app.py", "u"),
        ("tini -- python -u app.py", "u"),
        ("gunicorn -u app:app", ""),
        ("", ""),
    ],
)
def test_the_options_of_the_interpreter_end_where_the_program_begins(line: str, letters: str):
    assert Launch.of(tuple(line.split())).options == frozenset(letters)


def test_the_interpreter_of_a_shells_text_is_found():
    launch = Launch.of(("sh", "-c", "cd /app && exec /usr/bin/python -u app.py"))
    assert launch.options == frozenset("u")
    assert launch.names == ("sh", "cd", "exec", "python", "app.py")


def test_a_container_may_run_nothing():
    assert Launch.of(()) == Launch((), (), (), frozenset(), (), ())
