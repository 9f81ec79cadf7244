"""Coming in by a link, and going out. A GET only shows what a link opens: mail scanners follow links."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.guards import Anybody

router = APIRouter()


@router.get("/in/{secret}", name="link")
def link(visit: Anybody, secret: str) -> Response:
    """Whom a link is for, and a button."""
    shown = visit.site.access.shown(secret)
    name = visit.site.app(shown.programme).person(shown.person).name if shown.person else ""
    return visit.page("link.html", link=shown, name=name, secret=secret)


@router.post("/in/{secret}", name="enter")
def enter(visit: Anybody, secret: str) -> Response:
    """Come in by a link."""
    cookie, _ = visit.site.access.enter(secret, visit.cookie)
    return visit.with_cookie(visit.go("front"), cookie)


@router.post("/out", name="leave")
def leave(visit: Anybody) -> Response:
    """Sign out."""
    visit.site.access.end(visit.cookie)
    return visit.with_cookie(visit.go("front"), "")
