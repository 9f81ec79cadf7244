"""Whether a plan keeps every rule of its problem, and what it is worth (formats.md).

Written to be believed, not to be fast: it goes from session to session and from date to date with `zoneinfo`, and
shares nothing with the solver, with bitmaps or with candidates, so that a mistake made there can't hide itself here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from scheduler.core import presence
from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.people import Participant
from scheduler.core.plan import Placement, Plan, Score, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Series, Slot


@dataclass(frozen=True, slots=True)
class Report:
    """Broken rules, a line each (none: the plan keeps them all), and the score of the plan as it stands."""

    faults: tuple[str, ...]
    score: Score


@dataclass(frozen=True, slots=True)
class _Case:
    """One session and all that decides what is asked of it; `was`: the same session in the previous plan."""

    series: Series
    placement: Placement
    index: int
    session: Session
    was: Session | None
    frozen: bool

    @property
    def name(self) -> str:
        return f"{self.series.id}[{self.index}]"

    @property
    def pinned(self) -> bool:
        return self.index in self.series.pinned

    @property
    def given(self) -> bool:
        """Decided by a person or by an earlier plan: it may stand anywhere, and others keep clear of it."""
        return self.frozen or self.pinned

    @property
    def slot(self) -> Slot:
        return self.placement.slots[self.index % len(self.placement.slots)]

    @property
    def end(self) -> int:
        return self.session.start + self.series.duration

    @property
    def attending(self) -> list[str]:
        """Who is there; nobody, where nobody meets."""
        return [who for who in self.series.members if self.session.takes_place and who not in self.session.absent]

    @property
    def changed(self) -> bool:
        """Whether people meet at another time than before, or no longer, or again."""
        meetings = [each.start if each.takes_place else None for each in (self.session, self.was or self.session)]
        return meetings[0] != meetings[1]


Visits: TypeAlias = dict[str, list[_Case]]


def check(problem: Problem, plan: Plan, previous: Plan | None = None) -> Report:
    """Every rule that `plan` breaks, and its score; `previous` is the plan that it repairs.

    The plan may come from anywhere: whatever `plan_from_json` can read gives faults here, and never an error.
    """
    cases = list(_cases(problem, plan, previous))
    visits: Visits = defaultdict(list)
    for case in cases:
        for who in case.attending:
            visits[who].append(case)
    faults = list(_misfits(problem, plan, previous))
    for case in cases:
        faults += _session_faults(problem, case)
    for who in visits:
        faults += _person_faults(problem, problem.people[who], sorted(visits[who], key=lambda case: case.session.start))
    return Report(tuple(faults), _score(problem, plan, cases, visits, previous))


def _fitting(problem: Problem, plan: Plan) -> Iterator[tuple[Series, Placement]]:
    """Series whose placement is there with the right number of sessions; of the others _misfits tells."""
    placements = plan.by_series()
    for series in problem.series:
        if series.id in placements and len(placements[series.id].sessions) == series.sessions:
            yield series, placements[series.id]


def _cases(problem: Problem, plan: Plan, previous: Plan | None) -> Iterator[_Case]:
    before = previous.by_series() if previous else {}
    for series, placement in _fitting(problem, plan):
        old = before[series.id].sessions if series.id in before else ()
        for index, session in enumerate(placement.sessions):
            was = old[index] if index < len(old) else None
            frozen = was is not None and problem.freeze_until is not None and was.start < problem.freeze_until
            yield _Case(series, placement, index, session, was, frozen)


def _misfits(problem: Problem, plan: Plan, previous: Plan | None) -> Iterator[str]:
    """What is wrong with the plan's form."""
    for document in (plan, previous or Plan(())):
        counts = Counter(placement.series for placement in document.placements)
        yield from (f"{name}: stands more than once in a plan" for name in counts for _ in range(counts[name] - 1))
    unknown = plan.by_series().keys() - {series.id for series in problem.series}
    yield from (f"{name}: no series of the problem" for name in sorted(unknown))
    slots = {series.id: len(placement.slots) for series, placement in _fitting(problem, plan)}
    for series in problem.series:
        if series.id not in slots:
            yield f"{series.id}: not there with its {series.sessions} sessions"
        elif slots[series.id] not in (0, series.cadence.rotation):
            yield f"{series.id}: {slots[series.id]} slots, where its rotation asks for {series.cadence.rotation}"


def _session_faults(problem: Problem, case: _Case) -> Iterator[str]:
    yield from _freeze_faults(case)
    if case.pinned:
        yield from _pin_faults(case)
    elif case.session.status is Status.PINNED:
        yield f"{case.name}: called pinned, and no person pinned it"
    elif not case.frozen:
        yield from _rule_faults(problem, case)
    if case.session.takes_place:
        yield from _seat_faults(problem, case)


def _freeze_faults(case: _Case) -> Iterator[str]:
    if not case.frozen or case.was is None:
        return
    if case.changed:
        yield f"{case.name}: frozen, and yet not where it was"
    elif case.session.takes_place and not _same_label(case, case.was):
        yield f"{case.name}: frozen, and yet with other people or another status"


def _same_label(case: _Case, was: Session) -> bool:
    # who is no longer optional can't be called absent, and a session changes its name with its pin
    people = set(case.session.absent) == set(was.absent) & set(case.series.optional)
    return people and (case.pinned or was.status in (case.session.status, Status.PINNED))


def _pin_faults(case: _Case) -> Iterator[str]:
    wanted, session = case.series.pinned[case.index], case.session
    stands = session.start if session.status is Status.PINNED else None
    if stands != wanted or (wanted is None and session.takes_place):
        yield f"{case.name}: not as a person pinned it"


def _rule_faults(problem: Problem, case: _Case) -> Iterator[str]:
    """What a session that nobody decided before owes to its series' rule."""
    if not case.placement.slots:
        if case.session.takes_place:
            yield f"{case.name}: takes place, and its series has no slot"
        return
    try:
        day = _regular_day(problem.horizon, case)
        regular = presence.instant(problem.horizon, case.series.anchor_zone, day, case.slot.minute)
    except (ValueError, OverflowError) as reason:
        yield f"{case.name}: its rule has no date: {reason}"
        return
    if case.slot.minute % problem.grid_minutes or case.slot.minute == DAY_MINUTES:
        yield f"{case.name}: its slot is off the grid"
    if not 0 <= (day - problem.horizon.first_monday).days < problem.horizon.weeks * 7:
        yield f"{case.name}: its regular date is outside the horizon"
    if case.session.status is Status.MOVED:
        yield from _move_faults(problem, case, day, regular)
    elif case.session.start != regular:
        yield f"{case.name}: {case.session.status} at minute {case.session.start}, and its rule says {regular}"


def _move_faults(problem: Problem, case: _Case, day: date, regular: int) -> Iterator[str]:
    if not case.series.movable or case.session.start == regular:
        yield f"{case.name}: called moved, and it may not move or did not"
    shown = presence.local(problem.horizon, case.series.anchor_zone, case.session.start)
    same_week = shown.date().isocalendar()[:2] == day.isocalendar()[:2]
    if not same_week or (shown.hour * 60 + shown.minute) % problem.grid_minutes:
        yield f"{case.name}: moved off the grid or out of its week"


def _seat_faults(problem: Problem, case: _Case) -> Iterator[str]:
    """Who is missing who should be there, and who is there and can't."""
    optional, absent = set(case.series.optional), set(case.session.absent)
    if absent - optional:
        yield f"{case.name}: absent, and not optional: {', '.join(sorted(absent - optional))}"
    if case.given:
        return
    if len(optional - absent) < case.series.quorum:
        yield f"{case.name}: fewer optional people than its quorum of {case.series.quorum}"
    for who in case.attending:
        person = problem.people[who]
        if not presence.inside_hours(problem.horizon, person.boundary, case.session.start, case.end):
            yield f"{case.name}: outside the hours of {who}"
        elif presence.is_busy(person, case.session.start, case.end):
            yield f"{case.name}: {who} is busy"


def _person_faults(problem: Problem, person: Participant, visits: list[_Case]) -> Iterator[str]:
    """What is wrong with all sessions of one person together, in the order of their starts."""
    yield from _clashes(person, visits)
    shown = [presence.local(problem.horizon, person.boundary.zone, case.session.start).date() for case in visits]
    mondays = [day - timedelta(days=day.weekday()) for day in shown]
    yield from _crowds(person, "day", person.boundary.max_per_day, zip(shown, visits, strict=True))
    yield from _crowds(person, "week", person.boundary.max_per_week, zip(mondays, visits, strict=True))


def _clashes(person: Participant, visits: list[_Case]) -> Iterator[str]:
    """Each session against the earlier one that lasts longest; two that were both decided before may clash."""
    buffer = person.boundary.buffer
    of_any: _Case | None = None
    of_chosen: _Case | None = None
    for case in visits:
        rival = of_chosen if case.given else of_any
        if rival is not None and case.session.start < rival.end + buffer:
            yield f"{person.id}: {rival.name} and {case.name} are not {buffer} minutes apart"
        of_any = _longer(of_any, case)
        if not case.given:
            of_chosen = _longer(of_chosen, case)


def _longer(one: _Case | None, other: _Case) -> _Case:
    return other if one is None or other.end > one.end else one


def _crowds(person: Participant, name: str, limit: int | None, visits: Iterable[tuple[date, _Case]]) -> Iterator[str]:
    """Local days or weeks with too many sessions, of which at least one was ours to choose."""
    periods: dict[date, list[_Case]] = defaultdict(list)
    for period, case in visits:
        periods[period].append(case)
    for period, held in periods.items():
        if limit is not None and len(held) > limit and not all(case.given for case in held):
            yield f"{person.id}: {len(held)} sessions in the {name} of {period}, at most {limit} wanted"


def _regular_day(horizon: Horizon, case: _Case) -> date:
    """The date on which the rule puts a session; raises ValueError or OverflowError where there is none."""
    first, slot = case.placement.first, case.slot
    if first < 0:
        raise ValueError("it begins before the first week or month")
    if not case.series.cadence.monthly:
        weeks = first + case.index * case.series.cadence.every_weeks
        return horizon.first_monday + timedelta(weeks=weeks, days=slot.weekday)
    if slot.nth not in NTHS:
        raise ValueError(f"{slot.nth} names no week of a month")
    year, month = divmod(horizon.first_monday.year * 12 + horizon.first_monday.month - 1 + first + case.index, 12)
    return _nth_weekday(date(year, month + 1, 1), slot)


def _nth_weekday(day: date, slot: Slot) -> date:
    """The nth weekday of the month that begins on a day, by leafing through it."""
    days = (day + timedelta(days=offset) for offset in range(31))
    found = [other for other in days if other.month == day.month and other.weekday() == slot.weekday]
    return found[slot.nth - 1 if slot.nth and slot.nth > 0 else -1]


def _score(problem: Problem, plan: Plan, cases: list[_Case], visits: Visits, previous: Plan | None) -> Score:
    met = [case for case in cases if case.session.takes_place]
    status = Counter(case.session.status for case in met)
    moves = Counter(case.series.id for case in met if case.session.status is Status.MOVED)
    changed, planned = sum(case.changed for case in cases), sum(series.sessions for series in problem.series)
    pains = {who: _pain_of(problem, who, visits[who]) for who in visits}
    return Score(
        planned=planned,
        held=status[Status.HELD],
        moved=status[Status.MOVED],
        pinned=status[Status.PINNED],
        skipped=planned - len(met),
        unplaced_series=sum(placement.is_unplaced for _, placement in _fitting(problem, plan)),
        changed=changed,
        absences=sum(len(set(case.session.absent)) for case in met),
        excess_moves=sum(max(0, count - problem.slack) for count in moves.values()),
        worst_burden=_worst_burden(problem, pains),
        total_pain=sum(pains.values()),
        keep=3 * len(met) - changed if previous is not None and previous.placements else None,
    )


def _pain_of(problem: Problem, who: str, visits: list[_Case]) -> int:
    limits = problem.people[who].boundary
    return sum(presence.pain(problem.horizon, limits, case.session.start, case.series.duration) for case in visits)


def _worst_burden(problem: Problem, pains: dict[str, int]) -> float:
    planned: Counter[str] = Counter()
    for series in problem.series:
        planned.update(dict.fromkeys(series.members, series.sessions))
    return round(max((pains[who] / planned[who] for who in pains), default=0.0), 3)
