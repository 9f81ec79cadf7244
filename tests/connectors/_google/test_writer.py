"""connectors/_google/writer.py: what it writes at Google, how little, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from connectors._http.secret import Held
from connectors.google import GoogleSession, GoogleWriter
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import ChangedElsewhere, InputError, Unavailable
from tests.connectors.contract import changed, lengthened, plan, shortened, with_session
from tests.connectors.stages.google import GoogleStage
from tests.doubles.google import Stored
from tests.doubles.server import Fault

EVENTS = "/primary/events"
TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)  # the third session
OUTSIDER = "odile@elsewhere.example"


def put(stage: GoogleStage, event: Event, standing: Delivery | None = None) -> Delivery:
    """Write it as ana's, and what the next write has to know."""
    writer = GoogleWriter(stage.session("ana"), invites=True, person="ana")
    return Delivery(event=event, receipt=writer.put(event, standing=standing))


def stored(stage: GoogleStage) -> Stored:
    """The one event in ana's calendar."""
    (one,) = stage.google.store.people["ana@example.org"].events.values()
    return one


def mails(stage: GoogleStage) -> list[tuple[str, str]]:
    """To whom, and about what, since the last look."""
    told = [(each.address.split("@")[0], each.kind) for each in stage.google.all_mails]
    stage.google.all_mails.clear()
    return told


def dates(stage: GoogleStage, person: str = "ana") -> list[tuple[datetime, int]]:
    """What their calendar shows."""
    return [(each.start, each.minutes) for each in stage.dates(person)]


# What is written


def test_a_series_says_its_zone_rule_people_and_place(stage: GoogleStage, event: Event) -> None:
    """As Google's guide for recurring events wants it; its mark is for this calendar alone."""
    put(stage, with_session(event, 4, None))
    said = stored(stage).said
    assert said["id"] == event.uid.replace("-", "")
    assert said["start"] == {"dateTime": "2027-03-09T10:30:00", "timeZone": "Europe/London"}
    assert said["end"] == {"dateTime": "2027-03-09T11:20:00", "timeZone": "Europe/London"}
    assert said["recurrence"] == [
        "RRULE:FREQ=WEEKLY;UNTIL=20270413T213000Z;INTERVAL=1;BYDAY=TU",
        "EXDATE;TZID=Europe/London:20270406T103000",
    ]
    assert [(each["email"], each["optional"], each["responseStatus"]) for each in said["attendees"]] == [
        ("ana@example.org", False, "accepted"),
        ("ben@example.org", False, "needsAction"),
        (OUTSIDER, True, "needsAction"),
    ]
    assert said["location"] == event.conference
    assert said["guestsCanSeeOtherGuests"] is True
    assert event.uid not in str(said["extendedProperties"])
    assert "shared" not in said["extendedProperties"]


def test_only_those_whom_google_invites_are_guests(stage: GoogleStage, event: Event) -> None:
    """Somebody who gets a copy of their own would have it twice."""
    writer = GoogleWriter(stage.session("ana"), invites=True, invited=frozenset({"odile"}), guests_see_each_other=False)
    writer.put(event, standing=None)
    assert [each["email"] for each in stored(stage).said["attendees"]] == ["ana@example.org", OUTSIDER]
    assert stored(stage).said["guestsCanSeeOtherGuests"] is False


def test_moving_one_session_is_one_change_of_that_date(stage: GoogleStage, event: Event) -> None:
    """Beside the words of the series, which tell it."""
    standing = put(stage, event)
    before = len(stage.google.calls)
    put(stage, with_session(event, 2, TUESDAY + timedelta(hours=3)), standing)
    writes = [call.path.rsplit("/", 1)[-1] for call in stage.google.calls[before:] if call.method == "PATCH"]
    assert writes[-1] == f"{stored(stage).id}_20270323T103000Z"
    assert len(writes) <= 2
    assert stage.google.count("POST", EVENTS) == 1


def test_guests_hear_of_what_they_should(stage: GoogleStage, event: Event) -> None:
    """All of a new series and of a changed one, outsiders of a moved session, nobody of words, all of its end."""
    standing = put(stage, event)
    assert mails(stage) == [("ben", "request"), ("odile", "request")]
    standing = put(stage, with_session(event, 2, TUESDAY + timedelta(hours=3)), standing)
    assert set(mails(stage)) == {("odile", "update")}
    renamed = replace(event.attendees[0], name="Ana Maria")
    standing = put(stage, changed(standing.event, attendees=(renamed, *event.attendees[1:])), standing)
    assert ("ben", "update") not in mails(stage)
    standing = put(stage, changed(standing.event, title="Circle 8"), standing)
    assert ("ben", "update") in mails(stage)
    GoogleWriter(stage.session("ana"), invites=True).cancel(standing.event, standing=standing)
    assert mails(stage) == [("ben", "cancel"), ("odile", "cancel")]


def test_who_is_absent_is_left_out_of_a_moved_session(stage: GoogleStage, event: Event) -> None:
    """And has it back when they attend again."""
    away = with_session(event, 2, TUESDAY + timedelta(hours=3), absent=("ben",))
    standing = put(stage, away)
    assert len(dates(stage, "ben")) == 5
    put(stage, with_session(away, 2, TUESDAY + timedelta(hours=3)), standing)
    assert dates(stage, "ben") == dates(stage, "ana")


@pytest.mark.parametrize("outlives", [True, False], ids=["its entry outlives the EXDATE", "it does not"])
def test_a_moved_session_can_be_skipped_and_come_back(stage: GoogleStage, event: Event, outlives: bool) -> None:
    """Whatever Google does with the entry that it had of its own."""
    stage.google.store.exceptions_outlive_exdate = outlives
    standing: Delivery | None = None
    for wanted in (
        with_session(event, 2, TUESDAY + timedelta(hours=3)),
        with_session(event, 2, None),
        event,
        with_session(event, 2, None),
        with_session(event, 2, TUESDAY + timedelta(days=1)),
    ):
        standing = put(stage, wanted, standing)
        assert standing.receipt.differences == ()
        assert dates(stage) == dates(stage, "ben") == plan(wanted)


@pytest.mark.parametrize(
    ("zone", "first", "minute"),
    [
        ("Europe/London", date(2027, 3, 28), 90),  # 01:30 does not exist on the first date
        ("Europe/London", date(2027, 10, 24), 90),  # 01:30 comes twice a week later
        ("Europe/London", date(2027, 3, 28), 30),  # the first session ends after the change
        ("Australia/Lord_Howe", date(2027, 3, 21), 110),
        ("Asia/Beirut", date(2027, 3, 21), 15),
        ("America/New_York", date(2027, 3, 7), 150),
    ],
)
def test_dates_at_a_clock_change_are_as_planned(
    stage: GoogleStage, event: Event, zone: str, first: date, minute: int
) -> None:
    """Skipped, repeated, and longer or shorter on the clock than in time."""
    rule = RecurrenceRule(zone=zone, first=WallTime(first, minute))
    sessions = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(4)))
    wanted = replace(event, rule=rule, occurrences=sessions, duration=90)
    assert put(stage, wanted).receipt.differences == ()
    assert dates(stage) == plan(wanted)


def test_a_copy_invites_nobody(stage: GoogleStage, event: Event) -> None:
    """It says what its owner sees, under an id that no invitation has, and without sessions they miss."""
    away = with_session(event, 2, TUESDAY, absent=("ben",))
    writer = GoogleWriter(stage.session("ben"), invites=False, person="ben")
    writer.put(away, standing=None)
    assert len(dates(stage, "ben")) == 5
    (one,) = stage.google.store.people["ben@example.org"].events.values()
    assert one.said["attendees"] == []
    assert one.id != event.uid.replace("-", "")
    assert one.said["description"].startswith("You: ")
    assert mails(stage) == []


def test_a_copy_is_somebodys(stage: GoogleStage) -> None:
    """A writer that neither invites nor knows whose copy it writes is a mistake."""
    with pytest.raises(ValueError, match="copy"):
        GoogleWriter(stage.session("ben"), invites=False)


def test_a_uid_of_another_provider_makes_an_id_too(stage: GoogleStage, event: Event) -> None:
    """A copy goes by the UID that the organiser's provider gave it."""
    writer = GoogleWriter(stage.session("ben"), invites=False, person="ben")
    for _ in range(2):
        writer.put(replace(event, uid="040000008200E00074C5B7101A82E008@outlook"), standing=None)
    assert stage.masters("ben") == 1


def test_a_copy_without_any_session_is_not_begun(stage: GoogleStage, event: Event) -> None:
    """Who is absent each time has nothing to see."""
    never = changed(event, occurrences=tuple(replace(each, absent=("ben",)) for each in event.occurrences))
    writer = GoogleWriter(stage.session("ben"), invites=False, person="ben")
    receipt = writer.put(never, standing=None)
    assert stage.masters("ben") == 0
    writer.put(event, standing=Delivery(event=never, receipt=receipt))
    assert dates(stage, "ben") == plan(event)


def test_names_are_no_html(stage: GoogleStage, event: Event) -> None:
    """Google shows descriptions as HTML."""
    ana = replace(event.attendees[0], name="<img src=x onerror=alert(1)>")
    put(stage, replace(event, attendees=(ana, *event.attendees[1:])))
    assert "<" not in stored(stage).said["description"]


# What others did


def test_what_a_person_wrote_into_it_stays(stage: GoogleStage, event: Event) -> None:
    """Words, a guest, an answer: they are theirs, until we have something new to say there."""
    standing = put(stage, event)
    guests = [each | {"responseStatus": "accepted"} for each in stored(stage).said["attendees"]]
    guests.append({"email": "guest@elsewhere.example"})
    stage.google.change("ana@example.org", stored(stage).id, description="Bring tea", attendees=guests)
    before = stage.google.count("PATCH")
    standing = put(stage, event, standing)
    assert stage.google.count("PATCH") == before
    smaller = changed(event, attendees=event.attendees[:2])
    put(stage, smaller, standing)
    kept = {each["email"]: each.get("responseStatus") for each in stored(stage).said["attendees"]}
    assert kept == {"ana@example.org": "accepted", "ben@example.org": "accepted", "guest@elsewhere.example": None}


def test_a_guest_whom_a_person_took_out_is_not_invited_again(stage: GoogleStage, event: Event) -> None:
    """Not even with the next change."""
    standing = put(stage, event)
    without = [each for each in stored(stage).said["attendees"] if each["email"] != OUTSIDER]
    stage.google.change("ana@example.org", stored(stage).id, attendees=without)
    put(stage, changed(event, title="Circle 8"), standing)
    assert stored(stage).said["attendees"] == without


@pytest.mark.parametrize("ignored", [False, True], ids=["If-Match is honoured", "it is not, on single dates"])
def test_a_session_moved_by_hand_is_left_there(stage: GoogleStage, event: Event, ignored: bool) -> None:
    """Also where we want something else by now, and where the whole series was moved."""
    stage.google.switches.instances_ignore_if_match = ignored
    standing = put(stage, event)
    stage.move_by_hand("ana", TUESDAY, TUESDAY + timedelta(hours=1))
    there = dates(stage)
    with pytest.raises(ChangedElsewhere, match="by hand"):
        put(stage, with_session(event, 2, TUESDAY + timedelta(hours=2)), standing)
    assert dates(stage) == there


def test_a_whole_series_moved_by_hand_is_left_there(stage: GoogleStage, event: Event) -> None:
    """Each of its dates is where its rule puts it, but the rule is no longer ours."""
    standing = put(stage, event)
    times = {"start": "2027-03-09T11:30:00", "end": "2027-03-09T12:20:00"}
    said = {name: {"dateTime": at, "timeZone": "Europe/London"} for name, at in times.items()}
    stage.google.change("ana@example.org", stored(stage).id, **said)
    with pytest.raises(ChangedElsewhere, match="by hand"):
        put(stage, event, standing)


def test_one_deleted_session_is_not_brought_back(stage: GoogleStage, event: Event) -> None:
    """A person took it out; a plan that skips it agrees."""
    standing = put(stage, event)
    stage.google.delete("ana@example.org", f"{stored(stage).id}_20270323T103000Z")
    with pytest.raises(ChangedElsewhere, match="no longer at"):
        put(stage, event, standing)
    put(stage, with_session(event, 2, None), standing)
    assert dates(stage) == plan(with_session(event, 2, None))


def test_a_deleted_series_is_not_brought_back(stage: GoogleStage, event: Event) -> None:
    """Its id is taken for good, and whether it comes back is for people to say; also where we forgot that it stood."""
    standing = put(stage, event)
    stage.delete_by_hand("ana")
    for known in (standing, None):
        with pytest.raises(ChangedElsewhere, match="deleted it"):
            put(stage, event, known)
    assert stage.masters("ana") == 0


def test_another_event_in_its_place_is_left_alone(stage: GoogleStage, event: Event) -> None:
    """It has our id and not our mark: nothing is written, and nothing deleted."""
    start = datetime(2027, 3, 1, 9, tzinfo=UTC)
    id_ = stage.google.add_event("ana@example.org", start, start + timedelta(hours=1), id=event.uid.replace("-", ""))
    with pytest.raises(ChangedElsewhere, match="another event"):
        put(stage, event)
    GoogleWriter(stage.session("ana"), invites=True).cancel(event, standing=None)
    assert not stage.google.store.people["ana@example.org"].events[id_].deleted


def test_a_guest_who_declines_changes_nothing_of_ours(stage: GoogleStage, event: Event) -> None:
    """Their calendar is theirs; the series still says that they are invited."""
    standing = put(stage, event)
    stage.google.delete("ben@example.org", stored(stage).id)
    before = stage.google.count("PATCH")
    put(stage, event, standing)
    assert stage.google.count("PATCH") == before
    assert dates(stage, "ben") == []
    assert dates(stage) == plan(event)


# Other zone data at Google


def vancouver(event: Event, minute: int = 9 * 60) -> Event:
    """Six Mondays in Vancouver, which no longer changes its clocks."""
    rule = RecurrenceRule(zone="America/Vancouver", first=WallTime(date(2027, 1, 4), minute))
    sessions = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(6)))
    return replace(event, rule=rule, occurrences=sessions)


@pytest.mark.parametrize("minute", [9 * 60, 23 * 60 + 30, 15], ids=["by day", "before midnight", "after midnight"])
def test_older_zone_data_are_told_and_not_fought(stage: GoogleStage, event: Event, minute: int) -> None:
    """All dates are an hour late; they stay so, a second time nothing is written, and a moved session is exact."""
    stage.google.store.old_zones["America/Vancouver"] = timezone(timedelta(hours=-8))
    wanted = vancouver(event, minute)
    standing = put(stage, wanted)
    assert len(standing.receipt.differences) > 0
    assert len(standing.receipt.stood) == 6
    before = stage.google.count("PATCH")
    again = put(stage, wanted, standing)
    assert again.receipt == standing.receipt
    assert put(stage, wanted).receipt.stood == standing.receipt.stood  # after a crash, nobody knows that it stands
    assert stage.google.count("PATCH") == before
    at = wanted.occurrences[2].recurrence_id + timedelta(hours=5)
    moved = put(stage, with_session(wanted, 2, at), standing)
    assert (at, 50) in dates(stage)
    longer = put(stage, lengthened(moved.event, 8), moved)
    assert len(longer.receipt.stood) == 8
    shorter = put(stage, shortened(longer.event, 5), longer)
    assert len(shorter.receipt.stood) == 5


def test_hands_are_seen_also_where_zone_data_are_older(stage: GoogleStage, event: Event) -> None:
    """A date that was moved or deleted is no difference of zone data."""
    stage.google.store.old_zones["America/Vancouver"] = timezone(timedelta(hours=-8))
    standing = put(stage, vancouver(event))
    there = dates(stage)[3][0]
    stage.move_by_hand("ana", there, there + timedelta(hours=2))
    with pytest.raises(ChangedElsewhere):
        put(stage, vancouver(event), standing)


# Rooms at Meet


def test_a_room_that_comes_late_is_waited_for(stage: GoogleStage, event: Event) -> None:
    """Within bounds; the link is in the receipt, and nothing is written for it."""
    receipt = put(stage, replace(event, meeting="meet", conference="")).receipt
    assert receipt.conference.startswith("https://meet.google.com/")
    assert not receipt.late
    assert stage.google.count("PATCH") == 0
    assert 0 < sum(stage.pauses()) < 10


def test_a_room_that_does_not_come_is_late(stage: GoogleStage, event: Event) -> None:
    """The event stands; the next time the link is there, without a write."""
    stage.google.switches.room = "never"
    wanted = replace(event, meeting="meet", conference="")
    standing = put(stage, wanted)
    assert standing.receipt.late
    assert standing.receipt.conference == ""
    assert standing.receipt.differences == ()
    stage.google.switches.room = "late"
    writes = stage.google.count("PATCH") + stage.google.count("POST", EVENTS)
    assert put(stage, wanted, standing).receipt.conference.startswith("https://meet.google.com/")
    assert stage.google.count("PATCH") + stage.google.count("POST", EVENTS) == writes


def test_a_room_that_fails_is_said_and_asked_for_anew(stage: GoogleStage, event: Event) -> None:
    """By another request, since Google leaves out one that it knows; guests get no mail about it."""
    stage.google.switches.room = "failure"
    wanted = replace(event, meeting="meet", conference="")
    standing = put(stage, wanted)
    assert standing.receipt.late
    assert "Meet made no room" in standing.receipt.differences[0]
    mails(stage)
    stage.google.switches.room = "now"
    after = put(stage, wanted, standing).receipt
    assert after.conference.startswith("https://meet.google.com/")
    assert after.differences == ()
    assert mails(stage) == []


def test_a_link_that_leads_elsewhere_is_not_believed(stage: GoogleStage, event: Event) -> None:
    """It is told without being shown."""
    stage.google.switches.room = "elsewhere"
    receipt = put(stage, replace(event, meeting="meet", conference="")).receipt
    assert receipt.conference == ""
    assert "evil" not in str(receipt)
    assert receipt.differences


def test_a_room_taken_out_by_hand_stays_out_and_ours_goes_when_unwanted(stage: GoogleStage, event: Event) -> None:
    """A person took the room out; and a series that meets elsewhere from now on drops the one at Meet."""
    wanted = replace(event, meeting="meet", conference="")
    standing = put(stage, wanted)
    put(stage, changed(wanted, meeting="", conference="https://meet.example.org/x"), standing)
    assert "conferenceData" not in stored(stage).said
    before = stage.google.count("PATCH")
    put(stage, wanted, standing)
    assert stage.google.count("PATCH") <= before + 1  # the place alone
    assert "conferenceData" not in stored(stage).said


# Crashes, conflicts, and limits


@pytest.mark.parametrize("status", [500, 503, 504, 0])
def test_a_creation_whose_answer_is_lost_is_found(stage: GoogleStage, event: Event, status: int) -> None:
    """One event, one mail to each guest."""
    stage.google.faults.append(Fault(method="POST", path=EVENTS, status=status, after=True))
    assert put(stage, event).receipt.differences == ()
    assert stage.masters("ana") == 1
    assert mails(stage) == [("ben", "request"), ("odile", "request")]


def test_a_change_whose_answer_is_lost_is_not_sent_twice(stage: GoogleStage, event: Event) -> None:
    """What stands is looked at first, and says it already: nobody gets a second mail."""
    standing = put(stage, event)
    mails(stage)
    stage.google.faults.append(Fault(method="PATCH", status=504, after=True))
    put(stage, changed(event, title="Circle 8"), standing)
    assert mails(stage).count(("ben", "update")) == 1
    assert stored(stage).said["summary"] == "Circle 8"


def test_a_change_in_between_is_compared_and_kept(stage: GoogleStage, event: Event) -> None:
    """412: somebody wrote between our look and our write; both changes stand in the end."""
    standing = put(stage, event)
    real = stage.google.api.events_instances
    edits = [lambda: stage.google.change("ana@example.org", stored(stage).id, description="Bring tea")]

    def look(*asked: object) -> dict[str, object]:
        answer = real(*asked)  # type: ignore[arg-type]  # passed on as they came
        while edits:
            edits.pop()()
        return answer

    stage.google.answer_by("events.instances", look)
    put(stage, changed(event, title="Circle 8"), standing)
    assert next(call.status for call in stage.google.calls if call.method == "PATCH") == 412
    assert (stored(stage).said["summary"], stored(stage).said["description"]) == ("Circle 8", "Bring tea")


def test_what_never_stops_changing_is_left(stage: GoogleStage, event: Event) -> None:
    """A bounded number of looks."""
    standing = put(stage, event)
    stage.google.faults.append(Fault(method="PATCH", status=412, times=-1))
    before = len(stage.google.calls)
    with pytest.raises(Unavailable, match="keeps changing"):
        put(stage, changed(event, title="Circle 8"), standing)
    assert len(stage.google.calls) - before < 50


def test_a_service_account_alone_can_not_invite(stage: GoogleStage, event: Event) -> None:
    """It is said what to do."""
    robot = "robot@project.iam.gserviceaccount.com"
    stage.google.add_person(robot)
    secret = Held(stage.google.service_json(robot))
    session = GoogleSession(secret, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri)
    with pytest.raises(InputError, match="domain-wide delegation"):
        GoogleWriter(session, invites=True).put(event, standing=None)


def test_a_service_account_invites_for_somebody_by_delegation(stage: GoogleStage, event: Event) -> None:
    """It acts in their calendar, and asks for no more than writing needs."""
    secret = Held(stage.google.service_json("robot@project.iam.gserviceaccount.com"))
    session = GoogleSession(
        secret, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri, subject="ana@example.org"
    )
    GoogleWriter(session, invites=True).put(event, standing=None)
    assert stage.masters("ana") == 1
    scopes = {scope for token in stage.google.oauth.access.values() for scope in token.scopes}
    assert scopes == {"https://www.googleapis.com/auth/calendar.events.owned"}
