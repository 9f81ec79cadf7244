"""connectors/_graph: what is looked at in a mailbox, with which calls, and what is no edit."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from connectors.outlook import OutlookWriter
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Occurrence, RecurrenceRule
from scheduler.core.found import Found
from scheduler.core.walltime import WallTime
from scheduler.errors import CredentialsRejected, Unavailable
from tests.connectors.contract import changed, plan, tuesdays, with_session
from tests.connectors.stages.outlook import OutlookStage
from tests.doubles.server import Fault

ANA, BEN = "ana@contoso.example", "ben@contoso.example"


def put(stage: OutlookStage, event: Event, standing: Delivery | None = None) -> Delivery:
    """As ana."""
    writer = OutlookWriter(stage.session("ana"), invites=True)
    return Delivery(event=event, receipt=writer.put(event, standing=standing))


def look(stage: OutlookStage, standing: Delivery) -> Found:
    """As ana."""
    return OutlookWriter(stage.session("ana"), invites=True).look(standing.event, standing=standing)


def writes(stage: OutlookStage) -> int:
    """How many calls could have changed a calendar."""
    return sum(stage.graph.count(method, "/events") for method in ("POST", "PATCH", "DELETE"))


def moved(event: Event, session: int, **later: int) -> Event:
    """The event with one session later than the rule has it."""
    return with_session(event, session, event.occurrences[session].recurrence_id + timedelta(**later))


@pytest.fixture
def event() -> Event:
    """Six Tuesdays in London."""
    return tuesdays(ANA, BEN)


def test_two_calls_that_ask_for_no_words(stage: OutlookStage, event: Event) -> None:
    """The series with what stands beside it, and its instances."""
    standing = put(stage, event)
    calls = len(stage.graph.calls)
    look(stage, standing)
    new = [call for call in stage.graph.calls[calls:] if call.path.startswith("/v1.0")]
    assert [call.method for call in new] == ["GET", "GET"]
    assert not any(word in unquote(call.query) for call in new for word in ("subject", "body", "location"))


def test_a_session_beside_the_series_is_found_there(stage: OutlookStage, event: Event) -> None:
    """Also where a person moves it on; deleted, it does not take place."""
    standing = put(stage, moved(event, 2, days=9))
    assert look(stage, standing).sessions == dict(enumerate([*_starts(standing.event)]))
    at = standing.event.occurrences[2].start
    assert at is not None
    stage.move_by_hand("ana", at, at + timedelta(hours=3))
    assert look(stage, standing).sessions[2] == (at + timedelta(hours=3), 50)
    before = writes(stage)
    agreed = put(stage, with_session(standing.event, 2, at + timedelta(hours=3)), standing)
    assert stage.dates("ana")[3].start == at + timedelta(hours=3)
    assert writes(stage) <= before + 1  # what stands beside says its time in words
    (single,) = [each for each in stage.graph.store.events.values() if each.recurrence is None]
    stage.graph.store.removed(single)
    assert look(stage, agreed).sessions[2] is None
    assert look(stage, agreed).others == ()


def test_zone_data_that_change_later_are_no_edit_and_no_obstacle(stage: OutlookStage) -> None:
    """The first date is before the clocks differ, so the rule is seen to be ours; a whole move is seen all the same."""
    rule = RecurrenceRule(zone="America/Vancouver", first=WallTime(date(2027, 10, 19), 9 * 60))
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(5)))
    event = replace(tuesdays(ANA, BEN), rule=rule, occurrences=occurrences)
    standing = put(stage, event)
    assert standing.receipt.stood == ()
    stage.graph.switches.old_zones["America/Vancouver"] = "America/Los_Angeles"
    assert [(each.start, each.minutes) for each in stage.dates("ana")] != plan(event)
    assert look(stage, standing).sessions == dict(enumerate(plan(event)))
    then = put(stage, moved(event, 0, hours=1), standing)
    assert len(then.receipt.stood) == 5
    assert look(stage, then).sessions == dict(enumerate(plan(then.event)))
    stage.move_all_by_hand("ana", timedelta(hours=2))
    assert look(stage, then).sessions[4] != plan(then.event)[4]


def test_a_series_all_of_whose_dates_another_law_moves_is_no_edit(stage: OutlookStage) -> None:
    """No date is where our zone data put it, so the provider is asked for the clock time by its own."""
    rule = RecurrenceRule(zone="America/Vancouver", first=WallTime(date(2027, 11, 9), 9 * 60))
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(4)))
    event = replace(tuesdays(ANA, BEN), rule=rule, occurrences=occurrences)
    standing = put(stage, event)
    stage.graph.switches.old_zones["America/Vancouver"] = "America/Los_Angeles"
    assert not set(plan(event)) & {(each.start, each.minutes) for each in stage.dates("ana")}
    assert look(stage, standing).sessions == dict(enumerate(plan(event)))
    stage.move_all_by_hand("ana", timedelta(hours=2))
    assert look(stage, standing).sessions[3] != plan(event)[3]


def test_what_a_broken_off_write_left_is_no_edit(stage: OutlookStage, event: Event) -> None:
    """A rule that was lengthened makes an end of its exceptions, and they were not made again."""
    standing = put(stage, moved(event, 2, hours=3))
    with stage.graph.lock:
        (series,) = stage.graph.series(ANA)
        series.own.clear()
    assert look(stage, standing).sessions == dict(enumerate(_starts(standing.event)))


def test_answers_of_those_who_were_only_asked_are_none(stage: OutlookStage, event: Event) -> None:
    """Tentative is no no."""
    standing = put(stage, event)
    for answer, declined in (("tentativelyAccepted", {}), ("none", {}), ("declined", {"ben": frozenset(range(6))})):
        with stage.graph.lock:
            (series,) = stage.graph.series(ANA)
            address = {"address": BEN.upper(), "name": "x"}
            series.fields["attendees"] = [{"emailAddress": address, "type": "required", "status": {"response": answer}}]
        assert look(stage, standing).declined == declined


def test_a_series_that_was_deleted_while_a_session_stands_beside_is_gone(stage: OutlookStage, event: Event) -> None:
    """What is left of it can be taken back."""
    standing = put(stage, moved(event, 2, days=9))
    (series,) = stage.graph.series(ANA)
    stage.graph.store.removed(series)
    assert look(stage, standing) == Found(gone=True)
    OutlookWriter(stage.session("ana"), invites=True).cancel(changed(event, cancelled=True), standing=standing)
    assert stage.dates("ana") == []


def test_what_can_not_be_read_is_told(stage: OutlookStage, event: Event) -> None:
    """Nothing is concluded from it."""
    standing = put(stage, event)
    for status, error in ((503, Unavailable), (400, Unavailable), (403, CredentialsRejected)):
        stage.graph.faults.append(Fault(path="/instances", status=status, times=-1))
        with pytest.raises(error):
            look(stage, standing)
        stage.graph.faults.clear()


def _starts(event: Event) -> list[tuple[object, int]]:
    return [(each.start, event.duration) for each in event.occurrences]
