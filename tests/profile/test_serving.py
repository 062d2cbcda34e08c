import pytest

from webhook.profile.launch import Launch
from webhook.profile.serving import Server, options_of


def server(line: str) -> Server:
    """The only server that a command line starts."""
    (found,) = Launch.of(tuple(line.split())).servers
    return found


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("gunicorn app:app", "gunicorn"),
        ("/opt/venv/bin/uvicorn app:app", "uvicorn"),
        ("python -m hypercorn app:app", "hypercorn"),
        ("tini -- daphne project.asgi:application", "daphne"),
        ("uv run granian app:app", "granian"),
        ("waitress-serve app:app", "waitress-serve"),
        ("flask run", "flask run"),
        ("flask --app hello run", "flask run"),
        ("flask -A hello --debug run -h 0.0.0.0", "flask run"),
        ("python -m flask run", "flask run"),
        ("fastapi run main.py", "fastapi run"),
        ("fastapi dev", "fastapi dev"),
        ("litestar --app app:app run", "litestar run"),
        ("sanic server:app", "sanic"),
        ("python manage.py runserver", "manage.py runserver"),
        ("python manage.py --settings project.dev runserver", "manage.py runserver"),
        ("manage.py runserver_plus", "manage.py runserver_plus"),
        ("django-admin runserver", "django-admin runserver"),
        ("python -m http.server 8000", "http.server"),
        ("jupyter lab", "jupyter"),
    ],
)
def test_a_server_is_found_behind_whatever_starts_it(line: str, name: str):
    assert str(server(line)) == name


@pytest.mark.parametrize(
    "line",
    [
        "",
        "python app.py",
        "flask db upgrade",
        "flask --app run shell",
        "fastapi --version",
        "litestar routes",
        "python manage.py migrate",
        "manage.py test runserver",
        "flask",
        "celery -A app worker",
        "nginx",
    ],
)
def test_other_commands_start_no_server(line: str):
    assert Launch.of(tuple(line.split())).servers == ()


def test_every_server_of_a_shells_text_is_found():
    launch = Launch.of(("sh", "-c", "python manage.py migrate && gunicorn a:b & uvicorn c:d"))
    assert [found.application for found in launch.servers] == ["a:b", "c:d"]


@pytest.mark.parametrize(
    "line",
    [
        "gunicorn --bind 0.0.0.0:80 app:app",
        "gunicorn --bind=0.0.0.0:80 app:app",
        "gunicorn -b 0.0.0.0:80 app:app",
        "gunicorn -b0.0.0.0:80 app:app",
        "gunicorn -b=0.0.0.0:80 app:app",
        "gunicorn app:app -b 0.0.0.0:80",
        "gunicorn -Rb 0.0.0.0:80 app:app",
        "gunicorn -b 127.0.0.1:80 --bind 0.0.0.0:80 app:app",
    ],
)
def test_an_option_is_read_however_it_is_written_and_the_last_counts(line: str):
    found = server(line)
    assert found.last("bind") == "0.0.0.0:80"
    assert found.application == "app:app"


def test_an_option_may_be_given_more_than_once():
    found = server("gunicorn -b 127.0.0.1:80 -b [::1]:80 app:app")
    assert found.all("bind") == ("127.0.0.1:80", "[::1]:80")
    assert (found.all("workers"), found.last("workers")) == ((), None)


def test_a_switch_has_an_empty_value():
    assert server("uvicorn app:app --reload").last("reload") == ""
    assert server("litestar run -r").last("reload") == ""
    assert server("uvicorn app:app --no-reload").last("reload") is None


def test_an_option_that_ends_the_line_is_empty():
    assert server("gunicorn app:app --bind").last("bind") == ""
    assert server("gunicorn app:app -b").last("bind") == ""


def test_the_value_of_an_option_is_no_option():
    found = server("gunicorn -n --reload -e A=app:app project.wsgi")
    assert found.last("reload") is None
    assert found.all("env") == ("A=app:app",)
    assert found.application == "project.wsgi"


def test_behind_two_dashes_there_are_no_options():
    found = server("uvicorn -- --reload app:app")
    assert found.last("reload") is None
    assert found.application == "app:app"


@pytest.mark.parametrize(
    ("line", "application"),
    [
        ("gunicorn project.wsgi", "project.wsgi"),
        ("gunicorn project.wsgi:application", "project.wsgi:application"),
        ("gunicorn app:create_app('x')", "app:create_app('x')"),
        ("gunicorn --unheard of 0.0.0.0:80 localhost:80 app:app", "app:app"),
        ("daphne -e ssl:443 project.asgi:application", "project.asgi:application"),
        ("flask --app hello:app run", "hello:app"),
        ("gunicorn app", ""),
        ("fastapi run main.py", ""),
        ("gunicorn", ""),
    ],
)
def test_the_application_is_told_by_its_shape(line: str, application: str):
    assert server(line).application == application


def test_the_address_of_djangos_server_is_a_word():
    assert server("manage.py runserver -v 2 0.0.0.0:8000").words == ("0.0.0.0:8000",)


def test_options_of_a_server_may_come_from_elsewhere():
    assert options_of("gunicorn", ["--workers=3", "-k", "gevent"]) == (
        ("workers", "3"),
        ("worker-class", "gevent"),
    )


def test_what_a_stranger_wrote_is_read_in_time_that_grows_with_its_length():
    words = ("-" * 100_000, "--" + "=" * 100_000, "a." * 100_000, *("-b",) * 4000)
    assert len(Launch.of(("gunicorn", *words)).servers) == 1
