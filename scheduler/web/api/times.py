"""Which recurring times are best, and why one is possible or not. Nothing is planned or written."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from scheduler.app.planning.explaining import COORDINATOR, decided, explained
from scheduler.app.planning.times import best_times, series_of_group, series_of_people
from scheduler.core.series import Cadence, Series
from scheduler.core.slots import parse_slot
from scheduler.documents.explained import explained_document
from scheduler.documents.times import slots_document
from scheduler.programme.problem import Posed
from scheduler.web.api.access import Caller, Reader, limits_of
from scheduler.web.api.models import Explanation, Slots
from scheduler.web.api.problems import documented, flaw
from scheduler.web.api.route import ApiRoute
from scheduler.web.api.shapes import GroupId

router = APIRouter(prefix="/v1/programmes/{programme}", route_class=ApiRoute, tags=["times"])
SAID = tuple(Explanation.model_fields)

OfGroup = Annotated[GroupId | None, Query(description="A group; or else name people.")]
OfPeople = Annotated[
    list[Annotated[str, Query(max_length=64)]],
    Query(description="People by id, for people who are no group.", max_length=20),
]
Minutes = Annotated[int, Query(description="For people: how long they meet.", ge=1, le=1440)]
Weeks = Annotated[int, Query(description="For people: for so many weeks.", ge=1, le=160)]
Every = Annotated[int, Query(description="For people: every so many weeks.", ge=1, le=12)]


@router.get("/times", name="api-times", response_model=Slots, responses=documented(404))
def times(
    known: Reader,
    group: OfGroup = None,
    person: OfPeople = [],  # noqa: B006  # FastAPI copies it
    minutes: Minutes = 45,
    weeks: Weeks = 26,
    every: Every = 1,
    top: Annotated[int, Query(description="So many of the best.", ge=1, le=10)] = 5,
) -> Any:
    """The best recurring times of a group or of a few people, with every date looked at."""
    posed = _posed(known)
    series = _series(known, posed, group, person, minutes=minutes, weeks=weeks, every=every)
    found = best_times(known.app, posed, series, top=top, audience=COORDINATOR)
    return {"slots": slots_document(found)["slots"]}


@router.get("/explain", name="api-explain", response_model=Explanation, responses=documented(404))
def explain(
    known: Reader,
    group: OfGroup = None,
    person: OfPeople = [],  # noqa: B006  # FastAPI copies it
    at: Annotated[
        str | None,
        Query(description="A weekday and time on the anchor zone's clock: `Tue 10:00`.", max_length=40),
    ] = None,
    minutes: Minutes = 45,
    weeks: Weeks = 26,
    every: Every = 1,
) -> Any:
    """Which kind of limit of whom keeps a group from a time, on which dates; without `at`: what the plan lacks."""
    posed = _posed(known)
    series = _series(known, posed, group, person, minutes=minutes, weeks=weeks, every=every)
    plan = decided(known.app, posed)
    slot = parse_slot(at) if at else None
    found = explained(known.app, posed, series, slot=slot, plan=plan, audience=COORDINATOR)
    whole = explained_document(posed.problem, found, None, (), known.app.names)
    blockers = [{name: each for name, each in blocker.items() if name != "times"} for blocker in whole["blockers"]]
    return {name: whole[name] for name in SAID} | {"blockers": blockers}


def _posed(known: Caller) -> Posed:
    """The problem of now, for whoever did not ask too often: an answer must not be an oracle of somebody's week."""
    limits_of(known.request).questions.count(known.token.id)
    return known.app.pose()


def _series(
    known: Caller, posed: Posed, group: str | None, people: Sequence[str], *, minutes: int, weeks: int, every: int
) -> Series:
    if (group is None) == (not people):
        raise flaw("Name a group, or at least two people.", parameter="group" if group else "person")
    if group is not None:
        return series_of_group(posed, group)
    sessions = min(weeks, known.app.programme.horizon.weeks) // every
    return series_of_people(known.app, people, sessions, minutes, Cadence(every_weeks=every))
