"""connectors/_caldav/writing.py: one event as one file, whatever goes wrong."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from connectors.caldav import CalDavWriter
from scheduler.core.delivery import Channel, Delivery, Place, Receipt
from scheduler.core.event import Event
from scheduler.core.readback import spans_of
from scheduler.errors import ChangedElsewhere, RondoError, Unavailable
from tests.connectors._caldav.double import DavDouble
from tests.connectors._caldav.series import ANA, BEN, UID, changed, moved, series, skipped
from tests.connectors.stage import Seen
from tests.connectors.stages.caldav import CalDavStage
from tests.doubles.server import Fault

HOME = Place(Channel.CALDAV, "ana")
COPY = Place(Channel.CALDAV, "ben", copy=True)
FILE = f"/home/ana/{UID}.ics"
WRITES = ("PUT", "DELETE")


def _put(stage: CalDavStage, event: Event, standing: Delivery | None = None, place: Place = HOME) -> Delivery:
    receipt = stage.writer(place).put(event, standing=standing)
    assert receipt.differences == ()
    person = place.person if place.copy else ""
    wanted = spans_of(event.seen_by(person))
    assert list(stage.dates(place.person)) == sorted(Seen(start, minutes) for start, minutes in wanted)
    return Delivery(event=event, receipt=receipt)


def _writes(double: DavDouble) -> list[tuple[str, int]]:
    return [(call.method, call.status) for call in double.calls if call.method in WRITES]


def _text(double: DavDouble, path: str = FILE) -> str:
    return double.stored[path].text.decode().replace("\r\n ", "")


@pytest.mark.parametrize(
    "change",
    [
        lambda event: moved(event, 2),
        lambda event: moved(moved(event, 2), 3, -2),
        lambda event: skipped(event, 0),
        lambda event: skipped(moved(event, 1), 5),
        lambda event: replace(event, occurrences=event.occurrences[:3], sequence=1),
        lambda event: replace(event, occurrences=event.occurrences[:1], sequence=1),
        lambda event: replace(event, title="Another", sequence=1),
        lambda event: replace(event, duration=25, sequence=1),
        lambda event: replace(event, attendees=(ANA, BEN), conference="https://meet.example.org/x", sequence=1),
    ],
)
def test_each_change_is_one_write_there_and_back(
    stage: CalDavStage, double: DavDouble, change: Callable[[Event], Event]
) -> None:
    """On the ETag that was compared; repeated, it is none."""
    first = _put(stage, series())
    second = _put(stage, change(series()), first)
    assert _put(stage, change(series()), second).receipt == second.receipt
    _put(stage, replace(series(), sequence=2), second)
    assert _writes(double) == [("PUT", 201)] * 3
    conditions = [
        call.headers.get("if-match", "") + call.headers.get("if-none-match", "")
        for call in double.calls
        if call.method == "PUT"
    ]
    assert conditions == ["*", '"1"', '"2"']


def test_a_series_is_taken_back_once(stage: CalDavStage, double: DavDouble) -> None:
    """One that is gone already is no error."""
    standing = _put(stage, series())
    gone = replace(series(), cancelled=True, sequence=1)
    for known in (standing, standing, None):
        assert stage.writer(HOME).cancel(gone, standing=known) == Receipt()
    assert not double.stored
    assert _writes(double)[1:] == [("DELETE", 204)]


def test_a_series_without_a_date_is_taken_back(stage: CalDavStage, double: DavDouble) -> None:
    """Calendars refuse one; when a date comes back, so does it."""
    standing = _put(stage, series())
    empty = replace(series(), occurrences=tuple(replace(each, start=None) for each in series().occurrences))
    nothing = _put(stage, empty, standing)
    assert not double.stored
    _put(stage, series(), nothing)


# --- what people did


def test_a_date_moved_by_hand_is_not_moved_back(stage: CalDavStage, double: DavDouble) -> None:
    """Nor is anything else written (invariant I5)."""
    standing = _put(stage, series())
    start = series().occurrences[2].recurrence_id
    stage.move_by_hand("ana", start, start + timedelta(hours=3))
    before = _text(double)
    for event in (series(), moved(series(), 4)):
        with pytest.raises(ChangedElsewhere, match="by hand"):
            stage.writer(HOME).put(event, standing=standing)
    assert _text(double) == before


def test_what_was_deleted_by_hand_is_not_brought_back(stage: CalDavStage, double: DavDouble) -> None:
    """It is told."""
    standing = _put(stage, series())
    stage.delete_by_hand("ana")
    with pytest.raises(ChangedElsewhere, match="deleted"):
        stage.writer(HOME).put(moved(series(), 1), standing=standing)
    assert not double.stored


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("INTERVAL=1", "INTERVAL=2"),
        ("UNTIL=20270413T213000Z;", ""),
        ("RRULE:", "EXRULE:FREQ=WEEKLY\r\nRRULE:"),
        ("STATUS:CONFIRMED", "STATUS:CANCELLED"),
        ("DTEND;TZID=Europe/London:20270309T112000", "DTEND;TZID=Europe/London:20270309T122000"),
    ],
)
def test_every_other_change_of_times_is_seen(stage: CalDavStage, double: DavDouble, old: str, new: str) -> None:
    """Of the rule, of the length, and of whether it takes place."""
    standing = _put(stage, series())
    text = double.stored[FILE].text.decode()
    assert old in text
    double.change(FILE, text.replace(old, new).encode())
    with pytest.raises(ChangedElsewhere):
        stage.writer(HOME).put(moved(series(), 4), standing=standing)


def test_what_people_answered_and_added_stays(stage: CalDavStage, double: DavDouble) -> None:
    """PARTSTAT of those who stay, alarms and colours; an answer to a date that was moved is asked for anew."""
    standing = _put(stage, moved(series(), 2))
    text = double.stored[FILE].text.decode().replace("\r\n ", "")
    answered = re.sub(r"PARTSTAT=NEEDS-ACTION([^:]*:mailto:ben)", r"PARTSTAT=ACCEPTED\1", text)
    alarm = (
        "COLOR:red\r\nX-LONG:"
        + "é" * 200
        + "\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    )
    double.change(FILE, answered.replace("END:VEVENT", alarm).encode())
    again = _put(stage, moved(series(), 2), standing)
    assert again.receipt.version == '"2"'  # nothing of ours has changed: nothing is written
    _put(stage, replace(moved(moved(series(), 2, 30), 3), title="Another"), again)
    master, second, third = _text(double).split("BEGIN:VEVENT")[1:]
    assert "PARTSTAT=ACCEPTED" in master
    assert "PARTSTAT=ACCEPTED" not in second + third
    for part in (master, second, third):
        assert part.count("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT") == 1
        assert "COLOR:red\r\nX-LONG:é" in part
    assert all(len(line) <= 75 for line in double.stored[FILE].text.split(b"\r\n"))


def test_a_sequence_never_falls(stage: CalDavStage, double: DavDouble) -> None:
    """A calendar app counted on by itself; a lower number would be taken for an older invitation."""
    standing = _put(stage, series())
    double.change(FILE, double.stored[FILE].text.replace(b"SEQUENCE:0", b"SEQUENCE:7"))
    _put(stage, moved(series(), 1), standing)
    assert set(re.findall(r"SEQUENCE:(\d+)", _text(double))) == {"7"}


def test_two_who_write_at_once_are_both_heard(
    stage: CalDavStage, double: DavDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody answers between our look and our write: 412, and what they said stays."""
    standing = _put(stage, series())
    request = stage.client.stream
    raced: list[object] = []

    def racing(method: str, url: object, **options: object) -> object:
        if method == "PUT" and not raced:
            raced.append(url)
            double.change(FILE, double.stored[FILE].text.replace(b"NEEDS-ACTION", b"TENTATIVE"))
        return request(method, url, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(stage.client, "stream", racing)
    _put(stage, replace(series(), title="Another", sequence=1), standing)
    assert _writes(double) == [("PUT", 201), ("PUT", 412), ("PUT", 201)]
    assert "TENTATIVE" in _text(double)
    assert len(stage.waited) == 1


def test_somebody_who_always_comes_first_is_left(stage: CalDavStage, double: DavDouble) -> None:
    """After a few tries."""
    double.faults.append(Fault(method="PUT", status=412, times=-1))
    with pytest.raises(Unavailable, match="all the time"):
        stage.writer(HOME).put(series(), standing=None)
    assert len(_writes(double)) == 6


# --- what servers do


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", [{"status": 504}, {"status": 500}, {"status": 0}, {"status": 429}])
def test_a_lost_answer_makes_no_second_event(
    stage: CalDavStage, double: DavDouble, fault: dict[str, int], after: bool
) -> None:
    """Whether the write happened is looked up before it is made again (faults F2 and F3)."""
    double.faults.append(Fault(method="PUT", after=after, **fault))  # type: ignore[arg-type]  # a status
    standing = _put(stage, series())
    assert len(double.history) == 1
    double.faults.append(Fault(method="DELETE", after=after, **fault))  # type: ignore[arg-type]  # a status
    stage.writer(HOME).cancel(replace(series(), cancelled=True), standing=standing)
    assert not double.stored
    assert len(double.history) == 2


def test_a_crash_at_any_call_is_mended_by_writing_again(
    stage: CalDavStage, double: DavDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event, as planned, whatever we remember of it."""
    request = stage.client.stream
    left = 0

    def crashing(*told: object, **options: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return request(*told, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(stage.client, "stream", crashing)
    for calls in range(8):
        for name in list(double.stored):
            double.change(name, b"")
        standing = None
        for event in (series(), skipped(moved(series(), 2), 4)):
            left = calls
            try:
                receipt = stage.writer(HOME).put(event, standing=standing)
            except KeyboardInterrupt:
                left = 100
                receipt = stage.writer(HOME).put(event, standing=standing)
            standing = Delivery(event=event, receipt=receipt)
            assert receipt.differences == ()
            assert len(double.stored) == 1
            assert {each.start for each in stage.dates("ana")} == {each.start for each in event.sessions}


def test_an_event_that_lies_elsewhere_is_adopted(stage: CalDavStage, double: DavDouble) -> None:
    """Some apps give files names of their own."""
    standing = _put(stage, series())
    text = double.stored[FILE].text
    double.change(FILE, b"")
    double.change("/home/ana/other-name.ics", text)
    for known in (standing, None):
        assert _put(stage, moved(series(), 1), known).receipt.id.endswith("/home/ana/other-name.ics")
    assert len(double.stored) == 1


@pytest.mark.parametrize("status", [403, 409])
def test_a_server_that_has_the_uid_elsewhere_is_believed(stage: CalDavStage, double: DavDouble, status: int) -> None:
    """It names the place (RFC 4791, 5.3.2.1; RFC 6638, 3.2.4.1), here in another calendar."""
    _put(stage, series())
    double.change("/home/ben/x.ics", double.stored[FILE].text)
    double.change(FILE, b"")
    body = (
        '<error xmlns="DAV:"><C:no-uid-conflict xmlns:C="urn:ietf:params:xml:ns:caldav"><href>/home/ben/x.ics</href>'
        "</C:no-uid-conflict></error>"
    )
    double.faults.append(Fault(method="PUT", status=status, body=body))
    receipt = stage.writer(HOME).put(moved(series(), 1), standing=None)
    assert receipt.id.endswith("/home/ben/x.ics")
    assert list(double.stored) == ["/home/ben/x.ics"]


def test_a_place_that_a_server_invents_is_not_called(stage: CalDavStage, double: DavDouble) -> None:
    """On another host."""
    body = '<error xmlns="DAV:"><no-uid-conflict><href>https://evil.example/x.ics</href></no-uid-conflict></error>'
    double.faults.append(Fault(method="PUT", status=409, body=body, times=-1))
    with pytest.raises(Unavailable):
        stage.writer(HOME).put(series(), standing=None)


def test_a_server_without_etags_is_written_all_the_same(stage: CalDavStage, double: DavDouble) -> None:
    """Without a condition there; all is compared and read back as ever."""
    double.etags = False
    standing = _put(stage, series())
    assert standing.receipt.version == ""
    _put(stage, moved(series(), 1), standing)


def test_a_server_that_takes_and_does_not_keep_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """It answers 201."""
    double.faults.append(Fault(method="PUT", status=201, times=-1))
    with pytest.raises(Unavailable, match="does not show"):
        stage.writer(HOME).put(series(), standing=None)


def test_a_server_that_changes_what_it_keeps_is_told(
    stage: CalDavStage, double: DavDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands is told in words and kept, and is never fought (fault F32)."""
    change = double.change
    monkeypatch.setattr(double, "change", lambda path, text: change(path, text.replace(b":20270309T1", b":20270309T0")))
    receipt = stage.writer(HOME).put(series(), standing=None)
    assert any("not planned" in each for each in receipt.differences)
    assert len(receipt.stood) == 6
    _, *calls = _writes(double)
    standing = Delivery(event=series(), receipt=receipt)
    assert stage.writer(HOME).put(series(), standing=standing).differences == receipt.differences
    assert not calls


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 507, 501])
def test_a_refused_write_is_told_once(stage: CalDavStage, double: DavDouble, status: int) -> None:
    """In our own words; it is not tried again."""
    double.faults.append(Fault(method="PUT", status=status, body="CANARY-7f3d", times=-1))
    with pytest.raises(RondoError) as caught:
        stage.writer(HOME).put(series(), standing=None)
    assert "CANARY" not in str(caught.value)
    assert len(_writes(double)) == 1


@pytest.mark.parametrize("path", ["/home/nobody/", "/elsewhere/"])
def test_a_calendar_that_is_gone_is_told(stage: CalDavStage, path: str) -> None:
    """Before anything is written."""
    writer = CalDavWriter(stage.session("ana"), stage.url(path))
    with pytest.raises(Unavailable, match="no such calendar"):
        writer.put(series(), standing=None)


def test_a_uid_of_another_provider_is_a_name_like_any_other(stage: CalDavStage, double: DavDouble) -> None:
    """Those of events from elsewhere have signs that paths have, too."""
    for uid in ("040000008200E00074@example.org", "a/../b c?d#e%2f"):
        event = series(uid=uid)
        standing = Delivery(event=event, receipt=stage.writer(COPY).put(event, standing=None))
        assert standing.receipt.differences == ()
        assert stage.writer(COPY).put(event, standing=standing) == standing.receipt
        stage.writer(COPY).cancel(event, standing=standing)
    assert not double.stored
    assert all(call.path.startswith("/home/ben/") for call in double.calls)


# --- people


def test_a_plain_server_invites_nobody(stage: CalDavStage, double: DavDouble) -> None:
    """Everybody is listed with an agent that is not the server, and without our ids."""
    _put(stage, series())
    attendees = re.findall(r"ATTENDEE;.*", _text(double))
    assert len(attendees) == 3
    assert all("SCHEDULE-AGENT=CLIENT" in each for each in attendees)
    assert "X-RONDO" not in _text(double)


@pytest.mark.parametrize(("status", "told"), [("3.7", True), ("5.1;Service unavailable", True), ("1.2", False)])
def test_somebody_whom_the_server_does_not_reach_is_told(
    stage: CalDavStage, double: DavDouble, monkeypatch: pytest.MonkeyPatch, status: str, told: bool
) -> None:
    """Though they should have an account there; of others nobody expects it."""
    change = double.change

    def delivering(path: str, text: bytes) -> None:
        change(path, re.sub(rb"(ATTENDEE;)", rb'\1SCHEDULE-STATUS="%s";' % status.encode(), text))

    monkeypatch.setattr(double, "change", delivering)
    writer = CalDavWriter(stage.session("ana"), stage.address("ana"), invited=frozenset({"ana", "ben"}))
    receipt = writer.put(series(), standing=None)
    expected = f"ben: the server could not invite them ({status[:3]})"
    assert receipt.differences == ((expected,) if told else ())
    assert receipt.stood == ()


def test_a_copy_invites_nobody_and_tells_nobody(stage: CalDavStage, double: DavDouble) -> None:
    """It has an organiser and no attendee, its owner's own words, and not the dates without them."""
    event = changed(series(), 1, absent=("ben",))
    standing = _put(stage, event, place=COPY)
    text = _text(double, f"/home/ben/{UID}.ics")
    assert "ATTENDEE" not in text
    assert "ORGANIZER;CN=Ana;SCHEDULE-AGENT=CLIENT:mailto:ana@example.org" in text
    assert "DESCRIPTION:You: Tue 05:30 New York" in text
    assert "EXDATE;TZID=Europe/London:20270316T103000" in text
    stage.writer(COPY).cancel(replace(event, cancelled=True), standing=standing)
    [deleted] = [call for call in double.calls if call.method == "DELETE"]
    assert deleted.headers["schedule-reply"] == "F"
    assert not double.stored


def test_a_copy_of_nothing_is_none(stage: CalDavStage, double: DavDouble) -> None:
    """Somebody who is always absent has no event."""
    event = series()
    event = replace(event, occurrences=tuple(replace(each, absent=("ben",)) for each in event.occurrences))
    standing = _put(stage, series(), place=COPY)
    _put(stage, event, standing, place=COPY)
    assert not double.stored


def test_an_error_of_the_client_is_ours(stage: CalDavStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No exception of a library comes out."""

    def failing(*told: object, **options: object) -> object:
        raise httpx.UnsupportedProtocol("CANARY")

    monkeypatch.setattr(stage.client, "stream", failing)
    with pytest.raises(Unavailable) as caught:
        stage.writer(HOME).put(series(), standing=None)
    assert "CANARY" not in str(caught.value)
