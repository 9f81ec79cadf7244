"""A programme's home: what needs its coordinators today, and how the programme is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.meetings.overview import CalendarState, GroupRow, Overview
from scheduler.app.meetings.week import ahead
from scheduler.core.coverage import Cell
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.web.guards import Coordinator
from scheduler.web.pages.coverage import picture, worst_first
from scheduler.web.pages.fairness import CAP
from scheduler.web.visit import Desk

router = APIRouter()
MOST_ROWS, MOST_AHEAD, DAYS = 16, 10, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that needs somebody: where it is done, and a class for its colour."""

    words: str
    href: str
    kind: str


@router.get("/p/{programme}", name="home")
def home(desk: Coordinator) -> Response:
    """The few things that need somebody, and how the programme is."""
    view = desk.overview
    now = desk.app.clock.now()
    worst = worst_first(view)[:MOST_ROWS]
    days = ahead(view, now, now + timedelta(days=DAYS))
    return desk.page(
        "home.html",
        view=view,
        things=list(things(desk, view)),
        placed=view.sums[Cell.HOLDS] + view.sums[Cell.MOVES],
        planned=sum(view.sums.values()),
        gap=view.made("gap", lambda: _gap(view)),
        decided=view.standing.decided_at if view.standing else None,
        picture=picture(desk, view, worst) if view.groups else None,
        counts=_counts(worst),
        days=days[:MOST_AHEAD],
        more=max(0, len(days) - MOST_AHEAD),
        middle=view.made("middle", lambda: median(view.outside.values()) if view.outside else None),
        above=view.made("above", lambda: sum(minutes > CAP for minutes in view.outside.values())),
        cap=CAP,
        connected=view.count(CalendarState.CONNECTED),
        hand=view.count(CalendarState.PAINTED),
    )


def things(desk: Desk, view: Overview) -> Iterator[Thing]:
    """What needs somebody, the most urgent first; each leads to the list of just that."""
    changes = desk.path("changes", programme=desk.programme)
    people = desk.path("people", programme=desk.programme)
    if view.stopped:
        yield Thing(words=_("Writing is stopped: nothing reaches calendars"), href=changes, kind="none")
    if waiting := len(view.waiting):
        words = ngettext("%(num)s change waits for your word", "%(num)s changes wait for your word", waiting)
        yield Thing(words=words % {"num": waiting}, href=changes, kind="moves")
    if again := view.count(CalendarState.SIGN_IN):
        words = ngettext("%(num)s person has to sign in again", "%(num)s people have to sign in again", again)
        yield Thing(words=words % {"num": again}, href=f"{people}?show=sign-in", kind="none")
    if unready := view.count(CalendarState.UNREAD, CalendarState.NONE):
        words = ngettext("%(num)s person is not ready", "%(num)s people are not ready", unready)
        yield Thing(words=words % {"num": unready}, href=f"{people}?show=not-ready", kind="none")
    if view.unpublished:
        yield Thing(words=_("A plan is not published yet"), href=changes, kind="moves")
    yield from _of_groups(desk, view)


def _of_groups(desk: Desk, view: Overview) -> Iterator[Thing]:
    coverage = desk.path("coverage", programme=desk.programme)
    if missing := view.sums[Cell.MISSING]:
        words = ngettext("%(num)s session has no time", "%(num)s sessions have no time", missing)
        yield Thing(words=words % {"num": missing}, href=f"{coverage}?show=missing", kind="none")
    if view.standing and (new := view.made("new", lambda: sum(not row.planned for row in view.groups))):
        words = ngettext("%(num)s group is not planned yet", "%(num)s groups are not planned yet", new)
        yield Thing(words=words % {"num": new}, href=f"{coverage}?show=unplanned", kind="moves")


def _gap(view: Overview) -> float | None:
    """How much more any plan could hold, in percent of what is planned; None where that is not known."""
    if view.standing is None:
        return None
    bound, plan = view.standing.plan.meta.get("bound"), view.standing.plan
    happen = sum(session.takes_place for placement in plan.placements for session in placement.sessions)
    return 100 * max(0, bound - happen) / bound if isinstance(bound, int) and bound else None


def _counts(rows: list[GroupRow]) -> dict[str, int]:
    return {cell.name.lower(): sum(row.counts[cell] for row in rows) for cell in Cell if cell is not Cell.NONE}
