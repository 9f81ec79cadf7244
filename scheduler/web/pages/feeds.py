"""Feeds, which calendar programs read without a session: the address opens one, and whatever is wrong is a 404."""

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.people.feeds import content
from scheduler.web.guards import Anybody

router = APIRouter()


@router.get("/feeds/{programme}/{whose}/{owner}/{mac}.ics", name="feed")
def feed(visit: Anybody, programme: str, whose: str, owner: str, mac: str) -> Response:
    """The calendar, or that it did not change (RFC 9110, 13.1.2)."""
    found = content(visit.site, programme, whose, owner, mac)
    if found is None:
        raise HTTPException(404)
    headers = {"ETag": f'"{found.tag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if _has(visit.request.headers.get("if-none-match", ""), found.tag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type="text/calendar; charset=utf-8")


def _has(tags: str, tag: str) -> bool:
    """Whether If-None-Match names an entity tag, weak or not: a proxy that compresses makes it weak."""
    return any(each.strip().removeprefix("W/").strip('"') in (tag, "*") for each in tags.split(","))
