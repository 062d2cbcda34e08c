"""Exit codes: a contract with scripts."""

USAGE = 2
"""What was typed or written cannot be used."""
FINDINGS = 1
"""Findings at or above ``--fail-on``."""
INCOMPLETE = 3
"""Something could not be known."""
