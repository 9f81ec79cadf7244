"""connectors/_caldav/reading.py: free/busy and changes."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connectors._caldav import query
from connectors._caldav.reading import CalDavReader, without
from scheduler.core.interval import Interval, as_intervals
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from scheduler.ports import Answer, Asked, Own
from tests.connectors._caldav.double import DavDouble
from tests.connectors.stage import CANARY
from tests.connectors.stages.caldav import CalDavStage
from tests.doubles.server import Fault

START = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = Interval(START, START + timedelta(weeks=8))
LUNCH = datetime(2027, 3, 9, 11, 7, tzinfo=UTC)


def _read(stage: CalDavStage, token: str = "", window: Interval = WINDOW, **asked: object) -> Answer:
    whole = Asked(calendar=stage.address("ana"), token=token)
    reader = CalDavReader(stage.session("ana"))
    [answer] = reader.free_busy([dataclasses.replace(whole, **asked)], window=window)  # type: ignore[arg-type]  # of tests
    return answer


def _busy(answer: Answer) -> list[list[int]]:
    assert answer.error is None, answer.error
    assert answer.free_busy is not None
    assert answer.free_busy.complete
    return answer.free_busy.busy.tolist()  # type: ignore[no-any-return]  # numpy says no more of tolist


def _row(start: datetime, minutes: int) -> list[int]:
    return [int(start.timestamp()), int(start.timestamp()) + 60 * minutes]


def test_what_has_not_changed_is_not_read_again(stage: CalDavStage, double: DavDouble) -> None:
    """One small question tells."""
    stage.add("ana", LUNCH, 53)
    first = _read(stage)
    assert _busy(first) == [_row(LUNCH, 53)]
    double.calls.clear()
    assert _read(stage, first.token) == Answer(token=first.token)
    assert [call.method for call in double.calls] == ["PROPFIND"]
    stage.add("ana", LUNCH + timedelta(days=1), 5)
    again = _read(stage, first.token)
    assert len(_busy(again)) == 2
    assert again.token != first.token


def test_another_question_is_answered_anew(stage: CalDavStage) -> None:
    """About other weeks, on another clock, or with other events that are our own."""
    uid = stage.add("ana", LUNCH, 53)
    token = _read(stage).token
    assert _busy(_read(stage, token, zone="Asia/Tokyo")) == [_row(LUNCH, 53)]
    assert _busy(_read(stage, token, own=Own(uids=frozenset({uid})))) == []
    assert _busy(_read(stage, token, window=Interval(START, START + timedelta(weeks=2)))) == [_row(LUNCH, 53)]


def test_a_server_without_tokens_is_read_each_time(stage: CalDavStage, double: DavDouble) -> None:
    """Nothing can tell that nothing changed."""
    double.tokens = False
    stage.add("ana", LUNCH, 53)
    answer = _read(stage)
    assert answer.token == ""
    assert _busy(_read(stage, answer.token)) == [_row(LUNCH, 53)]


def test_a_list_cut_short_is_asked_for_in_parts(stage: CalDavStage, double: DavDouble) -> None:
    """Two at a time, by halves of the weeks, until all are there."""
    for day in range(20):
        stage.add("ana", LUNCH + timedelta(days=day), 10)
    double.page = 2
    assert len(_busy(_read(stage))) == 20


def test_a_day_that_is_always_cut_short_is_unknown(stage: CalDavStage, double: DavDouble) -> None:
    """More than the server ever tells."""
    for minute in range(4):
        stage.add("ana", LUNCH + timedelta(hours=minute), 10)
    double.page = 1
    answer = _read(stage)
    assert answer.free_busy is None
    assert isinstance(answer.error, Unavailable)


def test_a_calendar_that_is_too_large_is_unknown(stage: CalDavStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    monkeypatch.setattr(query, "MOST_TEXTS", 2)
    for day in range(3):
        stage.add("ana", LUNCH + timedelta(days=day), 10)
    assert "more than 2 events" in str(_read(stage).error)


def test_an_event_that_can_not_be_had_makes_unknown(stage: CalDavStage, double: DavDouble) -> None:
    """A response without its text is no free time; one that is gone is."""
    stage.add("ana", LUNCH, 53)
    double.extra = (
        "<D:response><D:href>/home/ana/x.ics</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>"
    )
    assert isinstance(_read(stage).error, Unavailable)
    double.extra = double.extra.replace("403", "404")
    assert _busy(_read(stage)) == [_row(LUNCH, 53)]


def test_where_events_are_forbidden_the_server_tells_times(stage: CalDavStage, double: DavDouble) -> None:
    """Our own sessions are taken out by their times."""
    double.forbidden = True
    double.busy = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\nDTSTART:20270301T000000Z\r\nDTEND:20270426T000000Z\r\n"
        b"FREEBUSY:20270309T110000Z/PT1H,20270310T110000Z/20270310T120000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    first, second = (_row(datetime(2027, 3, day, 11, tzinfo=UTC), 60) for day in (9, 10))
    assert _busy(_read(stage)) == [first, second]
    assert _busy(_read(stage, own=Own(sessions=as_intervals([second])))) == [first]


@pytest.mark.parametrize(
    ("busy", "sessions", "left"),
    [
        ([[0, 60], [60, 120]], [[0, 60]], [[60, 120]]),
        ([[0, 60], [0, 60]], [[0, 60]], [[0, 60]]),  # somebody else's appointment at the same time
        ([[0, 120]], [[30, 60]], [[0, 30], [60, 120]]),
        ([[0, 120]], [[200, 300]], [[0, 120]]),
        ([], [[0, 60]], []),
        ([[0, 60]], [], [[0, 60]]),
        ([[0, 60], [0, 60]], [[0, 60], [0, 60]], []),
    ],
)
def test_own_sessions_are_taken_out_of_times(busy: list[object], sessions: list[object], left: list[object]) -> None:
    """The one block that is a session; else the stretch."""
    assert without(as_intervals(busy), as_intervals(sessions)).tolist() == left


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, times=-1),
        Fault(status=0, times=-1),
        Fault(status=429, headers={"Retry-After": "864000"}, times=-1),
        Fault(status=404, times=-1),
        Fault(status=403, times=-1),
        Fault(status=200, body=f"<html>{CANARY}</html>", times=-1),
        Fault(status=207, body=f"<html>{CANARY}</html>", times=-1),
        Fault(method="REPORT", truncate=40, times=-1),
        Fault(method="REPORT", status=200, body="BEGIN:VCALENDAR", times=-1),
        Fault(method="REPORT", status=207, body='<multistatus xmlns="DAV:"><response/></multistatus>', times=-1),
    ],
)
def test_what_goes_wrong_is_an_answer_and_never_free(stage: CalDavStage, double: DavDouble, fault: Fault) -> None:
    """The token stays, so that the last good reading can still be found unchanged; the waits have an end."""
    stage.add("ana", LUNCH, 53)
    double.faults.append(fault)
    answer = _read(stage, "earlier")
    assert isinstance(answer.error, RondoError)
    assert answer.free_busy is None
    assert answer.token == "earlier"
    assert CANARY not in repr(answer)
    assert sum(stage.waited) <= 300


def test_a_wrong_password_is_the_owners_to_mend(stage: CalDavStage, double: DavDouble) -> None:
    """It is not tried again."""
    double.faults.append(Fault(status=401, times=-1))
    assert isinstance(_read(stage).error, CredentialsRejected)
    assert len(double.calls) == 1


def test_a_calendar_of_another_server_is_not_asked_for(stage: CalDavStage, double: DavDouble) -> None:
    """The password is for one server."""
    for calendar in ("caldav:https://evil.example/home/ana/", "caldav:", "x"):
        answer = _read(stage, calendar=calendar)
        assert isinstance(answer.error, InputError | Unavailable)
    assert all(call.path.startswith("/") for call in double.calls)


def test_nothing_but_times_comes_out(stage: CalDavStage) -> None:
    """No title, place or note."""
    stage.add("ana", LUNCH, 53)
    assert CANARY not in repr(_read(stage))


def test_floating_times_are_on_the_owners_clock(stage: CalDavStage, double: DavDouble) -> None:
    """And whole days too, at both ends of the window."""
    text = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:f\r\nDTSTART:20270301T000500\r\nDTEND:20270301T003500\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    double.change("/home/ana/f.ics", text.encode())
    window = Interval(datetime(2027, 2, 28, 15, tzinfo=UTC), datetime(2027, 3, 7, tzinfo=UTC))
    answer = _read(stage, window=window, zone="Asia/Tokyo")
    assert _busy(answer) == [_row(datetime(2027, 2, 28, 15, 5, tzinfo=UTC), 30)]


# --- changes


def _changes(stage: CalDavStage, token: str) -> tuple[str, frozenset[str], bool]:
    found = CalDavReader(stage.session("ana")).changes(stage.address("ana"), token)
    return found.token, found.uids, found.everything


def test_changes_tell_what_is_new_and_what_is_gone(stage: CalDavStage) -> None:
    """By UID, and by the name of its file where it is gone."""
    token, uids, everything = _changes(stage, "")
    assert (uids, everything) == (frozenset(), True)
    one, other = stage.add("ana", LUNCH, 5), stage.add("ana", LUNCH, 6)
    token, uids, everything = _changes(stage, token)
    assert (uids, everything) == (frozenset({one, other}), False)
    stage.drop("ana", one)
    token, uids, _ = _changes(stage, token)
    assert uids == {one}
    assert _changes(stage, token) == (token, frozenset(), False)


def test_changes_over_several_pages_are_one(stage: CalDavStage, double: DavDouble) -> None:
    """A list that is cut short goes on where it ended (RFC 6578, 3.6)."""
    token, *_ = _changes(stage, "")
    added = {stage.add("ana", LUNCH + timedelta(days=day), 5) for day in range(7)}
    double.page = 2
    token, uids, _ = _changes(stage, token)
    assert uids == added
    assert _changes(stage, token)[1] == frozenset()


def test_a_page_that_fails_loses_nothing(stage: CalDavStage, double: DavDouble) -> None:
    """The token is not moved on before the last page (fault F11)."""
    token, *_ = _changes(stage, "")
    added = {stage.add("ana", LUNCH + timedelta(days=day), 5) for day in range(5)}
    double.page = 2
    double.faults.append(Fault(method="REPORT", status=500, skip=1, times=2))
    assert _changes(stage, token)[1] == added


@pytest.mark.parametrize("status", [400, 403, 409, 410, 412])
def test_a_token_that_expired_means_everything(stage: CalDavStage, double: DavDouble, status: int) -> None:
    """However a server says it; a new token comes with it."""
    stage.add("ana", LUNCH, 5)
    double.faults.append(Fault(method="REPORT", status=status))
    token, uids, everything = _changes(stage, "0")
    assert (uids, everything) == (frozenset(), True)
    assert _changes(stage, token) == (token, frozenset(), False)
    assert _changes(stage, "garbage")[2]


def test_a_list_of_changes_that_does_not_end_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """Cut short again and again, with the same token."""
    body = (
        '<multistatus xmlns="DAV:"><response><href>/home/ana/</href><status>HTTP/1.1 507 x</status></response>'
        "<sync-token>{}</sync-token></multistatus>"
    )
    for token in ("1", ""):
        double.faults = [Fault(method="REPORT", status=207, body=body.format(token), times=-1)]
        with pytest.raises(Unavailable):
            _changes(stage, "1")


def test_a_calendar_that_may_not_be_read_any_more_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """It is not taken for an expired token."""
    body = '<error xmlns="DAV:"><need-privileges/></error>'
    double.faults.append(Fault(method="REPORT", status=403, body=body))
    with pytest.raises(Unavailable, match="may not read"):
        _changes(stage, "1")
