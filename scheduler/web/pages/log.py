"""The log: everything that was decided, by whom, why, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.core.decision import Decision, State
from scheduler.core.tongue import gettext as _
from scheduler.web.guards import Coordinator
from scheduler.web.pages.changes import label, told
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}")
A_PAGE, MOST_CHOICES = 100, 200
T = TypeVar("T")


@router.get("/log", name="log")
def log(visit: Coordinator) -> Response:
    """The newest first, a page of a hundred; of one group or person where somebody asks for that."""
    group, person = visit.said("group"), visit.said("person")
    named, wanted = _named(visit, group), _of_person(visit, person)
    found = [
        each
        for each in reversed(visit.overview.decisions)
        if (not group or each.group in named) and (not person or each.group in wanted)
    ]
    page = int(visit.said("page")) if visit.said("page").isdecimal() and len(visit.said("page")) < 6 else 0
    last = max((len(found) - 1) // A_PAGE, 0)
    page = min(page, last)
    return visit.page(
        "log.html",
        rows=[entry(visit, each) for each in found[page * A_PAGE : (page + 1) * A_PAGE]],
        groups=sorted((label(each.id, each.title), each.id) for each in few(visit.app.programme.groups)),
        people=sorted((who.name, who.id) for who in few(visit.app.programme.people)),
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


def few(these: Sequence[T]) -> Sequence[T]:
    """What one chooses from a list; nothing where they are so many that one rather types."""
    return these if len(these) <= MOST_CHOICES else ()


def _named(visit: Desk, asked: str) -> Collection[str]:
    """The groups of this id or, where none has it, of such a name."""
    groups = {each.id: label(each.id, each.title) for each in visit.app.programme.groups}
    return (asked,) if asked in groups else _like(asked, groups)


def _of_person(visit: Desk, asked: str) -> Collection[str]:
    """The groups of the person of this id or, where nobody has it, of all who are called so."""
    names = visit.app.names
    who = {asked} if asked in names else _like(asked, names)
    return {each.id for each in visit.app.programme.groups if not who.isdisjoint(each.members)}


def _like(asked: str, names: Mapping[str, str]) -> set[str]:
    return {id_ for id_, name in names.items() if asked.casefold() in name.casefold()}
