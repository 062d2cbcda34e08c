"""The user of an image: every spelling of root, and what no spelling can prove.

Sources: containerd ``oci.WithUser`` and the CRI's ``getUserFromImage`` (``strconv.ParseInt`` of the
text before ``:``); CVE-2024-40635 and CVE-2026-46680 for numbers beyond int32, which ran as root.
"""

import re

from webhook.profile.image import User

MAX_UID = 2**31 - 1
"""The largest user id that runtimes take; a larger number, or a negative one, has meant root."""
ROOT_NAME = "root"

_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_MAX_DIGITS = 20
"""More digits than 64 bits hold; Python refuses to convert very long ones."""


def parse_user(text: str) -> User:
    """Read ``User`` as a container runtime does: ``1000``, ``+0``, ``app:app``, ``0:0``, nothing."""
    name = text.partition(":")[0]
    if not name or name == ROOT_NAME:
        return User(raw=text, uid=0, root=True)
    if not _NUMBER.fullmatch(name):
        return User(raw=text, uid=None, root=None)
    is_long = len(name.lstrip("+-0")) > _MAX_DIGITS
    uid = 0 if is_long or not 0 <= int(name) <= MAX_UID else int(name)
    return User(raw=text, uid=uid, root=uid == 0)
