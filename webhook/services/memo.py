"""What was learnt is kept: least recently used first to go, bounded by weight."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from webhook.layer import Look
from webhook.oci import Reference
from webhook.profile.part import Answer, AskPart, Part
from webhook.services.ports import Keychain

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_ENTRY_WEIGHT = 160
_LOOK_WEIGHT = 1024


class Memo(Generic[_Key, _Value]):
    """A least-recently-used memory bounded by the weight of what is in it."""

    def __init__(self, limit: int) -> None:
        self._limit, self._weight = limit, 0
        self._items: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()

    def get(self, key: _Key) -> _Value | None:
        """The value, now the most recently used; None when there is none."""
        item = self._items.get(key)
        if item is None:
            return None
        self._items.move_to_end(key)
        return item[0]

    def put(self, key: _Key, value: _Value, weight: int) -> None:
        """Keep a value; the least recently used make room."""
        before = self._items.pop(key, None)
        self._weight += weight - (before[1] if before else 0)
        self._items[key] = (value, weight)
        while self._weight > self._limit and len(self._items) > 1:
            self._weight -= self._items.popitem(last=False)[1][1]


class PartMemo:
    """What parts of layers meant.

    A part cannot be checked against a digest: what it meant belongs to the repository it was read
    from and to whoever was given it, so that a registry can lie about its own images only. A layer
    that was read whole has proved itself, and is known to everyone who names its digest.
    """

    def __init__(self, limit: int) -> None:
        self._memo: Memo[Hashable, tuple[AskPart, Answer]] = Memo(limit)

    def get(self, reference: Reference, keychain: Keychain, ask: AskPart) -> tuple[Answer] | None:
        """What the part means, in a tuple, since it may mean nothing; None when it is not kept."""
        for key in (_proved(ask), _claimed(reference, keychain, ask)):
            kept = self._memo.get(key)
            if kept is not None and _covers(kept[0], ask):
                return (kept[1],)
        return None

    def put(self, reference: Reference, keychain: Keychain, ask: AskPart, answer: Answer) -> None:
        """Keep what a part meant, unless more of the same is kept already."""
        key = _proved(ask) if ask.is_whole else _claimed(reference, keychain, ask)
        kept = self._memo.get(key)
        if kept is None or not _covers(kept[0], ask):
            self._memo.put(key, (ask, answer), _weight(answer))


def _covers(kept: AskPart, ask: AskPart) -> bool:
    """Whether what was read of a layer tells what is asked: a longer look does."""
    if ask.part is Part.HEAD:
        return kept.length >= ask.length
    return (kept.start, kept.length) == (ask.start, ask.length)


def _proved(ask: AskPart) -> Hashable:
    return ask.part, ask.descriptor.digest


def _claimed(reference: Reference, keychain: Keychain, ask: AskPart) -> Hashable:
    scope = keychain.scope(reference.repository)
    return ask.part, ask.descriptor.digest, reference.repository, scope


def _weight(answer: Answer) -> int:
    if not isinstance(answer, Look):
        return _LOOK_WEIGHT // 4
    return _LOOK_WEIGHT + _ENTRY_WEIGHT * len(answer.entries) + sum(map(len, answer.texts.values()))
