"""connectors/_google/reader.py: free/busy by the fifty, what is unknown, and what changed."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors._google.transport import Transport
from connectors.google import GoogleReader
from scheduler.core.interval import Interval, as_intervals
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.ports import Answer, Asked, Own
from tests.connectors.stage import CANARY
from tests.connectors.stages.google import GoogleStage
from tests.doubles.google import usage_fault
from tests.doubles.server import Fault

START = datetime(2027, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
HALF_A_YEAR = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 8, 30, tzinfo=UTC))


def spans(answer: Answer) -> list[tuple[datetime, datetime]]:
    """The busy times of a good answer."""
    assert answer.error is None
    assert answer.free_busy is not None
    rows = answer.free_busy.busy.tolist()
    return [(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in rows]


def read(stage: GoogleStage, *people: str, own: Own | None = None) -> list[Answer]:
    """What ana's account says of these people."""
    asked = [Asked(calendar=stage.address(person), own=own or Own()) for person in people]
    return list(stage.reader().free_busy(asked, window=HALF_A_YEAR))


def test_many_calendars_are_asked_for_in_the_fewest_calls(stage: GoogleStage) -> None:
    """120 people over half a year: three chunks of at most 50, four parts of at most 60 days."""
    people = [f"person{number}" for number in range(120)]
    for person in people:
        stage.google.add_person(stage.email(person))
    stage.add("person7", START, 30)
    stage.add("person119", HALF_A_YEAR.end - HOUR, 120)
    found = read(stage, *people)
    assert stage.google.count("POST", "freeBusy") == 12
    assert spans(found[7]) == [(START, START + HOUR / 2)]
    assert spans(found[119]) == [(HALF_A_YEAR.end - HOUR, HALF_A_YEAR.end)]
    assert sum(len(spans(each)) for each in found) == 2


def test_what_spans_two_parts_of_the_window_is_one(stage: GoogleStage) -> None:
    """Sixty days after its beginning, the second call goes on where the first ended."""
    edge = HALF_A_YEAR.start + timedelta(days=60)
    stage.add("ben", edge - HOUR, 120)
    assert spans(read(stage, "ben")[0]) == [(edge - HOUR, edge + HOUR)]


@pytest.mark.parametrize("reason", ["notFound", "internalError", "something-new", "groupTooBig"])
def test_an_error_inside_a_good_answer_is_unknown(stage: GoogleStage, reason: str) -> None:
    """For that calendar alone."""
    stage.google.switches.busy_errors[stage.email("ben")] = reason
    ana, ben = read(stage, "ana", "ben")
    assert spans(ana) == []
    assert isinstance(ben.error, Unavailable)
    assert ben.free_busy is None


def test_an_answer_without_busy_is_unknown(stage: GoogleStage) -> None:
    """No `busy` is not an empty one."""
    stage.google.switches.without_busy.add(stage.email("ben"))
    assert isinstance(read(stage, "ben")[0].error, Unavailable)


@pytest.mark.parametrize(
    "busy",
    [
        "[{}]",
        "7",
        '[{"start": "2027-03-02T10:00:00Z"}]',
        '[{"start": "now", "end": "then"}]',
        '[{"start": "2027-03-02T10:00:00", "end": "2027-03-02T11:00:00"}]',
        '[{"start": "2027-03-02T11:00:00Z", "end": "2027-03-02T10:00:00Z"}]',
        "null",
    ],
)
def test_busy_times_that_make_no_sense_are_unknown(stage: GoogleStage, busy: str) -> None:
    """Half of a calendar is none."""
    body = f'{{"calendars": {{"{stage.email("ben")}": {{"busy": {busy}}}}}}}'
    stage.google.faults.append(Fault(path="freeBusy", status=200, body=body))
    assert isinstance(read(stage, "ben")[0].error, Unavailable)


def test_one_part_that_fails_makes_the_calendar_unknown(stage: GoogleStage) -> None:
    """Three of four parts of a window are not the window."""
    stage.google.faults.append(Fault(path="freeBusy", status=400, skip=2))
    assert isinstance(read(stage, "ben")[0].error, Unavailable)


def test_a_calendar_of_another_kind_or_without_an_account_is_said(stage: GoogleStage) -> None:
    """The others are read all the same."""
    reader = GoogleReader({stage.address("ana"): stage.session("ana")})
    asked = [Asked(calendar=each) for each in ("outlook:ben@example.org", stage.address("ben"), stage.address("ana"))]
    found = reader.free_busy(asked, window=HALF_A_YEAR)
    assert [type(each.error) for each in found] == [InputError, InputError, type(None)]


@pytest.mark.parametrize("merges", [True, False])
def test_without_events_our_sessions_are_cut_out_of_free_busy(stage: GoogleStage, merges: bool) -> None:
    """Where an account may not see events; an appointment over a session is seen where Google doesn't merge."""
    stage.google.switches.merges_busy = merges
    stage.google.faults.append(Fault(path="/events", status=403, times=-1))
    stage.add("ben", START, 60)
    stage.add("ben", START + HOUR / 2, 60)
    ours = Own(sessions=as_intervals([(START.timestamp(), (START + HOUR).timestamp())]))
    rest = (START + HOUR, START + 1.5 * HOUR) if merges else (START + HOUR / 2, START + 1.5 * HOUR)
    assert spans(read(stage, "ben", own=ours)[0]) == [rest]


# Changes


def test_changes_come_page_by_page(stage: GoogleStage) -> None:
    """Pages may be short, and the first one empty; deleted events are known by their id."""
    token = stage.feed().changes(stage.address("ana"), "").token
    ids = [stage.add("ana", START + number * HOUR, 30) for number in range(5)]
    stage.google.delete(stage.email("ana"), ids[0])
    stage.google.switches.page_size, stage.google.switches.empty_first_page = 2, True
    found = stage.feed().changes(stage.address("ana"), token)
    assert found.uids == {ids[0], *(f"{each}@google.com" for each in ids[1:])}
    assert not found.everything
    stage.google.switches.page_size = 2500
    after = stage.feed().changes(stage.address("ana"), found.token)
    assert (after.uids, after.everything) == (frozenset(), False)


def test_a_deleted_date_tells_its_series(stage: GoogleStage) -> None:
    """Its own id would say nothing to anybody."""
    times = {"start": START, "end": START + HOUR}
    said = {name: {"dateTime": at.isoformat(), "timeZone": "UTC"} for name, at in times.items()}
    rule = ["RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU"]
    stage.google.add_event(stage.email("ana"), START, START + HOUR, id="abcde", recurrence=rule, **said)
    token = stage.feed().changes(stage.address("ana"), "").token
    stage.google.delete(stage.email("ana"), "abcde_20270309T100000Z")
    assert stage.feed().changes(stage.address("ana"), token).uids == {"abcde"}


def test_a_page_that_fails_moves_no_token(stage: GoogleStage) -> None:
    """The old token gives everything again."""
    token = stage.feed().changes(stage.address("ana"), "").token
    ids = {f"{stage.add('ana', START + number * HOUR, 30)}@google.com" for number in range(3)}
    stage.google.switches.page_size = 2
    stage.google.faults.append(Fault(path="/events", status=503, skip=1, times=-1))
    with pytest.raises(Unavailable):
        stage.feed().changes(stage.address("ana"), token)
    stage.google.faults.clear()
    assert stage.feed().changes(stage.address("ana"), token).uids == ids


@pytest.mark.parametrize("token", ["", "garbage", "expired"])
def test_a_token_of_no_use_means_everything(stage: GoogleStage, token: str) -> None:
    """And a fresh one; nothing may be concluded from what is listed."""
    stage.add("ana", START, 30)
    if token == "expired":
        token = stage.feed().changes(stage.address("ana"), "").token
        stage.google.expire_sync()
    found = stage.feed().changes(stage.address("ana"), token)
    assert (found.everything, found.uids) == (True, frozenset())
    assert not stage.feed().changes(stage.address("ana"), found.token).everything


def test_a_list_without_a_token_or_an_end_is_unavailable(stage: GoogleStage) -> None:
    """Rather that than to begin anew unseen."""
    stage.google.faults.append(Fault(path="/events", status=200, body='{"items": []}'))
    with pytest.raises(Unavailable):
        stage.feed().changes(stage.address("ana"), "")


def test_a_calendar_of_nobody_is_no_end_of_it(stage: GoogleStage) -> None:
    """404 is Unavailable: it may come back."""
    with pytest.raises(Unavailable):
        stage.feed().changes(stage.address("nobody"), "")


# What never comes


def test_no_title_is_ever_sent_to_us(stage: GoogleStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where events are listed: it is left out by Google, and not by us."""
    came = bytearray()
    real = Transport.send

    def send(*asked: object) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = real(*asked)  # type: ignore[arg-type]  # passed on as they came
        came.extend(body if b"access_token" not in body else b"")
        return status, headers, body

    monkeypatch.setattr(Transport, "send", send)
    token = stage.feed().changes(stage.address("ana"), "").token
    stage.add("ana", START, 30)
    ours = Own(sessions=as_intervals([(START.timestamp(), (START + HOUR).timestamp())]))
    assert stage.feed().changes(stage.address("ana"), token).uids
    assert spans(read(stage, "ana", own=ours)[0])
    assert b"freeBusy" not in came
    assert CANARY.lower().encode() not in bytes(came).lower()
    assert len(came) > 100


@pytest.mark.parametrize("fault", [usage_fault(429, times=-1), Fault(path="v3/", status=401, times=-1)])
def test_no_error_shows_what_google_said(stage: GoogleStage, fault: Fault) -> None:
    """Its texts may be anybody's."""
    stage.google.faults.append(fault)
    (answer,) = read(stage, "ana")
    assert isinstance(answer.error, Unavailable | CredentialsRejected)
    assert "CANARY" not in repr(answer)
    assert "script" not in repr(answer)
