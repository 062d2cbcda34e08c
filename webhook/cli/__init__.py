"""The commands, one small module each: they read flags, call a service, and say what came of it.

Exit codes, the first that holds: 2 for usage, unreadable input or an invalid policy; 1 for findings
at or above ``--fail-on``; 3 for something that could not be known; else 0. This room must never
decide anything: what it prints was decided by a service.
"""

from webhook.cli.app import main

__all__ = ["main"]
