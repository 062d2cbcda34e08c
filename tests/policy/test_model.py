import pytest

from webhook.errors import FailureKind
from webhook.policy.model import FailureActions, OnUnknown
from webhook.policy.rule import Action, strictest, weakest


def test_every_kind_of_failure_has_a_key_of_its_own():
    for kind in FailureKind:
        actions = FailureActions.model_validate({kind.value: "deny", "default": "audit"})
        assert actions.weigh(kind) is Action.DENY
        assert {actions.weigh(other) for other in FailureKind if other is not kind} == {
            Action.AUDIT
        }


@pytest.mark.parametrize(
    ("asked", "weighs"),
    [(Action.DENY, Action.WARN), (Action.WARN, Action.AUDIT), (Action.AUDIT, Action.AUDIT)],
)
def test_the_unknown_weighs_one_step_less_by_default(asked: Action, weighs: Action):
    assert OnUnknown().weigh(asked) is weighs


def test_actions_are_ordered_by_how_much_they_weigh():
    assert strictest(Action.AUDIT, Action.DENY, Action.WARN) is Action.DENY
    assert weakest(Action.DENY, Action.WARN) is Action.WARN
    assert [action.weight for action in Action] == [0, 1, 2]
