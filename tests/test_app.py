"""A programme through its life, on real parts: what changes outside changes just that much in calendars."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scheduler.core.change import Cancel, Change, Counts, Create, Keep, Kind, Move, counts
from scheduler.core.event import Event
from scheduler.core.freebusy import Knowledge
from scheduler.core.interval import Interval
from scheduler.core.plan import Status
from scheduler.core.series import Cadence, Series
from scheduler.core.slots import NOTHING, best_slots
from scheduler.errors import InputError, Unavailable
from scheduler.solve import Params
from scheduler.store import only_one
from tests.desks import GROUPS, PEOPLE, Desk, at, once, settings, weekly

NOTHING_TO_DO = Counts(0, 0, 0, 0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A programme that is published."""
    desk = Desk(tmp_path / "spring")
    desk.publish()
    return desk


def todo(desk: Desk, *, replan: bool = False) -> list[Change]:
    """What another round would change."""
    app, planned = desk.app, desk.plan(replan=replan)
    return [change for change in app.changes(planned) if not isinstance(change, Keep)]


def sessions(desk: Desk, group: str) -> list[datetime]:
    """When a group meets."""
    events = [event for event in desk.app.store.events() if event.group == group and not event.cancelled]
    return sorted(session.start for event in events for session in event.sessions if session.start)


def uids(desk: Desk) -> dict[str, str]:
    """The UID of each group's event."""
    return {event.group: event.uid for event in desk.app.store.events() if not event.cancelled}


# --- nothing changes


def test_a_second_round_finds_nothing_to_do(desk: Desk) -> None:
    """Also a day later, and whoever has imported what we published."""
    assert todo(desk) == []
    desk.later(days=1)
    assert todo(desk) == []
    for who in ("amara", "chen", "dev"):
        mine = (desk.path / "published" / "people" / f"{who}.ics").read_bytes()
        (desk.path / "calendars" / f"{who}.ics").write_bytes(mine)
    assert todo(desk) == []


def test_publishing_twice_changes_no_byte(desk: Desk) -> None:
    """Neither DTSTAMP nor SEQUENCE of what stands is touched."""
    before = desk.published()
    desk.later(hours=5)
    desk.publish()
    assert desk.published() == before


def test_a_half_run_programme_finds_nothing_to_do(desk: Desk) -> None:
    """Weeks later, with sessions that are over."""
    desk.later(weeks=4)
    assert todo(desk) == []


# --- a calendar changes


def test_one_new_event_over_a_session_moves_just_that_session(desk: Desk) -> None:
    """Inside its week; UID and rule stay, and SEQUENCE grows by one."""
    third, before = sessions(desk, "pair")[2], uids(desk)
    desk.calendar("amara", weekly("2027-03-02T09:00", 120), at(third, 45))
    (change,) = todo(desk)
    assert isinstance(change, Move)
    assert counts([change]) == Counts(0, 1, 0, 0)
    (session,) = change.sessions
    assert (session.session, session.kind, session.before) == (2, Kind.MOVED, third)
    assert session.after is not None
    assert session.after.isocalendar()[:2] == third.isocalendar()[:2]
    desk.publish()
    assert uids(desk) == before
    assert [event.sequence for event in desk.app.store.events() if event.group == "pair"] == [1]
    assert todo(desk) == []


def test_what_begins_within_the_freeze_is_left_alone(desk: Desk) -> None:
    """A session that somebody is suddenly busy at stays, if it is too near."""
    third = sessions(desk, "pair")[2]
    desk.clock.instant = third - timedelta(hours=47)
    desk.calendar("amara", at(third, 45))
    assert todo(desk) == []
    desk.clock.instant = third - timedelta(hours=49)
    assert counts(todo(desk)) == Counts(0, 1, 0, 0)


def test_replanning_asks_anew_and_leaves_the_frozen(desk: Desk) -> None:
    """With other wishes the published plan is kept, and replanned only when asked; what is near stays."""
    third = sessions(desk, "pair")[2]
    desk.clock.instant = third - timedelta(hours=47)
    desk.write(people=PEOPLE.replace("10-16", "15-17"))
    assert [session for change in todo(desk) for session in change.sessions if session.before == third] == []
    changes = [change for change in todo(desk, replan=True) if change.event.group == "pair"]
    assert changes
    touched = {session.before for change in changes for session in change.sessions}
    assert touched.isdisjoint(sessions(desk, "pair")[:3])


# --- people and groups change


def test_a_group_that_is_added_is_created_alone(desk: Desk) -> None:
    """The others keep every session."""
    desk.write(groups=GROUPS + "trio,chen,\ntrio,dev,\n")
    (change,) = todo(desk)
    assert isinstance(change, Create)
    assert change.event.group == "trio"


def test_a_group_that_is_gone_is_cancelled_alone(desk: Desk) -> None:
    """In the group's file and in those of its people."""
    desk.write(groups="\n".join(line for line in GROUPS.splitlines() if not line.startswith("circle")) + "\n")
    (change,) = todo(desk)
    assert isinstance(change, Cancel)
    desk.publish()
    assert b"STATUS:CANCELLED" in desk.published()["groups/circle.ics"]
    assert b"STATUS:CANCELLED" in desk.published()["people/dev.ics"]
    assert b"STATUS:CANCELLED" not in desk.published()["groups/pair.ics"]


def test_an_optional_person_who_joins_changes_the_guests_alone(desk: Desk) -> None:
    """No session moves."""
    before = sessions(desk, "circle")
    desk.write(groups=GROUPS + "circle,chen,optional\n")
    changes = todo(desk)
    assert {change.event.group for change in changes} == {"circle"}
    desk.publish()
    assert sessions(desk, "circle") == before
    (event,) = live(desk, "circle")
    assert "chen" in {attendee.id for attendee in event.attendees}


def test_a_person_who_leaves_is_taken_off_and_told(desk: Desk) -> None:
    """Out of groups.csv and people.csv; their own calendar says cancelled, the others meet as before."""
    before = sessions(desk, "circle")
    people = "".join(line for line in PEOPLE.splitlines(keepends=True) if not line.startswith("dev"))
    desk.write(groups=GROUPS.replace("circle,dev,optional\n", ""), people=people)
    changes = todo(desk)
    assert [(type(change), change.event.group, change.sessions) for change in changes] == [(Move, "circle", ())]
    desk.publish()
    assert sessions(desk, "circle") == before
    assert b"STATUS:CANCELLED" in desk.published()["people/dev.ics"]
    assert todo(desk) == []


def test_an_absent_person_may_leave_while_their_group_is_running(desk: Desk) -> None:
    """What is frozen was planned without them, and stays."""
    second = sessions(desk, "circle")[1]
    desk.write(groups=GROUPS.replace("circle,dev,optional", "circle,dev,optional\ncircle,chen,optional"),
               people=PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 0-24"),
               settings=settings() + "[groups.circle]\nquorum = 1\n")  # fmt: skip  # one alteration
    desk.calendar("dev", at(second, 45))
    desk.publish()
    assert [each.absent for each in live(desk, "circle")[0].occurrences][1]
    desk.clock.instant = second - timedelta(hours=1)
    desk.write(groups=GROUPS.replace("circle,dev,optional", "circle,chen,optional"))
    assert [change.event.group for change in todo(desk)] == ["circle"]


def test_another_first_date_leaves_what_stands(desk: Desk) -> None:
    """A week more at the beginning, as many sessions as before: nobody is moved."""
    desk.write(settings=settings(sessions="8"))
    assert todo(desk) == []
    desk.write(settings=settings(sessions="8", from_="2027-02-22"))
    assert todo(desk) == []


def test_a_later_last_date_adds_sessions_at_the_end(desk: Desk) -> None:
    """Two weeks more, and two sessions more of each group."""
    desk.write(settings=settings(until="2027-05-09"))
    changes = todo(desk)
    assert counts(changes) == Counts(add=4, move=0, cancel=0, skip=0)


def live(desk: Desk, group: str) -> list[Event]:
    """A group's events that stand."""
    return [event for event in desk.app.store.events() if event.group == group and not event.cancelled]


# --- knowledge


def test_an_unknown_required_person_gets_no_new_session(tmp_path: Path) -> None:
    """Nothing of the pair is placed, with the reason; the circle, in which she is required too, neither."""
    desk = Desk(tmp_path / "spring")
    (desk.path / "calendars" / "amara.ics").unlink()
    planned = desk.plan()
    assert [entry.is_unplaced for entry in planned.plan.placements] == [True, True]
    assert "amara" in planned.posed.notes.unknown
    assert desk.app.knowledge(desk.app.person("amara")) is Knowledge.UNKNOWN


def test_an_unknown_optional_person_is_absent(tmp_path: Path) -> None:
    """The circle meets without Dev, and is not asked to wait."""
    desk = Desk(tmp_path / "spring")
    (desk.path / "calendars" / "dev.ics").unlink()
    circle = desk.plan().plan.by_series()["circle"]
    assert [(each.status, each.absent) for each in circle.sessions] == [(Status.HELD, ("dev",))] * 8


def test_what_stands_is_kept_for_whoever_becomes_unknown(desk: Desk) -> None:
    """Stale for a day, then unknown: not one session changes."""
    (desk.path / "calendars" / "amara.ics").unlink()
    assert todo(desk) == []
    assert desk.app.knowledge(desk.app.person("amara")) is Knowledge.STALE
    desk.later(days=2)
    assert todo(desk) == []
    assert desk.app.knowledge(desk.app.person("amara")) is Knowledge.UNKNOWN


def test_an_event_whose_rule_can_not_be_expanded_makes_its_owner_unknown(desk: Desk) -> None:
    """Its dates can be read, and not when it comes back: nobody knows when Amara is free."""
    path = desk.calendar("amara", once("2027-03-02T09:00", 30))
    path.write_text(path.read_text().replace("SUMMARY", "RRULE:FREQ=SECONDLY\r\nSUMMARY"), newline="")
    assert todo(desk) == []
    assert desk.app.knowledge(desk.app.person("amara")) is Knowledge.UNKNOWN


# --- the pair's question


def test_a_booked_slot_is_what_apply_writes(desk: Desk) -> None:
    """The group stands in the folder, its sessions are those that were shown, and nobody else's change."""
    before = {group: sessions(desk, group) for group in ("pair", "circle")}
    series = Series(
        id="chen-ela", required=("chen", "ela"), duration=30, sessions=4, cadence=Cadence(every_weeks=2),
        anchor_zone="Europe/Berlin",
    )  # fmt: skip  # what the command makes of its options
    posed = desk.app.pose()
    option = best_slots(posed.problem, series, 2, posed.previous or NOTHING)[1]
    planned = desk.app.book("chen-ela", ["chen", "ela"], option, series, Params())
    app = desk.app
    app.apply(planned, app.changes(planned))
    shown = [posed.problem.horizon.instant(each.start) for each in option.placement.sessions if each.takes_place]
    assert sessions(desk, "chen-ela") == sorted(shown)
    assert {group: sessions(desk, group) for group in before} == before
    assert todo(desk) == []


def test_booking_does_not_depend_on_the_programmes_own_rules(tmp_path: Path) -> None:
    """A programme of rotations in which nothing may move: the slot that was shown is the slot that is booked."""
    desk = Desk(tmp_path / "spring")
    desk.write(settings=settings(rotation="2") + "[moves]\nallowed = false\n")
    desk.publish()
    series = Series(id="x", required=("chen", "ela"), duration=45, sessions=8, anchor_zone="Europe/Berlin")
    posed = desk.app.pose()
    option = next(each for each in best_slots(posed.problem, series, 40, posed.previous or NOTHING)
                  if each.count(Status.MOVED))  # fmt: skip  # chen is away on 24 March
    planned = desk.app.book("x", ["chen", "ela"], option, series, Params())
    assert planned.plan.by_series()["x"].sessions == option.placement.sessions


# --- what is free


def test_free_time_of_people_is_asked_at_any_date(desk: Desk) -> None:
    """Inside and outside the programme's weeks; nothing is remembered of it."""
    desk.calendar("chen", once("2027-06-01T13:00", 60))
    window = Interval(*(datetime.fromisoformat(f"2027-06-01T{hour}:00:00+00:00").astimezone(desk.clock.instant.tzinfo)
                        for hour in ("00", "23")))  # fmt: skip  # a Tuesday
    app = desk.app
    free = app.free([app.person("amara"), app.person("chen")], window)
    day = int(window.start.timestamp())
    assert [[(start - day) / 3600, (end - day) / 3600] for start, end in free.tolist()] == [[12, 13], [14, 16]]


def test_nobody_is_found_by_a_wrong_id(desk: Desk) -> None:
    """And the nearest one is named."""
    with pytest.raises(InputError, match=r'people.csv: nobody has the id "amra"\. Did you mean amara\?'):
        desk.app.person("amra")


# --- one at a time


def test_nobody_decides_or_writes_while_somebody_writes(desk: Desk) -> None:
    """The second apply is told to wait, and has changed nothing."""
    desk.calendar("amara", at(sessions(desk, "pair")[2], 45))
    app, planned = desk.app, desk.plan()
    before, changes = desk.published(), app.changes(planned)
    lock = desk.path / ".rondo" / "lock"
    with only_one(lock), pytest.raises(Unavailable, match="another apply is writing"):
        app.apply(planned, changes)
    assert (desk.published(), app.store.pending()) == (before, ())
    assert app.apply(planned, changes).events == 1


# --- rooms, keys, and the last plan


def test_a_groups_room_is_secret_and_stays(desk: Desk) -> None:
    """The same in every round; another programme has another, with the same groups."""
    rooms = {event.group: event.conference for event in desk.app.store.events()}
    assert len(set(rooms.values())) == 2
    assert all(room.startswith("https://meet.jit.si/") for room in rooms.values())
    third = sessions(desk, "pair")[2]
    desk.calendar("amara", at(third, 45))
    desk.publish()
    assert {event.group: event.conference for event in desk.app.store.events()} == rooms
    other = Desk(desk.path.parent / "other")
    other.publish()
    assert set(rooms.values()).isdisjoint(event.conference for event in other.app.store.events())
    assert set(uids(desk).values()).isdisjoint(uids(other).values())


def test_a_damaged_key_stops_everything_that_needs_it(desk: Desk) -> None:
    """A new one would be another programme."""
    (desk.path / ".rondo" / "key").write_bytes(b"short")
    with pytest.raises(Unavailable, match="is damaged"):
        todo(desk)


def test_the_last_plan_is_shown_as_it_was_made(desk: Desk) -> None:
    """Also after groups and dates of the folder have changed, and with nothing held against what was frozen."""
    assert Desk(desk.path.parent / "other").app.last_planned() is None
    desk.later(weeks=3)
    desk.plan()
    shown = desk.app.last_planned()
    assert shown is not None
    assert shown.report.faults == ()
    assert shown.report.score.changed == 0
    desk.write(groups=GROUPS + "trio,chen,\ntrio,dev,\n", settings=settings(from_="2027-02-22"))
    again = desk.app.last_planned()
    assert again is not None
    assert again.plan == shown.plan
