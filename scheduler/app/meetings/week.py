"""The days before and after now: which sessions take place, and what became of those that were due."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from scheduler.app.meetings.overview import GroupRow, Overview
from scheduler.core.coverage import Cell

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A session that takes place."""

    row: GroupRow
    start: datetime
    session: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The sessions of the last week by what became of them."""

    held: int
    moved: int
    missed: int
    skipped: int


def ahead(view: Overview, start: datetime, end: datetime) -> tuple[Ahead, ...]:
    """The sessions that begin in a stretch of time, in the order of time."""
    covered = view.coverage
    if covered is None:
        return ()
    first, last = np.searchsorted(covered.starts, [start.timestamp(), end.timestamp()])
    rows = zip(covered.starts[first:last].tolist(), covered.of[first:last], covered.session[first:last], strict=True)
    return tuple(
        Ahead(row=view.groups[of], start=datetime.fromtimestamp(at, UTC), session=int(number))
        for at, of, number in rows
    )


def last_week(view: Overview, now: datetime) -> Past:
    """The week of the calendar before that of `now`, since what has no time belongs to a week and to no instant."""
    covered = view.coverage
    monday = now.date() - timedelta(days=now.weekday()) - WEEK
    if covered is None or monday not in covered.weeks:
        return Past(held=0, moved=0, missed=0, skipped=0)
    counts = Counter(covered.cells[:, covered.weeks.index(monday)].tolist())
    return Past(
        held=counts[Cell.HOLDS], moved=counts[Cell.MOVES], missed=counts[Cell.MISSING], skipped=counts[Cell.SKIPPED]
    )
