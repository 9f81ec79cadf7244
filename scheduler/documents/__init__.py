"""What the command line and the API say in JSON, in the same words.

Instants are RFC 3339 in UTC, and beside them the local time and its zone. Sessions are counted from 1 in decisions, as
people count, and from 0 in plans and changes, as the solver's formats do.
"""

from scheduler.documents.decisions import decision_document
from scheduler.documents.moments import instant, moment
from scheduler.documents.plans import changes_document, plan_document, score_document, stories_of
from scheduler.documents.written import outcome_document

__all__ = [
    "changes_document",
    "decision_document",
    "instant",
    "moment",
    "outcome_document",
    "plan_document",
    "score_document",
    "stories_of",
]
