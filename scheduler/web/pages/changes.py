"""What would change, why, and who is told: publishing it, keeping what was, and taking back; nothing without a button.

A picture of each change is drawn beside its words, which say all that the picture does.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from scheduler.app.planning import publishing
from scheduler.app.planning.reviewing import Line, Review, lines
from scheduler.app.planning.undo import find_undo
from scheduler.app.repair import proposals
from scheduler.app.service.jobs import PLAN
from scheduler.core.change import Kind
from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.decision_words import in_the_way, sentence
from scheduler.core.tongue import gettext as _
from scheduler.core.words import when
from scheduler.errors import ChangedElsewhere, InputError, StalePlan
from scheduler.programme.assemble import NEUTRAL_TITLE
from scheduler.web.change_words import in_words, publish_words, shortened, word
from scheduler.web.guards import Coordinator
from scheduler.web.pages.planning import who
from scheduler.web.pictures.changes import step
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}/changes")
A_PAGE = 100
MOST_MOVES = 10
PATIENCE_SECONDS = 2.5
COORDINATOR = "coordinator"
SIGNS: Mapping[Kind | None, tuple[str, str]] = {
    Kind.MOVED: ("↷", "moves"),
    Kind.ADDED: ("●", "holds"),
    Kind.RESTORED: ("●", "holds"),
    Kind.SKIPPED: ("✕", "none"),
    Kind.DROPPED: ("✕", "none"),
    None: ("●", "holds"),
}


@router.get("", name="changes")
def changes(visit: Coordinator) -> Response:
    """What the draft would change, what waits for a word, and what was changed of late."""
    found = visit.site.reviews.soon(visit.app, visit.programme)
    return visit.page("changes.html", **shown(visit, found)) if found else visit.page("comparing.html")


@router.get("/publish", name="publishing")
def confirm(visit: Coordinator) -> Response:
    """What is written, and who hears of it: the last look."""
    found = visit.site.reviews.of(visit.programme)
    if found.stale or not found.lines:
        return visit.go("changes", programme=visit.programme)
    told = sorted({visit.app.names.get(each, each) for line in found.lines for each in line.told})
    groups = list(dict.fromkeys(line.title for line in found.lines))
    return visit.page(
        "publishing.html",
        review=found,
        headline=in_words(found.headline),
        told=told,
        groups=groups,
        unreached=found.unreached,
    )


@router.post("/publish", name="publish")
def publish(visit: Coordinator) -> Response:
    """Decide it, and have it written. Whoever pressed twice has published once."""
    try:
        publishing.publish(visit.site.service, visit.programme, visit.said("stamp"))
    except (ChangedElsewhere, StalePlan) as fault:
        return stale(visit, str(fault))
    except InputError:
        return visit.go("changes", programme=visit.programme)
    return RedirectResponse(f"{visit.path('changes', programme=visit.programme)}?published=1", 303)


@router.post("/keep", name="keep-old")
def keep(visit: Coordinator) -> Response:
    """A meeting stays where it was; the rest is planned around it."""
    publishing.keep_old(visit.app, visit.said("group"), number(visit))
    return planned_again(visit)


@router.post("/release", name="release")
def release(visit: Coordinator) -> Response:
    """What was decided by hand counts no more."""
    publishing.release(visit.app, visit.said("group"), number(visit))
    return planned_again(visit)


@router.post("/proposals/{decision}", name="proposal")
def proposal(visit: Coordinator, decision: str) -> Response:
    """Say yes, another time, or no to a proposal."""
    known(visit, decision)
    said = visit.said("said")
    if said == "no":
        proposals.refuse(visit.app, decision, COORDINATOR)
    elif said == "yes":
        proposals.accept(visit.app, decision, None, COORDINATOR)
    else:
        proposals.accept(visit.app, decision, _instant(said), COORDINATOR)
    visit.site.service.owes(visit.programme)
    return visit.go("changes", programme=visit.programme)


@router.post("/moves/{decision}/undo", name="undo-move")
def undo_move(visit: Coordinator, decision: str) -> Response:
    """Put a meeting that Rondo moved back where it was."""
    known(visit, decision)
    proposals.take_back(visit.app, decision, COORDINATOR)
    visit.site.service.owes(visit.programme)
    return visit.go("changes", programme=visit.programme)


@router.get("/undo", name="undoing")
def undoing(visit: Coordinator) -> Response:
    """What taking back the last publishing would do."""
    try:
        found = find_undo(visit.app)
    except (InputError, StalePlan) as fault:
        return visit.page("undoing.html", rows=(), against=_against(fault), more=0)
    rows = list(lines(found.changes))
    return visit.page(
        "undoing.html", rows=[row(visit, each) for each in rows[:A_PAGE]], against="", more=max(len(rows) - A_PAGE, 0)
    )


@router.post("/undo", name="undo")
def undo(visit: Coordinator) -> Response:
    """Take it back."""
    try:
        publishing.undo(visit.site.service, visit.programme)
    except (ChangedElsewhere, InputError, StalePlan) as fault:
        return visit.page("undoing.html", status=409, rows=(), against=_against(fault), more=0)
    return RedirectResponse(f"{visit.path('changes', programme=visit.programme)}?undone=1", 303)


def shown(visit: Desk, found: Review) -> dict[str, Any]:
    """All that the page shows."""
    app = visit.app
    last = max((len(found.lines) - 1) // A_PAGE, 0)
    number = min(int(visit.said("page")), last) if visit.said("page").isdecimal() and len(visit.said("page")) < 6 else 0
    decisions = app.store.decisions()
    owed, failed = app.home.store.waiting()
    overview_of_job = visit.site.service.jobs.store.get(visit.programme, visit.said("job"))
    return {
        "review": found,
        "headline": in_words(found.headline),
        "publish_words": publish_words(found.headline),
        "rows": [row(visit, line, why(visit, line)) for line in found.lines[number * A_PAGE : (number + 1) * A_PAGE]],
        "number": number,
        "last": last,
        "proposals": [told(visit, each) for each in decisions if each.waits],
        "moves": [told(visit, each) for each in reversed(decisions) if _by_us(each)][:MOST_MOVES],
        "pins": [(pin, visit.app.names) for pin in app.store.pins() if pin.command == publishing.KEEP],
        "zones": {group.id: group.anchor for group in app.programme.groups},
        "titles": {group.id: label(group.id, group.title) for group in app.programme.groups},
        "owed": owed,
        "failed": failed,
        "stopped": app.home.store.stopped(),
        "stands": found.position > 0,
        "job": overview_of_job,
        "published": visit.said("published") == "1",
        "undone": visit.said("undone") == "1",
    }


def row(visit: Desk, line: Line, why: str = "") -> dict[str, Any]:
    """One change as it is shown."""
    sign, kind = SIGNS[line.kind]
    names = visit.app.names
    told_names = [names.get(each, each) for each in line.told]
    return {
        "line": line,
        "title": label(line.group, line.title),
        "sign": sign,
        "class": kind,
        "word": word(line),
        "before": when(line.before, line.zone, dated=True) if line.before else "",
        "after": when(line.after, line.zone, dated=True) if line.after else "",
        "why": why,
        "told": shortened(told_names),
        "step": step(line.before, line.after, line.zone) if line.session is not None else None,
    }


def why(visit: Desk, line: Line) -> str:
    """The kind of reason, by person; times of nobody."""
    if line.session is None or line.before is None:
        return _("The group is new.") if line.kind is Kind.ADDED else ""
    clauses = in_the_way(line.causes, visit.app.names)
    if clauses:
        return "; ".join(clauses) + "."
    return _("It would still hold; moving it lets more meetings take place, or suits people better.")


def told(visit: Desk, decision: Decision) -> dict[str, Any]:
    """A decision in words, with the other times that would do."""
    now, groups = visit.site.service.clock.now(), {group.id: group for group in visit.app.programme.groups}
    group = groups.get(decision.group)
    zone = group.anchor if group else visit.zone
    options = [each for each in (decision.after, *decision.options) if each] if decision.session is not None else []
    return {
        "decision": decision,
        "title": label(group.id, group.title) if group else decision.group,
        "words": sentence(decision, visit.app.names, zone=zone),
        "options": [(each.isoformat(), when(each, zone, dated=True)) for each in dict.fromkeys(options)],
        "yes": _yes(decision, options[0] if options else None, zone),
        "is_ahead": bool(decision.session is not None and decision.before and decision.before > now),
        "refusable": decision.action is not Action.STOP,
    }


def _yes(decision: Decision, first: datetime | None, zone: str) -> str:
    """What accepting a proposal does, for its button."""
    if decision.session is None or decision.before == decision.after:
        return _("Accept")
    if decision.action is Action.SKIP and decision.by != RONDO:
        return _("Skip it")
    return _("Move it to %(time)s") % {"time": when(first, zone, dated=True)} if first else _("Accept")


def stale(visit: Desk, words: str) -> Response:
    """409: what came first, beside what would be changed now."""
    position = visit.said("position")
    first = publishing.came_first(visit.app, int(position)) if position.isdecimal() and len(position) < 10 else ()
    rows = [row(visit, each) for each in first[:A_PAGE]]
    return visit.page("stale.html", status=409, words=words, rows=rows, more=max(len(first) - A_PAGE, 0))


def planned_again(visit: Desk) -> Response:
    """Plan as it was planned last, and show it as soon as it is there."""
    jobs = visit.site.service.jobs
    last = next((job for job in jobs.store.of(visit.programme) if job.kind == PLAN and job.arguments), None)
    arguments = {"replan": bool(last and last.arguments.get("replan"))}
    job = visit.site.service.ask(visit.programme, PLAN, arguments, who(visit))
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and jobs.get(visit.programme, job.id).is_open:
        time.sleep(0.05)
    return visit.go("job", programme=visit.programme, job=job.id)


def known(visit: Desk, decision: str) -> None:
    """Raises HTTPException where there is no such decision."""
    if all(each.id != decision for each in visit.app.store.decisions()):
        raise HTTPException(404)


def label(group: str, title: str) -> str:
    """What a group is called on pages: its title, or its id where it has none of its own."""
    return group if title == NEUTRAL_TITLE else title


def number(visit: Desk) -> int:
    """The session that a form is about. Raises HTTPException."""
    said = visit.said("session")
    if not said.isdecimal() or len(said) > 6:
        raise HTTPException(422, _("This form is not whole. Load the page again."))
    return int(said)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(_("that is no time."), hint=_("Choose one of those that are offered.")) from None
    if at.tzinfo is None:
        raise InputError(_("that time has no zone."))
    return at


def _by_us(decision: Decision) -> bool:
    return decision.state in (State.DONE, State.ACCEPTED) and decision.action in (
        Action.MOVE,
        Action.SKIP,
        Action.SHIFT,
    )


def _against(fault: Exception) -> str:
    """Why it can't be taken back; of those who can't come any more no page says when they are busy."""
    if isinstance(fault, StalePlan):
        return _("What stood before can't stand again: somebody can't come any more. Nothing was written. Plan again.")
    return str(fault)
