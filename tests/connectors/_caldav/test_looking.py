"""connectors/_caldav: what is looked at on a server, with which calls, and what was never an edit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.core.delivery import Channel, Delivery, Place
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.errors import CredentialsRejected, Unavailable
from tests.connectors._caldav.double import DavDouble
from tests.connectors._caldav.series import UID, moved, series, skipped
from tests.connectors.stages.caldav import CalDavStage
from tests.doubles.server import Fault

HOME = Place(Channel.CALDAV, "ana")
FILE = f"/home/ana/{UID}.ics"


def put(stage: CalDavStage, event: Event, standing: Delivery | None = None) -> Delivery:
    """In ana's calendar."""
    return Delivery(event=event, receipt=stage.writer(HOME).put(event, standing=standing))


def look(stage: CalDavStage, standing: Delivery, event: Event | None = None) -> Found:
    """In ana's calendar."""
    return stage.writer(HOME).look(event or standing.event, standing=standing)


def spans(event: Event) -> dict[int, Span | None]:
    """The sessions as they are written."""
    return {each.session: (each.start, event.duration) if each.start else None for each in event.occurrences}


def test_looking_is_one_call(stage: CalDavStage, double: DavDouble) -> None:
    """And one more where the file is not where it was: then it is searched for."""
    standing = put(stage, series())
    double.calls.clear()
    assert look(stage, standing) == Found(sessions=spans(series()), version=standing.receipt.version)
    assert [call.method for call in double.calls] == ["GET"]
    double.stored[FILE.replace(UID, "elsewhere")] = double.stored.pop(FILE)
    double.calls.clear()
    assert look(stage, standing).sessions == spans(series())
    assert [call.method for call in double.calls] == ["GET", "REPORT"]


def test_what_a_broken_off_write_left_is_no_edit(stage: CalDavStage) -> None:
    """It was written and never noted; the event says it, whatever we remember."""
    first = put(stage, series())
    event = skipped(moved(series(), 2), 4)
    put(stage, event, first)
    assert look(stage, first, event).sessions == spans(event)
    again = put(stage, event, first)
    assert look(stage, again).sessions == spans(event)
    stage.writer(HOME).cancel(replace(first.event, cancelled=True), standing=first)
    assert look(stage, again) == Found(gone=True)


def test_a_law_on_clocks_that_changed_since_the_writing_is_no_edit(stage: CalDavStage) -> None:
    """The file says wall times, which are other instants now than they were: they are told as they were written."""
    standing = put(stage, series())
    hour = timedelta(hours=1)
    were = [replace(each, recurrence_id=each.recurrence_id - hour) for each in series().occurrences]
    were = [replace(each, start=each.recurrence_id) for each in were]
    older = replace(standing, event=replace(series(), occurrences=tuple(were)))
    assert look(stage, older).sessions == spans(older.event)
    assert look(stage, older, series()).sessions == spans(older.event)
    there = series().occurrences[2].recurrence_id
    stage.move_by_hand("ana", there, there + 3 * hour)
    assert look(stage, older).sessions == spans(older.event) | {2: (there + 3 * hour, 50)}


def test_dates_that_can_not_be_known_are_told_to_be_so(stage: CalDavStage, double: DavDouble) -> None:
    """Nothing is concluded from them, nor from a server that fails or lets nobody in."""
    standing = put(stage, series())
    for status, error in ((500, Unavailable), (401, CredentialsRejected)):
        double.faults.append(Fault(method="GET", status=status, times=-1))
        with pytest.raises(error):
            look(stage, standing)
        double.faults.clear()
    text = double.stored[FILE].text.replace(b"FREQ=WEEKLY", b"FREQ=SECONDLY;BYSETPOS=1")
    double.change(FILE, text)
    with pytest.raises(Unavailable, match="can't be known"):
        look(stage, standing)


@pytest.mark.parametrize(
    ("old", "new", "minutes"),
    [("DTEND;TZID=Europe/London:20270309T112000", "DTEND;TZID=Europe/London:20270309T122000", 110)],
)
def test_another_length_is_seen(stage: CalDavStage, double: DavDouble, old: str, new: str, minutes: int) -> None:
    """Of all sessions, where the series has it."""
    standing = put(stage, series())
    double.change(FILE, double.stored[FILE].text.decode().replace(old, new).encode())
    starts = [each.recurrence_id for each in series().occurrences]
    assert look(stage, standing).sessions == {number: (at, minutes) for number, at in enumerate(starts)}


def test_what_was_moved_by_hand_can_be_taken_back(stage: CalDavStage, double: DavDouble) -> None:
    """As with every other provider: whoever calls a series off means all of it."""
    standing = put(stage, series())
    start = series().occurrences[2].recurrence_id
    stage.move_by_hand("ana", start, start + timedelta(hours=3))
    stage.writer(HOME).cancel(replace(series(), cancelled=True), standing=standing)
    assert not double.stored


def test_answers_are_kept_by_a_further_change(stage: CalDavStage) -> None:
    """Ben said no to one date; another one moves."""
    standing = put(stage, series())
    stage.decline_by_hand(series().occurrences[2].recurrence_id)
    again = put(stage, moved(series(), 4), standing)
    assert look(stage, again).declined == {"ben": {2}}
