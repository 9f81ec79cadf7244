"""Free/busy of mailboxes: within the limits, by what is busy, and unknown wherever it is not told."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors._http.secret import Held
from connectors.outlook import OutlookReader
from scheduler.core.interval import Interval, as_intervals
from scheduler.errors import CredentialsRejected, Unavailable
from scheduler.ports import Answer, Asked, Own
from tests.connectors.stage import CANARY
from tests.connectors.stages.outlook import OutlookStage
from tests.doubles.server import Fault

HALF_YEAR = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC))
MARCH = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
AT = datetime(2027, 3, 10, 9, 7, tzinfo=UTC)


def asked_of(*mailboxes: str, own: Own | None = None) -> list[Asked]:
    """Mailboxes as they are asked for."""
    return [Asked(calendar=f"outlook:{each}", own=own or Own()) for each in mailboxes]


def busy(answer: Answer) -> list[tuple[datetime, int]]:
    """When somebody is busy, and for how many minutes."""
    assert answer.error is None
    assert answer.free_busy is not None
    rows: list[list[int]] = answer.free_busy.busy.tolist()
    return [(datetime.fromtimestamp(start, UTC), (end - start) // 60) for start, end in rows]


def read(stage: OutlookStage, *mailboxes: str, window: Interval = MARCH, own: Own | None = None) -> Sequence[Answer]:
    """What our reader says."""
    return stage.reader().free_busy(asked_of(*mailboxes, own=own), window=window)


def schedules(stage: OutlookStage) -> int:
    """How often getSchedule was called."""
    return stage.graph.count("POST", "getSchedule")


def test_many_mailboxes_over_half_a_year_take_the_fewest_calls(stage: OutlookStage) -> None:
    """45 mailboxes are three groups, 184 days three parts; a mailbox that is asked for twice is read once."""
    people = [f"p{number}@contoso.example" for number in range(45)]
    for number, person in enumerate(people):
        stage.graph.add_person(person)
        stage.graph.add_event(person, AT + timedelta(days=3 * number), 45)
    answers = read(stage, *people, people[0].upper(), window=HALF_YEAR)
    assert [busy(each) for each in answers[:-1]] == [[(AT + timedelta(days=3 * n), 45)] for n in range(45)]
    assert busy(answers[-1]) == busy(answers[0])
    assert schedules(stage) == 9
    assert max(stage.graph.most_at_once.values()) <= 4


@pytest.mark.parametrize(
    ("show_as", "is_busy"),
    [
        ("free", False),
        ("workingElsewhere", False),
        *((each, True) for each in ("tentative", "busy", "oof", "unknown")),
    ],
)
def test_what_is_shown_decides_what_is_busy(stage: OutlookStage, show_as: str, is_busy: bool) -> None:
    """Who works elsewhere can meet; who may be away can't."""
    stage.graph.add_event("ana@contoso.example", AT, 53, show_as=show_as)
    (answer,) = read(stage, "ana@contoso.example")
    assert busy(answer) == ([(AT, 53)] if is_busy else [])


def test_a_mailbox_in_error_is_unknown_and_the_others_are_read(stage: OutlookStage) -> None:
    """With a reason of ours: what Graph says of it is not repeated."""
    stage.graph.add_event("ana@contoso.example", AT, 53)
    bad, ana = read(stage, "nobody@contoso.example", "ana@contoso.example")
    assert busy(ana) == [(AT, 53)]
    assert isinstance(bad.error, Unavailable)
    assert "nobody@contoso.example" in str(bad.error)
    assert CANARY not in str(bad.error)


@pytest.mark.parametrize("where", ["without_items", "grid_only"])
def test_a_grid_alone_is_not_enough_to_know_somebody(stage: OutlookStage, where: str) -> None:
    """A grid is rounded; where it says busy and no item does, nothing is known."""
    getattr(stage.graph.switches, where).add("ana@contoso.example")
    stage.graph.add_event("ana@contoso.example", AT, 53)
    (answer,) = read(stage, "ana@contoso.example")
    assert isinstance(answer.error, Unavailable)
    assert answer.free_busy is None


def test_a_mailbox_with_too_many_entries_is_asked_for_less_at_a_time(stage: OutlookStage) -> None:
    """Graph gives up on more than so many; an appointment at the edge of two parts counts once."""
    stage.graph.switches.most_entries = 6
    spans = [(AT + timedelta(days=day), 30) for day in range(20)]
    for start, minutes in spans:
        stage.graph.add_event("ana@contoso.example", start, minutes)
    (answer,) = read(stage, "ana@contoso.example")
    assert busy(answer) == spans
    stage.graph.switches.most_entries = 0
    (answer,) = read(stage, "ana@contoso.example")
    assert isinstance(answer.error, Unavailable)


def test_an_own_session_is_left_out_once_also_at_the_edge_of_two_parts(stage: OutlookStage) -> None:
    """Somebody else's appointment at exactly the same time stays; so does one that only overlaps."""
    middle = HALF_YEAR.start + (HALF_YEAR.end - HALF_YEAR.start) / 3 - timedelta(minutes=20)
    assert middle.second == 0
    for start in (AT, AT, middle):
        stage.graph.add_event("ana@contoso.example", start, 60)
    stage.graph.add_event("ana@contoso.example", AT + timedelta(minutes=30), 60)
    rows = [(int(start.timestamp()), int(start.timestamp()) + 3600) for start in (AT, middle)]
    (answer,) = read(stage, "ana@contoso.example", window=HALF_YEAR, own=Own(sessions=as_intervals(rows)))
    assert busy(answer) == [(AT, 90)]


@pytest.mark.parametrize(
    "item",
    [
        {"status": "busy", "start": {"dateTime": "2027-03-10T09:00:00", "timeZone": "Mars/Olympus"}},
        {"status": "busy", "start": {"dateTime": "soon", "timeZone": "UTC"}},
        {"status": "busy", "start": None},
        {"status": "busy", "start": {"dateTime": "2027-03-11T09:00:00.0000000", "timeZone": "UTC"}},
        "busy",
    ],
)
def test_times_that_cannot_be_read_are_unknown(stage: OutlookStage, item: Any) -> None:
    """Of a zone that nobody knows, of no form, or ending before they begin."""
    told = (
        {**item, "end": {"dateTime": "2027-03-10T10:00:00.0000000", "timeZone": "UTC"}}
        if isinstance(item, dict)
        else item
    )
    body = {"value": [{"scheduleId": "ana@contoso.example", "availabilityView": "2", "scheduleItems": [told]}]}
    stage.graph.faults.append(Fault(path="getSchedule", status=200, body=json.dumps(body)))
    (answer,) = read(stage, "ana@contoso.example")
    assert isinstance(answer.error, Unavailable)


def test_times_in_a_zone_by_windows_name_are_read(stage: OutlookStage) -> None:
    """UTC is asked for, and need not be given."""
    zone = "W. Europe Standard Time"
    start, end = ({"dateTime": f"2027-03-10T{hour}:07:00.0000000", "timeZone": zone} for hour in (10, 11))
    item = {"status": "busy", "start": start, "end": end}
    body = {"value": [{"scheduleId": "ana@contoso.example", "availabilityView": "2", "scheduleItems": [item]}]}
    stage.graph.faults.append(Fault(path="getSchedule", status=200, body=json.dumps(body)))
    (answer,) = read(stage, "ana@contoso.example")
    assert busy(answer) == [(AT, 60)]


def test_a_call_that_graph_refuses_does_not_spoil_other_mailboxes(stage: OutlookStage) -> None:
    """The group is halved until it is known whose it is."""
    stage.graph.faults.append(Fault(path="getSchedule", status=400))
    answers = read(stage, "ana@contoso.example", "ben@contoso.example")
    assert [busy(each) for each in answers] == [[], []]
    stage.graph.faults.append(Fault(path="getSchedule", status=400, times=-1))
    answers = read(stage, "ana@contoso.example", "ben@contoso.example")
    assert all(isinstance(each.error, Unavailable) for each in answers)


def test_nobody_signed_in_is_an_answer_for_each(stage: OutlookStage) -> None:
    """No error is raised, and there is no second try."""
    stage.graph.entra.revoke("ana@contoso.example")
    answers = read(stage, "ana@contoso.example", "ben@contoso.example")
    assert all(isinstance(each.error, CredentialsRejected) for each in answers)
    assert stage.pauses() == []


def test_an_app_by_itself_reads_in_the_name_of_a_mailbox(app_only: OutlookStage) -> None:
    """Of its own mailbox, where it has one, else of the first that is asked for."""
    app_only.graph.add_event("ben@contoso.example", AT, 53)
    (answer,) = read(app_only, "ben@contoso.example")
    assert busy(answer) == [(AT, 53)]
    assert app_only.graph.count("POST", "/v1.0/users/ana@contoso.example/calendar/getSchedule") == 1
    reader = OutlookReader(app_only.session(""))
    (answer,) = reader.free_busy(asked_of("ben@contoso.example"), window=MARCH)
    assert busy(answer) == [(AT, 53)]


# Personal accounts


@pytest.fixture
def personal(stage: OutlookStage) -> OutlookStage:
    """Pat has a personal account."""
    stage.graph.add_person("pat@outlook.example", personal=True)
    stage.secrets["pat"] = Held(stage.graph.secret("pat@outlook.example"))
    return stage


def _of_pat(personal: OutlookStage, zone: str = "UTC", own: Own | None = None) -> Answer:
    asked = Asked(calendar="outlook:pat@outlook.example", zone=zone, own=own or Own())
    (answer,) = OutlookReader(personal.session("pat")).free_busy([asked], window=MARCH)
    return answer


def test_a_personal_account_is_read_by_its_calendar(personal: OutlookStage) -> None:
    """It has no getSchedule; only times are asked for, and what is ours is left out by its UID."""
    for day, show_as in enumerate(("busy", "free", "tentative")):
        personal.graph.add_event("pat@outlook.example", AT + timedelta(days=day), 53, show_as=show_as, text=CANARY)
    ours = personal.graph.add_event("pat@outlook.example", AT + timedelta(days=4), 50)
    own = Own(uids=frozenset({personal.graph.store.events[ours].ical_uid}))
    assert busy(_of_pat(personal, own=own)) == [(AT, 53), (AT + timedelta(days=2), 53)]
    assert schedules(personal) == 0
    assert "subject" not in personal.graph.calls[-1].query


def test_whole_days_are_those_of_their_owner(personal: OutlookStage) -> None:
    """From midnight to midnight, also on the day of a clock change."""
    personal.graph.add_event("pat@outlook.example", datetime(2027, 3, 14, tzinfo=UTC), 0, days=1)
    assert busy(_of_pat(personal, "America/New_York")) == [(datetime(2027, 3, 14, 5, tzinfo=UTC), 23 * 60)]


def test_a_personal_account_knows_nobody_else(personal: OutlookStage) -> None:
    """Somebody else's calendar is unknown to it, and not free."""
    (answer,) = OutlookReader(personal.session("pat")).free_busy(asked_of("ana@contoso.example"), window=MARCH)
    assert isinstance(answer.error, Unavailable)


def test_pages_of_a_calendar_are_all_read(personal: OutlookStage) -> None:
    """And where one of them fails, nothing is known."""
    personal.graph.switches.page_size = 2
    for day in range(5):
        personal.graph.add_event("pat@outlook.example", AT + timedelta(days=day), 53)
    assert len(busy(_of_pat(personal))) == 5
    personal.graph.faults.append(Fault(path="calendarView", status=400, skip=1))
    assert isinstance(_of_pat(personal).error, Unavailable)


# Limits


def test_a_mailbox_is_never_asked_by_more_than_four_at_once(stage: OutlookStage) -> None:
    """However many threads there are."""
    session = stage.session("ana")
    stage.graph.faults.append(Fault(path="calendar$", status=500, delay=0.05, times=-1))

    def ask() -> None:
        with pytest.raises(Exception, match="busy"):
            session.once("GET", "/me/calendar")

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 2 <= stage.graph.most_at_once["ana@contoso.example"] <= 4
