"""A group's placement told: its times on every clock, one sign a week, and why sessions are missing."""

from dataclasses import replace
from datetime import date

from scheduler.core.explain import Notes
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot, regular_starts
from scheduler.core.story import GroupStory, stories
from scheduler.core.walltime import WallWindow
from scheduler.core.words import WeekTime

MONDAY = date(2027, 3, 8)  # New York's clocks change on the 14th, London's on the 28th
ALWAYS = {day: (WallWindow(0, DAY_MINUTES),) for day in range(7)}
LONDON, NEW_YORK = "Europe/London", "America/New_York"
PAIR = Series(id="pair", required=("amara", "chen"), duration=45, sessions=5, anchor_zone=LONDON)
TUESDAY = Slot(1, 14 * 60 + 30)


def problem(series: Series = PAIR, weeks: int = 5) -> Problem:
    """Amara of London and Chen of New York, who are free at all hours."""
    people = {
        "amara": Participant(id="amara", boundary=Boundary(zone=LONDON, hours=ALWAYS)),
        "chen": Participant(id="chen", boundary=Boundary(zone=NEW_YORK, hours=ALWAYS)),
    }
    return Problem(name="", horizon=Horizon(MONDAY, weeks), people=people, series=(series,))


def story(posed: Problem, slots: tuple[Slot, ...], *status: Status, shifted: int = 60) -> GroupStory:
    """The story of sessions with these fates; moved ones stand an hour later."""
    series = posed.series[0]
    starts = regular_starts(series, 0, slots, posed.horizon).tolist() if slots else [0] * series.sessions
    sessions = tuple(
        Session(start + (shifted if kind is Status.MOVED else 0), kind)
        for start, kind in zip(starts, status, strict=True)
    )
    (told,) = stories(posed, Plan((Placement(series.id, 0, slots, sessions),)), Notes(), {"chen": "Chen L."})
    return told


HELD, MOVED, SKIPPED, PINNED = Status.HELD, Status.MOVED, Status.SKIPPED, Status.PINNED


def test_a_slot_is_told_on_the_clock_of_each_zone_with_its_shifts() -> None:
    """Between the two changes New York meets an hour later; the anchor's own clock never shifts."""
    (slot,) = story(problem(), (TUESDAY,), HELD, HELD, HELD, HELD, HELD).slots
    assert slot.times == {LONDON: WeekTime(1, 870), NEW_YORK: WeekTime(1, 570)}
    assert slot.shifts[LONDON] == ()
    assert [str(shift) for shift in slot.shifts[NEW_YORK]] == ["on 16 and 23 March: 10:30, not 09:30"]


def test_the_strip_has_a_sign_for_each_week() -> None:
    """Held, moved, skipped, put there by a person, and no session due."""
    told = story(problem(weeks=6), (TUESDAY,), HELD, MOVED, SKIPPED, PINNED, HELD)
    assert told.strip == "●↷✕◆●·"
    assert [told.count(status) for status in (HELD, MOVED, SKIPPED, PINNED)] == [2, 1, 1, 1]


def test_weeks_are_those_of_the_anchor_zone() -> None:
    """Monday morning in Auckland is Sunday in UTC, and of the week that begins there all the same."""
    series = replace(PAIR, anchor_zone="Pacific/Auckland", sessions=2)
    told = story(problem(series, weeks=3), (Slot(0, 8 * 60),), HELD, HELD)
    assert told.strip == "●●·"


def test_slots_of_a_rotation_are_told_one_by_one() -> None:
    """Each by the sessions that it serves."""
    series = replace(PAIR, cadence=Cadence(rotation=2), sessions=4)
    told = story(problem(series), (TUESDAY, Slot(3, 8 * 60)), HELD, HELD, MOVED, HELD)
    assert [slot.times[LONDON] for slot in told.slots] == [WeekTime(1, 870), WeekTime(3, 480)]


def test_a_slot_is_told_by_the_dates_that_it_holds() -> None:
    """Neither a moved session nor one that froze at an older rule makes the clocks seem to shift."""
    posed = problem()
    starts = regular_starts(PAIR, 0, (TUESDAY,), posed.horizon).tolist()
    sessions = [Session(start, HELD) for start in starts]
    sessions[0] = Session(starts[0] - 300, HELD)
    sessions[4] = Session(starts[4] + DAY_MINUTES, MOVED)
    plan = Plan((Placement("pair", 0, (TUESDAY,), tuple(sessions)),))
    (told,) = stories(posed, plan, Notes(), {})
    assert told.slots[0].times[LONDON] == WeekTime(1, 870)
    assert told.slots[0].shifts[LONDON] == ()


def test_a_slot_that_holds_no_date_is_told_by_its_rule() -> None:
    """Its time is known, though every session is somewhere else."""
    told = story(problem(), (TUESDAY,), MOVED, MOVED, SKIPPED, MOVED, MOVED)
    assert [slot.times[LONDON] for slot in told.slots] == [WeekTime(1, 870)]


def test_missing_sessions_come_with_their_reasons() -> None:
    """Each in a sentence; a plan without gaps has nothing to say."""
    posed = problem()
    start = int(regular_starts(PAIR, 0, (TUESDAY,), posed.horizon)[2])
    chen = replace(posed.people["chen"], busy=as_intervals([(start, start + 30)]))
    posed = replace(posed, people={"amara": posed.people["amara"], "chen": chen})
    assert story(posed, (TUESDAY,), HELD, HELD, SKIPPED, HELD, HELD).why == (
        "Chen L. is busy on 23 March: Tue 23 Mar 10:30-11:00 New York",
    )
    assert story(posed, (TUESDAY,), HELD, HELD, MOVED, HELD, HELD).why == ()


def test_a_group_without_any_slot_is_told_what_comes_closest() -> None:
    """And what of whom is in the way of it."""
    chen = Participant(id="chen", boundary=Boundary(zone=NEW_YORK, hours={}))
    posed = problem()
    posed = replace(posed, people={"amara": posed.people["amara"], "chen": chen})
    told = story(posed, (), SKIPPED, SKIPPED, SKIPPED, SKIPPED, SKIPPED)
    assert told.slots == ()
    assert told.why[0] == "closest: Mon 00:00 London"
    assert told.why[1].startswith("Chen L. is outside hours on 5 of 5 dates: Sun 7 Mar 19:00 New York")


def test_sessions_that_do_not_fit_into_the_weeks_are_told_so() -> None:
    """There is no slot to speak of then."""
    told = story(problem(weeks=4), (), SKIPPED, SKIPPED, SKIPPED, SKIPPED, SKIPPED)
    assert told.why == ("5 sessions don't fit into 4 weeks",)


def test_times_are_kept_to_minutes_within_the_week() -> None:
    """A session of the last minute of a week belongs to that week."""
    last = replace(PAIR, sessions=1)
    posed = problem(last, weeks=2)
    placement = Placement("pair", 0, (TUESDAY,), (Session(WEEK_MINUTES - 1, MOVED),))
    (told,) = stories(posed, Plan((placement,)), Notes(), {})
    assert told.strip == "↷·"


def test_a_session_that_was_skipped_by_hand_has_a_sign_and_no_reason() -> None:
    """Nobody is in its way, and nobody has to be asked for it."""
    posed = problem(replace(PAIR, pinned={1: None}))
    busy = as_intervals([(0, 5 * WEEK_MINUTES)])
    posed = replace(posed, people={**posed.people, "chen": replace(posed.people["chen"], busy=busy)})
    told = story(posed, (TUESDAY,), HELD, SKIPPED, HELD, HELD, HELD)
    assert (told.strip, told.why) == ("●–●●●", ())
    told = story(posed, (TUESDAY,), HELD, SKIPPED, SKIPPED, HELD, HELD)
    assert told.strip == "●–✕●●"
    assert [reason.count("23 March") for reason in told.why] == [1]
    assert "16 March" not in told.why[0]
