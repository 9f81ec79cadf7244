"""Which series share people: parts of a problem that can be planned apart."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def components(items: Sequence[T], shares: Iterable[Iterable[Hashable]]) -> list[list[T]]:
    """Items that share anything, directly or through others, together; in the order of their first items."""
    root = list(range(len(items)))
    owner: dict[Hashable, int] = {}
    for number, things in enumerate(shares):
        for thing in things:
            one, other = _find(root, number), _find(root, owner.setdefault(thing, number))
            root[max(one, other)] = min(one, other)
    found: dict[int, list[T]] = {}
    for number, item in enumerate(items):
        found.setdefault(_find(root, number), []).append(item)
    return list(found.values())


def _find(root: list[int], number: int) -> int:
    while root[number] != number:
        root[number] = number = root[root[number]]
    return number
