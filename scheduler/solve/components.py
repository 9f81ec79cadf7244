"""Which series share people: parts of a problem that can be planned apart."""

from collections import deque
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


def neighbours_near(items: Sequence[T], shares: Sequence[Iterable[Hashable]]) -> list[T]:
    """The same items, in an order in which those that share something stand near each other."""
    holders: dict[Hashable, list[int]] = {}
    for number, things in enumerate(shares):
        for thing in things:
            holders.setdefault(thing, []).append(number)
    order: dict[int, None] = {}
    for first in range(len(items)):
        waiting = deque([first])
        while waiting:
            number = waiting.popleft()
            if number not in order:
                order[number] = None
                waiting.extend(other for thing in shares[number] for other in holders[thing] if other not in order)
    return [items[number] for number in order]


def _find(root: list[int], number: int) -> int:
    while root[number] != number:
        root[number] = number = root[root[number]]
    return number
