from typing import Any

import pytest

from tests.rules.verdicts import fires, violation
from webhook.policy.rule import Action
from webhook.rules.non_numeric_user import NonNumericUser

RULE = NonNumericUser()


@pytest.mark.parametrize("user", ["app", "app:app", "app:0", "toor", "$APP_UID", "1000x"])
def test_a_name_is_a_name_whatever_its_group(user: str):
    found = violation(RULE, config={"User": user})
    assert found.problem == (
        f"USER '{user}' is a name; with runAsNonRoot the container will not start"
    )
    assert found.fix == "Use USER 10001 or set runAsUser"


@pytest.mark.parametrize("user", ["", "0", "root", "root:app", "10001", "10001:app", "-1"])
def test_root_and_numbers_are_not(user: str):
    assert not fires(RULE, config={"User": user})


@pytest.mark.parametrize("where", ["pod", "container"])
@pytest.mark.parametrize("uid", [0, 10001])
def test_any_run_as_user_is_a_number(where: str, uid: int):
    named: dict[str, Any] = {
        "config": {"User": "app"},
        where: {"securityContext": {"runAsUser": uid}},
    }
    assert not fires(RULE, **named)


@pytest.mark.parametrize(
    ("pod", "container", "dooms"),
    [
        ({}, {}, False),
        ({"runAsNonRoot": True}, {}, True),
        ({}, {"runAsNonRoot": True}, True),
        ({"runAsNonRoot": True}, {"runAsNonRoot": False}, False),
    ],
)
def test_what_certainly_cannot_start_is_denied_unless_told_otherwise(
    pod: dict[str, Any], container: dict[str, Any], dooms: bool
):
    named: dict[str, Any] = {
        "config": {"User": "app"},
        "pod": {"securityContext": pod},
        "container": {"securityContext": container},
    }
    assert violation(RULE, **named).raise_to is (Action.DENY if dooms else None)
    lenient = NonNumericUser(deny_when_run_as_non_root=False)
    assert violation(lenient, **named).raise_to is None
