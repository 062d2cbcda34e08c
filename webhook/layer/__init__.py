"""NOUNS of bytes: what the first bytes of a layer tell of the files in it.

Pure functions over bytes that strangers made: every size, count, depth and ratio is bounded here,
and what is malformed ends the view instead of raising. This room must never do I/O, follow a link
outside of what it saw, or keep the content of a file that may hold a secret.
"""

from webhook.layer.look import Entry, Kind, Look, Program

__all__ = ["Entry", "Kind", "Look", "Program"]
