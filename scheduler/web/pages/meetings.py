"""Somebody's own meetings: the next one, all others, what they say of each, and the feed for their calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from scheduler.app.meetings.answers import Agenda, Meeting, agenda, confirm, meeting, stay_away, unsay
from scheduler.app.people import feeds
from scheduler.app.repair.asking import Wish, answer, ask, offered, undo, withdraw
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Action, Decision, State
from scheduler.core.decision_words import sentence
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import parse_instant
from scheduler.core.words import listed, one_line
from scheduler.errors import ChangedElsewhere, InputError, StalePlan
from scheduler.web.guards import Participant
from scheduler.web.visit import Desk

FEW = 8
WISHES = {"move": Action.MOVE, "skip": Action.SKIP, "decline": Action.DECLINE}
router = APIRouter(prefix="/p/{programme}/me/{person}/meetings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A feed to subscribe to."""

    name: str
    address: str
    webcal: str


@router.get("", name="meetings")
def meetings(visit: Participant) -> Response:
    """The agenda. Links in mails lead here, and change nothing."""
    found = agenda(visit.overview, visit.person)
    return visit.page(
        "meetings.html",
        next=found.next,
        ahead=found.ahead,
        later=[each for each in found.ahead if each != found.next],
        clocks=found.clocks,
        few=FEW,
        feeds=list(_feeds(visit, found)),
        private=visit.app.home.private,
        answers=_who_answers(visit),
        told=lambda decision: _told(visit, decision),
        message=_message(visit),
    )


@router.post("/feed/renew", name="feed-renew")
def renew_feed(visit: Participant) -> Response:
    """End the address of one's own feed."""
    feeds.renew(visit.app, feeds.Whose.PERSON, visit.person)
    return _back(visit, "done=feed#feed")


@router.post("/withdraw", name="meeting-withdraw")
def withdraw_wish(visit: Participant) -> Response:
    """Take back what one asked for."""
    withdraw(visit.app, visit.person, visit.said("decision"))
    return _back(visit, "done=withdrawn")


@router.post("/undo", name="meeting-undo")
def undo_move(visit: Participant) -> Response:
    """Put back what one moved."""
    done = undo(visit.app, visit.person, visit.said("decision"))
    visit.site.service.owes(visit.programme)
    return _back(visit, f"decision={done.id}")


@router.post("/answer", name="meeting-answer")
def answer_wish(visit: Participant) -> Response:
    """Agree to what the other one asked for, or not."""
    done = answer(visit.app, visit.person, visit.said("decision"), agreed=visit.said("agreed") == "yes")
    visit.site.service.owes(visit.programme)
    return _back(visit, f"decision={done.id}")


@router.get("/{group}/{session}", name="meeting")
def one(visit: Participant, group: str, session: str) -> Response:
    """What can be done about one meeting."""
    return _one(visit, _meeting(visit, group, session))


@router.post("/{group}/{session}", name="meeting-ask")
def ask_for(visit: Participant, group: str, session: str) -> Response:
    """Ask for another time, to skip it, or for whatever does."""
    found, start = _meeting(visit, group, session), _instant(visit.said("start"))
    try:
        if visit.said("wish") == "away":
            stay_away(visit.overview, visit.person, group, found.session, start)
            return _back(visit, "done=away")
        done = ask(visit.app, _wish(visit, found, start))
    except (InputError, ChangedElsewhere, StalePlan) as fault:
        return _one(visit, _meeting(visit, group, session), error=str(fault), status=422)
    visit.site.service.owes(visit.programme)
    return _back(visit, f"decision={done.id}")


@router.post("/{group}/{session}/confirm", name="meeting-confirm")
def confirm_one(visit: Participant, group: str, session: str) -> Response:
    """Say that one comes."""
    found = _meeting(visit, group, session)
    confirm(visit.overview, visit.person, group, found.session, _instant(visit.said("start")))
    return _back(visit, "done=comes")


@router.post("/{group}/{session}/unsay", name="meeting-unsay")
def unsay_one(visit: Participant, group: str, session: str) -> Response:
    """Take back what one said."""
    unsay(visit.app, visit.person, group, _meeting(visit, group, session).session)
    return _back(visit, "done=unsaid")


def _one(visit: Desk, found: Meeting, *, error: str = "", status: int = 200) -> Response:
    times = offered(visit.app, found.group, found.session) if found.needed and not found.skipped else ()
    typed = visit.said("to")
    return visit.page(
        "meeting.html",
        status=status,
        each=found,
        offered=times,
        chosen=next((each for each in times if each.isoformat() == typed), None),
        freeze=int(visit.app.rules.freeze_for.total_seconds()) // 3600,
        answers=_who_answers(visit, found),
        error=error,
    )


def _meeting(visit: Desk, group: str, session: str) -> Meeting:
    """Raises the same 404 for a meeting that is not there as for one that is others'."""
    try:
        return meeting(
            visit.overview, visit.person, group, int(session) if session.isascii() and session.isdigit() else -1
        )
    except InputError:
        raise HTTPException(404) from None


def _wish(visit: Desk, found: Meeting, start: datetime) -> Wish:
    wanted = WISHES.get(visit.said("wish"))
    if wanted is None:
        raise InputError(_("Choose what should become of this meeting."))
    to = _instant(visit.said("to")) if wanted is Action.MOVE else None
    return Wish(person=visit.person, group=found.group, session=found.session, start=start, action=wanted, to=to)


def _instant(text: str) -> datetime:
    """Raises InputError."""
    try:
        return parse_instant(text)
    except ValueError:
        raise InputError(_("Choose one of the times.")) from None


def _who_answers(visit: Desk, found: Meeting | None = None) -> str:
    """Who says yes or no to what somebody asks for."""
    if not visit.app.home.private:
        return _("your coordinator")
    others = (
        found.others if found else tuple(one_line(p.name) for p in visit.app.programme.people if p.id != visit.person)
    )
    return listed(others) if others else _("the other one")


def _feeds(visit: Desk, found: Agenda) -> Iterator[Shown]:
    groups: dict[str, str] = {each.group: each.title for each in found.ahead}
    yield _feed(visit, feeds.Whose.PERSON, visit.person, _("All your meetings"))
    if len(groups) > 1:
        for group, title in groups.items():
            yield _feed(visit, feeds.Whose.GROUP, group, title)


def _feed(visit: Desk, whose: feeds.Whose, owner: str, name: str) -> Shown:
    mac = feeds.mac(visit.app, whose, owner)
    path = visit.path("feed", programme=visit.programme, whose=whose, owner=owner, mac=mac)
    address = f"{visit.site.public_url}{path}"
    return Shown(name=name, address=address, webcal=f"webcal:{address.partition(':')[2]}")


def _told(visit: Desk, decision: Decision) -> str:
    names = visit.app.names
    return sentence(decision, names, zone=visit.zone, reader=visit.person)


def _message(visit: Desk) -> str:
    """What was just done, in words; by the address to which a form led, which says no words itself."""
    said = {
        "comes": _("Noted: you come."),
        "away": _("Noted: you don't come. It takes place without you."),
        "unsaid": _("Taken back: you said nothing about it."),
        "withdrawn": _("Taken back: it stays as it was."),
        "feed": _("Your calendar has a new address, below. The old one has ended."),
    }
    decision = _decision(visit.app, visit.said("decision"))
    if decision is None or not _concerns(visit, decision):
        return said.get(visit.said("done"), "")
    told = _told(visit, decision)
    if decision.waits:
        return f"{told} {_('Nothing has changed yet: it waits for %(who)s.') % {'who': _who_answers(visit)}}"
    if decision.state is State.REFUSED:
        return _("It stays as it was.")
    return f"{told} {_('Everybody concerned is told.')}"


def _decision(app: App, id_: str) -> Decision | None:
    return next((each for each in app.store.decisions() if each.id == id_), None) if id_ else None


def _concerns(visit: Desk, decision: Decision) -> bool:
    return any(each.id == decision.group and visit.person in each.members for each in visit.app.programme.groups)


def _back(visit: Desk, query: str) -> Response:
    """To the agenda, which says what was done."""
    where = visit.path("meetings", programme=visit.programme, person=visit.person)
    return RedirectResponse(f"{where}?{query}", 303)
