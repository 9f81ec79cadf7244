"""connectors/_google: what is looked at, with which calls, and whose zone data decide."""

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest

from connectors.google import GoogleWriter
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Occurrence, RecurrenceRule
from scheduler.core.found import Found
from scheduler.core.walltime import WallTime
from scheduler.errors import CredentialsRejected, Unavailable
from tests.connectors.contract import changed, plan, tuesdays, with_session
from tests.connectors.stages.google import GoogleStage
from tests.doubles.server import Fault

TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)  # the third session
VANCOUVER = "America/Vancouver"


def writer(stage: GoogleStage) -> GoogleWriter:
    """Ana's."""
    return GoogleWriter(stage.session("ana"), invites=True, person="ana")


def put(stage: GoogleStage, event: Event, standing: Delivery | None = None) -> Delivery:
    """As ana."""
    return Delivery(event=event, receipt=writer(stage).put(event, standing=standing))


def look(stage: GoogleStage, standing: Delivery) -> Found:
    """As ana."""
    return writer(stage).look(standing.event, standing=standing)


def vancouver(stage: GoogleStage) -> Event:
    """Six Mondays in winter, where clocks no longer change."""
    rule = RecurrenceRule(zone=VANCOUVER, first=WallTime(date(2027, 1, 4), 9 * 60))
    sessions = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(6)))
    return tuesdays(stage.email("ana"), stage.email("ben"), rule=rule, occurrences=sessions)


def test_two_calls_that_ask_for_no_words(stage: GoogleStage, event: Event) -> None:
    """Times, answers, and whose it is: neither titles nor names are sent to us."""
    standing = put(stage, event)
    calls = len(stage.google.calls)
    look(stage, standing)
    asked = [unquote(call.query) for call in stage.google.calls[calls:] if call.path.startswith("/calendar")]
    assert [call.method for call in stage.google.calls[calls:] if call.path.startswith("/calendar")] == ["GET", "GET"]
    assert not any(word in each for each in asked for word in ("summary", "description", "location", "displayName"))


@pytest.mark.parametrize("before", [True, False], ids=["at the writing", "since then"])
def test_other_zone_data_are_no_edit(stage: GoogleStage, *, before: bool) -> None:
    """All dates are an hour off; what a hand does to one is seen, and agreed to like any other."""
    old = timezone(timedelta(hours=-8))
    if before:
        stage.google.store.old_zones[VANCOUVER] = old
    standing = put(stage, vancouver(stage))
    stage.google.store.old_zones[VANCOUVER] = old
    assert bool(standing.receipt.stood) is before
    assert look(stage, standing).sessions == dict(enumerate(plan(standing.event)))
    there = stage.dates("ana")[3].start
    assert there == standing.event.occurrences[3].recurrence_id + timedelta(hours=1)
    to = there + timedelta(hours=2)
    stage.move_by_hand("ana", there, to)
    assert look(stage, standing).sessions == dict(enumerate(plan(standing.event))) | {3: (to, 50)}
    writes = stage.google.count("PATCH")
    agreed = put(stage, with_session(standing.event, 3, to), standing)
    assert stage.google.count("PATCH") == writes
    assert look(stage, agreed).sessions == dict(enumerate(plan(agreed.event)))


def test_addresses_are_known_in_capitals_too(stage: GoogleStage) -> None:
    """As somebody may have typed them."""
    event = tuesdays(stage.email("ana"), "Ben@Example.org")
    standing = put(stage, event)
    stage.decline_by_hand(TUESDAY)
    assert look(stage, standing).declined == {"ben": {2}}


def test_who_says_yes_to_one_after_no_to_all_comes_to_that(stage: GoogleStage, event: Event) -> None:
    """Google keeps an answer for each date."""
    standing = put(stage, event)
    stage.decline_by_hand(TUESDAY)
    (id_,) = [each.id for each in stage.google.dates("ana@example.org", _id(stage)) if each.start == TUESDAY]
    stage.google.change("ana@example.org", id_, attendees=[{"email": "ben@example.org", "responseStatus": "accepted"}])
    people = [{"email": "ana@example.org"}, {"email": "ben@example.org", "responseStatus": "declined"}]
    stage.google.change("ana@example.org", _id(stage), attendees=people)
    assert look(stage, standing).declined == {"ben": {0, 1, 3, 4, 5}}


def test_an_answer_does_not_change_what_is_written_and_is_kept(stage: GoogleStage, event: Event) -> None:
    """A change of another session leaves it."""
    standing = put(stage, event)
    stage.decline_by_hand(TUESDAY)
    moved = put(stage, with_session(event, 4, plan(event)[4][0] + timedelta(hours=1)), standing)
    assert look(stage, moved).declined == {"ben": {2}}


def test_a_series_that_is_none_any_more_is_gone(stage: GoogleStage, event: Event) -> None:
    """Somebody took its rule out, or put another event in its place."""
    standing = put(stage, event)
    stored = stage.google.store.people["ana@example.org"].events[_id(stage)]
    stored.said = {name: value for name, value in stored.said.items() if name != "recurrence"}
    assert look(stage, standing) == Found(gone=True)
    standing = put(stage, changed(event, uid="another"))
    stored = next(each for each in stage.google.store.people["ana@example.org"].events.values() if each is not stored)
    stored.said = {name: value for name, value in stored.said.items() if name != "extendedProperties"}
    assert look(stage, standing) == Found(gone=True)


def test_what_can_not_be_read_is_told(stage: GoogleStage, event: Event) -> None:
    """Nothing is concluded from it."""
    standing = put(stage, event)
    for status, error in ((503, Unavailable), (400, Unavailable), (401, CredentialsRejected)):
        stage.google.faults.append(Fault(path="/instances", status=status, times=-1))
        with pytest.raises(error):
            look(stage, standing)
        stage.google.faults.clear()


def _id(stage: GoogleStage) -> str:
    (id_,) = [each.id for each in stage.google.store.people["ana@example.org"].events.values()]
    return id_
