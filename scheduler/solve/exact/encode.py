"""Says placements in the values of the exact model's variables: where a search starts from."""

from collections.abc import Iterator, Mapping

import numpy as np
from ortools.sat.python.cp_model import IntVar

from scheduler.core.plan import Placement, Status
from scheduler.solve.exact.model import Model, SeriesVars


def encoded(model: Model, placed: Mapping[str, Placement]) -> tuple[int, ...]:
    """The values with which the model's series stand as they are placed, as far as its variables can say it."""
    values = [0] * len(model.cp.proto.variables)
    for series in model.series:
        placement = placed[series.task.series.id]
        rule = _rule(series, placement)
        for var in (*_columns(series, rule), *_sessions(series, placement, rule), *_pinned(series, placement)):
            values[var.index] = 1
        moved = sum(session.status is Status.MOVED for session in placement.sessions)
        values[series.excess.index] = max(0, moved - model.problem.slack)
    return tuple(values)


def _rule(series: SeriesVars, placement: Placement) -> list[int]:
    """The column of each slot of the rotation; empty where the model has none for it."""
    found = series.task.candidates
    rule = []
    for c, slot in zip(series.columns, placement.slots, strict=False):
        choice = found.choices.index(type(slot)(slot.weekday, 0, slot.nth))
        same = (c.first == placement.first) & (c.choice == choice) & (c.time == slot.minute // found.grid_minutes)
        rule += np.flatnonzero(same).tolist()
    return rule if len(rule) == len(series.columns) else []


def _columns(series: SeriesVars, rule: list[int]) -> Iterator[IntVar]:
    yield from (column[number] for column, number in zip(series.column, rule, strict=False))


def _sessions(series: SeriesVars, placement: Placement, rule: list[int]) -> Iterator[IntVar]:
    choice, starts = series.options, series.task.candidates.starts
    regular = {option for option, slot, column in choice.links.tolist() if rule[slot : slot + 1] == [column]}
    weeks: dict[int, int] = {}
    for c, number in zip(series.columns, rule, strict=False):
        weeks |= dict(zip(c.sessions.tolist(), c.week[number].tolist(), strict=True))
    for i, week in weeks.items():
        session = placement.sessions[i]
        mine = (choice.session == i) & (choice.week == week) & (starts[choice.start] == session.start)
        for option in np.flatnonzero(mine & session.takes_place).tolist():
            yield from _there(series, option, session.absent, is_regular=option in regular)


def _there(series: SeriesVars, option: int, absent: tuple[str, ...], *, is_regular: bool) -> Iterator[IntVar]:
    start = int(series.options.start[option])
    yield series.stands[option]
    yield series.at[start]
    if is_regular and (held := series.held[option]) is not None:
        yield held
    for k, who in enumerate(series.task.series.optional):
        if who not in absent and (start, k) in series.comes:
            yield series.comes[start, k]


def _pinned(series: SeriesVars, placement: Placement) -> Iterator[IntVar]:
    for (i, k), var in series.stays.items():
        if series.task.series.optional[k] not in placement.sessions[i].absent:
            yield var
