"""`why`: what keeps a group from a time, which limits would have to give, and the ways out."""

from datetime import date

import pytest

from tests.cli.conftest import Rondo
from tests.desks import PEOPLE, Desk, settings


def test_why_names_the_limit_of_whom_on_which_dates(rondo: Rondo, desk: Desk) -> None:
    """Amara's Tuesdays are taken from 9 to 11 in UTC, which her clock calls 10 to 12 once it has changed."""
    said = rondo("why", "spring", "amara", "ela", "--at", "Tue 11:00")
    assert said.code == 0
    head, *lines = said.out.splitlines()
    assert head == "amara-ela at Tue 11:00 London, Tue 12:00 Berlin: possible on 4 of 8 dates."
    assert lines == [
        "  Amara N. is busy on 4 of 8 dates: Tue 30 Mar 10:00-12:00 London, Tue 6 Apr 10:00-12:00 London, "
        "Tue 13 Apr 10:00-12:00 London and 1 more",
        "To hold 7 of 8 sessions at one time (possible now: 4), one limit has to give; at Tue 11:00 London, "
        "Tue 12:00 Berlin that makes 8:",
        "  Amara N. gives up Tuesdays 10:00-12:00 London (4 of 8 weeks), on 4 of 8 dates",
    ]


def test_why_as_a_document(rondo: Rondo, desk: Desk) -> None:
    """Instants of dates and of what blocks them, and the same sentences."""
    document = rondo("why", "spring", "amara", "ela", "--at", "Tue 11:00", "--json").document
    assert (document["schema"], document["asked"], len(document["dates"])) == ("rondo/why/1", True, 8)
    (blocker,) = document["blockers"]
    assert (blocker["person"], blocker["limit"], len(blocker["dates"])) == ("amara", "calendar", 4)
    assert blocker["times"][0] == ["2027-03-30T09:00:00Z", "2027-03-30T11:00:00Z"]
    assert sorted(document["holds"] + blocker["dates"]) == document["dates"]


def test_a_group_may_be_asked_about_too(rondo: Rondo, desk: Desk) -> None:
    """At a time, or without one what its plan lacks; in the midst of all other groups."""
    rondo("plan", "spring")
    assert rondo("why", "spring", "pair").out == "pair: sessions that can't be held at their usual time or moved: 0.\n"
    sessions = rondo("show", "spring", "--json").document["groups"][1]["sessions"]
    local = sessions[0]["local"]
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri")[date.fromisoformat(local[:10]).weekday()]
    said = rondo("why", "spring", "ela", "amara", "--at", f"{weekday} {local[11:16]}", "--json")
    limits = {blocker["limit"] for blocker in said.document["blockers"]}
    assert "another series" in limits


@pytest.mark.parametrize("at", ["Tue", "25:00", "now", "Tue 10:00 UTC", "x" * 5000])
def test_what_is_no_weekday_with_a_time_is_told(rondo: Rondo, desk: Desk, at: str) -> None:
    """In one short line."""
    said = rondo("why", "spring", "amara", "chen", "--at", at)
    assert said.code == 1
    assert len(said.complaint) < 200


def test_a_group_that_is_none_is_told_with_those_that_are(rondo: Rondo, desk: Desk) -> None:
    """One name is a group's."""
    said = rondo("why", "spring", "amara")
    assert said.complaint == "rondo: there is no group 'amara'. The groups are pair, circle."


def test_whoever_is_unknown_is_the_reason(rondo: Rondo, desk: Desk) -> None:
    """Of every date, with the fault."""
    (desk.path / "calendars" / "chen.ics").unlink()
    said = rondo("why", "spring", "amara", "chen", "--at", "Tue 15:00")
    assert "Chen L. has a calendar that can't be read on 8 of 8 dates: " in said.out


def test_monthly_groups_are_asked_about_by_the_first_of_the_month(rondo: Rondo, desk: Desk) -> None:
    """A weekday and a time of the first week."""
    desk.write(settings=settings(every='"month"', until="2027-06-30"))
    rondo("plan", "spring")
    document = rondo("why", "spring", "circle", "--at", "Tue 15:00", "--json").document
    assert [start[8:10] for start in document["dates"]] == ["02", "06", "04", "01"]


EVENINGS = PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 8-9:30")


def test_a_group_that_holds_too_little_is_told_what_would_have_to_give(rondo: Rondo, desk: Desk) -> None:
    """The smallest set of limits, then the ways out with their price and with the command that tries each."""
    desk.write(people=EVENINGS)
    rondo("plan", "spring")
    said = rondo("why", "spring", "pair", "--sessions", 8)
    assert said.code == 0
    lines = said.out.splitlines()
    (asked,) = (n for n, line in enumerate(lines) if line.startswith("To hold 8 of 8 sessions at one time"))
    assert "one limit has to give" in lines[asked]
    assert lines[asked + 1].startswith("  Chen L. ")


def test_sets_and_ways_out_are_in_the_document(rondo: Rondo, desk: Desk) -> None:
    """Persons, limits, minutes, dates and prices; each way with what it delivers and the cells that it changes."""
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Tue 12:30-13"))
    rondo("plan", "spring")
    document = rondo("why", "spring", "pair", "--json").document
    assert (document["needed"], document["possible"]) == (7, 0)
    for found in (document["smallest"], document["cheapest"]):
        assert found["holds"] >= 7
        assert found["price"] == sum(limit["price"] for limit in found["limits"])
        assert {limit["person"] for limit in found["limits"]} <= {"amara", "chen"}
    assert document["ways_out"]
    for way in document["ways_out"]:
        assert 0 < way["happen"] <= way["sessions"]
        assert way["price"] > 0


def test_more_sessions_than_there_are_can_not_be_asked_for(rondo: Rondo, desk: Desk) -> None:
    """In one line."""
    assert rondo("why", "spring", "pair", "--sessions", 9).complaint == "rondo: pair has 8 sessions, and not 9"


def test_what_is_frozen_stands_as_it_is(rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions of a published plan that are over count as they were held, and limits are asked for the others alone."""
    desk.publish()
    desk.later(weeks=3, days=1)
    monkeypatch.setenv("RONDO_NOW", desk.clock.instant.isoformat())
    posed = desk.app.pose()
    assert posed.previous is not None
    assert posed.problem.freeze_until is not None
    over = [s for s in posed.previous.by_series()["pair"].sessions if s.start < posed.problem.freeze_until]
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Tue 12:30-13"))
    document = rondo("why", "spring", "pair", "--sessions", 8, "--json").document
    assert document["possible"] == len(over) > 0
    assert document["smallest"]["holds"] == 8


def test_a_series_that_gives_is_named(rondo: Rondo, desk: Desk) -> None:
    """Whoever asks for the hour of another group is told which."""
    rondo("plan", "spring")
    sessions = rondo("show", "spring", "--json").document["groups"][1]["sessions"]
    local = sessions[0]["local"]
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri")[date.fromisoformat(local[:10]).weekday()]
    said = rondo("why", "spring", "ela", "amara", "--at", f"{weekday} {local[11:16]}")
    assert "  circle gives way, on 8 of 8 dates" in said.out.splitlines()
