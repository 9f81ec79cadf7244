"""Reads what was chosen out of the values of the exact model's variables."""

from collections.abc import Sequence

from scheduler.core.plan import Session, Status
from scheduler.solve.exact.model import SeriesVars
from scheduler.solve.placing import Choice


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
