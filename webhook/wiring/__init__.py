"""The composition root: the one room that knows every other, and puts them together.

Commands call it with settings; nothing else reads settings, and nothing else chooses adapters. It
must never decide anything itself. FastAPI, aiohttp and cryptography are imported where they are
needed: they are most of the start-up of a command, and commands that only read files need none.
"""

from webhook.wiring.auditing import audit_cluster, audited_namespaces, tell_cluster
from webhook.wiring.commands import COMMAND_SECONDS, check_subjects, inspect_image, own_platform
from webhook.wiring.images import operator_keychain, registry
from webhook.wiring.law import (
    load_policies,
    policy_texts,
    shipped_names,
    shipped_policies,
    shipped_tables,
    tables,
)
from webhook.wiring.process import clock, run
from webhook.wiring.serving import REVIEW_SECONDS, Webhook, assembled

__all__ = [
    "COMMAND_SECONDS",
    "REVIEW_SECONDS",
    "Webhook",
    "assembled",
    "audit_cluster",
    "audited_namespaces",
    "check_subjects",
    "clock",
    "inspect_image",
    "load_policies",
    "operator_keychain",
    "own_platform",
    "policy_texts",
    "registry",
    "run",
    "shipped_names",
    "shipped_policies",
    "shipped_tables",
    "tables",
    "tell_cluster",
]
