"""Calendars in which we meet people are read event by event, so that what lies inside a session is seen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from connectors._http.secret import Held
from connectors.google import GoogleReader, GoogleSession
from scheduler.core.interval import Interval, as_intervals
from scheduler.ports import Answer, Asked, Own
from tests.connectors.stage import CANARY
from tests.connectors.stages.google import GoogleStage, google_stage

START = datetime(2027, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 8, 30, tzinfo=UTC))
OURS = as_intervals([(START.timestamp(), (START + HOUR).timestamp())])
ANA = "ana@example.org"


@pytest.fixture
def stage() -> Iterator[GoogleStage]:
    """Two people at Google."""
    with google_stage() as opened:
        yield opened


def busy(answer: Answer) -> list[tuple[datetime, datetime]]:
    """As instants."""
    assert answer.error is None
    assert answer.free_busy
    rows = answer.free_busy.busy.tolist()
    return [(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in rows]


def read(stage: GoogleStage, reader: GoogleReader | None = None, uids: frozenset[str] = frozenset()) -> Answer:
    """Ana's calendar, in which a session of ours stands."""
    asked = Asked(calendar=stage.address("ana"), zone="Europe/Berlin", own=Own(uids=uids, sessions=OURS))
    return (reader or stage.reader()).free_busy([asked], window=WINDOW)[0]


def ours(stage: GoogleStage) -> frozenset[str]:
    """Our session in ana's calendar; its UID."""
    stage.google.add_event(ANA, START, START + HOUR, id="6f2d8a", summary="Meeting")
    return frozenset({"6f2d8a@google.com"})


def test_an_appointment_inside_a_session_is_seen(stage: GoogleStage) -> None:
    """One call, for the whole window, and the session itself is no hindrance."""
    uids = ours(stage)
    assert busy(read(stage, uids=uids)) == []
    stage.add("ana", START, 30)
    assert busy(read(stage, uids=uids)) == [(START, START + HOUR / 2)]
    assert stage.google.count("POST", "freeBusy") == 0


def test_only_what_keeps_somebody_counts(stage: GoogleStage) -> None:
    """Not what is shown as free, declined, or says where somebody works; whole days are the owner's."""
    day = {"start": {"date": "2027-03-04"}, "end": {"date": "2027-03-05"}}
    stage.google.add_event(ANA, START, START + HOUR, summary=CANARY, transparency="transparent")
    stage.google.add_event(
        ANA, START, START + HOUR, attendees=[{"email": ANA, "self": True, "responseStatus": "declined"}]
    )
    id_ = stage.google.add_event(ANA, START, START + HOUR, summary=CANARY)
    stage.google.change(ANA, id_, **{name: {"dateTime": None, **at} for name, at in day.items()})
    begins = datetime(2027, 3, 3, 23, tzinfo=UTC)
    assert busy(read(stage)) == [(begins, begins + timedelta(days=1))]


def test_without_leave_to_see_events_the_session_is_cut_out(stage: GoogleStage) -> None:
    """Then free/busy is all there is, and what lies inside the session can't be seen."""
    secret = Held(stage.google.user_json(ANA, ("https://www.googleapis.com/auth/calendar.freebusy",)))
    session = GoogleSession(secret, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri)
    uids = ours(stage)
    stage.add("ana", START, 30)
    stage.add("ana", START + 2 * HOUR, 30)
    found = read(stage, GoogleReader(session), uids)
    assert busy(found) == [(START + 2 * HOUR, START + 2.5 * HOUR)]
    assert stage.google.count("POST", "freeBusy") == 4


def test_no_title_is_asked_for(stage: GoogleStage) -> None:
    """The mask names times and whether an event counts."""
    stage.add("ana", START, 30)
    read(stage)
    (call,) = [each for each in stage.google.calls if each.path.endswith("/events")]
    asked = re.split(r"[(),/]", unquote(call.query.partition("fields=")[2].partition("&")[0]))
    assert {"start", "end"} <= set(asked)
    assert not {"summary", "description", "location", "email", "displayName", "*"} & set(asked)
