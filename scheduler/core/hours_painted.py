"""A week as it is painted: half hours in three levels, and the hours that they stand for.

Hours may begin at any minute. What is painted changes the half hours that were painted and nothing else, so that
`9:10-17` keeps its ten minutes; such a half hour shows as one that is not held open, since not all of it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from scheduler.core.interval import DAY_MINUTES
from scheduler.core.people import WeekHours
from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import WallWindow
from scheduler.errors import InputError

CELL = 30
A_DAY = DAY_MINUTES // CELL
CELLS = 7 * A_DAY


class Level(IntEnum):
    """What a half hour is to somebody."""

    NO = 0
    IF_NEEDED = 1
    GOOD = 2


@dataclass(frozen=True, slots=True)
class Painted:
    """The levels of a week's half hours, Monday's first: CELLS of them."""

    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        if len(self.levels) != CELLS:
            raise ValueError(f"a week has {CELLS} half hours, not {len(self.levels)}")

    def __str__(self) -> str:
        return "".join(str(int(level)) for level in self.levels)

    def at(self, day: int, half: int) -> Level:
        """Monday is 0; so is the half hour after midnight."""
        return self.levels[day * A_DAY + half]


def parse_painted(text: str) -> Painted:
    """What `str` of a painted week was: a digit for each half hour. Raises InputError."""
    if len(text) != CELLS or not set(text) <= set("012"):
        raise InputError(_("%(text)s is no painted week.") % {"text": quoted(text)})
    return Painted(tuple(Level(int(sign)) for sign in text))


def painted(hours: WeekHours, preferred: WeekHours) -> Painted:
    """How hours look when they are painted. Where nothing is preferred, all of them are as good."""
    best = preferred or hours
    return Painted(
        tuple(
            Level.NO
            if not _holds(hours.get(day, ()), start)
            else Level.GOOD
            if _holds(best.get(day, ()), start)
            else Level.IF_NEEDED
            for day in range(7)
            for start in range(0, DAY_MINUTES, CELL)
        )
    )


def repainted(hours: WeekHours, preferred: WeekHours, after: Painted) -> tuple[WeekHours, WeekHours]:
    """Hours and preferred hours with the half hours that are painted otherwise than they look.

    Nothing is preferred where no half hour is merely "if needed": then all hours are as good. So are they where none
    is good.
    """
    before = painted(hours, preferred)
    best = preferred or hours
    new_hours, new_best = dict[int, tuple[WallWindow, ...]](), dict[int, tuple[WallWindow, ...]]()
    for day in range(7):
        open_, good = _minutes(hours.get(day, ())), _minutes(best.get(day, ()))
        for half in range(A_DAY):
            level = after.at(day, half)
            if level != before.at(day, half):
                some = range(half * CELL, (half + 1) * CELL)
                (open_.difference_update if level is Level.NO else open_.update)(some)
                (good.update if level is Level.GOOD else good.difference_update)(some)
        new_hours[day], new_best[day] = _windows(open_), _windows(good & open_)
    held, liked = _only_days(new_hours), _only_days(new_best)
    return held, {} if liked == held else liked


def without(hours: WeekHours, days: Sequence[int], start: int, end: int) -> WeekHours:
    """Hours without the minutes from start to end of some days; over midnight where the end is not after the start."""
    cuts = [(start, end)] if start < end else [(start, DAY_MINUTES), (0, end)]
    gone = {minute for first, last in cuts for minute in range(first, last)}
    return _only_days(
        {day: _windows(_minutes(windows) - gone) if day in days else tuple(windows) for day, windows in hours.items()}
    )


def _holds(windows: Sequence[WallWindow], start: int) -> bool:
    return any(window.start <= start and start + CELL <= window.end for window in windows)


def _minutes(windows: Sequence[WallWindow]) -> set[int]:
    return {minute for window in windows for minute in range(window.start, window.end)}


def _windows(minutes: set[int]) -> tuple[WallWindow, ...]:
    starts = sorted(minute for minute in minutes if minute - 1 not in minutes)
    ends = sorted(minute + 1 for minute in minutes if minute + 1 not in minutes)
    return tuple(WallWindow(start, end) for start, end in zip(starts, ends, strict=True))


def _only_days(hours: Mapping[int, tuple[WallWindow, ...]]) -> WeekHours:
    return {day: windows for day, windows in sorted(hours.items()) if windows}
