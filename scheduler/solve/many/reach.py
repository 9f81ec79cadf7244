"""Seats as many sessions as can take place at all: what the regions of the bound were decided to do is taken over."""

from dataclasses import replace

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.solve.bound.growth import Growth
from scheduler.solve.bound.sharpen import grown
from scheduler.solve.many.moves import best_seating, respond
from scheduler.solve.many.seating import Seating
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.table import rule_table
from scheduler.solve.task import NEVER
from scheduler.solve.work import Work


def seat_most(standing: Standing, work: Work) -> None:
    """Better a plan wherever a region has more sessions than stand there; it mostly reaches the bound then."""
    teller, free, given = work.teller, work.teller.bound, work.teller.happen - standing.happen

    def tell(done: int, of: int, spare: int) -> None:
        teller.bound = free - spare
        teller.tell("regions", done, of)

    growth = grown(standing.problem, standing.tasks, standing.placements(), work.search, tell, work.map)
    for name in teller.steps("seats", sorted(growth.cells)):
        if work.search.is_over:
            break
        _take_over(standing, growth, name)
    teller.bound, teller.by = free - growth.spare, growth.by
    teller.happen = given + standing.happen


def _take_over(standing: Standing, growth: Growth, name: int) -> None:
    """Seat the series of a region as it was decided, then by better rules if there are; unless it is no gain."""
    wanted = growth.wanted(name, [seating.starts for seating in standing.seatings])
    before = {number: standing.seatings[number] for number in wanted}
    stand = sum(int((seating.starts != NEVER).sum()) for seating in before.values())
    if sum(map(len, wanted.values())) <= stand:
        return
    for number in wanted:
        standing.take(number, standing.nothing(number))
    for number, minutes in wanted.items():
        standing.take(number, _seated_at(standing, number, minutes))
    for number in wanted:
        standing.take(number, respond(standing, number))
    standing.kept_if_better(before)


def _seated_at(standing: Standing, number: int, minutes: Int64Array) -> Seating:
    """The best seating of a series at some minutes alone, as far as others leave them."""
    task = standing.around(number)
    found = task.candidates.only(np.isin(task.candidates.starts, minutes))
    return best_seating(standing, number, rule_table(replace(task, candidates=found), standing.problem.slack))
