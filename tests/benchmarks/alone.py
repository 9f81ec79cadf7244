"""What is known of a problem when each of its series is alone: what no plan can beat, and what people must bear."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.candidates import NOWHERE, Candidates, all_candidates
from scheduler.core.interval import Int64Array
from scheduler.core.pain import MOST_PAIN
from scheduler.core.problem import Problem
from tests.benchmarks.rules import Phase, all_rules

MANY = 1_000_000  # more moves than any series has


@dataclass(frozen=True, slots=True)
class Alone:
    """The candidates of each series, the least burden of everybody, and the most sessions that can take place."""

    found: Sequence[Candidates]
    least: Mapping[str, float]
    most: int

    @staticmethod
    def of(problem: Problem) -> "Alone":
        """That of a problem without a previous plan."""
        found = all_candidates(problem)
        return Alone(found, least_burdens(problem, found), sum(all_rules(one).most_happening for one in found))


def least_burdens(problem: Problem, found: Sequence[Candidates]) -> dict[str, float]:
    """What each person would bear at least, were each of their series alone and planned as well as it can be.

    That is: as many of its sessions take place as can, with the fewest moves beyond the slack; among the rules that do
    so, the one that is best for this person, moved sessions where it is best for them in their week, and what is left
    of the slack spent on them.
    """
    least = Counter[str]()
    for one in found:
        for who, pain in zip(one.series.members, _least_pains(one, problem.slack), strict=True):
            least[who] += pain
    return {who: least[who] / count for who, count in owed(problem).items()}


def owed(problem: Problem) -> Counter[str]:
    """The sessions planned of everybody."""
    count = Counter[str]()
    for series in problem.series:
        count.update(dict.fromkeys(series.members, series.sessions))
    return count


def _least_pains(found: Candidates, slack: int) -> Int64Array:
    """For each member, over the rules that are best for the series alone; the slots of a rotation one by one."""
    rules = all_rules(found)
    parts = [
        [_of_first(found, phase, row, slack if number == 0 else 0) for row in range(len(rules.firsts))]
        for number, phase in enumerate(rules.phases)
    ]
    if not parts:
        return np.zeros(len(found.series.members), dtype=np.int64)
    by_first = [
        (sum(part.lost for part in row), sum(part.excess for part in row), sum(part.pains for part in row))
        for row in zip(*parts, strict=True)
    ]
    best = min(row[:2] for row in by_first)
    least: Int64Array = np.min([pains for *levels, pains in by_first if tuple(levels) == best], axis=0)
    return least


@dataclass(frozen=True, slots=True)
class _Best:
    """The best that a slot can do from one first week: sessions lost, moves beyond the slack, and pain by member."""

    lost: int
    excess: int
    pains: Int64Array


def _of_first(found: Candidates, phase: Phase, row: int, slack: int) -> _Best:
    happen, moves = phase.happen[row], phase.moves[row]
    excess = np.where(happen == happen.max(), np.maximum(0, moves - slack), MANY)
    choice, time = np.nonzero(excess == excess.min())
    held = phase.held[row, choice, time][..., None]
    movable = phase.elsewhere[row, choice][..., None]
    stays = np.append(_borne(found), np.zeros((1, len(found.series.members)), dtype=np.int64), axis=0)
    at, goes = stays[phase.at[row, choice, time]], _least_by_week(found)[phase.weeks[row, choice]]
    saved = np.sort(np.where(held & movable, at - goes, 0), axis=1)[:, ::-1]
    spare = np.arange(saved.shape[1]) < (slack - moves[choice, time])[:, None]
    pains = np.where(held, at, np.where(movable, goes, 0)).sum(axis=1) - (saved * spare[..., None]).sum(axis=1)
    return _Best(-int(happen.max()), int(excess.min()), pains.min(axis=0))


def _least_by_week(found: Candidates) -> Int64Array:
    """The least pain of each member in each week of the horizon, over the starts that a moved session may take."""
    least = np.full((found.weeks, len(found.series.members)), MOST_PAIN, dtype=np.int64)
    movable = found.week != NOWHERE
    np.minimum.at(least, found.week[movable], _borne(found)[movable])
    return least


def _borne(found: Candidates) -> Int64Array:
    """The pain of each start for each member, none for those who can't come."""
    comes = np.concatenate([np.ones((len(found.starts), len(found.series.required)), dtype=bool), found.comes], axis=1)
    return np.asarray(np.where(comes, found.pain, 0), dtype=np.int64)
