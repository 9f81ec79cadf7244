"""From asking for a plan to calendars: POST a plan, watch its job, look at the changes, apply them. Nothing is written
to anybody's calendar before a plan is applied.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from scheduler.app.planning.publishing import publish
from scheduler.app.planning.reviewing import Line, Review
from scheduler.core.job import Job
from scheduler.documents.moments import instant, moment
from scheduler.documents.scores import score_document
from scheduler.errors import ChangedElsewhere, InputError, StalePlan
from scheduler.web.api.access import Applier, Caller, Planner, Reader
from scheduler.web.api.models import Applied, ChangeLine, NewPlan, Plan
from scheduler.web.api.models import Job as JobSaid
from scheduler.web.api.paging import USUAL, Cursor, Limit, paged
from scheduler.web.api.problems import Refused, documented
from scheduler.web.api.route import ApiRoute
from scheduler.web.api.shapes import Paged, Tz

router = APIRouter(prefix="/v1/programmes/{programme}", route_class=ApiRoute, tags=["plans"])
LOOK_SECONDS = 0.5
MOST_STREAMS = 50
MOST_LINES = 200
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The job."}}

PlanPath = Annotated[str, Path(description="The id of a plan, or `draft`: that of now.", max_length=64)]
JobPath = Annotated[str, Path(description="The id of a job.", max_length=64)]


@router.post(
    "/plans",
    name="api-new-plan",
    status_code=202,
    response_model=JobSaid,
    responses=documented(409, 415) | {202: {"headers": LOCATION}},
)
def new_plan(known: Planner, wanted: NewPlan, response: Response) -> Any:
    """Read all calendars, and plan. Who asks for what is being done already is shown that."""
    arguments: dict[str, object] = {"replan": wanted.replan}
    if wanted.seconds is not None:
        arguments["seconds"] = wanted.seconds
    job = known.site.service.ask(known.programme, "plan", arguments, known.by)
    response.headers["Location"] = known.path("api-job", job=job.id)
    return _job(job)


@router.get("/jobs/{job}", name="api-job", response_model=JobSaid, responses=documented(404))
def job(known: Reader, job: JobPath) -> Any:
    """How far it is, and what became of it."""
    return _job(_found(known, job))


@router.post("/jobs/{job}/stop", name="api-stop-job", response_model=JobSaid, responses=documented(404, 409, 415))
def stop(known: Planner, job: JobPath) -> Any:
    """Have it stop, and keep the best that it found."""
    _found(known, job)
    known.site.service.jobs.stop(known.programme, job)
    return _job(_found(known, job))


@router.get(
    "/jobs/{job}/events",
    name="api-job-events",
    response_class=EventSourceResponse,
    responses=documented(404) | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    known: Reader, job: JobPath, last_event_id: Annotated[str | None, Header(max_length=100)] = None
) -> EventSourceResponse:
    """Server-sent events: `job` each time that it has changed, the last one when it is over; then the stream ends."""
    first = await run_in_threadpool(_found, known, job)
    if _streams["open"] >= MOST_STREAMS:
        raise Refused(503, "Too many are watching. Ask for the job itself.", {"Retry-After": "10"})
    return EventSourceResponse(_events(known, first, last_event_id))


@router.get("/plans/draft", name="api-draft", response_model=Plan, responses=documented(404))
def draft(known: Reader) -> Any:
    """The plan that was made last, whether or not it is applied."""
    found = known.site.reviews.of(known.programme)
    if found.decided_at is None:
        raise Refused(404, "Nothing was planned yet.")
    return {
        "id": found.stamp,
        "decided_at": instant(found.decided_at),
        "stale": found.stale,
        "changes": _counts(found),
        "score": score_document(found.report) if found.report else {},
    }


@router.get("/plans/{plan}/diff", name="api-diff", response_model=Paged[ChangeLine], responses=documented(404, 409))
def diff(
    known: Reader, plan: PlanPath, response: Response, limit: Limit = USUAL, cursor: Cursor = None, tz: Tz = None
) -> Any:
    """Every session that applying the plan would change, with who is told, and who can't come where it stood."""
    found = _review(known, plan)
    return paged(
        list(enumerate(found.lines)),
        lambda each: (each[0],),
        lambda each: _line(each[1], tz),
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
    )


@router.post(
    "/plans/{plan}/apply",
    name="api-apply",
    response_model=Applied,
    responses=documented(404, 409, 415),
)
def apply(known: Applier, plan: PlanPath) -> Any:
    """Decide the plan's changes and have them written. All or nothing: where the plan's changes are others by now,
    nothing is written, and the answer (409) has them as `diff`.
    """
    asked = _review(known, plan)
    try:
        done = publish(known.site.service, known.programme, asked.stamp)
    except (ChangedElsewhere, StalePlan) as fault:
        now = known.site.reviews.of(known.programme)
        lines = [_line(line, None) for line in now.lines[:MOST_LINES]]
        raise Refused(409, str(fault), plan=now.stamp, diff=lines) from None
    return {"changes": _counts(done), "writes_owed": len(known.app.store.pending())}


def _review(known: Caller, plan: str) -> Review:
    """The review of now. Raises Refused: 404 where nothing is planned, 409 where it is another plan's by now."""
    found = known.site.reviews.of(known.programme)
    if found.decided_at is None:
        raise Refused(404, "Nothing was planned yet.")
    if found.stale:
        raise Refused(409, f"The plan no longer fits: {found.stale}", hint="Plan again.")
    if plan not in ("draft", found.stamp):
        lines = [_line(line, None) for line in found.lines[:MOST_LINES]]
        raise Refused(409, "The changes are others by now.", plan=found.stamp, diff=lines)
    return found


def _counts(found: Review) -> dict[str, int]:
    line = found.headline
    return {"move": line.move, "cancel": line.cancel, "add": line.add, "stay": line.stay, "groups": line.groups}


def _line(line: Line, tz: str | None) -> dict[str, Any]:
    zone = tz or line.zone
    return {
        "group": line.group,
        "session": None if line.session is None else line.session + 1,
        "change": line.kind and str(line.kind),
        "count": line.count,
        "before": line.before and moment(line.before, zone),
        "after": line.after and moment(line.after, zone),
        "told": list(line.told),
        "causes": [{"person": each.person, "limit": str(each.limit)} for each in line.causes],
    }


def _found(known: Caller, job: str) -> Job:
    try:
        return known.site.service.jobs.get(known.programme, job)
    except InputError:
        raise Refused(404, "There is no such job.") from None


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "at": instant(job.at),
        "started_at": job.started_at and instant(job.started_at),
        "ended_at": job.ended_at and instant(job.ended_at),
        "stopping": job.stop,
        "progress": dict(job.progress),
        "detail": job.told,
    }


_streams = {"open": 0}


async def _events(known: Caller, first: Job, last: str | None) -> AsyncIterator[ServerSentEvent]:
    """The id of an event is that of what it says: who comes again with the last one is told only what is new."""
    now, said = first, last
    _streams["open"] += 1
    try:
        while True:
            data = json.dumps(_job(now))
            id_ = hashlib.sha256(data.encode()).hexdigest()[:16]
            if id_ != said:
                yield ServerSentEvent(data, event="job", id=id_)
                said = id_
            if not now.is_open:
                return
            await asyncio.sleep(LOOK_SECONDS)
            now = await run_in_threadpool(_found, known, first.id)
    finally:
        _streams["open"] -= 1
