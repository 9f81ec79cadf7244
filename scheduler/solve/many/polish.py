"""Improves a plan where series get in each other's way: by other rules, by seating weeks anew, by making room."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from scheduler.solve.many.moves import respond
from scheduler.solve.many.seating import Seating, seating
from scheduler.solve.many.shortlist import Shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.week import Chair, seat_week, settle, week_of
from scheduler.solve.task import NEVER
from scheduler.solve.work import Work

MOST_CHAIRS = 30
MOST_TRIES = 6
MOST_RIVALS = 5
ROUNDS = 3


def polish(standing: Standing, lists: Sequence[Shortlist], work: Work) -> None:
    """Round by round, as long as anything is gained."""
    given = work.teller.happen - standing.happen
    for _ in range(ROUNDS):
        better = better_rules(standing, _short(standing, lists), work)
        better |= better_weeks(standing, range(len(lists)), work)
        better |= make_room(standing, {number: lists[number] for number in _short(standing, lists)}, work)
        work.teller.happen = given + standing.happen
        if not better or work.search.is_over:
            break


def better_rules(standing: Standing, numbers: Sequence[int], work: Work) -> bool:
    """Series look for a better rule around all others."""
    better = False
    for number in work.teller.steps("better rules", numbers):
        if work.search.is_over:
            break
        found = respond(standing, number)
        if found.worth < standing.seatings[number].worth:
            standing.take(number, found)
            better = True
    return better


def better_weeks(standing: Standing, numbers: Sequence[int], work: Work) -> bool:
    """Where others are in the way of a session of these series, its week is seated anew with those who are near."""
    better = False
    for chair in work.teller.steps("better weeks", list(_displaced(standing, numbers))):
        if work.search.is_over:
            break
        week = week_of(standing, _near(standing, chair))
        [found] = work.map(settle, [week])
        better |= seat_week(standing, week, found)
    return better


def make_room(standing: Standing, lists: Mapping[int, Shortlist], work: Work) -> bool:
    """Each of these series takes one of its best rules, and those in its way look for others."""
    better = False
    for number, mine in work.teller.steps("room", list(lists.items())):
        if work.search.is_over:
            break
        tries = (seating(mine.rules, rule) for rule in range(min(MOST_TRIES, len(mine))))
        better |= any(_exchanged(standing, number, wanted) for wanted in tries)
    return better


def _exchanged(standing: Standing, number: int, wanted: Seating) -> bool:
    """Seat a series by a rule, and then anew all that are in its way; says whether that is better for all together."""
    rivals = _in_the_way(standing, number, wanted)
    before = {one: standing.seatings[one] for one in (number, *rivals)}
    if len(rivals) > MOST_RIVALS or wanted.worth[:2] >= before[number].worth[:2]:
        return False
    for one in before:
        standing.take(one, standing.nothing(one))
    for one in before:
        standing.take(one, respond(standing, one, wanted.rule if one == number else None))
    return standing.kept_if_better(before)


def _in_the_way(standing: Standing, number: int, wanted: Seating) -> list[int]:
    """The series with sessions that somebody would have to leave for those that are wanted."""
    task = standing.tasks[number]
    starts = wanted.starts[wanted.starts != NEVER]
    found: set[int] = set()
    for who in task.series.required:
        rows, buffer = standing.others(who, number), standing.problem.people[who].boundary.buffer
        late = rows[:, :1] < starts + task.series.duration + buffer
        found |= set(rows[(late & (rows[:, 1:2] + buffer > starts)).any(axis=1), 2].tolist())
    return sorted(number for number in found if number >= 0)


def _short(standing: Standing, lists: Sequence[Shortlist]) -> list[int]:
    """The series that fall short of what they could reach alone in sessions or strain, the worst first."""
    short = []
    for number, (mine, seated) in enumerate(zip(lists, standing.seatings, strict=True)):
        if len(mine):
            lost, strained = mine.best - seated.gain, seated.strain - int(mine.rules.strain[0])
            if lost > 0 or strained > 0:
                short.append((-lost, -strained, number))
    return [number for _, _, number in sorted(short)]


def _displaced(standing: Standing, numbers: Sequence[int]) -> Iterator[Chair]:
    """The sessions that others keep from taking place, and then those that others keep from their regular time."""
    moved: list[Chair] = []
    for number in numbers:
        task, seated = standing.tasks[number], standing.seatings[number]
        if seated.rule is not None:
            regular, stands = seated.rule.regular(task), seated.starts != NEVER
            held_alone = np.isin(regular, task.candidates.starts)
            lost = ~stands & (held_alone | np.isin(seated.rule.weeks(task), task.candidates.week))
            away = stands & (seated.starts != regular) & held_alone
            moved += [(number, k) for k in np.flatnonzero(away).tolist()]
            yield from ((number, k) for k in np.flatnonzero(lost).tolist())
    yield from moved


def _near(standing: Standing, chair: Chair) -> list[Chair]:
    """A session and those of its week, in series that share people with it, directly or through others."""
    number, k = chair
    rule = standing.seatings[number].rule
    assert rule is not None
    week = rule.weeks(standing.tasks[number])[k]
    found = {number: k}
    for one in _nearest(standing, number):
        if len(found) >= MOST_CHAIRS:
            break
        other = standing.seatings[one].rule
        if one not in found and other is not None:
            at = np.flatnonzero(other.weeks(standing.tasks[one]) == week)
            if len(at) == 1:
                found[one] = int(at[0])
    return sorted(found.items())


def _nearest(standing: Standing, number: int) -> Iterator[int]:
    """The series that share people with one, and then those that share people with these."""
    seen, ring = {number}, [number]
    for _ in range(2):
        following = []
        for one in ring:
            for who in standing.tasks[one].series.members:
                for other in standing.series_of[who]:
                    if other not in seen:
                        seen.add(other)
                        following.append(other)
                        yield other
        ring = following
