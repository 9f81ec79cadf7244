"""People: who is not ready, how each does, and the link that lets somebody in to their own pages."""

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.overview import CalendarState, Overview, PersonRow
from scheduler.core.tongue import gettext as _
from scheduler.core.visitor import LinkKind
from scheduler.web.guards import Coordinator
from scheduler.web.paging import choice, found, page_of, query
from scheduler.web.visit import Desk

router = APIRouter()
SHOWN: dict[str, Callable[[PersonRow], bool]] = {
    "all": lambda row: True,
    "not-ready": lambda row: not row.calendar.ready,
    "sign-in": lambda row: row.calendar is CalendarState.SIGN_IN,
}
SORTED: dict[str, Callable[[PersonRow], Any]] = {
    "name": lambda row: row.name.casefold(),
    "place": lambda row: (row.person.boundary.zone.rsplit("/", 1)[-1], row.name.casefold()),
    "calendar": lambda row: (row.calendar.ready, row.calendar, row.name.casefold()),
    "meetings": lambda row: (-row.weekly, row.name.casefold()),
    "outside": lambda row: (-row.outside, row.name.casefold()),
}


@router.get("/p/{programme}/people", name="people")
def people(desk: Coordinator) -> Response:
    """Everybody, or those who are not ready."""
    view = desk.overview
    shown, which = choice(desk, "show", SHOWN)
    order, key = choice(desk, "sort", SORTED)
    rows = sorted(found(desk, filter(which, view.people), _words), key=key)
    return desk.page(
        "people.html",
        view=view,
        shown=shown,
        order=order,
        asked=desk.said("q"),
        page=page_of(desk, rows),
        unready=sum(not row.calendar.ready for row in view.people),
        states=states(),
        url=lambda **changed: query(desk, **changed),
    )


@router.get("/p/{programme}/people/{person}", name="person")
def person(desk: Coordinator, person: str) -> Response:
    """One of them, for a coordinator: no limits and no busy times, which are theirs to see."""
    return _shown(desk, _row(desk.overview, person))


@router.post("/p/{programme}/people/{person}/link", name="person-link")
def hand_out(desk: Coordinator, person: str) -> Response:
    """A new link to somebody's own pages, shown once."""
    row = _row(desk.overview, person)
    secret = desk.site.access.hand_out(LinkKind.PERSON, desk.programme, person)
    return _shown(desk, row, link=f"{desk.site.public_url}{desk.path('link', secret=secret)}")


@router.post("/p/{programme}/people/{person}/revoke", name="person-revoke")
def revoke(desk: Coordinator, person: str) -> Response:
    """End all links of somebody, and whoever came in by them is out."""
    _row(desk.overview, person)
    desk.site.access.store.revoke_links(desk.programme, person, desk.app.clock.now())
    return desk.go("person", programme=desk.programme, person=person)


def states() -> dict[CalendarState, tuple[str, str, str]]:
    """The sign, the words and the class of each state of calendars."""
    return {
        CalendarState.CONNECTED: ("●", _("connected"), "holds"),
        CalendarState.PAINTED: ("●", _("hours, no calendar"), "holds"),
        CalendarState.SIGN_IN: ("✕", _("has to sign in again"), "none"),
        CalendarState.UNREAD: ("✕", _("can't be read"), "none"),
        CalendarState.NONE: ("✕", _("no hours, no calendar"), "none"),
    }


def _shown(desk: Desk, row: PersonRow, link: str = "") -> Response:
    links = desk.site.access.store.links_of(desk.programme, row.person.id, desk.app.clock.now())
    return desk.page("person.html", row=row, link=link, links=links, states=states())


def _row(view: Overview, person: str) -> PersonRow:
    rows: Iterable[PersonRow] = view.people
    for row in rows:
        if row.person.id == person:
            return row
    raise HTTPException(404)


def _words(row: PersonRow) -> str:
    return f"{row.person.id} {row.name} {row.person.email} {row.person.boundary.zone}"
