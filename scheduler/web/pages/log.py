"""The log: everything that was decided, by whom, why, and what became of it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.core.decision import Decision, State
from scheduler.core.tongue import gettext as _
from scheduler.web.guards import Coordinator
from scheduler.web.pages.changes import label, told
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}")
A_PAGE = 100


@router.get("/log", name="log")
def log(visit: Coordinator) -> Response:
    """The newest first, a page of a hundred; of one group or person where somebody asks for that."""
    group, person = visit.said("group"), visit.said("person")
    found = [each for each in reversed(visit.app.store.decisions()) if _concerns(visit, each, group, person)]
    page = int(visit.said("page")) if visit.said("page").isdecimal() and len(visit.said("page")) < 6 else 0
    last = max((len(found) - 1) // A_PAGE, 0)
    page = min(page, last)
    return visit.page(
        "log.html",
        rows=[entry(visit, each) for each in found[page * A_PAGE : (page + 1) * A_PAGE]],
        groups=sorted((label(each.id, each.title), each.id) for each in visit.app.programme.groups),
        people=sorted((who.name, who.id) for who in visit.app.programme.people),
        group=group,
        person=person,
        number=page,
        last=last,
    )


def entry(visit: Desk, decision: Decision) -> dict[str, Any]:
    """A line of the log."""
    return told(visit, decision) | {"state": state_words()[decision.state], "by": _by(visit, decision.by)}


def state_words() -> dict[State, tuple[str, str]]:
    """A class and a word for what became of a decision."""
    return {
        State.DONE: ("holds", _("done")),
        State.PROPOSED: ("moves", _("waits for you")),
        State.ACCEPTED: ("holds", _("accepted")),
        State.REFUSED: ("skipped", _("refused")),
        State.LAPSED: ("skipped", _("lapsed")),
        State.UNDONE: ("skipped", _("taken back")),
    }


def _by(visit: Desk, by: str) -> str:
    if by == "rondo":
        return "Rondo"
    return _("a coordinator") if by == "coordinator" else visit.app.names.get(by, by)


def _concerns(visit: Desk, decision: Decision, group: str, person: str) -> bool:
    if group and decision.group != group:
        return False
    if not person:
        return True
    members = next((each.members for each in visit.app.programme.groups if each.id == decision.group), ())
    return person in members
