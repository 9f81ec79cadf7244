"""The first page: where two people can begin, and whoever was here before finds the way back."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.calendars import connecting
from scheduler.app.pairs import pairs
from scheduler.app.people import inviting
from scheduler.core.hours import parse_hours
from scheduler.core.series import MOST_WEEKS_BETWEEN
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import tongue
from scheduler.core.words import one_line
from scheduler.core.zones import all_zones, zone_named
from scheduler.errors import InputError, RondoError
from scheduler.programme.people import email
from scheduler.web.guards import Anybody
from scheduler.web.typed import Typed, needed, number_of
from scheduler.web.visit import Visit

router = APIRouter()

WEEKS, MOST_WEEKS = 26, 53
LENGTHS = (15, 30, 45, 60, 90)
FIELDS = ("name", "zone", "hours", "email", "other", "other_email", "every", "minutes", "first", "until", "room", "ics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A programme in which the visitor is somebody: what it is called, and where it is."""

    name: str
    path: str


@router.get("/", name="front")
def front(visit: Anybody) -> Response:
    """What Rondo is for, a form for two, and the visitor's own programmes and meetings."""
    return _shown(visit, Typed(said=_usual(visit)))


@router.post("/", name="begin")
def begin(visit: Anybody) -> Response:
    """Two people begin: the first is in, and gets a link for the second."""
    typed = Typed(said={name: visit.said(name) for name in FIELDS})
    me = pairs.Side(
        name=typed.read("name", _name, ""),
        zone=typed.read("zone", lambda text: zone_named(needed(text)), ""),
        hours=typed.read("hours", _hours, ""),
        email=typed.read("email", _mail, ""),
        locale=str(tongue().locale),
    )
    other = pairs.Side(name=typed.read("other", _name, ""), zone="", email=typed.read("other_email", _mail, ""))
    every = typed.read("every", number_of(range(1, MOST_WEEKS_BETWEEN + 1)), 1)
    minutes = typed.read("minutes", number_of(LENGTHS), 45)
    first = typed.read("first", _date, date.min)
    until = typed.read("until", lambda text: _end(text, first), date.min)
    room, ics = typed.read("room", _room, ""), typed.read("ics", _ics, "")
    if typed.wrong:
        return _shown(visit, typed, status=422)
    visit.limits.beginnings.count(visit.client)
    begun = pairs.begin(
        visit.site,
        once=visit.said("once"),
        me=me,
        other=other,
        every=every,
        minutes=minutes,
        first=first,
        until=until,
        room=room,
    )
    visit.cookie, _link = visit.site.access.enter(begun.mine, visit.cookie)
    answer = visit.page(
        "begun.html",
        unread=_connected(visit, begun.programme, ics) if ics else "",
        mailed=other.email if other.email and _mailed(visit, begun.programme) else "",
        programme=begun.programme,
        group=pairs.GROUP,
        other=other.name,
        theirs=visit.site.public_url + visit.path("link", secret=begun.theirs),
        mine=visit.site.public_url + visit.path("link", secret=begun.mine),
    )
    return visit.with_cookie(answer, visit.cookie)


def _connected(visit: Visit, programme: str, ics: str) -> str:
    """Connect the calendar at an address; what went wrong, which holds up nothing else."""
    try:
        connecting.by_address(visit.site, programme, pairs.FIRST, ics)
    except RondoError as fault:
        return str(fault)
    return ""


def _mailed(visit: Visit, programme: str) -> bool:
    """Mail the other their link, where that can be done; they also get it from whoever began."""
    try:
        inviting.mail(visit.site, programme, pairs.SECOND)
    except RondoError:
        return False
    return True


def _shown(visit: Visit, typed: Typed, status: int = 200) -> Response:
    return visit.page(
        "front.html",
        status=status,
        typed=typed,
        once=secrets.token_urlsafe(24),
        zones=sorted(all_zones()),
        lengths=LENGTHS,
        coordinator=visit.visitor.identity is not None,
        coordinates=list(_coordinated(visit)),
        takes_part=list(_taking_part(visit)),
    )


def _usual(visit: Visit) -> dict[str, str]:
    """What the form says before anybody typed: from the next Monday, for half a year."""
    today = visit.site.service.clock.now().date()
    first = today + timedelta(days=7 - today.weekday())
    until = first + timedelta(weeks=WEEKS, days=-1)
    usual = {"every": "1", "minutes": "45", "hours": "Mon-Fri 9-17", "first": str(first), "until": str(until)}
    return dict.fromkeys(FIELDS, "") | usual


def _coordinated(visit: Visit) -> Iterator[Found]:
    for programme in sorted(visit.visitor.coordinates):
        name = visit.site.app(programme).programme.name
        yield Found(name=name or programme, path=visit.path("home", programme=programme))


def _taking_part(visit: Visit) -> Iterator[Found]:
    for programme in sorted({seat.programme for seat in visit.visitor.seats}):
        known, mine = visit.site.app(programme).programme, visit.visitor.sits(programme)
        for group in known.groups:
            if mine.intersection(group.members):
                yield Found(name=group.title, path=visit.path("pair", programme=programme, group=group.id))


def _name(text: str) -> str:
    return needed(one_line(text))


def _hours(text: str) -> str:
    """Checked, and kept as they were written; none are said later."""
    if text:
        parse_hours(text)
    return text


def _mail(text: str) -> str:
    return email(text) if text else ""


def _room(text: str) -> str:
    if text and not text.startswith("https://"):
        raise InputError(_("a link to a room begins with https://"))
    return text


def _ics(text: str) -> str:
    if text and not text.startswith(("https://", "webcal://")):
        raise InputError(_("the address of a calendar begins with https:// or webcal://"))
    return text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(_("this is no date."), hint=_("Write it like 2027-01-11.")) from None


def _end(text: str, first: date) -> date:
    until = _date(text)
    if not timedelta() <= until - first < timedelta(weeks=MOST_WEEKS):
        raise InputError(_("the last day comes after the first, within a year."))
    return until
