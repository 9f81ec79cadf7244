"""Why a time is possible or not: one answer for pages, API and command line, told to each as far as they may know.

Whoever has the folder is told everything. A coordinator is told the kind of limit of each person, and no times of their
calendars. Somebody of the group is told all about themselves, and of the others only on how many dates they are not
free.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from scheduler.app.wiring.programme import App
from scheduler.core.conflict import Conflicts, Midst, conflicts
from scheduler.core.explain import Blocker, Explanation, Limit, closest_slot, explain_slot, missing_sessions
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.reasons import MOST_TIMES, reasons
from scheduler.core.series import Series, Slot
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.core.walltime import local_time
from scheduler.core.ways import WayOut
from scheduler.core.words import dates_in_words
from scheduler.errors import InputError
from scheduler.programme.problem import Posed
from scheduler.solve import Params
from scheduler.solve.advice.ways_out import ways_out

MOST_WAYS = 6
OPEN_DETAILS = ("public holiday: ", "blackout", "outside the programme")
"""Days off that are known to everybody of a programme; others carry their owner's own words."""


class Kind(StrEnum):
    """As what somebody is told."""

    OWNER = "owner"  # of the folder, at the command line
    COORDINATOR = "coordinator"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told; `person` is the member."""

    kind: Kind
    person: str = ""


OWNER, COORDINATOR = Audience(Kind.OWNER), Audience(Kind.COORDINATOR)


def member(person: str) -> Audience:
    """Somebody of the group that is asked about."""
    return Audience(Kind.MEMBER, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPart:
    """One person's part in it: on how many dates they can come, and what is in the way, in sentences."""

    person: str
    free: int
    asked: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was found of a slot (None: of the sessions that a plan lacks); `told` is as far as the audience may know."""

    series: Series
    slot: Slot | None
    first: int
    told: Explanation
    sentences: tuple[str, ...]
    people: tuple[PersonsPart, ...]

    @property
    def possible(self) -> bool:
        """Whether any of the dates holds."""
        return bool(self.told.holds)


def explained(
    app: App,
    posed: Posed,
    series: Series,
    *,
    slot: Slot | None = None,
    first: int | None = None,
    plan: Plan | None = None,
    audience: Audience,
) -> Explained:
    """What is in the way of a slot; without one, of what a plan lacks, or else of the slot that comes closest.

    `first`: the week (or month) of the first date, where that is not the plan's. Raises InputError where the sessions
    don't fit into the programme.
    """
    placed = plan.by_series().get(series.id) if plan else None
    names = app.names
    if slot is None and plan and placed and placed.slots:
        missing = missing_sessions(posed.problem, series, placed, plan, posed.notes)
        return _told(missing, posed.problem, series, names, audience)
    found = closest_slot(posed.problem, series)
    if found is None:
        weeks = posed.problem.horizon.weeks
        raise InputError(f"{series.sessions} sessions don't fit into {weeks} weeks")
    if first is None:
        first = placed.first if placed and placed.slots else found[0]
    at = slot or found[1]
    if series.cadence.monthly:
        at = replace(at, nth=at.nth or 1)
    slots = [at] * series.cadence.rotation
    whole = explain_slot(posed.problem, series, slots, first, plan=plan, notes=posed.notes)
    return _told(whole, posed.problem, series, names, audience, slot=at, first=first)


def sentences(told: Explanation, problem: Problem, names: Mapping[str, str], audience: Audience) -> tuple[str, ...]:
    """An explanation in words, as far as somebody may know it: what blocks most dates first."""
    if audience.kind is not Kind.MEMBER:
        return tuple(reasons(filtered(told, audience), problem, names))
    mine = tuple(each for each in told.blockers if each.person == audience.person)
    own = reasons(replace(told, blockers=mine), problem, names)
    return (*own, *_not_free(told, problem, names, but=audience.person))


def filtered(told: Explanation, audience: Audience) -> Explanation:
    """The same without what is not for somebody: others' calendars, and what others said of their days off."""
    if audience.kind is Kind.OWNER:
        return told
    return replace(told, blockers=tuple(_bare(each, audience) for each in told.blockers))


def decided(app: App, posed: Posed) -> Plan | None:
    """What was planned last, if it is of this horizon; else what stands."""
    draft = app.store.draft()
    same = draft is not None and draft.problem.horizon == posed.problem.horizon
    return draft.plan if draft and same else posed.previous


def what_must_give(
    posed: Posed, series: Series, plan: Plan | None, *, wanted: int | None = None, at: Slot | None = None
) -> Conflicts | None:
    """Which limits would have to give, so that so many sessions (or four of five) are held at one time, or at this one.

    None where the plan holds enough, and nobody wants another number or time. Raises InputError.
    """
    needed = -(-series.sessions * 4 // 5) if wanted is None else wanted
    if needed > series.sessions:
        raise InputError(f"{series.id} has {series.sessions} sessions, and not {needed}")
    placed = plan.by_series().get(series.id) if plan else None
    happen = sum(session.takes_place for session in placed.sessions) if placed else 0
    if wanted is None and at is None and happen >= needed:
        return None
    midst = Midst(plan=plan, notes=posed.notes, given=_given(posed, series), at=at)
    return conflicts(posed.problem, series, needed, midst)


def ways(app: App, posed: Posed, series: Series, plan: Plan | None) -> tuple[WayOut, ...]:
    """Ways out for a group, each tried out; a few people who only ask have no cells to change."""
    if series.id not in {each.id for each in posed.problem.series}:
        return ()
    params = Params(seed=app.settings.planning.seed)
    return ways_out(posed.problem, series, plan, posed.previous, params=params)[:MOST_WAYS]


def _told(
    whole: Explanation,
    problem: Problem,
    series: Series,
    names: Mapping[str, str],
    audience: Audience,
    *,
    slot: Slot | None = None,
    first: int = 0,
) -> Explained:
    return Explained(
        series=series,
        slot=slot,
        first=first,
        told=filtered(whole, audience),
        sentences=sentences(whole, problem, names, audience),
        people=tuple(_part(whole, who, problem, names, audience) for who in series.members),
    )


def _part(told: Explanation, who: str, problem: Problem, names: Mapping[str, str], audience: Audience) -> PersonsPart:
    theirs = replace(told, blockers=tuple(each for each in told.blockers if each.person == who))
    blocked = {start for each in theirs.blockers for start in each.starts}
    asked = len(told.starts)
    return PersonsPart(
        person=who, free=asked - len(blocked), asked=asked, sentences=sentences(theirs, problem, names, audience)
    )


def _bare(blocker: Blocker, audience: Audience) -> Blocker:
    """One limit without times and words of its owner; of another member only that it is there."""
    if blocker.person == audience.person:
        return blocker
    if audience.kind is Kind.MEMBER:
        return Blocker(blocker.person, Limit.CALENDAR, blocker.starts)
    keeps = blocker.limit in (Limit.DAY_CAP, Limit.WEEK_CAP) or blocker.detail.startswith(OPEN_DETAILS)
    return Blocker(blocker.person, blocker.limit, blocker.starts, detail=blocker.detail if keeps else "")


def _not_free(told: Explanation, problem: Problem, names: Mapping[str, str], *, but: str) -> Iterator[str]:
    """On which dates each of the others can't come, whatever the reason."""
    for who in dict.fromkeys(each.person for each in told.blockers if each.person != but):
        starts = sorted({start for each in told.blockers if each.person == who for start in each.starts})
        zone, name = problem.people[who].boundary.zone, names.get(who, who)
        if len(starts) <= MOST_TIMES:
            days = dates_in_words(local_time(problem.horizon.instant(start), zone).day for start in starts)
            yield _("%(name)s is not free on %(dates)s") % {"name": name, "dates": days}
        else:
            count = ngettext("%(held)s of %(asked)s date", "%(held)s of %(asked)s dates", len(told.starts))
            dates = count % {"held": len(starts), "asked": len(told.starts)}
            yield _("%(name)s is not free on %(dates)s") % {"name": name, "dates": dates}


def _given(posed: Posed, series: Series) -> Mapping[int, bool]:
    """The sessions that stand whatever is decided now, and whether they take place."""
    freeze, stands = posed.problem.freeze_until, posed.previous.by_series().get(series.id) if posed.previous else None
    old = stands.sessions[: series.sessions] if stands and freeze is not None else ()
    frozen = {i: session.takes_place for i, session in enumerate(old) if freeze is not None and session.start < freeze}
    return frozen | {i: start is not None for i, start in series.pinned.items()}
