import pytest

from tests.policy.catalogue import facts
from webhook.policy.effective import Hidden
from webhook.policy.interpreter import switch

NAME = "PYTHONUNBUFFERED"


@pytest.mark.parametrize(
    ("argv", "env", "on"),
    [
        (["python", "app.py"], [], False),
        (["python", "app.py"], [f"{NAME}=1"], True),
        (["python", "app.py"], [f"{NAME}=0"], False),
        (["python", "-u", "app.py"], [f"{NAME}=0"], True),
        (["python", "-E", "app.py"], [f"{NAME}=1"], False),
        (["python", "-I", "app.py"], [f"{NAME}=1"], False),
        (["python", "-Iu", "app.py"], [], True),
        (["gunicorn", "app:app"], [f"{NAME}=1"], True),
    ],
)
def test_a_switch_is_on_by_option_or_by_variable(argv: list[str], env: list[str], on: bool):
    assert switch(facts(argv, config={"Env": env}), NAME, "u") is on


def test_a_variable_that_cannot_be_seen_is_neither_on_nor_off():
    hidden = facts(["python"], env=[{"name": NAME, "valueFrom": {"fieldRef": {}}}])
    assert switch(hidden, NAME, "u") is Hidden.VALUE_FROM
    ignored = facts(["python", "-E"], env=[{"name": NAME, "valueFrom": {"fieldRef": {}}}])
    assert switch(ignored, NAME, "u") is False
