"""Ways out for a series that holds too little: each is planned for real, with everybody else where they are.

What is promised is what that plan delivers, as the independent check counts it. Prices are on the scale of
`core.barriers`: a way that asks one person for half an hour is cheaper than one that asks all for half the meetings.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from scheduler.core.availability import Bitmap, Lattice, availability, possible_starts
from scheduler.core.barriers import PRICES, Kind
from scheduler.core.commitments import with_commitments
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.people import Boundary, Participant, WeekHours
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import MOST_WEEKS_BETWEEN, Series
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.core.ways import OWN_PRICES, Way, WayOut
from scheduler.solve.search import Params
from scheduler.solve.solver import solve

SHIFTS = (30, 60)
LENGTHS = (15, 20, 30, 45, 60, 90)
FEWEST = 2  # people without whom there is no meeting
MOST_SPLITS = 3  # of the most even halves, the first few are planned


def ways_out(
    problem: Problem, series: Series, plan: Plan | None, previous: Plan | None = None, *, params: Params
) -> tuple[WayOut, ...]:
    """Changes by which a larger share of a series takes place, the others where `plan` has them; the best first.

    `previous` is what stands of the series, which a plan repairs. Of the shifts of one person's hours the smaller one
    is told, unless the larger one gains more.
    """
    others = _others(problem, series, plan)
    now = _tried(_as_it_is(problem, series), others, previous, params)
    found: list[WayOut] = []
    for way in _changes(problem, series):
        tried = _tried(way, others, previous, params)
        if tried.share > max([now.share, *(each.share for each in found if _same(each, tried))]):
            found = [each for each in found if each.way is not Way.SPLIT or not _same(each, tried)] + [tried]
    return tuple(sorted(found, key=lambda way: (-way.share, way.price, way.way, way.detail)))


def _same(one: WayOut, other: WayOut) -> bool:
    """Whether two ways ask the same of the same people, one perhaps more of it than the other."""
    return (one.way, one.carries) == (other.way, other.carries) and one.way is not Way.ANCHOR


def _others(problem: Problem, series: Series, plan: Plan | None) -> Plan:
    """Where a plan has the series that share people with this one."""
    near = {each.id for each in problem.series if each.id != series.id and set(each.members) & set(series.members)}
    return Plan(tuple(one for one in (plan.placements if plan else ()) if one.series in near))


def _tried(way: WayOut, others: Plan, previous: Plan | None, params: Params) -> WayOut:
    """A way with what a plan for it delivers; nothing, where that broke a rule that holds without it."""
    near = {one.series for one in others.placements}
    around = tuple(each for each in way.problem.series if each.id in near)
    people = {who: way.problem.people[who] for each in (*around, *way.changed) for who in each.members}
    whole = replace(way.problem, people=people, series=(*around, *way.changed))
    alone = replace(with_commitments(whole, others, min(each.duration for each in way.changed)), series=way.changed)
    stands = previous and replace(previous, placements=tuple(p for p in previous.placements if p.series not in near))
    placements = solve(alone, stands, params=params).placements
    before = check(replace(whole, series=around), others, previous).faults
    if set(check(whole, Plan((*others.placements, *placements)), previous).faults) - set(before):
        return way
    ours = check(alone, Plan(placements), stands).score
    return replace(way, sessions=ours.planned, happen=ours.happen, moved=ours.moved, placements=placements)


def _as_it_is(problem: Problem, series: Series) -> WayOut:
    return WayOut(way=Way.ANCHOR, price=0, carries=(), detail="", problem=problem, changed=(series,))


def _changes(problem: Problem, series: Series) -> Iterator[WayOut]:
    """Everything that is tried."""
    yield from _shifts(problem, series)
    yield from _rules(problem, series)
    yield from _seats(problem, series)
    yield from _splits(problem, series)


def _shifts(problem: Problem, series: Series) -> Iterator[WayOut]:
    """Hours that begin earlier or end later, on every weekday that has any."""
    for who in series.members if series.quorum else series.required:
        for way, kind in ((Way.EARLIER, Kind.EARLY), (Way.LATER, Kind.LATE)):
            for minutes in SHIFTS:
                person = shifted(problem.people[who], way, minutes)
                if person.boundary.hours != problem.people[who].boundary.hours:
                    people = {**problem.people, who: person}
                    yield WayOut(
                        way=way,
                        price=PRICES[kind] + minutes,
                        carries=(who,),
                        detail=str(minutes),
                        problem=replace(problem, people=people),
                        changed=(series,),
                    )


def shifted(person: Participant, way: Way, minutes: int) -> Participant:
    """Somebody whose usual hours begin earlier, or end later, by so many minutes; at midnight they stop."""
    limits: Boundary = person.boundary
    hours: WeekHours = {weekday: _wider(windows, way, minutes) for weekday, windows in limits.hours.items() if windows}
    return replace(person, boundary=replace(limits, hours=hours))


def _wider(windows: Sequence[WallWindow], way: Way, minutes: int) -> tuple[WallWindow, ...]:
    first, *_ = windows = sorted(windows)
    last = max(windows, key=lambda window: window.end)
    if way is Way.EARLIER:
        return tuple(WallWindow(max(0, w.start - minutes), w.end) if w is first else w for w in windows)
    return tuple(WallWindow(w.start, min(DAY_MINUTES, w.end + minutes)) if w is last else w for w in windows)


def _rules(problem: Problem, series: Series) -> Iterator[WayOut]:
    """Other rules for the same people."""
    cadence, members = series.cadence, series.members
    twice = cadence.every_weeks * cadence.rotation * 2
    if not cadence.monthly and twice <= MOST_WEEKS_BETWEEN and series.sessions > 1 and not series.pinned:
        slower = replace(series, cadence=replace(cadence, every_weeks=cadence.every_weeks * 2))
        slower = replace(slower, sessions=(series.sessions + 1) // 2)
        yield _way(problem, Way.FORTNIGHTLY, members, str(slower.cadence.every_weeks), slower)
    if cadence.rotation == 1 and cadence.every_weeks * 2 <= MOST_WEEKS_BETWEEN and series.sessions > 1:
        yield _way(problem, Way.ROTATE, members, "2", replace(series, cadence=replace(cadence, rotation=2)))
    for length in reversed([length for length in LENGTHS if length < series.duration][-2:]):
        yield _way(problem, Way.SHORTER, members, str(length), replace(series, duration=length))
    for zone in dict.fromkeys(problem.people[who].boundary.zone for who in members):
        if zone != series.anchor_zone:
            yield _way(problem, Way.ANCHOR, (), zone, replace(series, anchor_zone=zone))


def _seats(problem: Problem, series: Series) -> Iterator[WayOut]:
    """Fewer people who have to come; two still make a meeting."""
    if series.quorum and len(series.required) + series.quorum > FEWEST:
        fewer = replace(series, quorum=series.quorum - 1)
        yield _way(problem, Way.QUORUM, series.optional, str(fewer.quorum), fewer)
    for who in series.required if len(series.members) > FEWEST else ():
        required = tuple(other for other in series.required if other != who)
        quorum = max(series.quorum, FEWEST - len(required))
        freed = replace(series, required=required, optional=(*series.optional, who), quorum=quorum)
        yield _way(problem, Way.OPTIONAL, (who,), "", freed)


def _way(problem: Problem, way: Way, carries: tuple[str, ...], detail: str, *changed: Series) -> WayOut:
    return WayOut(way=way, price=OWN_PRICES[way], carries=carries, detail=detail, problem=problem, changed=changed)


def _splits(problem: Problem, series: Series) -> Iterator[WayOut]:
    """Two groups in place of one: of all ways to halve it, those in which both have most times in common."""
    first, *rest = series.members
    if len(rest) + 1 < 2 * FEWEST or series.pinned:
        return
    sizes = range(FEWEST - 1, len(rest) + 2 - FEWEST)
    halves = [(first, *some) for size in sizes for some in combinations(rest, size)]
    free = _free(problem, series)
    in_common = {half: _in_common(free, half, [who for who in rest if who not in half]) for half in halves}
    for half in sorted(halves, key=lambda half: -in_common[half])[:MOST_SPLITS]:
        other = [who for who in rest if who not in half]
        parts = _half(series, half, series.id), _half(series, other, f"{series.id}-2")
        yield _way(problem, Way.SPLIT, series.members, "", *parts)


def _free(problem: Problem, series: Series) -> dict[str, Bitmap]:
    """When each member by itself could begin a session."""
    lattice = Lattice.of(problem.horizon, problem.grid_minutes)
    known = {who: availability(problem.people[who], problem.horizon) for who in series.members}
    return {who: possible_starts(mine, series.duration, lattice) for who, mine in known.items()}


def _in_common(free: Mapping[str, Bitmap], *halves: Sequence[str]) -> int:
    return min(int(np.all([free[who] for who in half], axis=0).sum()) for half in halves)


def _half(series: Series, members: Sequence[str], name: str) -> Series:
    required = tuple(who for who in series.required if who in members)
    optional = tuple(who for who in series.optional if who in members)
    quorum = min(len(optional), max(series.quorum, FEWEST - len(required)))
    return replace(series, id=name, required=required, optional=optional, quorum=quorum)
