"""What was decided of sessions that stood, and what waits for somebody's word."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from scheduler.app.repair import proposals
from scheduler.core.decision import Decision as Made
from scheduler.core.decision import State
from scheduler.core.walltime import parse_instant
from scheduler.documents.decisions import decision_document
from scheduler.web.api.access import Applier, Caller, Reader
from scheduler.web.api.models import Acceptance, Decision
from scheduler.web.api.paging import USUAL, Cursor, Limit, paged
from scheduler.web.api.problems import Refused, documented
from scheduler.web.api.route import ApiRoute
from scheduler.web.api.shapes import GroupId, Paged

router = APIRouter(prefix="/v1/programmes/{programme}/decisions", route_class=ApiRoute, tags=["decisions"])
COORDINATOR = "coordinator"

DecisionPath = Annotated[str, Path(description="The id of a decision.", max_length=100)]
WRITES = documented(404, 409, 415)


@router.get("", name="api-decisions", response_model=Paged[Decision])
def decisions(
    known: Reader,
    response: Response,
    limit: Limit = USUAL,
    cursor: Cursor = None,
    state: Annotated[State | None, Query(description="Only those of which this became; `proposed`: they wait.")] = None,
    group: Annotated[GroupId | None, Query(description="Of one group alone.")] = None,
) -> Any:
    """The audit trail, the newest first."""
    found = [
        (-position, each)
        for position, each in enumerate(known.overview.decisions)
        if state in (None, each.state) and group in (None, each.group)
    ]
    return paged(
        found,
        lambda each: (each[0],),
        lambda each: decision_document(known.app, each[1]),
        limit=limit,
        cursor=cursor,
        known=known,
        response=response,
    )


@router.get("/{decision}", name="api-decision", response_model=Decision, responses=documented(404))
def decision(known: Reader, decision: DecisionPath) -> Any:
    """One decision."""
    return decision_document(known.app, _found(known, decision))


@router.post("/{decision}/accept", name="api-accept", response_model=Decision, responses=WRITES)
def accept(known: Applier, decision: DecisionPath, how: Acceptance) -> Any:
    """Do what a proposal says, or put its session at another time. Calendars are written, and people told."""
    start = parse_instant(how.to) if how.to else None
    return _done(known, proposals.accept(known.app, _waiting(known, decision).id, start, COORDINATOR))


@router.post("/{decision}/refuse", name="api-refuse", response_model=Decision, responses=WRITES)
def refuse(known: Applier, decision: DecisionPath) -> Any:
    """Leave everything as it is."""
    return _done(known, proposals.refuse(known.app, _waiting(known, decision).id, COORDINATOR))


@router.post("/{decision}/undo", name="api-undo", response_model=Decision, responses=WRITES)
def undo(known: Applier, decision: DecisionPath) -> Any:
    """Put a session that Rondo moved back where it stood."""
    return _done(known, proposals.take_back(known.app, _found(known, decision).id, COORDINATOR))


def _found(known: Caller, decision: str) -> Made:
    found = next((each for each in known.app.store.decisions() if each.id == decision), None)
    if found is None:
        raise Refused(404, "There is no such decision.")
    return found


def _waiting(known: Caller, decision: str) -> Made:
    found = _found(known, decision)
    if not found.waits:
        raise Refused(409, f"It does not wait for anybody's word: it is {found.state}.")
    return found


def _done(known: Caller, made: Made) -> dict[str, object]:
    known.site.service.owes(known.programme)
    return decision_document(known.app, made)
