"""Giving up barriers: what their sets of bits say of a start is what the problem without them says."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from scheduler.core.barriers import Kind
from scheduler.core.explain import Notes, explain_starts
from scheduler.core.interval import as_intervals, merged
from scheduler.core.obstacles import obstacles
from scheduler.core.problem import Problem
from scheduler.core.rules import all_rules
from scheduler.core.without import without
from tests.greedy import greedy_plan
from tests.problems import random_problem


def some_notes(draw: Random, problem: Problem) -> tuple[Problem, Notes]:
    """The problem with notice asked by one of its people, and another one unknown, as a programme poses it."""
    asked, unknown = draw.choice(list(problem.people)), draw.choice(list(problem.people))
    closed = draw.randrange(0, problem.horizon.weeks * 10080)
    notes = Notes(
        unknown={unknown: "can't be read"} if unknown != asked and draw.random() < 0.3 else {},
        closed_until={asked: closed},
        calendars={who: as_intervals([]) if who == unknown else one.busy for who, one in problem.people.items()},
    )
    people = dict(problem.people)
    early = as_intervals([(-20000, closed - people[asked].boundary.buffer)])
    people[asked] = replace(people[asked], busy=merged(np.concatenate([people[asked].busy, early])))
    for who in notes.unknown:
        people[who] = replace(people[who], busy=as_intervals([(-20000, 10**6)]))
    calendars = notes.calendars if notes.unknown else {who: one.busy for who, one in problem.people.items()}
    return replace(problem, people=people), replace(notes, calendars=calendars)


@pytest.mark.campaign(150)
def test_bits_say_of_every_start_what_the_problem_without_them_says(seed: int) -> None:
    """For random sets of barriers, at any date and time; only where two dates of a trip meet may bits ask for more."""
    draw = Random(seed)
    problem, _ = random_problem(seed, size="tiny")
    problem = replace(problem, freeze_until=None, series=tuple(replace(each, pinned={}) for each in problem.series))
    plan, series = greedy_plan(problem, draw), draw.choice(problem.series)
    problem, notes = some_notes(draw, problem)
    starts = all_rules(problem, series, (), None).starts[:: 1 if problem.grid_minutes > 30 else 3]
    found = obstacles(problem, series, starts, plan, notes)
    barriers = found.register.barriers
    for share in (0.0, 0.3, 0.7, 1.0):
        chosen = [n for n, each in enumerate(barriers) if draw.random() < share and each.kind is not Kind.NOWHERE]
        gone = sum(1 << number for number in chosen)
        eased = without(problem, plan, notes, [barriers[number] for number in chosen])
        told = explain_starts(eased.problem, series, starts, plan=eased.plan, notes=eased.notes)
        holds = set(told.holds)
        for row, start in enumerate(starts.tolist()):
            by_bits = any(bits & ~gone == 0 for bits in found.alternatives(row))
            away = any(problem.people[who].boundary.travel for who in series.members)
            assert by_bits == (start in holds) or (away and start in holds), (series.id, start, share)
