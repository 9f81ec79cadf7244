"""The levels of the score of formats.md, one function each: what a plan in the model costs, as linear expressions."""

from math import lcm

from ortools.sat.python.cp_model import IntVar, LinearExpr, LinearExprT

from scheduler.core.pain import MOST_PAIN
from scheduler.core.plan import Status
from scheduler.solve.exact.model import Model, PersonVars, SeriesVars
from scheduler.solve.exact.options import option_gains
from scheduler.solve.task import MOVE_PAIN


def gained(model: Model) -> LinearExprT:
    """Level 1: what is gained over skipping every session: sessions that happen, or `keep` with a previous plan."""
    gains = [option_gains(series.task, series.options).tolist() for series in model.series]
    return LinearExpr.weighted_sum(
        [stands for series in model.series for stands in series.stands], [gain for some in gains for gain in some]
    )


def strain(model: Model) -> LinearExprT:
    """Level 2: moves beyond the slack of each series, and optional seats that stay empty."""
    for series in model.series:
        model.cp.add(series.excess >= all_moves(series) - model.problem.slack)
    return LinearExpr.sum([cost for series in model.series for cost in (series.excess, absences(series))])


def burden(model: Model) -> tuple[IntVar, int]:
    """Level 3: the largest burden (pain by sessions planned) of a person, times a scale and rounded up; and the scale.

    Two different fractions with denominators up to d differ by at least 1/d^2, so rounding up on a finer scale than
    that keeps their order; a common denominator keeps it too.
    """
    owed = [person.owed for person in model.people if person.owed]
    scale = min(lcm(*owed), max(owed, default=0) ** 2 + 1)
    worst = model.cp.new_int_var(0, MOST_PAIN * scale, "")
    for person in model.people:
        if person.owed:
            model.cp.add(pain_borne(person) * scale <= worst * person.owed)
    return worst, scale


def discomfort(model: Model) -> LinearExprT:
    """Level 4: the pain of everybody, and an hour for each moved session."""
    pains = [pain_borne(person) for person in model.people]
    return LinearExpr.sum([*pains, *(MOVE_PAIN * moves(series) for series in model.series)])


def all_moves(series: SeriesVars) -> LinearExprT:
    """Moved sessions, with those that stand already."""
    return moves(series) + sum(session.status is Status.MOVED for session in series.task.given.values())


def moves(series: SeriesVars) -> LinearExprT:
    """Sessions of ours that stand where no rule puts them."""
    held = [held for held in series.held if held is not None]
    return LinearExpr.sum(series.stands) - LinearExpr.sum(held)


def absences(series: SeriesVars) -> LinearExprT:
    """Seats of optional people that stay empty in sessions of ours, and in pinned ones."""
    optional = len(series.task.series.optional)
    if not optional:
        return 0
    empty = LinearExpr.sum(list(series.at.values())) * optional - LinearExpr.sum(list(series.comes.values()))
    return empty - LinearExpr.sum(list(series.stays.values())) + len(series.stays)


def pain_borne(person: PersonVars) -> LinearExprT:
    """The pain of one person, in all sessions attended."""
    seats = [*person.seats, *person.pinned]
    return LinearExpr.weighted_sum([s.var for s in seats], [s.pain for s in seats]) + person.taken_pain
