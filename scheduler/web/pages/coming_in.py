"""Coming in by a link, and going out. A GET only shows what a link opens: mail scanners follow links."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.access.sessions import GONE
from scheduler.app.pairs.pairs import GROUP
from scheduler.core.visitor import INVITING, Link, LinkKind
from scheduler.errors import InputError
from scheduler.store import SqlProgrammes
from scheduler.web.guards import Anybody
from scheduler.web.visit import Visit

router = APIRouter()


@router.get("/in/{secret}", name="link")
def link(visit: Anybody, secret: str) -> Response:
    """Whom a link is for, and a button."""
    try:
        return _shown(visit, secret)
    except InputError as fault:
        return _gone(visit, fault)


@router.post("/in/{secret}", name="enter")
def enter(visit: Anybody, secret: str) -> Response:
    """Come in by a link, once where it is for once."""
    visit.limits.guesses.check(visit.client)
    try:
        cookie, taken = visit.site.access.enter(secret, visit.cookie)
    except InputError as fault:
        return _gone(visit, fault)
    return visit.with_cookie(_person(visit, taken) if taken.person else landing(visit, cookie), cookie)


@router.post("/out", name="leave")
def leave(visit: Anybody) -> Response:
    """Sign out."""
    visit.site.access.end(visit.cookie)
    return visit.with_cookie(visit.go("front"), "")


def landing(visit: Visit, cookie: str, following: str = "") -> Response:
    """Where a coordinator goes on who just signed in: where they wanted to be, else their only programme."""
    coordinates = sorted(visit.site.access.visitor(cookie).coordinates)
    if following:
        return visit.on(following)
    return visit.go("home", programme=coordinates[0]) if len(coordinates) == 1 else visit.go("front")


def _person(visit: Visit, taken: Link) -> Response:
    """The page of somebody who came by their link."""
    held = SqlProgrammes(visit.site.service.database).get(taken.programme)
    if held and held.kind == "pair":
        return visit.go("pair", programme=taken.programme, group=GROUP)
    return visit.go("meetings", programme=taken.programme, person=taken.person)


def _shown(visit: Visit, secret: str) -> Response:
    visit.limits.guesses.check(visit.client)
    found = visit.site.access.shown(secret)
    name = programme = ""
    if found.programme:
        known = visit.site.app(found.programme).programme
        programme = known.name
        name = next((each.name for each in known.people if each.id == found.person), "")
    if found.kind is LinkKind.PERSON and not name:  # who left the programme since
        raise InputError(GONE)
    ways = visit.site.signing_in.ways if found.kind in INVITING else ()
    return visit.page(
        "link.html", link=found, kind=str(found.kind), name=name, programme=programme, secret=secret, ways=ways
    )


def _gone(visit: Visit, _fault: InputError) -> Response:
    """The same for one that never was, has ended, or was used; whoever tries many is slowed down."""
    visit.limits.guesses.count(visit.client)
    return visit.page("link_gone.html", status=404)
