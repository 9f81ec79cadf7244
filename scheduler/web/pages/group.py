"""One group for its coordinators: its times on everybody's clock, every date, what was decided and can be done."""

from datetime import datetime

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.meetings.overview import GroupRow, Overview
from scheduler.app.planning import times
from scheduler.app.planning.explaining import COORDINATOR
from scheduler.app.planning.steering import Standing, look, put
from scheduler.app.planning.times import TimeOption
from scheduler.app.repair.pausing import PAUSE, pause, resume
from scheduler.core.decision import Decision
from scheduler.core.decision_words import sentence
from scheduler.core.explain import Notes
from scheduler.core.heat import Heat, heat
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import parse_instant
from scheduler.core.words import when
from scheduler.errors import InputError
from scheduler.programme import series_of
from scheduler.programme.problem import Posed
from scheduler.web.guards import Coordinator
from scheduler.web.pictures.hour_bars import hour_bars
from scheduler.web.pictures.strip import headings, strip
from scheduler.web.visit import Desk

router = APIRouter()
MOST_BARS = 12
HISTORY = 30
BY = "coordinator"


@router.get("/p/{programme}/groups/{group}", name="group")
def group(desk: Coordinator, group: str) -> Response:
    """When the group meets, and all that is known of it."""
    view = desk.overview
    row = _row(view, group)
    option = _option(view, row)
    many = len(row.group.members) > MOST_BARS
    trail = [each for each in reversed(view.decisions) if each.group == group]
    return desk.page(
        "group.html",
        view=view,
        row=row,
        option=option,
        bars=hour_bars(option.clocks, option.minutes) if option and not many else (),
        heat=_heat(view, row) if many else None,
        weeks=strip(option, "s") if option else (),
        headings=headings(option) if option and not many else (),
        usual=[when(clock.at, clock.zone) for clock in option.zones] if option else (),
        ahead=_ahead(desk, option),
        rests=any(pin.group == group and pin.command == PAUSE for pin in desk.app.store.pins()),
        history=[(each, _told(view, each, row.group.anchor)) for each in trail[:HISTORY]],
        done=desk.said("done"),
    )


@router.get("/p/{programme}/groups/{group}/sessions/{session}", name="session")
def session(desk: Coordinator, group: str, session: int) -> Response:
    """One session that is ahead: other times for it, each with a button."""
    row = _row(desk.overview, group)
    return desk.page("session.html", row=row, seen=look(desk.app, group, session), session=session)


@router.get("/p/{programme}/groups/{group}/sure", name="group-sure")
def sure(desk: Coordinator, group: str) -> Response:
    """What would change, before it does."""
    row = _row(desk.overview, group)
    return desk.page("group_sure.html", row=row, change=_change(desk, row), error="")


@router.post("/p/{programme}/groups/{group}/sure", name="group-do")
def do(desk: Coordinator, group: str) -> Response:
    """Do what was shown."""
    row = _row(desk.overview, group)
    what = desk.said("what")
    if what == "pause":
        pause(desk.app, group, None, BY)
    elif what == "resume":
        resume(desk.app, group, BY)
    else:
        seen, to = _asked(desk, row)
        put(desk.app, seen, to)
    return desk.on(f"{desk.path('group', programme=desk.programme, group=group)}?done={what}")


def _change(desk: Desk, row: GroupRow) -> dict[str, str]:
    """What a button would do, in words: what it is called, what happens, and what its form says again."""
    what = desk.said("what")
    if what == "pause":
        title, told = (
            _("Let %(group)s rest"),
            _("All sessions that are ahead are skipped until somebody lets it go on."),
        )
        return {"what": what, "title": title % {"group": row.group.id}, "told": told, "do": _("Let it rest")}
    if what == "resume":
        title, told = _("Let %(group)s go on"), _("The sessions that are ahead take place again.")
        return {"what": what, "title": title % {"group": row.group.id}, "told": told, "do": _("Let it go on")}
    seen, to = _asked(desk, row)
    before = when(seen.start, seen.zone, dated=True) if seen.start else _("skipped")
    again = {"what": what, "session": str(seen.session), "from": _iso(seen.start), "to": _iso(to)}
    if to is None:
        told = _("%(before)s does not take place.") % {"before": before}
        return again | {"title": _("Skip one session"), "told": told, "do": _("Skip it")}
    told = _("%(before)s → %(after)s") % {"before": before, "after": when(to, seen.zone, dated=True)}
    return again | {"title": _("Move one session"), "told": told, "do": _("Move it")}


def _asked(desk: Desk, row: GroupRow) -> tuple[Standing, datetime | None]:
    """The session that a form names, and where it shall be. Raises InputError."""
    number, what, to = desk.said("session"), desk.said("what"), desk.said("to")
    if not (number.isascii() and number.isdigit() and len(number) < 6) or what not in ("move", "skip"):
        raise InputError(_("This page was called without saying what to change."))
    seen = look(desk.app, row.group.id, int(number), options=False)
    if desk.said("from") and desk.said("from") != _iso(seen.start):
        raise InputError(_("This session was changed meanwhile."), hint=_("Look at the group again."))
    return seen, parse_instant(to) if what == "move" else None


def _option(view: Overview, row: GroupRow) -> TimeOption | None:
    """What stands of the group, told on everybody's clock."""
    saved = view.standing
    series = next((each for each in saved.problem.series if each.id == row.group.id), None) if saved else None
    if saved is None or series is None:
        return None
    return times.standing(view.app, Posed(saved.problem, saved.plan, Notes()), series, COORDINATOR)


def _heat(view: Overview, row: GroupRow) -> Heat | None:
    saved = view.standing
    return heat(saved.problem, series_of(row.group), row.group.anchor) if saved else None


def _ahead(desk: Desk, option: TimeOption | None) -> set[int]:
    """The sessions that can still be changed."""
    now = desk.app.clock.now()
    return {each.session for each in option.cells if (each.start or each.regular) > now} if option else set()


def _told(view: Overview, decision: Decision, zone: str) -> str:
    return sentence(decision, view.names, zone=zone)


def _row(view: Overview, group: str) -> GroupRow:
    found = next((row for row in view.groups if row.group.id == group), None)
    if found is None:
        raise HTTPException(404)
    return found


def _iso(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
