"""Plans, and what applying them would change."""

from collections.abc import Sequence
from typing import Any

from scheduler.app.wiring.programme import App
from scheduler.core.burden import burdens
from scheduler.core.change import Change, Keep, counts
from scheduler.core.interval import Horizon
from scheduler.core.plan import Session
from scheduler.core.story import GroupStory, SlotStory, stories
from scheduler.core.walltime import local
from scheduler.documents.moments import instant
from scheduler.documents.scores import score_document
from scheduler.flow import Planned


def plan_document(app: App, planned: Planned) -> dict[str, Any]:
    """A plan with every session of every group, and why sessions are missing."""
    told = stories_of(app, planned)
    shares = burdens(planned.posed.problem, planned.plan)
    return {
        "schema": "rondo/plan/1",
        "programme": app.programme.name,
        "score": score_document(planned.report),
        "meta": dict(planned.plan.meta),
        "unknown": dict(planned.posed.notes.unknown),
        "burdens": {who: round(share, 3) for who, share in shares.items()},
        "groups": [
            _group_document(planned.posed.problem.horizon, series.anchor_zone, story)
            for series, story in zip(planned.posed.problem.series, told, strict=True)
        ],
    }


def changes_document(changes: Sequence[Change]) -> dict[str, Any]:
    """What applying would change in calendars, session by session."""
    sums = counts(changes)
    return {
        "counts": {"add": sums.add, "move": sums.move, "cancel": sums.cancel, "skip": sums.skip},
        "events": [_change_document(change) for change in changes if not isinstance(change, Keep)],
    }


def stories_of(app: App, planned: Planned) -> tuple[GroupStory, ...]:
    """A plan's stories, with the names of people.csv."""
    return stories(planned.posed.problem, planned.plan, planned.posed.notes, app.names)


def _group_document(horizon: Horizon, anchor: str, story: GroupStory) -> dict[str, Any]:
    return {
        "id": story.placement.series,
        "anchor_zone": anchor,
        "slots": [_slot_document(slot) for slot in story.slots],
        "sessions": [_session_document(horizon, anchor, session) for session in story.placement.sessions],
        "reasons": list(story.why),
    }


def _slot_document(slot: SlotStory) -> dict[str, Any]:
    return {
        "local": {zone: str(time) for zone, time in slot.times.items()},
        "shifts": {zone: [str(shift) for shift in shifts] for zone, shifts in slot.shifts.items() if shifts},
    }


def _session_document(horizon: Horizon, anchor: str, session: Session) -> dict[str, Any]:
    at = horizon.instant(session.start)
    return {
        "start": instant(at),
        "local": local(at, anchor).isoformat(),
        "tz": anchor,
        "status": str(session.status),
        "absent": list(session.absent),
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "change": type(change).__name__.lower(),
        "uid": change.event.uid,
        "group": change.event.group,
        "sequence": change.event.sequence,
        "sessions": [
            {
                "session": each.session,
                "change": str(each.kind),
                "before": each.before and instant(each.before),
                "after": each.after and instant(each.after),
            }
            for each in change.sessions
        ],
    }
