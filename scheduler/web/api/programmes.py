"""A programme as it stands: its people and groups, when they meet, and how well that holds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from scheduler.app.meetings.overview import PersonRow
from scheduler.app.people.limit_cells import LIMITS, limit_cells, with_limits
from scheduler.app.programmes.editing import change
from scheduler.core.coverage import Cell
from scheduler.core.coverage import Coverage as Covered
from scheduler.core.interval import Int64Array
from scheduler.core.walltime import parse_instant
from scheduler.documents.moments import moment
from scheduler.programme import Group
from scheduler.web.api.access import Caller, PeopleEditor, Reader
from scheduler.web.api.models import Burden, Coverage, NewLimits, Occurrence, PersonWithLimits, Programme
from scheduler.web.api.models import Group as GroupSaid
from scheduler.web.api.models import Person as PersonSaid
from scheduler.web.api.paging import USUAL, Cursor, Limit, paged
from scheduler.web.api.problems import Refused, documented, flaw
from scheduler.web.api.route import ApiRoute, must_match, tag_of
from scheduler.web.api.shapes import GroupId, Instant, Paged, PersonId, Tz

router = APIRouter(prefix="/v1/programmes/{programme}", route_class=ApiRoute, tags=["programme"])
LONGEST_SPAN = timedelta(days=366 * 10)

GroupPath = Annotated[str, Path(description="The id of a group.", max_length=64)]
PersonPath = Annotated[str, Path(description="The id of a person.", max_length=64)]


@router.get("", name="api-programme", response_model=Programme)
def programme(known: Reader) -> Any:
    """A programme, and how it is."""
    held, view = known.app.programme, known.overview
    covered = view.coverage
    return {
        "id": known.programme,
        "name": held.name,
        "first": held.first.isoformat(),
        "until": held.until.isoformat(),
        "weeks": held.horizon.weeks,
        "people": len(held.people),
        "groups": len(held.groups),
        "sessions_due": covered.planned if covered else 0,
        "sessions_placed": covered.placed if covered else 0,
        "waiting": len(view.waiting),
        "unpublished": view.unpublished,
        "stopped": view.stopped,
    }


@router.get("/people", name="api-people", response_model=Paged[PersonSaid])
def people(
    known: Reader,
    response: Response,
    limit: Limit = USUAL,
    cursor: Cursor = None,
    ready: Annotated[bool | None, Query(description="Only those who can be planned for, or who can't.")] = None,
) -> Any:
    """Everybody, by id."""
    found = [each for each in known.overview.people if ready in (None, each.calendar.ready)]
    return paged(found, _person_key, _person, limit=limit, cursor=cursor, known=known, response=response)


@router.get(
    "/people/{person}", name="api-person", response_model=PersonWithLimits, responses=documented(404), tags=["people"]
)
def person(known: Reader, person: PersonPath, response: Response) -> Any:
    """Somebody, with their limits. The ETag is that of the limits."""
    row = _person_row(known, person)
    cells = limit_cells(known.site.service, known.programme, person)
    response.headers["ETag"] = _limits_tag(cells)
    return _person(row) | {"limits": cells}


@router.patch(
    "/people/{person}",
    name="api-change-person",
    response_model=PersonWithLimits,
    responses=documented(404, 409, 412, 415, 428),
    tags=["people"],
)
def change_person(known: PeopleEditor, person: PersonPath, limits: NewLimits, response: Response) -> Any:
    """Change somebody's limits. What no longer fits is found and repaired as the programme says.

    Needs `If-Match` with the ETag that the person was got with.
    """
    _person_row(known, person)
    service = known.site.service
    must_match(known.request, _limits_tag(limit_cells(service, known.programme, person)))
    cells = {name: text for name, text in limits.model_dump().items() if text is not None}
    if "timezone" in cells and not cells["timezone"].strip():
        raise flaw("a person has a time zone.", pointer="#/timezone")
    change(service, known.programme, with_limits(person, cells))
    now = limit_cells(service, known.programme, person)
    response.headers["ETag"] = _limits_tag(now)
    fresh = Caller(request=known.request, site=known.site, token=known.token)
    return _person(_person_row(fresh, person)) | {"limits": now}


@router.get("/groups", name="api-groups", response_model=Paged[GroupSaid])
def groups(known: Reader, response: Response, limit: Limit = USUAL, cursor: Cursor = None) -> Any:
    """All groups, by id."""
    counts = {each.group.id: (each.planned, each.placed) for each in known.overview.groups}
    return paged(
        known.app.programme.groups,
        lambda each: (each.id,),
        lambda each: _group(each, *counts.get(each.id, (0, 0))),
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
    )


@router.get("/groups/{group}", name="api-group", response_model=GroupSaid, responses=documented(404))
def group(known: Reader, group: GroupPath) -> Any:
    """One group."""
    found = next((each for each in known.overview.groups if each.group.id == group), None)
    if found is None:
        raise Refused(404, "There is no such group.")
    return _group(found.group, found.planned, found.placed)


@router.get("/occurrences", name="api-occurrences", response_model=Paged[Occurrence])
def occurrences(
    known: Reader,
    response: Response,
    limit: Limit = USUAL,
    cursor: Cursor = None,
    tz: Tz = None,
    group: Annotated[GroupId | None, Query(description="Of one group alone.")] = None,
    person: Annotated[PersonId | None, Query(description="Of the groups of one person alone.")] = None,
    begin: Annotated[Instant | None, Query(alias="from", description="Those that end after an instant.")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Those that begin before an instant.")] = None,
) -> Any:
    """The sessions that stand, by their time; without those that don't take place."""
    first, last = _span(begin, until)
    view = known.overview
    covered, standing = view.coverage, view.standing
    if covered is None or standing is None:
        return {"items": [], "next": None, "total": 0}
    groups = known.app.programme.groups
    rows = {
        number
        for number, each in enumerate(groups)
        if group in (None, each.id) and (person is None or person in each.members)
    }
    mine = np.zeros(len(groups), dtype=np.bool_)
    mine[sorted(rows)] = True
    chosen = mine[covered.of] & (covered.ends > first) & (covered.starts < last)
    order = view.made("occurrences", lambda: _in_order(covered))
    index: list[int] = order[chosen[order]].tolist()
    placements = standing.plan.by_series()

    def shown(at: int) -> dict[str, Any]:
        of, number = groups[int(covered.of[at])], int(covered.session[at])
        session = placements[of.id].sessions[number]
        start, end = (datetime.fromtimestamp(int(each[at]), UTC) for each in (covered.starts, covered.ends))
        zone = tz or _zone_of(known, person) or of.anchor
        return {
            "group": of.id,
            "session": number + 1,
            "status": str(session.status),
            "start": moment(start, zone),
            "end": moment(end, zone),
            "absent": list(session.absent),
        }

    return paged(
        index,
        lambda at: (int(covered.starts[at]), groups[int(covered.of[at])].id, int(covered.session[at])),
        shown,
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
        in_order=True,
    )


@router.get("/coverage", name="api-coverage", response_model=Coverage)
def coverage(known: Reader, response: Response, limit: Limit = USUAL, cursor: Cursor = None) -> Any:
    """What becomes of every group in every week of what stands."""
    covered = known.overview.coverage
    names = {cell: cell.name.lower() for cell in Cell}
    rows = list(enumerate(covered.groups)) if covered else []
    page = paged(
        rows,
        lambda each: (each[1],),
        lambda each: (
            {"group": each[1], "weeks": [names[Cell(cell)] for cell in covered.cells[each[0]].tolist()]}
            if covered
            else {}
        ),
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
    )
    return page | {"mondays": [day.isoformat() for day in covered.weeks] if covered else []}


@router.get("/fairness", name="api-fairness", response_model=Paged[Burden])
def fairness(known: Reader, response: Response, limit: Limit = USUAL, cursor: Cursor = None) -> Any:
    """Minutes a month outside preferred hours, by person: who carries most comes first."""
    found = list(known.overview.outside.items())
    return paged(
        found,
        lambda each: (-round(each[1] * 1000), each[0]),
        lambda each: {"person": each[0], "minutes_a_month": round(each[1], 3)},
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
    )


def _in_order(covered: Covered) -> Int64Array:
    """All sessions by their time, those of one time by the id of their group."""
    rank = np.empty(len(covered.groups), dtype=np.int64)
    rank[sorted(range(len(covered.groups)), key=covered.groups.__getitem__)] = np.arange(len(covered.groups))
    return np.lexsort((covered.session, rank[covered.of], covered.starts)).astype(np.int64)


def _span(begin: str | None, until: str | None) -> tuple[float, float]:
    """Seconds since 1970. Raises Refused for one that ends before it begins, or takes ten years."""
    first, last = parse_instant(begin) if begin else None, parse_instant(until) if until else None
    if first and last and first > last:
        raise flaw("`from` is after `to`.", parameter="from")
    if first and last and last - first > LONGEST_SPAN:
        raise flaw("from `from` to `to` it is more than ten years.", parameter="to")
    return first.timestamp() if first else float("-inf"), last.timestamp() if last else float("inf")


def _zone_of(known: Caller, person: str | None) -> str | None:
    return next((each.boundary.zone for each in known.app.programme.people if each.id == person), None)


def _person_row(known: Caller, person: str) -> PersonRow:
    found = next((each for each in known.overview.people if each.person.id == person), None)
    if found is None:
        raise Refused(404, "There is no such person.")
    return found


def _person_key(row: PersonRow) -> tuple[str]:
    return (row.person.id,)


def _person(row: PersonRow) -> dict[str, Any]:
    return {
        "id": row.person.id,
        "name": row.name,
        "tz": row.person.boundary.zone,
        "groups": list(row.groups),
        "calendar": str(row.calendar),
        "ready": row.calendar.ready,
        "meetings_a_week": round(row.weekly, 3),
        "outside_minutes_a_month": round(row.outside, 3),
    }


def _group(group: Group, due: int, placed: int) -> dict[str, Any]:
    return {
        "id": group.id,
        "people": list(group.members),
        "required": [each for each in (group.chair, *group.required) if each],
        "optional": list(group.optional),
        "quorum": group.quorum,
        "every_weeks": group.cadence.every_weeks,
        "monthly": group.cadence.monthly,
        "minutes": group.minutes,
        "sessions": group.sessions,
        "anchor_tz": group.anchor,
        "due": due,
        "placed": placed,
    }


def _limits_tag(cells: dict[str, str]) -> str:
    return tag_of(repr([cells[name] for name in LIMITS]).encode())
