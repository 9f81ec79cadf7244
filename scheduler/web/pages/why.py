"""Why a time is possible or not, for somebody of the group and for its coordinator: one explanation, told to each."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.planning.explaining import (
    COORDINATOR,
    Audience,
    Explained,
    decided,
    explained,
    member,
    what_must_give,
)
from scheduler.app.planning.times import series_of_group
from scheduler.app.wiring.programme import App
from scheduler.core.conflict import Giving
from scheduler.core.conflict_words import givings_in_words
from scheduler.core.daytime import show_clock
from scheduler.core.explain import closest_slot
from scheduler.core.plan import Status
from scheduler.core.problem import Problem
from scheduler.core.series import Slot
from scheduler.core.slots import parse_slot
from scheduler.core.tongue import ngettext
from scheduler.core.walltime import local_time
from scheduler.core.words import place, short_date, weekday, when
from scheduler.errors import InputError
from scheduler.programme.problem import Posed
from scheduler.web.guards import Coordinator, Partner
from scheduler.web.pictures.strip import Week, state_of
from scheduler.web.visit import Desk

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # as a form and an address say them

router = APIRouter(prefix="/p/{programme}/groups/{group}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """What would have to give for so many dates to hold; without sentences, nothing that could."""

    needed: int
    sentences: tuple[str, ...]


@router.get("/why", name="why")
def why(visit: Partner) -> Response:
    """What keeps the group from a time: one's own limits in full, of the others only when they are not free."""
    visit.zone = visit.reader.zone or visit.app.person(visit.person).boundary.zone
    return _shown(visit, member(visit.person), "why")


@router.get("/explain", name="explain")
def explain(visit: Coordinator, group: str) -> Response:
    """The same for a coordinator: each person's kinds of limits."""
    visit.group = group
    return _shown(visit, COORDINATOR, "explain")


def _shown(visit: Desk, audience: Audience, route: str) -> Response:
    posed = visit.app.pose()
    if visit.group not in {each.id for each in posed.problem.series}:
        raise HTTPException(404)
    series = series_of_group(posed, visit.group)
    asked = visit.said("at") or f"{visit.said('day')} {visit.said('time')}".strip()
    slot, wrong = None, ""
    try:
        slot = parse_slot(asked) if asked else None
    except InputError as fault:
        wrong = f"{fault.message} {fault.hint}"
    nearest = closest_slot(posed.problem, series)
    slot = slot or (nearest[1] if nearest else None)
    found = explained(visit.app, posed, series, slot=slot, plan=decided(visit.app, posed), audience=audience)
    weeks = _weeks(visit.app, posed.problem, found)
    relaxed = _relaxed(visit.app, posed, found, audience) if visit.said("relax") else None
    at = found.slot or Slot(0, 0)
    return visit.page(
        "why.html",
        status=422 if wrong else 200,
        frame="programme.html" if audience is COORDINATOR else "base.html",
        here=visit.path(route, programme=visit.programme, group=visit.group),
        wrong=wrong,
        found=found,
        headline=_headline(posed.problem, found),
        names=visit.app.names,
        people=[visit.app.names[who] for who in series.members],
        weeks=weeks,
        holds=len(found.told.holds),
        relaxed=relaxed,
        day=DAYS[at.weekday],
        time=show_clock(at.minute),
        days=[(short, weekday(number)) for number, short in enumerate(DAYS)],
        at=f"{DAYS[at.weekday]} {show_clock(at.minute)}",
        anchor=place(series.anchor_zone),
        back=visit.path("pair", programme=visit.programme, group=visit.group) if visit.person else "",
    )


def _headline(problem: Problem, found: Explained) -> str:
    """The time on everybody's clock, at the first of its dates."""
    zones = dict.fromkeys(problem.people[who].boundary.zone for who in found.series.members)
    first = problem.horizon.instant(found.told.starts[0])
    return " · ".join(when(first, zone) for zone in zones)


def _weeks(app: App, problem: Problem, found: Explained) -> tuple[Week, ...]:
    """A cell for each date: it holds, or has no time."""
    holds, zones = set(found.told.holds), [app.person(who).boundary.zone for who in found.series.members]
    return tuple(
        Week(
            id=f"w-{number}",
            day=short_date(local_time(problem.horizon.instant(start), found.series.anchor_zone).day),
            state=state_of(Status.HELD if start in holds else Status.SKIPPED, happens=start in holds),
            differs=False,
            usual="",
            times=tuple(when(problem.horizon.instant(start), zone, dated=True) for zone in zones),
        )
        for number, start in enumerate(found.told.starts, 1)
    )


def _relaxed(app: App, posed: Posed, found: Explained, audience: Audience) -> Relaxed:
    """What would have to give; of another member only that it is theirs, and on how many dates."""
    asked = what_must_give(posed, found.series, decided(app, posed), wanted=found.series.sessions, at=found.slot)
    least = asked.smallest if asked else None
    if asked is None or least is None:
        return Relaxed(needed=found.series.sessions, sentences=())
    said = givings_in_words(least, posed.problem, found.series, app.names)
    sentences = [
        words if audience is COORDINATOR or giving.barrier.person in ("", audience.person) else _others(app, giving)
        for giving, words in zip(least.givings, said, strict=True)
    ]
    return Relaxed(needed=asked.needed, sentences=tuple(dict.fromkeys(sentences)))


def _others(app: App, giving: Giving) -> str:
    count = ngettext(
        "%(name)s would have to make room on %(count)s date",
        "%(name)s would have to make room on %(count)s dates",
        len(giving.starts),
    )
    return count % {"name": app.names[giving.barrier.person], "count": len(giving.starts)}
