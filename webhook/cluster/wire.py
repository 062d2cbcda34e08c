"""Shapes of what the API server says, as far as anything here reads it.

Source: k8s.io/apimachinery, pkg/apis/meta/v1/types.go. Objects are left undecoded until their own
shape is known.
"""

from typing import TypeVar
from urllib.parse import quote

import msgspec

from webhook.errors import ClusterError, ClusterFailure

T = TypeVar("T")


class ObjectMeta(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """``metadata`` of an object."""

    name: str = ""
    namespace: str = ""
    """Empty for objects of the cluster."""
    resource_version: str = ""
    """Which state of the object this is: to be handed back, never to be compared."""
    uid: str = ""
    """Which object this is, among all that ever had its name."""


class Item(msgspec.Struct, frozen=True):
    """An object of any kind: the shapes of objects begin with it."""

    metadata: ObjectMeta


class ListMeta(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """``metadata`` of a list."""

    resource_version: str = ""
    """From where on a watch tells what the list does not."""
    continue_: str = msgspec.field(default="", name="continue")
    """What asks for the next page; empty on the last one."""
    remaining_item_count: int | None = None
    """How many come after this page, where the API server says."""


class PageEnd(msgspec.Struct, frozen=True):
    """A page of a list, without what is on it."""

    metadata: ListMeta


class Page(PageEnd, frozen=True):
    """A page of a list."""

    items: list[msgspec.Raw] | None = None


class Event(msgspec.Struct, frozen=True):
    """What a watch tells."""

    type: str
    """``ADDED``, ``MODIFIED``, ``DELETED``, ``BOOKMARK`` or ``ERROR``."""
    object: msgspec.Raw
    """The object; of a bookmark, nothing but its resource version; of an error, a ``Status``."""


class StatusDetails(msgspec.Struct, frozen=True, rename="camel"):
    """``details`` of a status."""

    retry_after_seconds: float | None = None


class Status(msgspec.Struct, frozen=True):
    """Why the API server did not do what it was asked."""

    code: int = 0
    """The HTTP status."""
    reason: str = ""
    """One word: ``Forbidden``, ``Expired`` …"""
    message: str = ""
    details: StatusDetails | None = None


def decode(raw: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Read ``raw`` as ``shape``. Raises ``ClusterError``."""
    return read(raw, msgspec.json.Decoder(shape))


def read(raw: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Read ``raw`` by ``decoder``. Raises ``ClusterError``, which tells no value."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Of the library's messages, that of a wrong shape names types and paths only.
        why = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        detail = f"the API server answered what cannot be read ({why[:200]})"
        raise ClusterError(ClusterFailure.MALFORMED, detail) from None


def location(group_version: str, resource: str, namespace: str = "", name: str = "") -> str:
    """The path of a list or an object: ``api/v1`` and ``secrets`` in ``team``, say.

    ``group_version`` begins with ``api/`` or ``apis/``.
    """
    parts = [group_version]
    if namespace:
        parts += ["namespaces", quote(namespace, safe="")]
    parts.append(resource)
    if name:
        parts.append(quote(name, safe=""))
    return "/" + "/".join(parts)
