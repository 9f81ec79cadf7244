"""From a programme to a problem: what is known of people, what is too soon, and what stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.core.interval import DAY_MINUTES, Horizon, Intervals, as_intervals
from scheduler.core.pins import Pin
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.series import Slot
from scheduler.ports import SavedPlan
from scheduler.programme import Programme, load
from scheduler.programme.problem import Posed, Rules, copies_of, known_busy, pose
from tests.desks import GROUPS, PEOPLE, Desk, settings

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
RULES = Rules(stale_for=timedelta(hours=24), freeze_for=timedelta(hours=48))
HOUR = 3600


def seconds(*hours: int) -> Intervals:
    """Hours of Tuesday 2 March 2027 as rows of seconds."""
    first = int(datetime(2027, 3, 2, tzinfo=UTC).timestamp())
    return as_intervals([(first + hour * HOUR, first + (hour + 1) * HOUR) for hour in hours])


def copy(person: str, *hours: int, error: str = "", age: int = 0, **known: object) -> CalendarCopy:
    """What is held of somebody's calendar, read so many hours ago."""
    return CalendarCopy(
        person=person,
        calendar=f"calendars/{person}.ics",
        tried_at=NOW,
        error=error,
        read_at=NOW - timedelta(hours=age),
        free_busy=FreeBusy(busy=seconds(*hours), **known),  # type: ignore[arg-type]  # the other fields of FreeBusy
    )


def never(person: str) -> CalendarCopy:
    """A calendar that was tried and never read."""
    return CalendarCopy(person=person, calendar=f"calendars/{person}.ics", tried_at=NOW, error="there is no such file")


ALL = (copy("amara", 9), copy("chen", 14), copy("dev"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Four people, a pair and a circle."""
    return Desk(tmp_path / "spring")


@pytest.fixture
def programme(desk: Desk) -> Programme:
    """The same as a value."""
    return load(desk.path)


def posed(programme: Programme, *copies: CalendarCopy, standing: SavedPlan | None = None, now: datetime = NOW) -> Posed:
    """The problem with these copies in the place of the good ones."""
    others = {each.person for each in copies}
    held = (*copies, *(each for each in ALL if each.person not in others))
    return pose(programme, held, standing, now, RULES)


def busy_in_march(told: Posed, who: str) -> list[list[int]]:
    """Hours of the first week in which somebody is busy, without what is too soon."""
    rows = told.problem.people[who].busy
    return [[start // 60, end // 60] for start, end in rows.tolist() if 0 <= start < 7 * DAY_MINUTES]


# --- how well a person is known


def test_whoever_lists_no_calendar_is_known_by_hours_alone(programme: Programme) -> None:
    """Ela lists none."""
    told = posed(programme)
    assert busy_in_march(told, "ela") == []
    assert "ela" not in told.notes.unknown


def test_whoever_was_read_now_is_planned_on_that(programme: Programme) -> None:
    """Tuesday at 9 is the 33rd hour of the week."""
    told = posed(programme)
    assert busy_in_march(told, "amara") == [[33, 34]]
    assert told.notes.unknown == {}


@pytest.mark.parametrize(("age", "unknown"), [(0, False), (24, False), (25, True)])
def test_a_copy_is_good_for_a_day(programme: Programme, age: int, unknown: bool) -> None:
    """Unreadable now: planned on the last good copy, until it is too old."""
    told = posed(programme, copy("amara", 9, error="it may not be read", age=age))
    assert told.notes.unknown == ({"amara": "it may not be read"} if unknown else {})
    assert (busy_in_march(told, "amara") == [[33, 34]]) is not unknown


def test_an_old_copy_that_was_read_well_is_known(programme: Programme) -> None:
    """Only a fault makes it stale: `plan --no-refresh` plans on what was read."""
    told = posed(programme, copy("amara", 9, age=1000))
    assert told.notes.unknown == {}


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (never("amara"), "there is no such file"),
        (copy("amara", 9, complete=False), "an event's rule can't be expanded"),
        (copy("amara", 9, complete=False, error="now it is gone"), "now it is gone"),
    ],
    ids=["never read", "a rule beyond the limits", "both"],
)
def test_whoever_is_unknown_is_never_free(programme: Programme, held: CalendarCopy, why: str) -> None:
    """Busy over the whole horizon and as far as anybody's hours reach beyond it; the reason is kept."""
    told = posed(programme, held)
    assert told.notes.unknown == {"amara": why}
    assert told.problem.people["amara"].busy.tolist() == [[-3 * DAY_MINUTES, (8 * 7 + 3) * DAY_MINUTES]]


def test_a_calendar_that_was_never_tried_is_unknown(programme: Programme) -> None:
    """People.csv may list it since the last refresh."""
    told = pose(programme, ALL[1:], None, NOW, RULES)
    assert told.notes.unknown == {"amara": "was never read"}


def test_one_bad_calendar_of_several_makes_its_owner_unknown(desk: Desk) -> None:
    """Free in one is not free in all; a copy of a calendar that is listed no more counts for nothing."""
    desk.write(people=PEOPLE.replace("calendars/amara.ics", "calendars/amara.ics calendars/more.ics"))
    amara = load(desk.path).people[0]
    gone = replace(never("amara"), calendar="calendars/gone.ics")
    more = replace(copy("amara", 11), calendar="calendars/more.ics")
    assert [each.calendar for each in copies_of(amara, (gone, *ALL, more))] == [*amara.calendars]
    assert known_busy(amara, (*ALL, gone, more), NOW, RULES)[1].tolist() == seconds(9, 11).tolist()
    assert known_busy(amara, (*ALL, replace(more, free_busy=None, error="lost")), NOW, RULES)[0] == "lost"


@pytest.mark.parametrize(("hours", "rows"), [("Mon-Fri 9-17", [9]), ("", [9, 12])])
def test_published_hours_count_where_none_are_listed(desk: Desk, hours: str, rows: list[int]) -> None:
    """RFC 7953: somebody's own availability is what they list, else what their calendar says."""
    desk.write(people=PEOPLE.replace("Mon-Fri 9-17,10-16", f"{hours},10-16"))
    held = (copy("amara", 9, unavailable=seconds(12)),)
    assert known_busy(load(desk.path).people[0], held, NOW, RULES)[1].tolist() == seconds(*rows).tolist()


# --- too soon


def test_nothing_new_begins_before_the_notice_that_a_person_asks_for(programme: Programme) -> None:
    """On the first day of a programme: a day's notice is Amara's alone."""
    told = posed(programme, now=datetime(2027, 3, 1, 8, 30, tzinfo=UTC))
    assert told.notes.closed_until["amara"] == DAY_MINUTES + 510
    assert told.notes.closed_until["chen"] == 510
    assert told.problem.people["amara"].busy[0].tolist() == [-3 * DAY_MINUTES, DAY_MINUTES + 510]
    assert told.problem.freeze_until is None


def test_a_buffer_does_not_make_notice_longer(desk: Desk) -> None:
    """The buffer around busy times brings it up to the very minute."""
    people = "id,timezone,gap,notice\namara,Europe/London,30m,24h\nchen,America/New_York,,\n"
    desk.write(people=people, groups="group,person\npair,amara\npair,chen\n")
    told = posed(load(desk.path), now=datetime(2027, 3, 1, 8, 30, tzinfo=UTC))
    assert told.problem.people["amara"].busy.tolist() == [[-3 * DAY_MINUTES, DAY_MINUTES + 480]]


# --- what stands


def standing(programme: Programme, *starts: int, horizon: Horizon | None = None, absent: str = "") -> SavedPlan:
    """A plan in which the pair meets at these minutes and the circle never does, but with somebody absent."""
    series = tuple(replace(each, sessions=len(starts)) for each in posed(programme).problem.series)
    problem = replace(posed(programme).problem, series=series, horizon=horizon or programme.horizon)
    pair = tuple(Session(start, Status.HELD) for start in starts)
    circle = tuple(Session(start + 60, Status.HELD, (absent,) if absent else ()) for start in starts)
    placements = tuple(
        Placement(name, 0, (Slot(1, 900),), sessions) for name, sessions in (("pair", pair), ("circle", circle))
    )
    return SavedPlan(problem, Plan(placements), NOW)


FIRST = DAY_MINUTES + 15 * 60


def test_what_is_published_freezes_for_two_days_or_the_longest_notice(desk: Desk) -> None:
    """From now on, and for everybody alike."""
    programme = load(desk.path)
    told = posed(programme, standing=standing(programme, FIRST), now=datetime(2027, 3, 1, 6, tzinfo=UTC))
    assert told.problem.freeze_until == 2 * DAY_MINUTES + 360
    assert set(told.notes.closed_until.values()) == {2 * DAY_MINUTES + 360}
    desk.write(people=PEOPLE.replace(",24h,", ",4d,"))
    programme = load(desk.path)
    told = posed(programme, standing=standing(programme, FIRST), now=datetime(2027, 3, 1, 6, tzinfo=UTC))
    assert told.problem.freeze_until == 4 * DAY_MINUTES + 360


def test_a_freeze_at_the_very_beginning_is_one(programme: Programme) -> None:
    """Minute 0 is a minute like any other."""
    told = posed(programme, standing=standing(programme, FIRST), now=datetime(2027, 2, 27, tzinfo=UTC))
    assert told.problem.freeze_until == 0
    assert set(told.notes.closed_until.values()) == {0}


def test_replanning_keeps_only_what_is_frozen(programme: Programme) -> None:
    """The previous plan is cut at the freeze; without --replan all of it is kept in mind."""
    kept = standing(programme, FIRST, FIRST + 7 * DAY_MINUTES)
    now = datetime(2027, 3, 1, 6, tzinfo=UTC)
    anew = pose(programme, ALL, kept, now, RULES, replan=True).previous
    assert anew is not None
    assert [len(each.sessions) for each in anew.placements] == [1, 1]
    as_it_is = pose(programme, ALL, kept, now, RULES).previous
    assert as_it_is is not None
    assert as_it_is.placements == kept.plan.placements


@pytest.mark.parametrize(("first", "weeks"), [("2027-02-22", 1), ("2027-03-08", -1)])
def test_a_changed_first_date_leaves_sessions_where_they_stand(desk: Desk, first: str, weeks: int) -> None:
    """The minutes of the plan that stands are counted from the new epoch."""
    kept = standing(load(desk.path), FIRST, FIRST + 7 * DAY_MINUTES)
    desk.write(settings=settings(**{"from": first}))
    told = posed(load(desk.path), standing=kept)
    assert told.previous is not None
    starts = [session.start for session in told.previous.by_series()["pair"].sessions]
    assert starts == [FIRST + (number + weeks) * 7 * DAY_MINUTES for number in (0, 1)]
    assert told.problem.horizon.instant(starts[0]) == kept.problem.horizon.instant(FIRST)


@pytest.mark.parametrize(
    "groups",
    [GROUPS.replace("circle,dev,optional\n", ""), GROUPS.replace("dev,optional", "dev,required")],
    ids=["left", "required by now"],
)
def test_whoever_left_or_became_required_is_absent_no_more(desk: Desk, groups: str) -> None:
    """Else the plan that stands would speak of people whom the group does not have."""
    kept = standing(load(desk.path), FIRST, absent="dev")
    assert [each.absent for each in kept.plan.by_series()["circle"].sessions] == [("dev",)]
    desk.write(groups=groups)
    told = posed(load(desk.path), standing=kept)
    assert told.previous is not None
    assert [each.absent for each in told.previous.by_series()["circle"].sessions] == [()]


def test_sessions_that_stand_are_kept_for_whoever_is_unknown(programme: Programme) -> None:
    """Just these are left free of an unknown person's time, to the minute."""
    told = posed(programme, never("amara"), standing=standing(programme, FIRST, FIRST + 7 * DAY_MINUTES))
    free = np.array([start for start in range(8 * 7 * DAY_MINUTES) if not covered(told, "amara", start)])
    pair = {FIRST + week * 7 * DAY_MINUTES + minute for week in (0, 1) for minute in range(45)}
    assert set(free.tolist()) == pair | {minute + 60 for minute in pair}


def covered(told: Posed, who: str, minute: int) -> bool:
    """Whether somebody is busy in a minute."""
    busy = told.problem.people[who].busy
    return bool(((busy[:, 0] <= minute) & (minute < busy[:, 1])).any())


def test_the_problem_says_what_the_programme_says(programme: Programme) -> None:
    """Name, weeks, grid, slack, people and series, in their order."""
    problem = posed(programme).problem
    assert (problem.name, problem.horizon) == ("Spring", Horizon(date(2027, 3, 1), 8))
    assert (problem.grid_minutes, problem.slack, problem.freeze_until) == (15, 1, None)
    assert list(problem.people) == ["amara", "chen", "dev", "ela"]
    assert [series.id for series in problem.series] == ["pair", "circle"]


# --- what people decided by hand


def pin(session: int, start: datetime | None, group: str = "pair") -> Pin:
    """A decision about a session."""
    monday = date(2027, 3, 1)
    return Pin(group=group, session=session, start=start, counted_from=monday, decided_at=NOW, command="move")


def test_pins_are_pinned_sessions_of_the_problem(programme: Programme) -> None:
    """Those of groups and sessions that are gone count for nothing."""
    there = datetime(2027, 3, 4, 15, tzinfo=UTC)
    pins = [pin(0, there), pin(1, None), pin(8, there), pin(0, there, "gone")]
    told = pose(programme, ALL, None, NOW, RULES, pins=pins)
    assert told.problem.series[0].pinned == {0: 3 * DAY_MINUTES + 900, 1: None}
    assert told.problem.series[1].pinned == {}


def test_what_stands_is_as_people_decided_even_within_the_freeze(programme: Programme) -> None:
    """Else the freeze would hold a session back that somebody moves by hand."""
    kept, now = standing(programme, FIRST, FIRST + 7 * DAY_MINUTES), datetime(2027, 3, 1, 6, tzinfo=UTC)
    there = datetime(2027, 3, 4, 15, tzinfo=UTC)
    told = pose(programme, ALL, kept, now, RULES, pins=[pin(0, there), pin(1, None)])
    assert told.previous is not None
    first, second = told.previous.by_series()["pair"].sessions
    assert first == Session(3 * DAY_MINUTES + 900, Status.PINNED)
    assert second == Session(FIRST + 7 * DAY_MINUTES, Status.SKIPPED)


def test_a_first_date_that_changes_does_not_shift_pins(desk: Desk) -> None:
    """Of what is published: the same session at the same instant."""
    programme, there = load(desk.path), datetime(2027, 3, 11, 15, tzinfo=UTC)
    kept = standing(programme, FIRST, FIRST + 7 * DAY_MINUTES)
    desk.write(settings=settings(**{"from": "2027-02-22"}))
    told = pose(load(desk.path), ALL, kept, NOW, RULES, pins=[pin(1, there)])
    assert told.problem.horizon.instant(told.problem.series[0].pinned[1] or 0) == there
    assert pose(load(desk.path), ALL, None, NOW, RULES, pins=[pin(1, there)]).problem.series[0].pinned == {}


def test_a_decision_by_hand_is_held_back_by_notice_and_by_no_freeze(programme: Programme) -> None:
    """What has begun is past; Amara asks for a day, the others for nothing."""
    kept, now = standing(programme, FIRST, FIRST + 7 * DAY_MINUTES), datetime(2027, 3, 2, 16, tzinfo=UTC)
    told = pose(programme, ALL, kept, now, RULES, by_hand=True)
    assert told.problem.freeze_until == DAY_MINUTES + 16 * 60
    assert told.notes.closed_until["chen"] == DAY_MINUTES + 16 * 60
    assert told.notes.closed_until["amara"] == 2 * DAY_MINUTES + 16 * 60


def test_replanning_keeps_what_is_frozen_behind_a_session_that_was_put_off(programme: Programme) -> None:
    """The first session was moved by hand to the third week: the second is frozen all the same."""
    kept = standing(programme, FIRST, FIRST + 7 * DAY_MINUTES, FIRST + 14 * DAY_MINUTES)
    late = datetime(2027, 3, 18, 15, tzinfo=UTC)
    told = pose(programme, ALL, kept, datetime(2027, 3, 8, 15, tzinfo=UTC), RULES, pins=[pin(0, late)], replan=True)
    assert told.previous is not None
    first, second = told.previous.by_series()["pair"].sessions
    assert told.problem.horizon.instant(first.start) == late
    assert second.start == FIRST + 7 * DAY_MINUTES
