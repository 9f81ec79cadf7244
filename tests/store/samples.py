"""Values for the tests of the store: small, and told apart by a name."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from scheduler.core.decision import Action, Cause, Decision, State
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.explain import Limit
from scheduler.core.notice import Notice
from scheduler.core.pins import Pin
from scheduler.core.walltime import WallTime
from scheduler.ports import SavedPlan
from tests.greedy import greedy_plan
from tests.problems import random_problem

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
RULE = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 3, 2), 600))
OCCURRENCES = tuple(
    Occurrence(session=number, recurrence_id=instant, start=instant) for number, instant in enumerate(RULE.instants(2))
)
AMARA = Attendee(id="amara", name="Amara N.", email="amara@example.org", zone="Europe/London")


PINS = (
    Pin(group="circle", session=3, start=None, counted_from=date(2027, 3, 1), decided_at=NOW, command="skip"),
    Pin(group="pair", session=0, start=NOW, counted_from=date(2027, 3, 1), decided_at=NOW, command="move"),
)


def event(uid: str, sequence: int = 0, *, cancelled: bool = False) -> Event:
    """A small event."""
    return Event(
        uid=uid,
        group="pair",
        slot=0,
        generation=0,
        rule=RULE,
        duration=45,
        occurrences=OCCURRENCES,
        title="Pair",
        organizer="amara",
        attendees=(AMARA,),
        cancelled=cancelled,
        sequence=sequence,
        stamped=NOW,
    )


def decision(id_: str, state: State = State.DONE, at: datetime = NOW) -> Decision:
    """That a session was moved, or would be."""
    return Decision(
        id=id_,
        at=at,
        action=Action.MOVE,
        state=state,
        group="pair",
        session=3,
        before=NOW,
        after=NOW + timedelta(hours=2),
        causes=(Cause("ana", Limit.CALENDAR),),
        options=(NOW + timedelta(days=1),),
    )


def notice(key: str) -> Notice:
    """What somebody is told of it."""
    return Notice(key=key, decision=key, person="ana", address="ana@example.org", subject="Moved", text="by two hours")


def saved(seed: int) -> SavedPlan:
    """Some plan; its problem is as rich as problems are."""
    problem, _ = random_problem(seed)
    return SavedPlan(problem, greedy_plan(problem, Random(seed)), NOW + timedelta(seconds=seed))
