"""People: who is not ready, how each does, and the link that lets somebody in to their own pages."""

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.meetings.overview import CalendarState, Overview, PersonRow
from scheduler.app.people import inviting
from scheduler.app.people.in_common import shared
from scheduler.core.tongue import gettext as _
from scheduler.errors import RondoError
from scheduler.programme.table import csv_text
from scheduler.web.guards import Coordinator
from scheduler.web.paging import choice, found, page_of, query
from scheduler.web.visit import Desk

router = APIRouter()
MOST_LINKS = 500
MOST_MAILS = 50  # at once: each is handed to the mail server while somebody waits
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
    words = view.made("words of people", lambda: {row.person.id: _words(row).casefold() for row in view.people})
    rows = found(desk, filter(which, view.people_by(order, key)), lambda row: words[row.person.id])
    return desk.page(
        "people.html",
        view=view,
        shown=shown,
        order=order,
        asked=desk.said("q"),
        page=page_of(desk, rows),
        unready=view.count(*(state for state in CalendarState if not state.ready)),
        states=states(),
        reminded=_count(desk, "reminded"),
        failed=_count(desk, "failed"),
        url=lambda **changed: query(desk, **changed),
    )


@router.get("/p/{programme}/remind", name="remind")
def remind(desk: Coordinator) -> Response:
    """Who would be sent a mail, before anybody is."""
    return desk.page("remind.html", rows=_unready(desk.overview), most=MOST_MAILS)


@router.post("/p/{programme}/remind", name="remind-do")
def remind_all(desk: Coordinator) -> Response:
    """Mail those who are not ready a link of their own, so many at once."""
    sent = failed = 0
    for row in _unready(desk.overview)[:MOST_MAILS]:
        try:
            inviting.mail(desk.site, desk.programme, row.person.id)
            sent += 1
        except RondoError:
            failed += 1
    return desk.on(f"{desk.path('people', programme=desk.programme)}?reminded={sent}&failed={failed}")


@router.get("/p/{programme}/links", name="links")
def links(desk: Coordinator) -> Response:
    """Who has no link yet: what a table of links is for, before one is made."""
    return desk.page("links.html", rows=inviting.without_link(desk.site, desk.programme), most=MOST_LINKS)


@router.post("/p/{programme}/links", name="links-do")
def hand_out_all(desk: Coordinator) -> Response:
    """A table of new links for those who had none, for whoever mails or hands them over by other means."""
    made = inviting.invite_all(desk.site, desk.programme, MOST_LINKS)
    table = csv_text(("name", "email", "link"), [(who.name, who.email, address) for who, address in made])
    name = {"Content-Disposition": f'attachment; filename="{desk.programme}-links.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=name)


@router.get("/p/{programme}/people/{person}", name="person")
def person(desk: Coordinator, person: str) -> Response:
    """One of them, for a coordinator: no limits and no busy times, which are theirs to see."""
    return _shown(desk, _row(desk.overview, person))


@router.post("/p/{programme}/people/{person}/link", name="person-link")
def hand_out(desk: Coordinator, person: str) -> Response:
    """A new link to somebody's own pages, shown once."""
    row = _row(desk.overview, person)
    return _shown(desk, row, link=inviting.invite(desk.site, desk.programme, person))


@router.post("/p/{programme}/people/{person}/mail", name="person-mail")
def mail(desk: Coordinator, person: str) -> Response:
    """Mail somebody a link of their own."""
    row = _row(desk.overview, person)
    inviting.mail(desk.site, desk.programme, person)
    return _shown(desk, row, mailed=True)


@router.post("/p/{programme}/people/{person}/revoke", name="person-revoke")
def revoke(desk: Coordinator, person: str) -> Response:
    """End all links of somebody: whoever came in by them is out, and their feed ends."""
    _row(desk.overview, person)
    inviting.revoke(desk.site, desk.programme, person)
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


def _shown(desk: Desk, row: PersonRow, *, link: str = "", mailed: bool = False) -> Response:
    common = {each.group.id: each.minutes for each in shared(desk.app, row.person) if each.minutes is not None}
    links = desk.site.access.store.links_of(desk.programme, row.person.id, desk.app.clock.now())
    return desk.page("person.html", row=row, link=link, links=links, mailed=mailed, states=states(), common=common)


def _unready(view: Overview) -> list[PersonRow]:
    return [row for row in view.people if not row.calendar.ready]


def _count(desk: Desk, name: str) -> int:
    said = desk.said(name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0


def _row(view: Overview, person: str) -> PersonRow:
    rows: Iterable[PersonRow] = view.people
    for row in rows:
        if row.person.id == person:
            return row
    raise HTTPException(404)


def _words(row: PersonRow) -> str:
    return f"{row.person.id} {row.name} {row.person.email} {row.person.boundary.zone}"
