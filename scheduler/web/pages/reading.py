"""How somebody wants to read: language, clock and zone. What they choose stays theirs after they sign out."""

from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from scheduler.app.access.readers import COOKIE, reader_to_text, sensible
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import speaking, tongue
from scheduler.core.walltime import local
from scheduler.core.words import when
from scheduler.core.zones import all_zones, zone_named
from scheduler.errors import InputError
from scheduler.web.guards import Anybody
from scheduler.web.visit import Visit, cookie_name

router = APIRouter()
KEPT = timedelta(days=400)  # browsers keep no cookie longer
LANGUAGES = {"en-GB": "English (UK)", "en-US": "English (US)", "de": "Deutsch"}
"""Each in its own words."""


@router.get("/reading", name="reading")
def reading(visit: Anybody) -> Response:
    """What is chosen now, and a form to choose anew; `zone` may be offered by the browser."""
    return _page(visit, zone=visit.said("zone") or visit.reader.zone)


@router.post("/reading", name="read-so")
def read_so(visit: Anybody) -> Response:
    """Take the choice, and back to where it was made."""
    try:
        zone = zone_named(visit.said("zone")) if visit.said("zone") else ""
    except InputError as fault:
        return _page(visit, zone=visit.said("zone"), fault=f"{fault.message} {fault.hint}".strip(), status=422)
    chosen = sensible(visit.said("locale"), visit.said("clock"), zone)
    visit.site.readers.keep(visit.visitor, chosen)
    answer = RedirectResponse(_ours(visit.said("back")), 303)
    answer.set_cookie(
        COOKIE,
        reader_to_text(chosen),
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=cookie_name(visit.site).startswith("__Host-"),
    )
    return answer


def _page(visit: Visit, *, zone: str, fault: str = "", status: int = 200) -> Response:
    posted = status != 200
    for seat in () if visit.reader.zone else visit.visitor.seats:
        people = visit.site.app(seat.programme).programme.people
        visit.zone = next((each.boundary.zone for each in people if each.id == seat.person), visit.zone)
    return visit.page(
        "reading.html",
        status=status,
        languages={"": _("As my browser asks"), **LANGUAGES},
        clocks={"": _("As usual in my language"), **{hours: _like(visit, hours) for hours in ("24", "12")}},
        zones=sorted(zone for zone in all_zones() if "/" in zone),
        locale=visit.said("locale") if posted else visit.reader.locale,
        clock=visit.said("clock") if posted else visit.reader.clock,
        chosen_zone=zone,
        fault=fault,
        back=_ours(visit.said("back")),
    )


def _like(visit: Visit, hours: str) -> str:
    """A clock of 12 or 24 hours, by what it would show today at half past two."""
    shown = local(visit.site.service.clock.now(), visit.zone).replace(hour=14, minute=30)
    with speaking(replace(tongue(), clock_24=hours == "24")):
        told = when(shown, visit.zone)
    return _("%(hours)s hours: %(time)s") % {"hours": hours, "time": told}


def _ours(path: str) -> str:
    """A page of this site; of anything else the first one."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
