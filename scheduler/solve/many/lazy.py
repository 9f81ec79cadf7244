"""The best rule for each of many series, by lazy activation.

Each series starts on its own best rule, which nothing can beat. Only people whose rules then clash are looked at; the
series that share such people are solved together, one rule each, and exactly; and again, until nothing clashes. The
graph of who shares whom is one large whole, the graph of who clashes falls into small parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.core.people import Boundary
from scheduler.solve.cliques import cliques
from scheduler.solve.clocks import Clocks
from scheduler.solve.components import components
from scheduler.solve.many.select import Caps, Selection, select
from scheduler.solve.many.shortlist import Shortlist
from scheduler.solve.many.standing import NO_ROWS, Standing
from scheduler.solve.task import NEVER
from scheduler.solve.work import Work

UNPLACED = -1


@dataclass(frozen=True, slots=True)
class Chosen:
    """For each series the number of its rule, or UNPLACED; `torn` are series whose rules clash for lack of time."""

    rules: Int64Array
    torn: frozenset[int] = frozenset()


@dataclass(slots=True)
class Crowd:
    """All series, with the people that they require; optional people may stay away where they can't attend.

    `standing` has the sessions that are given. `of_person[who]`: the numbers of the series that require somebody.
    `first_rule` and `series_of_rule`: a rule is named by its number among all rules of all series; where those of each
    series begin, and back. `limits`: what was found out of each person's rules so far.
    """

    standing: Standing
    lists: Sequence[Shortlist]
    of_person: Mapping[str, list[int]]
    first_rule: Int64Array
    series_of_rule: Int64Array
    limits: dict[str, tuple[list[Int64Array], list[Caps]]] = field(default_factory=dict)

    @staticmethod
    def of(standing: Standing, lists: Sequence[Shortlist]) -> "Crowd":
        """Those of a problem."""
        of_person: dict[str, list[int]] = {}
        for number, task in enumerate(standing.tasks):
            for who in task.series.required if len(lists[number]) else ():
                of_person.setdefault(who, []).append(number)
        counts = np.cumsum([0, *(len(mine) for mine in lists)])
        series_of_rule = np.repeat(np.arange(len(lists)), np.diff(counts))
        return Crowd(standing, lists, of_person, counts, series_of_rule)

    def limits_of(self, who: str) -> tuple[list[Int64Array], list[Caps]]:
        """Sets of rules of which a person can follow one, and caps on weighted sums of them."""
        if who not in self.limits:
            starts, ends, rules, groups = self._sessions(who)
            names = np.unique(rules, return_inverse=True)[1]
            apart = [np.unique(rules[rows]) for rows in cliques(starts, ends, groups, names)]
            self.limits[who] = apart, list(self._caps(who, starts, rules))
        return self.limits[who]

    def _sessions(self, who: str) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
        """Start, end with the buffer after it, rule and series of all sessions that any rule puts somewhere."""
        found = [np.empty((4, 0), dtype=np.int64)]
        for number in self.of_person[who]:
            starts = self.lists[number].starts
            rule, session = np.nonzero(starts != NEVER)
            at = starts[rule, session]
            length = self.standing.tasks[number].series.duration + self.boundary(who).buffer
            found.append(np.stack([at, at + length, self.first_rule[number] + rule, np.full_like(at, number)]))
        starts, ends, rules, groups = np.concatenate(found, axis=1)
        return starts, ends, rules, groups

    def _caps(self, who: str, starts: Int64Array, rules: Int64Array) -> Iterator[Caps]:
        """Each pattern of rules with sessions in one local day or week that may pass a cap."""
        boundary, clocks = self.boundary(who), self.standing.clocks
        days, given = clocks.days_of(boundary.zone, starts), self.standing.rows.get(who, NO_ROWS)[:, 3]
        for cap, size in ((boundary.max_per_day, 1), (boundary.max_per_week, 7)):
            if cap is not None:
                room = np.maximum(cap - np.bincount(given // size, minlength=clocks.days), 0)
                yield from _patterns(days // size, rules, room)

    def boundary(self, who: str) -> Boundary:
        """The limits of somebody."""
        return self.standing.problem.people[who].boundary


def best_rules(standing: Standing, lists: Sequence[Shortlist], work: Work) -> Chosen:
    """A rule for each series, so that no sessions that rules hold clash or break a cap, of the best score together."""
    crowd = Crowd.of(standing, lists)
    chosen = np.array([0 if len(mine) else UNPLACED for mine in lists], dtype=np.int64)
    active: set[str] = set()
    while new := (clash := clashing(crowd, chosen)) - active:
        active |= new
        changed = list(_parts(crowd, active, new))
        jobs = [_selection(crowd, part, active) for part in changed]
        for part, found in zip(work.teller.steps("clashes", changed), work.map(select, jobs), strict=True):
            chosen[part] = found
    return Chosen(chosen, frozenset(number for who in clash for number in crowd.of_person[who]))


def clashing(crowd: Crowd, chosen: Int64Array) -> set[str]:
    """The people of whom the chosen rules ask too much: by one sort over all sessions."""
    names = list(crowd.of_person)
    rows = [np.empty((3, 0), dtype=np.int64)]
    numbers = {who: number for number, who in enumerate(names)}
    for number, rule in enumerate(chosen.tolist()):
        if rule != UNPLACED:
            starts = crowd.lists[number].starts[rule]
            starts = starts[starts != NEVER]
            duration = np.full_like(starts, crowd.standing.tasks[number].series.duration)
            required = crowd.standing.tasks[number].series.required
            rows += [np.stack([np.full_like(starts, numbers[who]), starts, duration]) for who in required]
    who, starts, duration = np.concatenate(rows, axis=1)
    order = np.lexsort((starts, who))
    who, starts, duration = who[order], starts[order], duration[order]
    limits = [crowd.boundary(name) for name in names]
    buffer = np.array([limit.buffer for limit in limits], dtype=np.int64)
    late = (who[1:] == who[:-1]) & (starts[1:] < (starts + duration + buffer[who])[:-1])
    days = _days(crowd.standing.clocks, who, starts, [limit.zone for limit in limits])
    ours = _counts(who, days, len(names), crowd.standing.clocks.days)
    given = [crowd.standing.rows.get(name, NO_ROWS)[:, 3] for name in names]
    given_to = np.repeat(np.arange(len(names)), [len(some) for some in given])
    theirs = _counts(given_to, np.concatenate([NO_ROWS[:, 3], *given]), len(names), crowd.standing.clocks.days)
    found = set(who[1:][late].tolist())
    found |= _over(ours, theirs, [limit.max_per_day for limit in limits])
    found |= _over(_by_week(ours), _by_week(theirs), [limit.max_per_week for limit in limits])
    return {names[number] for number in found}


def _counts(who: Int64Array, days: Int64Array, people: int, most: int) -> Int64Array:
    """How many sessions each person has on each local day, shape (people, days)."""
    counts: Int64Array = np.bincount(who * most + days, minlength=people * most).reshape(people, most)
    return counts


def _by_week(counts: Int64Array) -> Int64Array:
    """Daily counts, week by week."""
    weekly: Int64Array = counts.reshape(len(counts), counts.shape[1] // 7, 7).sum(axis=2)
    return weekly


def _days(clocks: Clocks, who: Int64Array, starts: Int64Array, zones: Sequence[str]) -> Int64Array:
    """The local day of each session."""
    days = np.zeros_like(starts)
    every, zone = np.unique(np.array(zones, dtype=str), return_inverse=True)
    for number, name in enumerate(every.tolist()):
        mine = np.flatnonzero(zone[who] == number)
        days[mine] = clocks.days_of(name, starts[mine])
    return days


def _over(ours: Int64Array, given: Int64Array, caps: Sequence[int | None]) -> set[int]:
    """The people (rows) with more sessions in a period (columns) than their cap, where any of them is ours."""
    cap = np.array([np.iinfo(np.int64).max if each is None else each for each in caps], dtype=np.int64)
    return set(np.flatnonzero(((ours + given > cap[:, None]) & (ours > 0)).any(axis=1)).tolist())


def _parts(crowd: Crowd, active: set[str], new: set[str]) -> Iterator[list[int]]:
    """The series that share active people, where somebody is newly active among them."""
    involved = sorted({number for who in active for number in crowd.of_person[who]})
    shares = [[who for who in crowd.standing.tasks[number].series.required if who in active] for number in involved]
    for part in components(involved, shares):
        if any(who in new for number in part for who in crowd.standing.tasks[number].series.required):
            yield part


def _selection(crowd: Crowd, part: Sequence[int], active: set[str]) -> Selection:
    """The choice among the rules of some series, with rules numbered anew."""
    people = sorted({who for number in part for who in crowd.standing.tasks[number].series.required} & active)
    offsets = np.cumsum([0, *(len(crowd.lists[number]) for number in part)])
    shift = np.zeros(len(crowd.first_rule), dtype=np.int64)
    shift[part] = offsets[:-1] - crowd.first_rule[part]

    def local(rules: Int64Array) -> Int64Array:
        return rules + shift[crowd.series_of_rule[rules]]

    apart, caps = [], []
    for who in people:
        sets, mine = crowd.limits_of(who)
        apart += [local(rules) for rules in sets]
        caps += [Caps(local(each.rules), each.counts, each.most) for each in mine]
    rules = [crowd.lists[number].rules for number in part]
    return Selection(
        first=offsets,
        gain=np.concatenate([mine.gain for mine in rules]),
        strain=np.concatenate([mine.strain for mine in rules]),
        comfort=np.concatenate([mine.comfort for mine in rules]),
        apart=tuple(apart),
        caps=tuple(caps),
    )


def _patterns(period: Int64Array, rules: Int64Array, room: Int64Array) -> Iterable[Caps]:
    """For each period that might get too full: the rules with sessions in it, how many each has; each pattern once."""
    if not len(period):
        return []
    pairs, counts = np.unique(np.stack([period, rules], axis=1), axis=0, return_counts=True)
    edges = np.flatnonzero(np.diff(pairs[:, 0])) + 1
    rooms = room[pairs[np.append(0, edges), 0]].tolist()
    found: dict[tuple[bytes, bytes, int], Caps] = {}
    for mine, many, cap in zip(np.split(pairs[:, 1], edges), np.split(counts, edges), rooms, strict=True):
        if many.sum() > cap:
            found.setdefault((mine.tobytes(), many.tobytes(), cap), Caps(mine, many, cap))
    return found.values()
