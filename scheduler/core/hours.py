"""Hours as people write them: `Mon-Fri 9-17, not 12-13; Wed off`.

One parser, by the grammar (EBNF) in docs/reference-programme.md. A window belongs to the day on which it begins,
also where it ends after midnight; only at the very end is it cut at midnight, as `WeekHours` wants it.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from scheduler.core.hours_words import EVERY_DAY, WORKING_DAYS, Kind, Token, complaint, tokens
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.people import WeekHours
from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import WallWindow
from scheduler.errors import InputError

LONGEST_NIGHT = 12 * 60  # a longer window over midnight is a slip: 9-5 for 9-17
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Window: TypeAlias = tuple[int, int]
"""Minutes from the midnight of the day on which it begins; the end may lie beyond 24:00."""
Week: TypeAlias = dict[int, list[Window]]


def parse_hours(text: str) -> WeekHours:
    """When somebody may be met in a week; days that aren't named have no hours.

    Without days, Monday to Friday are meant. A clause after `;` replaces what was said of its days, one after `,` adds
    to it. Raises InputError with the column (from 1) and what was expected there.
    """
    return dict(_hours_of(text))


@lru_cache(maxsize=4096)  # of thousands of people, most keep the same few hours
def _hours_of(text: str) -> WeekHours:
    week: Week = {day: [] for day in EVERY_DAY}
    for day, windows in _Parser(text).week().items():
        for start, end in windows:
            week[day].append((start, min(end, DAY_MINUTES)))
            week[(day + 1) % 7].append((max(start - DAY_MINUTES, 0), end - DAY_MINUTES))
    return {day: united for day in EVERY_DAY if (united := _united(week[day]))}


def parse_windows(text: str) -> tuple[WallWindow, ...]:
    """The hours of a single date, such as `9-12, 14-16` or `off`; raises InputError as `parse_hours` does."""
    named = next((token for token in tokens(text) if token.kind is Kind.DAYS), None)
    if named:
        raise complaint(text, named.column, _("the hours of a date name no days"), _('Write them like "9-12, 14-16".'))
    monday = _Parser(text).week().get(0, [])  # without days, the text says the same of every working day
    if any(end > DAY_MINUTES for _, end in monday):
        raise InputError(
            _("hours %(text)s go over midnight; those of a date end at 24:00.") % {"text": quoted(text)},
            hint=_('Try "18-24".'),
        )
    return _united(monday)


def format_hours(hours: WeekHours) -> str:
    """The inverse of `parse_hours`: days with the same windows together, in the order of the week."""
    if all(tuple(hours.get(day, ())) == (WallWindow(0, DAY_MINUTES),) for day in EVERY_DAY):
        return "always"
    days_of: dict[tuple[WallWindow, ...], list[int]] = {}
    for day in EVERY_DAY:
        days_of.setdefault(tuple(hours.get(day, ())), []).append(day)
    clauses = [f"{_days_text(days)} {_windows_text(windows)}" for windows, days in days_of.items() if windows]
    return "; ".join(clauses) or "off"


class _Parser:
    """Recursive descent: each method reads one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.tokens = text, 0, list(tokens(text))

    def week(self) -> Week:
        week: Week = {}
        while not self._is(Kind.END) or not week:
            self._clause(week)
            if not self._took(Kind.SEMICOLON) and not self._is(Kind.END):
                raise self._expected(_('";" or the end'))
        return week

    def _clause(self, week: Week) -> None:
        said: set[int] = set()
        days: Collection[int] = EVERY_DAY
        while not said or not self._is(Kind.SEMICOLON, Kind.END):
            if week and self._took(Kind.NOT):
                self._exception(week, days)
                said.update(days)
            else:
                days = self._hours(week, said)
            self._took(Kind.COMMA)

    def _hours(self, week: Week, said: set[int]) -> Collection[int]:
        days = self._days(Kind.AND, Kind.COMMA) or self._days_meant(week)
        off = self._took(Kind.OFF)
        windows = [] if off else self._windows()
        for day in days:
            kept = week.get(day, []) if day in said and not off else []
            week[day] = kept + windows
        said.update(days)
        return days

    def _exception(self, week: Week, days: Collection[int]) -> None:
        named = self._days(Kind.AND)  # no commas: `not Wed, Sat 10-14` adds hours on Saturday
        if named and not self._is(Kind.TIME, Kind.ALWAYS):
            self._took(Kind.OFF)
            week.update((day, []) for day in named)
            return
        cuts = self._windows()
        week.update((day, _without(week.get(day, []), cuts)) for day in named or days)

    def _days_meant(self, week: Week) -> Collection[int]:
        if week:  # `Mon-Fri 9-12; 13-17` would drop the mornings
            raise self._expected(_("a day"))
        return EVERY_DAY if self._is(Kind.ALWAYS, Kind.OFF) else WORKING_DAYS

    def _days(self, *between: Kind) -> Collection[int]:
        days: list[int] = []
        while self._is(Kind.DAYS):
            days += self._run_of_days()
            if self._is(*between) and self.tokens[self.at + 1].kind is Kind.DAYS:
                self.at += 1
        return days

    def _run_of_days(self) -> Sequence[int]:
        first = self._take(Kind.DAYS, _("a day"))
        if not self._took(Kind.TO):
            return first.days
        last = self._take(Kind.DAYS, _("a day"))
        length = (last.days[-1] - first.days[0]) % 7 + 1
        return [(first.days[0] + i) % 7 for i in range(length)]

    def _windows(self) -> list[Window]:
        windows = [self._window()]
        while self._another_window():
            windows.append(self._window())
        return windows

    def _another_window(self) -> bool:
        ahead = self.at + self._is(Kind.COMMA, Kind.AND)
        found = self.tokens[ahead].kind in (Kind.TIME, Kind.ALWAYS)
        self.at = ahead if found else self.at
        return found

    def _window(self) -> Window:
        if self._took(Kind.ALWAYS):
            return 0, DAY_MINUTES
        start = self._take(Kind.TIME, _("a time"))
        self._take(Kind.TO, '"-"')
        end = self._take(Kind.TIME, _("a time"))
        if problem := _no_window(start, end):
            raise complaint(self.text, start.column, problem)
        return _reading(start, end)

    def _is(self, *kinds: Kind) -> bool:
        return self.tokens[self.at].kind in kinds

    def _took(self, kind: Kind) -> bool:
        taken = self._is(kind)
        self.at += taken
        return taken

    def _take(self, kind: Kind, what: str) -> Token:
        if not self._took(kind):
            raise self._expected(what)
        return self.tokens[self.at - 1]

    def _expected(self, what: str) -> InputError:
        found = self.tokens[self.at]
        told = {"what": what, "text": quoted(found.text)}
        if found.kind is Kind.END:
            return complaint(self.text, found.column, _("%(what)s was expected, but the text ends") % told)
        return complaint(self.text, found.column, _("%(what)s was expected, but there is %(text)s") % told)


def _reading(start: Token, end: Token) -> Window:
    """Of `9-5pm`, where one time says its half of the day and the other doesn't, the shortest window is meant."""
    starts = start.readings if end.says_half else start.readings[:1]
    ends = end.readings if start.says_half else end.readings[:1]
    windows = [(first, last or DAY_MINUTES) for first in starts for last in ends]
    onward = [(first, last if last > first else last + DAY_MINUTES) for first, last in windows]
    return min(onward, key=lambda window: window[1] - window[0])


def _no_window(start: Token, end: Token) -> str:
    first, last = _reading(start, end)
    told = {"start": start.text, "end": end.text, "hours": f"{(last - first) / 60:g}"}
    if first == DAY_MINUTES:
        return _("24:00 ends a day, and begins none")
    if last == first + DAY_MINUTES and first:
        return _("from %(start)s to %(end)s is no time at all") % told
    if last > DAY_MINUTES and last - first > LONGEST_NIGHT:
        return _("from %(start)s to %(end)s would be %(hours)s hours, over midnight") % told
    return ""


def _without(windows: Sequence[Window], cuts: Sequence[Window]) -> list[Window]:
    """What is left of windows without some times of the day, on the day where they begin and after midnight."""
    left = list(windows)
    for low, high in ((cut[0] + shift, cut[1] + shift) for cut in cuts for shift in (-DAY_MINUTES, 0, DAY_MINUTES)):
        pieces = [piece for start, end in left for piece in ((start, min(end, low)), (max(start, high), end))]
        left = [(start, end) for start, end in pieces if start < end]
    return left


def _united(windows: Sequence[Window]) -> tuple[WallWindow, ...]:
    """Sorted, with windows that overlap or touch as one, and without empty ones."""
    united: list[Window] = []
    for start, end in sorted(window for window in windows if window[0] < window[1]):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(WallWindow(start, end) for start, end in united)


def _days_text(days: Sequence[int]) -> str:
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    return ", ".join(SHORT_DAYS[run[0]] + (f"-{SHORT_DAYS[run[-1]]}" if len(run) > 1 else "") for run in runs)


def _windows_text(windows: Sequence[WallWindow]) -> str:
    return ", ".join(f"{_clock(window.start)}-{_clock(window.end)}" for window in windows)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
