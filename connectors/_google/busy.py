"""Free/busy as Google answers it, without our own sessions."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np

from scheduler.core.interval import Interval, Intervals, as_intervals, clipped, complement, intersection, merged


def blocks(busy: list[Any], part: Interval) -> Intervals:
    """The half-open blocks of an answer inside the part that was asked for, as they came. Raises ValueError."""
    try:
        rows = [(_second(each["start"]), _second(each["end"])) for each in busy]
    except (KeyError, TypeError):
        raise ValueError("no list of busy times") from None
    if any(end < start for start, end in rows):
        raise ValueError("a busy time ends before it starts")
    return clipped(as_intervals(rows), *part.seconds)


def without(found: Intervals, own: Intervals, part: Interval) -> Intervals:
    """The blocks without our sessions, sorted and disjoint.

    It is not documented whether Google merges what overlaps. Where a session has a block of its own, that one is taken
    out, so that an appointment over it stays busy; else it is in a merged block, and its time is cut out of all.
    """
    ours = [(int(start), int(end)) for start, end in clipped(own, *part.seconds)]
    left, merged_in = Counter((int(start), int(end)) for start, end in found), []
    for span in ours:
        if left[span] > 0:
            left[span] -= 1
        else:
            merged_in.append(span)
    rest = merged(as_intervals(list(left.elements())))
    return intersection(rest, complement(merged(as_intervals(merged_in)), *part.seconds)) if merged_in else rest


def joined(parts: list[Intervals]) -> Intervals:
    """The parts of a window as one."""
    return merged(np.concatenate(parts))


def _second(text: str) -> int:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without an offset")
    return int(instant.astimezone(UTC).timestamp())
