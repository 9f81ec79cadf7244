"""The dates of a recurrence rule, for all days of some years at once (RFC 5545, section 3.3.10).

A rule is a set of conditions on days. Over a table of days (month, day of month, weekday, week number ...) each
condition is one comparison of arrays, and what survives them all, times the times of day, is the answer. So every
rule costs about the same and none can run away, which is what iterators do with rules from strangers. The table
starts at the window, not at DTSTART, except where COUNT has to count from there.

Where libraries disagree: positions (BYSETPOS) count from the beginning of the period, not from DTSTART; YEARLY with
BYWEEKNO alone takes DTSTART's weekday, and with BYMONTHDAY alone DTSTART's month.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from propcache.api import cached_property

from scheduler.core.interval import Int64Array
from scheduler.core.rule import Freq, NthWeekday, Rule
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, Wall
from scheduler.errors import InputError

Mask = NDArray[np.bool_]

HOUR_SECONDS = 3600
LONGEST_COUNTED_YEARS = 200
MOST_DATES = 200_000
FIRST_DAY, LAST_DAY = (bound.toordinal() - EPOCH_DAY for bound in (date.min, date.max))


def expand(rule: Rule, start: int, window: tuple[int, int], until: int | None = None) -> Wall:
    """The rule's wall seconds, sorted, from `start` (DTSTART) on, inside the window and up to `until`, both included.

    All on one wall clock; `until` is the rule's UNTIL on it, where it has one. DTSTART itself is there only when the
    rule yields it. Raises InputError where more dates would have to be looked at than a calendar ever holds.
    """
    first, last = max(start, window[0]), window[1] if until is None else min(window[1], until)
    if last < first:
        return Wall(np.empty(0, dtype=np.int64))
    found = _candidates(_completed(rule, start), start, start if rule.count else first, last)
    found = found[found >= start][: rule.count]
    return Wall(found[(found >= first) & (found <= last)])


def _candidates(rule: Rule, start: int, first: int, last: int) -> Int64Array:
    """Everything that the rule yields in whole years around [first, last], positions and intervals applied."""
    week = 7 * DAY_SECONDS  # so that the first and the last period are whole, also weeks over New Year
    years = _year(first - week), _year(last + week)
    if rule.count and years[1] - years[0] > LONGEST_COUNTED_YEARS:
        raise InputError(f"The rule counts from more than {LONGEST_COUNTED_YEARS} years ago.")
    table = days_of_years(*years)
    times = _times_of_day(rule, start)
    days = table.day[_matching(rule, start, table)]
    if len(days) * len(times) > MOST_DATES:
        raise InputError(f"The rule has more than {MOST_DATES:,} dates.")
    found = (days[:, None] * DAY_SECONDS + times).ravel()
    if rule.freq is Freq.HOURLY:
        found = found[(found // HOUR_SECONDS - start // HOUR_SECONDS) % rule.interval == 0]
    return found[_at_positions(rule, _periods(rule, found))] if rule.positions else found


def _completed(rule: Rule, start: int) -> Rule:
    """What the rule leaves open is as in DTSTART (RFC 5545, section 3.3.10)."""
    day = date.fromordinal(start // DAY_SECONDS + EPOCH_DAY)
    weekday = (NthWeekday(0, day.weekday()),)
    named_days = rule.year_days or rule.month_days or rule.weekdays
    match rule.freq:
        case Freq.YEARLY if rule.week_numbers and not named_days:
            return replace(rule, weekdays=weekday)
        case Freq.YEARLY if rule.month_days and not (
            rule.months or rule.week_numbers or rule.year_days or rule.weekdays
        ):
            return replace(rule, months=(day.month,))
        case Freq.YEARLY if not (named_days or rule.week_numbers):
            return replace(rule, months=rule.months or (day.month,), month_days=(day.day,))
        case Freq.MONTHLY if not (named_days or rule.week_numbers):
            return replace(rule, month_days=(day.day,))
        case Freq.WEEKLY if not (named_days or rule.week_numbers):
            return replace(rule, weekdays=weekday)
    return rule


def _times_of_day(rule: Rule, start: int) -> Int64Array:
    hour, minute, second = start // HOUR_SECONDS % 24, start // 60 % 60, start % 60
    return np.array(
        [
            h * HOUR_SECONDS + m * 60 + s
            for h in rule.hours or (hour,)
            for m in rule.minutes or (minute,)
            for s in rule.seconds or (second,)
        ],
        dtype=np.int64,
    )


def _matching(rule: Rule, start: int, table: "DayTable") -> Mask:
    """Which days of the table fulfil every condition of the rule on days."""
    mask = np.ones(len(table.day), dtype=np.bool_)
    if rule.interval > 1 and rule.freq is not Freq.HOURLY:
        of_start = _periods(rule, np.array([start], dtype=np.int64))
        mask &= (_periods(rule, table.day * DAY_SECONDS) - of_start) % rule.interval == 0
    if rule.months:
        mask &= _is_one_of(table.month, rule.months)
    if rule.week_numbers:
        mask &= _is_one_of(table.week_number(rule.week_start), rule.week_numbers, table.weeks_left(rule.week_start))
    if rule.year_days:
        mask &= _is_one_of(table.year_day, rule.year_days, table.year_days_left)
    if rule.month_days:
        mask &= _is_one_of(table.month_day, rule.month_days, table.month_days_left)
    if rule.weekdays:
        mask &= _on_weekdays(rule, table)
    return mask


def _on_weekdays(rule: Rule, table: "DayTable") -> Mask:
    in_year = rule.freq is Freq.YEARLY and not rule.months
    passed, left = (table.year_day, table.year_days_left) if in_year else (table.month_day, table.month_days_left)
    numbered = rule.freq in (Freq.YEARLY, Freq.MONTHLY)  # a number means nothing in a week or a day, and is ignored
    mask = np.zeros(len(table.day), dtype=np.bool_)
    for nth, weekday in rule.weekdays:
        here = table.weekday == weekday
        if nth and numbered:
            here &= (passed - 1) // 7 == nth - 1 if nth > 0 else (left - 1) // 7 == -nth - 1
        mask |= here
    return mask


def _is_one_of(passed: Int64Array, wanted: Iterable[int], left: Int64Array | None = None) -> Mask:
    """Where a number counted from the front (from 1), or for negative ones from the end, is one of those wanted."""
    mask = np.zeros(len(passed), dtype=np.bool_)
    for number in wanted:
        mask |= passed == number if left is None or number > 0 else left == -number
    return mask


def _periods(rule: Rule, seconds: Int64Array) -> Int64Array:
    """The number of the rule's period in which each wall second lies."""
    days = seconds // DAY_SECONDS
    match rule.freq:
        case Freq.YEARLY:
            return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
        case Freq.MONTHLY:
            return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        case Freq.WEEKLY:
            return (days + 3 - rule.week_start) // 7  # 1970 began on a Thursday
        case Freq.DAILY:
            return days
        case Freq.HOURLY:
            return seconds // HOUR_SECONDS


def _at_positions(rule: Rule, periods: Int64Array) -> Mask:
    """BYSETPOS: which of the sorted dates stand at the wanted places of their period."""
    _, first, size = np.unique(periods, return_index=True, return_counts=True)
    passed = np.arange(len(periods)) - np.repeat(first, size) + 1
    return _is_one_of(passed, rule.positions, np.repeat(size, size) - passed + 1)


@lru_cache(maxsize=16)
def days_of_years(first: int, last: int) -> "DayTable":
    """The table of all days from January of one year to December of another."""
    bounds = (date(first, 1, 1).toordinal() - EPOCH_DAY, date(last, 12, 31).toordinal() - EPOCH_DAY)
    return DayTable(np.arange(bounds[0], bounds[1] + 1, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class DayTable:
    """Whole years of days since 1970, and what a rule may ask of each; every column has the shape (days,)."""

    day: Int64Array

    @cached_property
    def weekday(self) -> Int64Array:
        """Monday = 0."""
        return (self.day + 3) % 7

    @cached_property
    def month(self) -> Int64Array:
        """1 to 12."""
        return self._in("M").astype(np.int64) % 12 + 1

    @cached_property
    def month_day(self) -> Int64Array:
        """1 to 31."""
        return self._passed("M")

    @cached_property
    def month_days_left(self) -> Int64Array:
        """1 on the last day of a month."""
        return self._left("M")

    @cached_property
    def year_day(self) -> Int64Array:
        """1 to 366."""
        return self._passed("Y")

    @cached_property
    def year_days_left(self) -> Int64Array:
        """1 on the last day of a year."""
        return self._left("Y")

    def week_number(self, week_start: int) -> Int64Array:
        """1 to 53; a week belongs to the year that holds its fourth day (ISO 8601, for any first day of the week)."""
        return (self._fourth(week_start)._passed("Y") - 1) // 7 + 1

    def weeks_left(self, week_start: int) -> Int64Array:
        """1 in the last week of a year."""
        return (self._fourth(week_start)._left("Y") - 1) // 7 + 1

    def _fourth(self, week_start: int) -> "DayTable":
        return DayTable(self.day - (self.weekday - week_start) % 7 + 3)

    def _in(self, unit: str) -> NDArray[np.datetime64]:
        return self.day.astype("datetime64[D]").astype(f"datetime64[{unit}]")

    def _passed(self, unit: str) -> Int64Array:
        return self.day - self._in(unit).astype("datetime64[D]").astype(np.int64) + 1

    def _left(self, unit: str) -> Int64Array:
        return (self._in(unit) + 1).astype("datetime64[D]").astype(np.int64) - self.day


def _year(wall: int) -> int:
    return date.fromordinal(min(max(wall // DAY_SECONDS, FIRST_DAY), LAST_DAY) + EPOCH_DAY).year
