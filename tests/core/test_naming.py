"""How people name a session and a time for it, and what is said where they can't be meant."""

from dataclasses import replace
from datetime import date

import pytest

from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.naming import minute_named, session_named
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.errors import InputError

SERIES = Series(id="pair", required=("amara",), duration=45, sessions=4, anchor_zone="Europe/London")
PROBLEM = Problem(name="", horizon=Horizon(date(2027, 3, 8), 4), people={}, series=(SERIES,))  # clocks: 28 March
LATE = Slot(1, 23 * 60 + 30)
STARTS = regular_starts(SERIES, 0, [LATE], PROBLEM.horizon).tolist()
PLACEMENT = Placement("pair", 0, (LATE,), tuple(Session(start, Status.HELD) for start in STARTS))


@pytest.mark.parametrize(
    ("text", "session"),
    [("2027-03-16", 1), (" 2027-03-30 ", 3), ("#1", 0), ("2", 1), (" #4", 3), ("20270309", 0), ("0004", 3)],
)
def test_a_session_goes_by_its_date_or_its_number(text: str, session: int) -> None:
    """The date is the anchor zone's, where summer time makes 23:30 half past ten in UTC; numbers count from one."""
    assert session_named(PROBLEM, SERIES, PLACEMENT, text) == session


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2027-03-17", r"pair has no session on 2027-03-17\. The nearest is #2 on 2027-03-16\."),
        ("2031-01-01", r"no session on 2031-01-01\. The nearest is #4 on 2027-03-30\."),
        ("#0", r"pair has no session #0\. It has 4\."),
        ("5", r"pair has no session #5\. It has 4\."),
        ("", '"" is no date'),
        ("tuesday", r'"tuesday" is no date\. Write it like 2027-02-09, or the number #5\.'),
        ("2027-02-30", "is no date"),
        ("-1", "is no date"),
        ("٣", "is no date"),
        ("\x1b[1m" * 100, "is no date"),
    ],
)
def test_what_names_no_session_is_told_with_the_nearest(text: str, words: str) -> None:
    """In one line, without the control characters that somebody may have pasted."""
    with pytest.raises(InputError, match=words) as error:
        session_named(PROBLEM, SERIES, PLACEMENT, text)
    assert str(error.value).isprintable()


def test_a_group_without_sessions_has_none_to_name() -> None:
    """And no nearest."""
    with pytest.raises(InputError, match=r"pair has no session on 2027-03-16\.$"):
        session_named(PROBLEM, replace(SERIES, sessions=0), replace(PLACEMENT, sessions=()), "2027-03-16")


def by_hand(start: int | None) -> tuple[Series, Placement]:
    """The second session moved, or skipped, by hand."""
    session = Session(STARTS[1], Status.SKIPPED) if start is None else Session(start, Status.PINNED)
    placement = replace(PLACEMENT, sessions=(PLACEMENT.sessions[0], session, *PLACEMENT.sessions[2:]))
    return replace(SERIES, pinned={1: start}), placement


@pytest.mark.parametrize("text", ["2027-03-16", "2027-03-18"])
def test_a_moved_session_goes_by_both_its_dates(text: str) -> None:
    """Where its rule puts it, and where it stands."""
    assert session_named(PROBLEM, *by_hand(STARTS[1] + 2 * DAY_MINUTES), text) == 1


def test_a_skipped_session_goes_by_the_date_of_its_rule() -> None:
    """So that it can be had back."""
    assert session_named(PROBLEM, *by_hand(None), "2027-03-16") == 1


def test_of_two_sessions_on_a_date_one_has_to_be_named_by_its_number() -> None:
    """One that was moved there, and one whose date it is."""
    series, placement = by_hand(STARTS[2] - 600)
    with pytest.raises(InputError, match=r"pair has two sessions on 2027-03-23\. Say #2 or #3\."):
        session_named(PROBLEM, series, placement, "2027-03-23")


def at(day: int, hour: int, minute: int = 0) -> int:
    """A minute of UTC on a day of March."""
    return (day - 8) * DAY_MINUTES + hour * 60 + minute


@pytest.mark.parametrize(
    ("session", "text", "minute"),
    [
        (1, "Thu 14:00", at(18, 14)),
        (3, "Thu 14:00", at(32, 13)),  # summer time
        (0, "mon 9", at(8, 9)),
        (1, "2027-03-25T14:15", at(25, 14, 15)),
        (1, "2027-03-29 14:15", at(29, 13, 15)),
        (1, "2027-03-25T14:15Z", at(25, 14, 15)),
        (1, "2027-03-25T14:15+05:30", at(25, 8, 45)),
        (1, "2027-03-08T00:00", at(8, 0)),
    ],
)
def test_a_time_is_of_the_sessions_week_or_of_a_date(session: int, text: str, minute: int) -> None:
    """On the anchor zone's clock, unless it has an offset."""
    assert minute_named(PROBLEM, SERIES, PLACEMENT, session, text) == minute


def test_a_weekday_is_of_the_week_in_which_the_rule_puts_a_session() -> None:
    """Also for one that a person put into another week before."""
    series, placement = by_hand(STARTS[3] + 60)
    assert minute_named(PROBLEM, series, placement, 1, "Thu 14:00") == at(18, 14)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("14:00", r'"14:00" is no time\. Write .Thu 14:00. or 2027-02-11T14:00\.'),
        ("", "is no time"),
        ("Thu 25:00", "is no time"),
        ("2027-03-25", r"is no date with a time to the minute\. Write 2027-02-11T14:00\."),
        ("2027-03-25T14:15:30", "to the minute"),
        ("2027-03-07T14:15", "2027-03-07 is not in 2027-03-08 to 2027-04-04"),
        ("9999-12-31T23:59", "is not in"),
        ("0001-01-01T00:00+14:00", "is not in"),
        ("2027-03-28T01:30", "the clocks of Europe/London skip 01:30 on 2027-03-28"),
    ],
)
def test_a_time_that_can_not_be_meant_is_told(text: str, words: str) -> None:
    """No time at all, not exact, outside the programme, or skipped by the clocks."""
    with pytest.raises(InputError, match=words):
        minute_named(PROBLEM, SERIES, PLACEMENT, 1, text)
