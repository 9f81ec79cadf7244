"""Outlook as the application uses it: many people through one account, copies, and limits that are never passed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.outlook import OutlookReader, OutlookWriter
from scheduler.core.account import Provider
from scheduler.core.delivery import Delivery
from scheduler.core.event import Occurrence, RecurrenceRule
from scheduler.core.interval import Interval
from scheduler.core.walltime import WallTime
from scheduler.ports import Asked
from tests.connectors.contract import cancelled, plan, tuesdays, with_session
from tests.connectors.stages.outlook import OutlookStage, outlook_stage

HALF_YEAR = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 8, 30, tzinfo=UTC))
AT = datetime(2027, 3, 10, 9, 7, tzinfo=UTC)


@pytest.fixture
def stage() -> Iterator[OutlookStage]:
    """An app by itself, which acts for everybody."""
    with outlook_stage() as stage:
        stage.by_itself = True
        yield stage
        assert stage.graph.broken == []


def test_many_people_are_read_at_once_within_the_limits(stage: OutlookStage) -> None:
    """The fewest calls that Graph's limits allow, four at once, and none of them too much for it."""
    people = [f"p{number}@contoso.example" for number in range(120)]
    for person in people:
        stage.graph.add_person(person)
        stage.graph.add_event(person, AT, 45)
    asked = [Asked(calendar=f"{Provider.OUTLOOK}:{person}") for person in people]
    answers = OutlookReader(stage.session("ana")).free_busy(asked, window=HALF_YEAR)
    assert all(each.free_busy is not None and len(each.free_busy.busy) == 1 for each in answers)
    assert stage.graph.count("POST", "getSchedule") == 6 * 3
    assert {each.status for each in stage.graph.calls} == {200}
    assert stage.graph.most_at_once["ana@contoso.example"] <= 4


def test_many_series_are_written_at_once_within_the_limits(stage: OutlookStage) -> None:
    """By one session: in one mailbox there are four calls at once, however many threads want to."""
    session = stage.session("ana")
    events = [tuesdays(stage.email("ana"), stage.email("ben")) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: OutlookWriter(session, invites=True).put(each, standing=None), events))
    assert stage.masters("ana") == stage.masters("ben") == 8
    assert stage.graph.most_at_once["ana@contoso.example"] <= 4
    assert 429 not in {each.status for each in stage.graph.calls}


def test_a_copy_is_its_owners_and_nobody_hears_of_it(stage: OutlookStage) -> None:
    """Without attendees, without the sessions at which its owner is absent, and described to them."""
    event = tuesdays(stage.email("ana"), stage.email("ben"))
    event = with_session(event, 2, event.occurrences[2].recurrence_id, absent=("ben",))
    writer = OutlookWriter(stage.session("ben"), invites=False, person="ben")
    receipt = writer.put(event, standing=None)
    (series,) = stage.graph.series(stage.email("ben"))
    assert "attendees" not in series.fields
    assert "You: " in series.fields["body"]["content"]
    assert [(each.start, each.minutes) for each in stage.dates("ben")] == plan(event.seen_by("ben"))
    assert receipt.differences == ()
    back = replace(event, occurrences=tuple(replace(each, absent=()) for each in event.occurrences))
    then = writer.put(back, standing=Delivery(event=event, receipt=receipt))
    assert [(each.start, each.minutes) for each in stage.dates("ben")] == plan(back)
    writer.cancel(cancelled(back), standing=Delivery(event=back, receipt=then))
    assert (stage.dates("ben"), stage.graph.mails) == ([], [])


def test_a_copy_at_whose_sessions_its_owner_never_is_is_none(stage: OutlookStage) -> None:
    """It goes, and comes again with the first session at which they are there."""
    event = tuesdays(stage.email("ana"), stage.email("ben"))
    away = replace(event, occurrences=tuple(replace(each, absent=("ben",)) for each in event.occurrences))
    writer = OutlookWriter(stage.session("ben"), invites=False, person="ben")
    standing = Delivery(event=event, receipt=writer.put(event, standing=None))
    standing = Delivery(event=away, receipt=writer.put(away, standing=standing))
    assert stage.masters("ben") == 0
    again = replace(event, sequence=event.sequence + 1)
    writer.put(again, standing=standing)
    assert [(each.start, each.minutes) for each in stage.dates("ben")] == plan(again)


def test_a_series_that_begins_where_clocks_change_is_right_on_each_date(stage: OutlookStage) -> None:
    """Its first date is at an hour that there isn't; Graph gets the next one as the beginning of its rule."""
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 3, 28), 75))
    for count in (1, 4):
        occurrences = tuple(
            Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(count))
        )
        event = replace(tuesdays(stage.email("ana"), stage.email("ben")), rule=rule, occurrences=occurrences)
        receipt = OutlookWriter(stage.session("ana"), invites=True).put(event, standing=None)
        assert receipt.differences == ()
        assert [(each.start, each.minutes) for each in stage.dates("ana")] == plan(event)
        before = stage.graph.count("POST", "events$")
        OutlookWriter(stage.session("ana"), invites=True).put(event, standing=Delivery(event=event, receipt=receipt))
        assert stage.graph.count("POST", "events$") == before
        OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(event), standing=None)
        assert stage.dates("ana") == []
    assert timedelta(0) <= plan(event)[0][0] - datetime(2027, 3, 28, 1, tzinfo=UTC) < timedelta(hours=1)
