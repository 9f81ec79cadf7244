"""Who may take a route. Every route names one of these, and the access matrix in the tests knows each.

Whoever may not see something gets the same answer as for what is not there. A form has to carry its session's token,
and to come from our own pages: that a browser would send the cookie along is not enough.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from scheduler.app.access.readers import COOKIE as READING
from scheduler.app.access.readers import tongue_for, zone_for
from scheduler.app.access.sessions import fits
from scheduler.app.site import Site
from scheduler.core.reader import Reader
from scheduler.core.tongue import noted, speak
from scheduler.core.visitor import Visitor
from scheduler.web.bounds import FORM
from scheduler.web.visit import Desk, Visit, cookie_name

SAFE = ("GET", "HEAD")
FOREIGN = noted("This form did not come from a page of yours. Load the page again, then send it once more.")
NO_TEXT = noted("The form holds what is no text.")
MOST_FIELDS, MOST_FILES, LARGEST_PART = 5_000, 5, 5_000_000


async def anybody(request: Request) -> Visit:
    """Everybody, signed in or not."""
    return await _visit(request)


async def founder(request: Request) -> Visit:
    """Whoever may begin programmes; that somebody has a mailbox, and could sign in, is not enough."""
    visit = await _visit(request)
    if visit.visitor.identity is None:
        raise HTTPException(401)
    if not visit.visitor.may_begin:
        raise HTTPException(404)
    return visit


async def coordinator(request: Request, programme: str) -> Desk:
    """A coordinator of the programme."""
    visit = await _visit(request)
    if visit.visitor.identity is None and not visit.visitor.seats:
        raise HTTPException(401)  # the same for all programmes, whether or not there are such
    if programme not in visit.visitor.coordinates:
        raise HTTPException(404)
    return await _desk(visit, programme)


async def participant(request: Request, programme: str, person: str) -> Desk:
    """The person whose page it is, and nobody else."""
    visit = await _visit(request)
    if person not in visit.visitor.sits(programme):
        raise HTTPException(404 if visit.visitor.session else 401)
    return await _desk(visit, programme, person=person)


async def partner(request: Request, programme: str, group: str) -> Desk:
    """Somebody who is in the group, as themselves."""
    visit = await _visit(request)
    mine = visit.visitor.sits(programme)
    if not mine:
        raise HTTPException(404 if visit.visitor.session else 401)
    desk = await _desk(visit, programme, group=group)
    members = next((each.members for each in desk.app.programme.groups if each.id == group), ())
    desk.person = next((each for each in members if each in mine), "")
    if not desk.person:
        raise HTTPException(404)
    return desk


GUARDS: tuple[Callable[..., Awaitable[Visit]], ...] = (anybody, founder, coordinator, participant, partner)

Anybody: TypeAlias = Annotated[Visit, Depends(anybody)]
Founder: TypeAlias = Annotated[Visit, Depends(founder)]
Coordinator: TypeAlias = Annotated[Desk, Depends(coordinator)]
Participant: TypeAlias = Annotated[Desk, Depends(participant)]
Partner: TypeAlias = Annotated[Desk, Depends(partner)]


async def _visit(request: Request) -> Visit:
    site: Site = request.app.state.site
    cookie = request.cookies.get(cookie_name(site), "")
    visitor, reader = await run_in_threadpool(_known, site, cookie, request.cookies.get(READING, ""))
    speak(tongue_for(reader, request.headers.get("accept-language", "")))
    form = FormData() if request.method in SAFE else await _form(request, site, cookie)
    zone = reader.zone or "UTC"
    return Visit(request=request, site=site, visitor=visitor, cookie=cookie, form=form, reader=reader, zone=zone)


def _known(site: Site, cookie: str, reading: str) -> tuple[Visitor, Reader]:
    """Who comes, and how they want to read: asked together, since each turn of a thread is waited for."""

    def ask() -> tuple[Visitor, Reader]:
        visitor = site.access.visitor(cookie)
        return visitor, site.readers.chosen(visitor, reading)

    return site.lately(("visitor", cookie, reading), ask)


async def _form(request: Request, site: Site, cookie: str) -> FormData:
    """What was sent, where it came from a page of this session. Raises HTTPException."""
    if _is_foreign(request, site):
        raise HTTPException(403, FOREIGN)
    form = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LARGEST_PART)
    setattr(request.state, FORM, form)
    token = form.get("form_token")
    if not isinstance(token, str) or not fits(token, cookie):
        raise HTTPException(403, FOREIGN)
    if any("\0" in part for name, value in form.multi_items() for part in (name, value) if isinstance(part, str)):
        raise HTTPException(400, NO_TEXT)
    return form


def _is_foreign(request: Request, site: Site) -> bool:
    """What a browser says of where a form was; a page with no-referrer is told as "null", and its token has to do."""
    origin = request.headers.get("origin", "null")
    ours = ("null", site.public_url, f"{urlsplit(origin).scheme}://{request.headers.get('host')}")
    return origin not in ours or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


async def _desk(visit: Visit, programme: str, *, person: str = "", group: str = "") -> Desk:
    desk = Desk(**vars(visit), programme=programme, person=person, group=group)
    app = await run_in_threadpool(lambda: desk.app)
    zones = app.programme.zones
    if person and person not in zones:  # who left the programme and still has a link
        raise HTTPException(404)
    desk.zone = zone_for(desk.reader, zones, person)
    return desk
