"""Repair: a plan stands, something changed, and as little as can be is planned anew.

Sessions that still can stay where they are. Series that lose one look for what is worth most (formats.md, `keep`): the
session moved in its week, or another rule if more than that broke. Only where a session would be lost do others make
way, near ones first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from scheduler.core.candidates import NOWHERE, Survey
from scheduler.core.interval import Int64Array
from scheduler.core.people import Participant
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.solve.many.polish import better_rules, better_weeks, make_room
from scheduler.solve.many.seating import Seating, placed, weighed
from scheduler.solve.many.shortlist import shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.table import Rule
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.task import NEVER, Task, task_of
from scheduler.solve.work import Work

DEFAULTS = Params()
EFFORT = 5.0
"""Deterministic time for one week of a few series."""
MOSTLY = 0.5
"""Where a larger part of all series has to be planned anew, all are planned together."""


def restored(problem: Problem, tasks: Sequence[Task]) -> tuple[Standing, list[int]]:
    """What still can stand of a previous plan, and the numbers of the series that lost something or are new."""
    standing = Standing.of(problem, tasks)
    return standing, [number for number in range(len(tasks)) if not _stays(standing, number)]


def mended(standing: Standing, disturbed: Sequence[int], work: Work) -> None:
    """Plan disturbed series anew; where they lose sessions, those near them make way."""
    better_rules(standing, disturbed, work)
    short = [number for number in disturbed if _loses(standing, number)]
    better_weeks(standing, short, work)
    lists = {number: shortlist(standing.tasks[number], standing.problem.slack) for number in short}
    make_room(standing, lists, work)


@dataclass(frozen=True, slots=True)
class Stand:
    """A plan that stands, ready to answer changes one by one; a value, from which each answer makes another."""

    survey: Survey
    standing: Standing

    @property
    def problem(self) -> Problem:
        """The problem as it is now."""
        return self.survey.problem

    @property
    def plan(self) -> Plan:
        """The plan as it stands now."""
        placements = self.standing.placements()
        return Plan(tuple(placements[series.id] for series in self.problem.series))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change leads to: how everything stands then, and the placements that are others than before."""

    stand: Stand
    changed: tuple[Placement, ...]


def stand(problem: Problem, plan: Plan) -> Stand:
    """Make ready a plan that keeps every rule of its problem. Takes as long as reading the problem does."""
    survey, before = Survey.of(problem), plan.by_series()
    tasks = [task_of(problem, survey.candidates(series), before.get(series.id), keep=True) for series in problem.series]
    standing, _ = restored(problem, tasks)
    return Stand(survey, standing)


def answered(
    before: Stand, person: Participant, *, freeze_until: int | None = None, params: Params = DEFAULTS
) -> Answer:
    """Repair after one person's limits or calendar changed; `freeze_until`: how far the freeze has come since.

    Touches the person's series, and others only where a session would be lost. Only the new stand and the placements
    that changed are new: nothing of `before` is written to.
    """
    survey = before.survey.with_person(person)
    if freeze_until is not None:
        survey = replace(survey, problem=replace(survey.problem, freeze_until=freeze_until))
    standing = replace(before.standing.copy(), problem=survey.problem)
    mine = list(standing.series_of.get(person.id, ()))
    for number in mine:
        now = placed(standing.tasks[number], standing.seatings[number], survey.problem.horizon)
        found = survey.candidates(standing.tasks[number].series)
        standing.renew(number, task_of(survey.problem, found, now, keep=True))
    disturbed = [number for number in mine if not _stays(standing, number)]
    work = Work(Search.begin(params, Event(), EFFORT), Teller(unheard))
    mended(standing, disturbed, work)
    return Answer(Stand(survey, standing), tuple(_news(before.standing, standing)))


def _news(before: Standing, now: Standing) -> Iterator[Placement]:
    """The placements that are others than before; from now on, that is where their series stood."""
    horizon = now.problem.horizon
    for number, (task, seated) in enumerate(zip(now.tasks, now.seatings, strict=True)):
        if task is not before.tasks[number] or seated is not before.seatings[number]:
            new = placed(task, seated, horizon)
            now.tasks[number] = replace(task, before=new)
            if new != placed(before.tasks[number], before.seatings[number], horizon):
                yield new


def _stays(standing: Standing, number: int) -> bool:
    """Seat a series where it stood, as far as it still can; says whether nothing is lost, nor to be won beside all."""
    task = standing.around(number)
    if not len(task.open):
        return True
    rule = _rule_before(task)
    if rule is None:
        return not (task.stood != NEVER).any() and not len(task.candidates.starts)
    possible = np.isin(task.stood, task.candidates.starts)
    starts = np.where(possible, task.stood, NEVER)
    standing.take(number, standing.consistent(number, _as_before(task, standing.problem.slack, rule, starts)))
    won = np.isin(rule.weeks(task), task.candidates.week) & (task.stood == NEVER)
    return bool((standing.seatings[number].starts == task.stood).all() and not won.any())


def _as_before(task: Task, slack: int, rule: Rule, starts: Int64Array) -> Seating:
    """The seating of a rule at given starts, with the optional people who came before and still can."""
    required, optional = len(task.series.required), task.series.optional
    came = [[who not in task.was[i].absent for who in optional] for i in task.open.tolist() if i < len(task.was)]
    comes = np.ones((len(starts), len(task.series.members)), dtype=bool)
    comes[: len(came), required:] = np.array(came, dtype=bool).reshape(len(came), len(optional))
    stands = starts != NEVER
    free = task.candidates.comes[np.searchsorted(task.candidates.starts, starts[stands])]
    again = comes[stands, required:] & free
    enough = again.sum(axis=1, keepdims=True) >= task.series.quorum
    comes[stands, required:] = np.where(enough, again, free)
    return weighed(task, slack, rule, starts, comes)


def _rule_before(task: Task) -> Rule | None:
    """The rule of the previous plan, if it still names days and times that there are."""
    before, found = task.before, task.candidates
    if before is None or not before.slots:
        return None
    days = [
        found.choices.index(replace(slot, minute=0))
        for slot in before.slots
        if replace(slot, minute=0) in found.choices
    ]
    times = [slot.minute // found.grid_minutes for slot in before.slots if slot.minute % found.grid_minutes == 0]
    slots = min(task.series.cadence.rotation, task.series.sessions)
    whole = len(days) == len(times) == len(before.slots) == task.series.cadence.rotation
    if not whole or before.first >= len(found.dates):
        return None
    rule = Rule(before.first, tuple(days[:slots]), tuple(times[:slots]))
    return rule if (rule.dates(task) != NOWHERE).all() else None


def _loses(standing: Standing, number: int) -> bool:
    """Whether a session that took place does so no more."""
    seated, task = standing.seatings[number], standing.tasks[number]
    return bool(((seated.starts == NEVER) & (task.stood != NEVER)).any())
