"""Planning: how it is begun, how far it is, and stopping it. It goes on when the page is left."""

from collections.abc import AsyncIterator
from typing import Any

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException
from sse_starlette import EventSourceResponse
from starlette.responses import RedirectResponse, Response

from scheduler.app.service.jobs import PLAN
from scheduler.core.job import Job, JobState
from scheduler.core.tongue import gettext as _
from scheduler.web.guards import Coordinator
from scheduler.web.pictures.curve import curve
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}")
LOOK_SECONDS = 0.5
LONGEST_LIVE = 600  # looks, then the browser asks again
FOUND = (JobState.DONE, JobState.STOPPED)


@router.get("/plan", name="planning")
def planning(visit: Coordinator) -> Response:
    """What a plan would be made of, and the button."""
    runs = visit.site.service.jobs.store.of(visit.programme, 10)
    plans = [job for job in runs if job.kind == PLAN]
    running = next((job for job in plans if job.is_open), None)
    people = visit.app.programme.people
    return visit.page(
        "planning.html",
        running=running,
        plans=plans,
        people=len(people),
        groups=len(visit.app.programme.groups),
        calendars=sum(bool(who.calendars) for who in people),
        stands=visit.app.home.store.position() > 0,
    )


@router.post("/plan", name="plan")
def plan(visit: Coordinator) -> Response:
    """Begin, or show what runs already."""
    job = visit.site.service.ask(visit.programme, PLAN, {"replan": visit.said("replan") == "yes"}, who(visit))
    return visit.go("job", programme=visit.programme, job=job.id)


@router.get("/jobs/{job}", name="job")
def show(visit: Coordinator, job: str) -> Response:
    """How far it is; once it is over, what it would change."""
    found = _found(visit, job)
    if found.state in FOUND:
        return RedirectResponse(f"{visit.path('changes', programme=visit.programme)}?job={job}", 303)
    return visit.page("job.html", job=found, told=told(found))


@router.post("/jobs/{job}/stop", name="stop-job")
def stop(visit: Coordinator, job: str) -> Response:
    """Have it stop, with what it found."""
    _found(visit, job)
    visit.site.service.jobs.stop(visit.programme, job)
    return visit.go("job", programme=visit.programme, job=job)


@router.get("/jobs/{job}/live", name="job-live")
def live(visit: Coordinator, job: str) -> Response:
    """The same as it goes, by server-sent events: a part of the page each, until it is over."""
    _found(visit, job)
    return EventSourceResponse(_live(visit, job))


def _found(visit: Desk, id_: str) -> Job:
    """Raises HTTPException where there is none."""
    found = visit.site.service.jobs.store.get(visit.programme, id_)
    if found is None:
        raise HTTPException(404)
    return found


async def _live(visit: Desk, id_: str) -> AsyncIterator[dict[str, str]]:
    before: Job | None = None
    for _look in range(LONGEST_LIVE):
        found = await run_sync(visit.site.service.jobs.get, visit.programme, id_)
        if found != before:
            before = found
            html = visit.page("part/job.html", job=found, told=told(found)).body
            yield {"data": bytes(html).decode()}
        if not found.is_open:
            return
        await sleep(LOOK_SECONDS)


def told(job: Job) -> dict[str, Any]:
    """What the page shows of a job's progress."""
    progress = job.progress
    bound, happen, seconds = int(progress.get("bound", 0)), int(progress.get("happen", 0)), progress.get("seconds", 0.0)
    points = [(float(at), int(value)) for at, value in progress.get("curve", ())]
    return {
        "stage": stage(job),
        "happen": happen,
        "bound": bound,
        "gap": float(progress.get("gap", 0.0)),
        "seconds": seconds,
        "done": int(progress.get("done", 0)),
        "of": int(progress.get("of", 0)),
        "points": points,
        "curve": curve(points, bound, seconds),
    }


def stage(job: Job) -> str:
    """What it does at the moment."""
    if job.state is JobState.WAITING:
        return _("It begins in a moment.")
    if job.stop:
        return _("It stops, and keeps the best plan so far.")
    if job.progress.get("bound") and job.progress.get("happen", 0) >= job.progress["bound"]:
        return _(
            "As many meetings as possible have a time. Now Rondo looks for better times; stop it whenever you like."
        )
    words = {"read": _("Calendars are read."), "prepare": _("Free times are laid side by side.")}
    return words.get(str(job.progress.get("stage")), _("The plan still gets better."))


def who(visit: Desk) -> str:
    """Who asks, as it is kept."""
    return visit.visitor.identity.id if visit.visitor.identity else ""
