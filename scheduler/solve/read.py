"""Reads placements out of the values of the exact model's variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import Slot, regular_starts
from scheduler.solve.model import SeriesVars
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one series: its rule, the sessions that we placed, and who misses pinned ones."""

    first: int
    slots: tuple[Slot, ...]
    placed: Mapping[int, Session]
    absent: Mapping[int, tuple[str, ...]]


UNPLACED = Choice(0, (), {}, {})


def placement(task: Task, horizon: Horizon, choice: Choice) -> Placement:
    """A choice as a placement.

    Without a session that we placed it has no slot, whatever its rule says; with nothing left to place, the one it had.
    """
    first, slots = (choice.first, choice.slots) if choice.placed else _last_rule(task)
    count = range(task.series.sessions)
    nominal = [task.nominal(i) for i in count]
    regular = regular_starts(task.series, first, slots, horizon).tolist() if choice.placed else nominal
    return Placement(task.series.id, first, slots, tuple(_session(task, choice, i, regular[i]) for i in count))


def _last_rule(task: Task) -> tuple[int, tuple[Slot, ...]]:
    before = task.before
    if before and not len(task.open) and len(before.slots) == task.series.cadence.rotation:
        return before.first, before.slots
    return 0, ()


def chosen(series: SeriesVars, values: Sequence[int]) -> Choice:
    """The choice that the values of the variables make for a series."""
    columns = [next((c for c, var in enumerate(column) if values[var.index]), None) for column in series.column]
    first, slots = 0, []
    for c, column in zip(series.columns, columns, strict=True):
        if column is not None:
            first = int(c.first[column])
            slots.append(series.task.candidates.slot(int(c.choice[column]), int(c.time[column])))
    missing = series.task.series.cadence.rotation - len(slots)
    return Choice(first, (*slots, *slots[:1] * missing), _placed(series, values), _absent_from_pinned(series, values))


def _session(task: Task, choice: Choice, i: int, regular: int) -> Session:
    if i in choice.placed:
        session = choice.placed[i]
        return replace(session, status=Status.HELD if session.start == regular else Status.MOVED)
    given = task.given.get(i)
    if given is None or (not given.takes_place and i in task.series.pinned):
        return Session(regular, Status.SKIPPED)
    return replace(given, absent=choice.absent.get(i, given.absent))


def _placed(series: SeriesVars, values: Sequence[int]) -> dict[int, Session]:
    found, choice = series.task.candidates, series.options
    placed = {}
    for i, start, stands in zip(choice.session.tolist(), choice.start.tolist(), series.stands, strict=True):
        if values[stands.index]:
            placed[i] = Session(int(found.starts[start]), Status.MOVED, _absent(series, start, values))
    return placed


def _absent(series: SeriesVars, start: int, values: Sequence[int]) -> tuple[str, ...]:
    seats = [series.comes.get((start, k)) for k in range(len(series.task.series.optional))]
    pairs = zip(series.task.series.optional, seats, strict=True)
    return tuple(who for who, seat in pairs if seat is None or not values[seat.index])


def _absent_from_pinned(series: SeriesVars, values: Sequence[int]) -> dict[int, tuple[str, ...]]:
    optional = series.task.series.optional
    return {
        i: tuple(who for k, who in enumerate(optional) if not values[series.stays[i, k].index])
        for i in sorted(series.task.undecided)
    }
