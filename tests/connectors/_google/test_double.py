"""tests/doubles/google.py: it refuses what Google refuses, and expands series by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.doubles.google import EVERYTHING, Google
from tests.doubles.server import serving

Json = dict[str, object]
WEEKLY = ["RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO"]
CLOCKS = "2027-03-15T09:00:00"  # two weeks before London's clocks change


@pytest.fixture
def google() -> Iterator[Google]:
    """The double with ana and ben; a test says itself what it breaks."""
    double = Google()
    for email in ("ana@example.org", "ben@example.org"):
        double.add_person(email, "Europe/London")
    with serving(double):
        yield double


def call(google: Google, verb: str, path: str, body: object = None, **more: str) -> tuple[int, Json]:
    """One request of ana's, straight to the double."""
    token = google.oauth.fresh("test")
    held = google.oauth.refresh[google.oauth.remember("ana@example.org", EVERYTHING)]
    google.oauth.access[token] = held
    match = {"If-Match": more.pop("etag")} if "etag" in more else {}
    headers = {"Authorization": f"Bearer {token}", **match}
    answer = httpx.request(verb, f"{google.endpoint}{path}", params=more, json=body, headers=headers)
    return answer.status_code, answer.json() if answer.content else {}


def series(**said: object) -> Json:
    """Four Mondays at nine in London."""
    start, end = ({"dateTime": at, "timeZone": "Europe/London"} for at in (CLOCKS, "2027-03-15T10:00:00"))
    return {"id": "abcde", "start": start, "end": end, "recurrence": WEEKLY, **said}


def starts(google: Google, **more: str) -> list[object]:
    """The instances of that series."""
    items = call(google, "GET", "calendars/primary/events/abcde/instances", **more)[1]["items"]
    assert isinstance(items, list)
    return [each["start"]["dateTime"] if "start" in each else "cancelled" for each in items]


@pytest.mark.parametrize(
    ("verb", "path", "body", "query"),
    [
        ("POST", "calendars/primary/events", series(sumary="x"), {}),
        ("POST", "calendars/primary/events", series(attendees=[{"mail": "x"}]), {}),
        ("POST", "calendars/primary/events", series(sequence="1"), {}),
        ("POST", "calendars/primary/events", series(), {"sendUpdates": "some"}),
        ("POST", "calendars/primary/events", series(), {"conferenceDataVersion": "2"}),
        ("POST", "calendars/primary/events", series(), {"sendMails": "all"}),
        ("GET", "calendars/primary/events", None, {"fields": "items(id,title)"}),
        ("GET", "calendars/primary/events", None, {"timeMin": "2027-03-01T00:00:00"}),
        ("GET", "calendars/primary/events", None, {"maxResults": "many"}),
        ("GET", "calendars/primary/event", None, {}),
        ("PUT", "calendars/primary/events", None, {}),
        ("POST", "freeBusy", {"items": ["ana@example.org"]}, {}),
    ],
)
def test_what_the_description_does_not_know_is_noted(
    google: Google, verb: str, path: str, body: object, query: dict[str, str]
) -> None:
    """Misspelt properties and parameters, wrong types and values, and methods that are none."""
    assert call(google, verb, path, body, **query)[0] in (400, 404)
    assert len(google.broken) >= 1


def test_all_that_is_right_breaks_nothing(google: Google) -> None:
    """A whole life of a series."""
    assert call(google, "POST", "calendars/primary/events", series())[0] == 200
    assert call(google, "PATCH", "calendars/primary/events/abcde", {"location": None, "summary": "x"})[0] == 200
    assert call(google, "PUT", "calendars/primary/events/abcde", series())[0] == 200
    assert call(google, "DELETE", "calendars/primary/events/abcde")[0] == 204
    assert google.broken == []


def test_series_expand_on_their_own_clock(google: Google) -> None:
    """Across a change of clocks, with EXDATE in two forms, RDATE, and monthly by the last weekday."""
    call(google, "POST", "calendars/primary/events", series())
    assert starts(google) == [
        "2027-03-15T09:00:00Z",
        "2027-03-22T09:00:00Z",
        "2027-03-29T09:00:00+01:00",
        "2027-04-05T09:00:00+01:00",
    ]
    lines = [*WEEKLY, "EXDATE;TZID=Europe/London:20270322T090000", "EXDATE:20270329T080000Z", "RDATE:20270501T080000Z"]
    call(google, "PATCH", "calendars/primary/events/abcde", {"recurrence": lines})
    kept = ["2027-03-15T09:00:00Z", "2027-04-05T09:00:00+01:00", "2027-05-01T09:00:00+01:00"]
    assert starts(google) == kept
    last = {"recurrence": ["RRULE:FREQ=MONTHLY;UNTIL=20270601T000000Z;INTERVAL=2;BYDAY=-1MO"]}
    call(google, "PATCH", "calendars/primary/events/abcde", last)
    assert starts(google, timeZone="UTC") == ["2027-03-29T08:00:00Z", "2027-05-31T08:00:00Z"]


def test_one_date_is_changed_cancelled_and_back(google: Google) -> None:
    """Its id and original time stay, whatever becomes of it."""
    call(google, "POST", "calendars/primary/events", series())
    path = "calendars/primary/events/abcde_20270322T090000Z"
    moved = {name: {"dateTime": f"2027-03-23T1{at}:00:00Z"} for at, name in enumerate(("start", "end"))}
    status, said = call(google, "PATCH", path, moved)
    assert (status, said["recurringEventId"]) == (200, "abcde")
    assert said["originalStartTime"] == {"dateTime": "2027-03-22T09:00:00Z", "timeZone": "Europe/London"}
    assert starts(google)[1] == "2027-03-23T10:00:00Z"
    assert [call(google, "DELETE", path)[0] for _ in range(2)] == [204, 410]
    assert len(starts(google)) == 3
    assert starts(google, showDeleted="true")[1] == "cancelled"
    assert call(google, "PATCH", path, {"status": "confirmed"})[0] == 200
    assert len(starts(google)) == 4


def test_ids_are_never_used_again(google: Google) -> None:
    """409 also where the event was deleted; a second deletion is 410; what never was is 404."""
    assert call(google, "POST", "calendars/primary/events", series())[0] == 200
    assert call(google, "POST", "calendars/primary/events", series())[0] == 409
    assert [call(google, "DELETE", "calendars/primary/events/abcde")[0] for _ in range(2)] == [204, 410]
    assert call(google, "POST", "calendars/primary/events", series())[0] == 409
    assert call(google, "GET", "calendars/primary/events/abcde")[1]["status"] == "cancelled"
    assert call(google, "GET", "calendars/primary/events/zzzzz")[0] == 404
    assert call(google, "POST", "calendars/primary/events", series(id="XYZ"))[0] == 400


def test_versions_are_compared(google: Google) -> None:
    """An etag changes with each write that changes anything, and a stale one is 412."""
    _, made = call(google, "POST", "calendars/primary/events", series())
    _, same = call(google, "PATCH", "calendars/primary/events/abcde", {}, etag=str(made["etag"]))
    assert same["etag"] == made["etag"]
    _, other = call(google, "PATCH", "calendars/primary/events/abcde", {"summary": "x"}, etag=str(made["etag"]))
    assert (other["etag"] != made["etag"], other["sequence"]) == (True, 1)
    assert call(google, "PATCH", "calendars/primary/events/abcde", {"summary": "y"}, etag=str(made["etag"]))[0] == 412
    assert call(google, "DELETE", "calendars/primary/events/abcde", etag=str(made["etag"]))[0] == 412


def test_sync_tokens_say_what_changed(google: Google) -> None:
    """A changed date comes alone; mixes that Google forbids are 400, dead tokens 410."""
    call(google, "POST", "calendars/primary/events", series())
    token = str(call(google, "GET", "calendars/primary/events")[1]["nextSyncToken"])
    call(google, "DELETE", "calendars/primary/events/abcde_20270322T090000Z")
    _, said = call(google, "GET", "calendars/primary/events", syncToken=token)
    items = said["items"]
    assert isinstance(items, list)
    assert [(each["id"], each["status"]) for each in items] == [("abcde_20270322T090000Z", "cancelled")]
    mixed = {"syncToken": token, "timeMin": "2027-03-01T00:00:00Z"}
    assert call(google, "GET", "calendars/primary/events", **mixed)[0] == 400
    google.expire_sync()
    assert call(google, "GET", "calendars/primary/events", syncToken=token)[0] == 410


def test_free_busy_has_its_limits(google: Google) -> None:
    """About 90 days, and 50 calendars: beyond, it is an error, as a whole or of each."""
    first = {"timeMin": "2027-03-01T00:00:00Z", "items": [{"id": "ana@example.org"}]}
    assert call(google, "POST", "freeBusy", first | {"timeMax": "2027-06-10T00:00:00Z"})[0] == 400
    many = first | {"timeMax": "2027-03-02T00:00:00Z", "items": [{"id": f"p{n}@example.org"} for n in range(51)]}
    _, said = call(google, "POST", "freeBusy", many)
    assert str(said).count("tooManyCalendarsRequested") == 51


def test_rooms_need_their_version(google: Google) -> None:
    """Without it, the request for a room is left out, silently."""
    asked = {"createRequest": {"requestId": "r", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    _, said = call(google, "POST", "calendars/primary/events", series(conferenceData=asked))
    assert "conferenceData" not in said
    _, said = call(
        google, "PATCH", "calendars/primary/events/abcde", {"conferenceData": asked}, conferenceDataVersion="1"
    )
    assert "pending" in str(said["conferenceData"])


def test_guests_have_the_event_in_their_calendars(google: Google) -> None:
    """They may answer and leave, and change nothing else; others' calendars can't be written at all."""
    guests = [{"email": "ben@example.org"}, {"email": "odile@elsewhere.example"}]
    call(google, "POST", "calendars/primary/events", series(attendees=guests), sendUpdates="all")
    assert [each.address for each in google.all_mails] == ["ben@example.org", "odile@elsewhere.example"]
    assert [each.address for each in google.mails] == ["odile@elsewhere.example"]
    assert len(google.dates("ben@example.org", "abcde")) == 4
    google.delete("ben@example.org", "abcde_20270322T090000Z")
    assert len(google.dates("ben@example.org", "abcde")) == 3
    assert len(google.dates("ana@example.org", "abcde")) == 4
    assert call(google, "PATCH", "calendars/ben@example.org/events/abcde", {"summary": "x"})[0] == 403
    call(google, "PATCH", "calendars/primary/events/abcde", {"attendees": guests[1:]})
    assert google.dates("ben@example.org", "abcde") == []


def test_channels_are_noted_and_stopped(google: Google) -> None:
    """Nothing is sent to a door that is elsewhere; a second stop finds none."""
    channel = {"id": "c1", "type": "web_hook", "address": "https://rondo.example/hook", "token": "t"}
    _, said = call(google, "POST", "calendars/primary/events/watch", channel)
    assert said["id"] == "c1"
    stop = {"id": "c1", "resourceId": said["resourceId"]}
    assert [call(google, "POST", "channels/stop", stop)[0] for _ in range(2)] == [204, 404]
    assert google.broken == []


def test_calls_beyond_the_quota_are_refused_and_counted(google: Google) -> None:
    """By user, in a sliding minute."""
    google.quota = 3
    answers = [call(google, "GET", "calendars/primary/events")[0] for _ in range(5)]
    assert answers == [200, 200, 200, 403, 403]
    assert (google.over_quota, google.most_in_a_minute["ana@example.org"]) == (2, 5)


def test_events_are_listed_in_all_ways(google: Google) -> None:
    """Series or dates, in order, within bounds, deleted ones too, and by a private property."""
    call(google, "POST", "calendars/primary/events", series(extendedProperties={"private": {"rondo": "x"}}))
    call(google, "POST", "calendars/primary/events", series(id="fghij", recurrence=[*WEEKLY]))
    call(google, "DELETE", "calendars/primary/events/fghij")

    def ids(**query: str) -> list[str]:
        items = call(google, "GET", "calendars/primary/events", **query)[1]["items"]
        assert isinstance(items, list)
        return [each["id"] for each in items]

    assert ids() == ["abcde"]
    assert ids(showDeleted="true") == ["abcde", "fghij"]
    within = {"singleEvents": "true", "orderBy": "startTime", "timeMin": "2027-03-20T00:00:00Z"}
    assert ids(**within, timeMax="2027-04-01T00:00:00Z") == ["abcde_20270322T090000Z", "abcde_20270329T080000Z"]
    assert ids(privateExtendedProperty="rondo=x") == ["abcde"]
    assert ids(privateExtendedProperty="rondo=y") == []
    assert call(google, "GET", "calendars/primary/events", orderBy="startTime")[0] == 400


def test_times_without_sense_are_refused(google: Google) -> None:
    """An end before the start, an unknown zone, a series without a zone, and rules that it does not know."""
    start = datetime(2027, 3, 1, tzinfo=UTC)
    single = {
        name: {"dateTime": (start - n * timedelta(hours=1)).isoformat()} for n, name in enumerate(("start", "end"))
    }
    nowhere = {"dateTime": CLOCKS, "timeZone": "Mars/Olympus"}
    for body in (
        single,
        series(start=nowhere),
        series(start={"dateTime": "2027-03-15T09:00:00Z"}),
        series(recurrence=["DTSTART:20270315T090000Z"]),
        series(recurrence=["RRULE:FREQ=SECONDLY"]),
        series(recurrence=["RRULE:FREQ=WEEKLY;BYDAY=TU"]),
        series(recurrence=["RRULE:FREQ=WEEKLY;INTERVAL=0"]),
        series(recurrence=["EXDATE:then"]),
        series(attendees=[{"displayName": "Ben"}]),
    ):
        assert call(google, "POST", "calendars/primary/events", body)[0] == 400
    assert google.broken == []
