"""`slots`: the pair's question."""

import re

import pytest

from tests.cli.conftest import Rondo
from tests.desks import PEOPLE, Desk

ASKED = ("slots", "spring", "amara", "chen", "--weeks", 8, "--minutes", 45)


def test_slots_show_both_local_times_and_what_becomes_of_each_date(rondo: Rondo, desk: Desk) -> None:
    """What holds, moves and clashes, what the clocks do, and why; nothing is written to calendars."""
    said = rondo(*ASKED, "--top", 5)
    assert (said.code, said.err) == (0, "")
    head, *rows = said.out.splitlines()
    assert " ".join(head.split()) == "# Amara N. (London) Chen L. (New York) holds moves none outside hours"
    assert [row.split()[0] for row in rows[:5]] == ["1", "2", "3", "4", "5"]
    assert rows[0].split()[5] == "8/8"
    assert any(re.match(r"1: clocks in New York: on \d+ and \d+ March: \d\d:\d\d, not \d\d:\d\d", row) for row in rows)
    assert desk.published() == {}


def test_slots_as_a_document(rondo: Rondo, desk: Desk) -> None:
    """Each option with its dates as instants, and the counts that they add up to."""
    document = rondo(*ASKED, "--top", 3, "--json").document
    assert (document["schema"], len(document["slots"])) == ("rondo/slots/1", 3)
    for option in document["slots"]:
        statuses = [session["status"] for session in option["sessions"]]
        assert [option["holds"], option["moves"], option["none"]] == [
            statuses.count(status) for status in ("held", "moved", "skipped")
        ]
        assert set(option["local"]) == {"amara", "chen"}
        assert option["why"]


def test_every_other_week_has_half_as_many_dates(rondo: Rondo, desk: Desk) -> None:
    """`--every N`."""
    document = rondo(*ASKED, "--every", 2, "--top", 1, "--json").document
    assert len(document["slots"][0]["sessions"]) == 4


def test_a_booked_slot_is_ready_for_apply(rondo: Rondo, desk: Desk) -> None:
    """`--book 2` makes the pair a group with that slot; apply writes it, and no other group's session moves."""
    rondo("plan", "spring")
    rondo("apply", "spring", "--yes")
    second = rondo("slots", "spring", "dev", "ela", "--weeks", 8, "--top", 5, "--json").document["slots"][1]
    said = rondo("slots", "spring", "dev", "ela", "--weeks", 8, "--top", 5, "--book", 2)
    assert said.code == 0
    assert "Booked as group dev-ela. Nothing has been written to calendars. Next: rondo apply spring" in said.out
    assert rondo("apply", "spring", "--yes").code == 0
    rows = [row for row in rondo("export", "json", "spring").document["sessions"] if row["group"] == "dev-ela"]
    taken = [session for session in second["sessions"] if session["status"] != "skipped"]
    assert [row["start"] for row in rows if row["status"] != "skipped"] == [session["start"] for session in taken]
    assert rondo("plan", "spring", "--exit-code").code == 0


def test_booking_twice_makes_two_groups(rondo: Rondo, desk: Desk) -> None:
    """With names that differ; the second slot is clear of the first only once that is applied."""
    for name in ("dev-ela", "dev-ela-2"):
        said = rondo("slots", "spring", "dev", "ela", "--weeks", 4, "--book", 1)
        assert (said.code, f"Booked as group {name}." in said.out) == (0, True)
        assert rondo("apply", "spring", "--yes").code == 0


def test_people_named_twice_are_there_once(rondo: Rondo, desk: Desk) -> None:
    """Also where they are booked; one person alone is no pair."""
    assert rondo("slots", "spring", "dev", "ela", "dev", "--weeks", 4, "--book", 1).code == 0
    assert [group.members for group in desk.app.programme.groups][-1] == ("dev", "ela")
    said = rondo("slots", "spring", "amara", "amara")
    assert (said.code, said.complaint) == (
        1,
        "rondo: a meeting takes two people. Name at least two ids of people.csv.",
    )


@pytest.mark.parametrize("number", ["6", "50"])
def test_a_slot_that_was_not_found_can_not_be_booked(rondo: Rondo, desk: Desk, number: str) -> None:
    """The folder stays as it was."""
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Tue 9-10"))
    before = (desk.path / "groups.csv").read_bytes()
    said = rondo(*ASKED, "--book", number)
    assert said.code == 1
    assert f"there is no slot {number} to book" in said.err
    assert (desk.path / "groups.csv").read_bytes() == before


def test_no_common_hour_is_exit_4_with_the_way_to_the_reasons(rondo: Rondo, desk: Desk) -> None:
    """The command to ask next is named, and answers."""
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 20-22"))
    said = rondo(*ASKED)
    assert said.code == 4
    assert said.out.endswith("What is in the way: rondo why spring amara chen\n")
    answer = rondo("why", "spring", "amara", "chen")
    assert answer.code == 0
    assert "possible on 0 of 8 dates" in answer.out
    assert "Chen L. is outside hours on 8 of 8 dates" in answer.out


@pytest.mark.parametrize("people", [("amara", "chne"), ("amara", ""), ("amara", "../chen"), ("amara", "x" * 5000)])
def test_people_who_are_nobody_are_told(rondo: Rondo, desk: Desk, people: tuple[str, ...]) -> None:
    """Shortly, and with the nearest id."""
    said = rondo("slots", "spring", *people)
    assert said.code == 1
    assert "nobody has the id" in said.complaint
    assert len(said.complaint) < 300


def test_more_weeks_than_there_are_ask_for_all(rondo: Rondo, desk: Desk) -> None:
    """And fewer than a cadence has dates in are told."""
    document = rondo("slots", "spring", "amara", "chen", "--weeks", 160, "--top", 1, "--json").document
    assert len(document["slots"][0]["sessions"]) == 8
    assert "has no date" in rondo("slots", "spring", "amara", "chen", "--weeks", 2, "--every", 3).complaint
