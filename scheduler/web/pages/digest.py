"""The week of a programme: what was, what comes, and what needs somebody; below it the words of the mail."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.meetings.week import WEEK, ahead, last_week
from scheduler.app.telling.notices import digest_text
from scheduler.web.guards import Coordinator
from scheduler.web.pages.home import things

router = APIRouter()
MOST_THINGS = 3


@router.get("/p/{programme}/digest", name="digest")
def digest(desk: Coordinator) -> Response:
    """The week before and the week to come."""
    view = desk.overview
    now = desk.app.clock.now()
    return desk.page(
        "digest.html",
        view=view,
        past=last_week(view, now),
        coming=len(ahead(view, now, now + WEEK)),
        until=now + timedelta(days=7),
        things=list(things(desk, view))[:MOST_THINGS],
        text=view.told(
            "digest",
            lambda: digest_text(desk.app, desk.site.public_url + desk.path("changes", programme=desk.programme)),
        ),
    )
