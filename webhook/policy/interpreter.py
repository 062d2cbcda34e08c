"""The switches of the Python interpreter: what its options and variables turn on."""

from webhook.policy.effective import Hidden
from webhook.policy.facts import Facts
from webhook.policy.rule import Skip, Unknown
from webhook.profile.flags import is_on

_IGNORE_ENVIRONMENT = frozenset("EI")
"""Options that make the interpreter ignore every ``PYTHON*`` variable."""


def switch(facts: Facts, variable: str, letter: str) -> bool | Hidden:
    """Whether a switch of the container's interpreter is on, by its option or its variable.

    ``Hidden`` when the variable exists, or may exist, with a value that cannot be seen.
    """
    given = facts.launch.options
    if letter in given:
        return True
    if given and given & _IGNORE_ENVIRONMENT:
        return False
    value = facts.variable(variable)
    return value if isinstance(value, Hidden) else is_on(value)


def unseen(value: Hidden) -> Skip | Unknown:
    """What a rule comes to that cannot see the variable it asks about."""
    if value is Hidden.LAUNCHER:
        return Unknown("the environment is set at start by the buildpack launcher")
    return Skip(f"may be set by {value.value}")
