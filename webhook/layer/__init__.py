"""NOUNS of bytes: what the first bytes of a layer tell of the files in it.

Pure functions over bytes that strangers made: every size, count, depth and ratio is bounded here,
and what is malformed ends the view instead of raising. This room must never do I/O, follow a link
outside of what it saw, or keep the content of a file that may hold a secret.
"""

from webhook.layer.head import look_of_head
from webhook.layer.look import Entry, Kind, Look, Program
from webhook.layer.secrets import may_hold_secret, token_shape
from webhook.layer.streams import isize, zstd_content_size
from webhook.layer.toc import (
    chunked_digest,
    chunked_position,
    look_of_chunked_toc,
    look_of_stargz_toc,
    stargz_toc_offset,
)

__all__ = [
    "Entry",
    "Kind",
    "Look",
    "Program",
    "chunked_digest",
    "chunked_position",
    "isize",
    "look_of_chunked_toc",
    "look_of_head",
    "look_of_stargz_toc",
    "may_hold_secret",
    "stargz_toc_offset",
    "token_shape",
    "zstd_content_size",
]
