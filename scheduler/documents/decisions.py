"""The audit trail."""

from scheduler.app.wiring.programme import App
from scheduler.core.decision import Decision
from scheduler.core.decision_words import sentence
from scheduler.documents.moments import instant


def decision_document(app: App, decision: Decision) -> dict[str, object]:
    """A decision: who can't come by which kind of limit, and a sentence, as a coordinator is told it."""
    return {
        "id": decision.id,
        "at": instant(decision.at),
        "action": str(decision.action),
        "state": str(decision.state),
        "group": decision.group,
        "session": None if decision.session is None else decision.session + 1,
        "before": decision.before and instant(decision.before),
        "after": decision.after and instant(decision.after),
        "causes": [{"person": each.person, "limit": str(each.limit)} for each in decision.causes],
        "by": decision.by,
        "why": decision.why,
        "options": [instant(option) for option in decision.options],
        "words": decision_words(app, decision),
    }


def decision_words(app: App, decision: Decision) -> str:
    """A decision in a sentence, on the clock of its group's anchor zone."""
    zones = {group.id: group.anchor for group in app.programme.groups}
    return sentence(decision, app.names, zone=zones.get(decision.group, "UTC"))
