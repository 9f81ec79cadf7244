"""A painted week as a table: a row for each half hour, a column for each weekday in the reader's order."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.core.hours_painted import A_DAY, Level, Painted
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import tongue
from scheduler.core.words import clock, weekday

DAYTIME = range(12, 44)  # 6 to 22 o'clock, in half hours: what is shown at first


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A half hour; `at` counts from Monday's midnight, `together` how many partners have hours then."""

    at: int
    level: Level
    together: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A half hour of all days. `label` is the hour that begins, empty for its second half; `words` tell both."""

    label: str
    words: str
    night: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """`early`: something is held open in a row that is not shown at first."""

    days: tuple[str, ...]
    rows: tuple[Row, ...]
    early: bool


def week_of(painted: Painted, together: Mapping[int, int]) -> Week:
    """The table of a painted week."""
    order = [(tongue().first_weekday + number) % 7 for number in range(7)]
    rows = tuple(
        Row(
            label=hour(half // 2) if half % 2 == 0 else "",
            words=_("half past %(hour)s") % {"hour": hour(half // 2)} if half % 2 else hour(half // 2),
            night=half not in DAYTIME,
            cells=tuple(
                Cell(at=day * A_DAY + half, level=painted.at(day, half), together=together.get(day * A_DAY + half, 0))
                for day in order
            ),
        )
        for half in range(A_DAY)
    )
    # Whoever may be met round the clock knows that without seeing every hour of it.
    levels = {half: {painted.at(day, half) for day in order} for half in range(A_DAY)}
    night = [levels[half] for half in range(A_DAY) if half not in DAYTIME]
    early = any(level is not Level.NO for each in night for level in each) and any(Level.NO in each for each in night)
    return Week(days=tuple(weekday(day) for day in order), rows=rows, early=early)


def hour(number: int) -> str:
    """An hour of the day as the edge of a table shows it: `9`, or `9 AM` on a clock of twelve hours."""
    return str(number) if tongue().clock_24 else clock(number * 60).replace(":00", "")
