"""`move`, `skip`, `undo`: what they say, what they ask, and that only `undo` writes."""

from datetime import datetime, timedelta

import pytest

from scheduler.app.planning.moving import choose
from tests.cli.conftest import Rondo
from tests.desks import Desk, at, once

NEXT = "Nothing has been written. Next: rondo apply spring\n"


@pytest.fixture
def published(rondo: Rondo, desk: Desk) -> Desk:
    """The desk's programme, planned and applied."""
    desk.publish()
    return desk


def start(desk: Desk, group: str, number: int) -> datetime:
    """Where a session stands."""
    return choose(desk.app, group, str(number)).start


def local(at: datetime) -> str:
    """A time of March 2027 on London's clock until the 28th, as `--to` takes it."""
    return f"{at:%Y-%m-%dT%H:%M}"


# --- move


def test_move_offers_the_three_best_times_and_says_how_to_choose(rondo: Rondo, published: Desk) -> None:
    """On everybody's clock; nothing is decided."""
    said = rondo("move", "spring", "pair", 3)
    assert (said.code, said.err) == (0, "")
    headline, *times, choose_one = said.out.splitlines()
    assert headline.startswith("pair #3 stands at ")
    assert [line[:5] for line in times] == ["  1. ", "  2. ", "  3. "]
    assert all(line.count("London, ") == 1 and line.count(" New York") == 1 for line in times)
    assert choose_one.startswith("Choose: rondo move spring pair 3 --to 2027-03-1")
    assert published.app.store.pins() == ()
    chosen = rondo(*choose_one.removeprefix("Choose: rondo ").split())
    assert chosen.code == 0
    assert chosen.out.startswith("pair #3 stands at ")
    assert "Plan: 0 to add, 1 to move, 0 to cancel, 0 skipped. 2 calendars would be written." in chosen.out
    assert chosen.out.endswith(NEXT)
    assert len(published.app.store.pins()) == 1


def test_before_the_first_apply_it_says_what_changes_in_the_plan(rondo: Rondo, desk: Desk) -> None:
    """Nobody else, where nobody is needed elsewhere; else who moves, and where to."""
    rondo("plan", "spring")
    said = rondo("move", "spring", "pair", 4, "--to", "Sun 15:00", "--yes")
    assert said.out.splitlines() == [
        "pair #4 stands at Sun 28 Mar 15:00 London, Sun 10:00 New York, by hand.",
        "All other sessions stay as they were planned.",
        "Nothing has been written. Next: rondo apply spring",
    ]
    there = local(start(desk, "circle", 3))
    other, *_ = rondo("move", "spring", "pair", 3, "--to", there, "--yes").out.splitlines()[2:]
    assert other.startswith("  circle #3: ")
    assert other.count(" Berlin") == 2


def test_alternatives_as_a_document(rondo: Rondo, published: Desk) -> None:
    """With the instant, all local times, and what each costs whom."""
    document = rondo("move", "spring", "circle", 2, "--json").document
    assert document["schema"] == "rondo/move/1"
    assert (document["group"], document["session"], document["status"]) == ("circle", 1, "held")
    assert len(document["alternatives"]) == 3
    best = document["alternatives"][0]
    assert best.keys() == {"start", "local", "outside_minutes", "absent"}
    assert set(best["local"]) == {"Europe/Berlin", "Europe/London", "Asia/Kolkata"}
    instants = {datetime.fromisoformat(shown) for shown in (best["start"], *best["local"].values())}
    assert len(instants) == 1


def test_an_alternative_says_what_it_costs_whom(rondo: Rondo, published: Desk) -> None:
    """Amara is left with hours that she likes less, and Dev's day is over by then."""
    published.calendar("amara", *(once(f"2027-03-{day}T09:00", 7 * 60) for day in range(15, 20)))
    _, *times, _ = rondo("move", "spring", "circle", 3).out.splitlines()
    assert len(times) == 3
    for line in times:
        assert " 16:00 London, " in line
        assert line.endswith(" (outside preferred hours: Amara N. 45 minutes; without Dev R.)")


def test_on_a_terminal_it_asks_which(rondo: Rondo, published: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Again, until it is one of them."""
    answers = iter([0, 4, 2])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    second = rondo("move", "spring", "pair", 3, "--json").document["alternatives"][1]["start"]
    assert rondo("move", "spring", "pair", 3).code == 0
    (pin,) = published.app.store.pins()
    assert f"{pin.start:%Y-%m-%dT%H:%M:%SZ}" == second


def test_a_week_without_another_time_is_exit_4(rondo: Rondo, published: Desk) -> None:
    """It is said, and that a time can be named nevertheless."""
    monday = start(published, "pair", 3).replace(hour=0, minute=0) - timedelta(days=7)
    published.calendar("chen", at(monday, 14 * 24 * 60))
    said = rondo("move", "spring", "pair", 3)
    assert said.code == 4
    assert "No other time of its week is free for everybody. With --to it can be put anywhere." in said.out
    assert rondo("move", "spring", "pair", 3, "--json").document["alternatives"] == []


def test_a_time_that_is_not_free_is_told_and_refused_without_yes(rondo: Rondo, published: Desk) -> None:
    """Exit 2 where nobody can be asked; with --yes it is done, and the reasons are in the document."""
    to = "Sun 15:00"
    said = rondo("move", "spring", "pair", 3, "--to", to)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [
        "Sun 21 Mar 15:00 London is not free for pair #3:",
        "  Amara N. is outside hours on 21 March: Sun 21 Mar 15:00 London",
        "  Chen L. is outside hours on 21 March: Sun 21 Mar 11:00 New York",
        "rondo: nobody to ask here, so nothing was decided. Say --yes to move it there.",
    ]
    assert published.app.store.pins() == ()
    document = rondo("move", "spring", "pair", 3, "--to", to, "--yes", "--json").document
    assert document["to"] == "2027-03-21T15:00:00Z"
    assert [reason[:8] for reason in document["against"]] == ["Amara N.", "Chen L. "]
    assert document["changes"]["counts"] == {"add": 0, "move": 1, "cancel": 0, "skip": 0}


@pytest.mark.parametrize(("answer", "code", "pins"), [(True, 0, 1), (False, 1, 0)])
def test_on_a_terminal_it_asks_whether_to_move_there_nevertheless(
    rondo: Rondo, published: Desk, monkeypatch: pytest.MonkeyPatch, answer: bool, code: int, pins: int
) -> None:
    """And does what it is told."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
    assert rondo("move", "spring", "pair", 3, "--to", "Sun 15:00").code == code
    assert len(published.app.store.pins()) == pins


def test_a_moved_session_is_shown_and_taken_back(rondo: Rondo, published: Desk) -> None:
    """`show` and `status` tell of it; `--back` ends it."""
    rondo("move", "spring", "pair", 3, "--to", "Sun 15:00", "--yes")
    shown = rondo("show", "spring").out
    assert "By hand\n  pair #3: Sun 21 Mar 15:00 London\n" in shown
    assert "●●◆●●●●●" in shown
    assert "1 put where they stand by hand" in shown
    assert rondo("status", "spring").out.endswith("by hand                 pair #3\n")
    (pin,) = rondo("status", "spring", "--json").document["pins"]
    assert pin == {
        "group": "pair",
        "session": 2,
        "start": "2027-03-21T15:00:00Z",
        "decided_at": "2027-02-20T12:00:00Z",
        "command": "move",
    }
    said = rondo("move", "spring", "pair", "2027-03-21", "--back")
    headline, nothing, *_ = said.out.splitlines()
    assert headline.startswith("pair #3 stands at ")
    assert headline.endswith(", no longer decided by hand.")
    assert nothing.startswith("Plan: 0 to add, 0 to move")
    assert rondo("status", "spring").out.endswith("by hand                 nothing\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pear", 3), 'groups.csv: there is no group "pear". Did you mean pair?'),
        (("pair", "soon"), '"soon" is no date. Write it like 2027-02-09, or the number #5.'),
        (("pair", "2028-01-01"), "pair has no session on 2028-01-01. The nearest is #8 on "),
        (("pair", 3, "--to", "noon"), "\"noon\" is no time. Write 'Thu 14:00' or 2027-02-11T14:00."),
        (("pair", 3, "--to", "2027-02-27T14:00"), "2027-02-27 is not in 2027-03-01 to 2027-04-25."),
        (("pair", 3, "--back"), "pair #3 was neither moved nor skipped by hand."),
    ],
)
def test_what_can_not_be_meant_is_one_line(
    rondo: Rondo, published: Desk, arguments: tuple[object, ...], words: str
) -> None:
    """Exit 1: what, where, and what was probably meant."""
    said = rondo("move", "spring", *arguments)
    assert said.code == 1
    assert said.complaint.startswith(f"rondo: {words}")


def test_two_contrary_wishes_are_not_understood(rondo: Rondo, desk: Desk) -> None:
    """Exit 2, before anything is read."""
    assert rondo("move", "spring", "pair", 3, "--to", "Thu 15:00", "--back").code == 2


# --- skip


def test_skip_and_back(rondo: Rondo, published: Desk) -> None:
    """The session no longer takes place; taken back, it does."""
    said = rondo("skip", "spring", "pair", 3)
    assert said.code == 0
    assert said.out.startswith("pair #3 is skipped, by hand.\n")
    assert "no longer takes place" in said.out
    assert said.out.endswith(NEXT)
    shown = rondo("show", "spring").out
    assert "●●–●●●●●" in shown
    assert "– skipped" in shown
    assert " is skipped\n" in shown
    assert "Without a time" not in shown
    assert rondo("move", "spring", "pair", 3).out.startswith("pair #3 is skipped, and would stand at ")
    document = rondo("skip", "spring", "pair", 3, "--back", "--json").document
    assert (document["schema"], document["back"]) == ("rondo/skip/1", True)
    assert document["changes"]["events"] == []


# --- undo


def test_undo_shows_asks_and_writes(rondo: Rondo, published: Desk) -> None:
    """Nobody to ask: exit 2 and nothing written; with --yes the calendars say what they said before."""
    rondo("skip", "spring", "pair", 3)
    assert rondo("apply", "spring", "--yes").code == 0
    files = published.published()
    said = rondo("undo", "spring")
    assert said.code == 2
    assert said.err == "rondo: nobody to ask here, so nothing was written. Say --yes to write without asking.\n"
    assert published.published() == files
    said = rondo("undo", "spring", "--yes")
    assert said.code == 0
    assert "Plan: 1 to add, 0 to move, 0 to cancel, 0 skipped. 2 calendars would be written." in said.out
    assert said.out.endswith("Taken back. Events written to spring/published: 1.\n")
    assert rondo("plan", "spring", "--exit-code").code == 0
    document = rondo("undo", "spring", "--yes", "--json").document
    assert (document["schema"], document["written"]) == ("rondo/undo/1", 1)
    assert document["counts"] == {"add": 0, "move": 0, "cancel": 0, "skip": 1}


def test_undo_without_an_apply_is_one_line(rondo: Rondo, desk: Desk) -> None:
    """Exit 1."""
    said = rondo("undo", "spring", "--yes")
    assert said.code == 1
    assert said.complaint == "rondo: spring: nothing was applied yet, so there is nothing to take back."


def test_undo_that_can_not_be_is_exit_6(rondo: Rondo, published: Desk) -> None:
    """With who is in the way and what to do instead."""
    was = start(published, "pair", 3)
    rondo("move", "spring", "pair", 3, "--to", local(was + timedelta(days=1)), "--yes")
    rondo("apply", "spring", "--yes")
    published.calendar("amara", at(was, 30))
    said = rondo("undo", "spring", "--yes")
    assert said.code == 6
    assert said.complaint.startswith("rondo: what stood before can't stand again: pair: Amara N. is busy on ")
    assert said.complaint.endswith("Nothing was written. Plan instead: rondo plan DIR")


def test_an_apply_of_other_words_alone_has_nothing_to_take_back(rondo: Rondo, published: Desk) -> None:
    """A title is the folder's: the sessions say what they said before."""
    settings = (published.path / "programme.toml").read_text()
    published.write(settings=settings + '[groups.pair]\ntitle = "Amara and Chen"\n')
    rondo("plan", "spring")
    assert rondo("apply", "spring", "--yes").code == 0
    assert rondo("undo", "spring").out.endswith("Nothing to do: the calendars say what stood before.\n")
