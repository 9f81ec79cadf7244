"""`plan`, `show`, `diff`, `apply`, `status`: exit codes, documents, and that only `apply` writes."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.app.repair.pausing import pause
from scheduler.core.plan import plan_from_json
from scheduler.core.problem import problem_from_json
from scheduler.core.verify import check
from tests.cli.conftest import Rondo
from tests.desks import GROUPS, NOW, PEOPLE, Desk, at

LAST = "Plan: 16 to add, 0 to move, 0 to cancel, 0 skipped."


def pending(rondo: Rondo) -> dict[str, int]:
    """What `diff` counts."""
    counts: dict[str, int] = rondo("diff", "spring", "--json").document["counts"]
    return counts


# --- plan


def test_plan_shows_groups_weeks_clocks_and_what_would_change(rondo: Rondo, desk: Desk) -> None:
    """And writes to nobody's calendar."""
    said = rondo("plan", "spring")
    assert (said.code, said.err) == (0, "")
    for words in ("pair", "circle", "●●●●●●●●", "When clocks change", "16 of 16 sessions take place (100.0%)", LAST):
        assert words in said.out
    assert said.out.endswith("Nothing has been written. Next: rondo apply spring\n")
    assert desk.published() == {}
    assert desk.app.store.events() == ()


def test_plan_writes_both_interchange_files(rondo: Rondo, desk: Desk, tmp_path: Path) -> None:
    """`rondo plan DIR -o plan.json --problem problem.json`: they fit each other, and `solve` finds the same plan."""
    said = rondo("plan", "spring", "-o", "plan.json", "--problem", "problem.json")
    assert said.code == 0
    assert said.out.endswith("Saved plan.json. Nothing has been written. Next: rondo apply spring plan.json\n")
    problem = problem_from_json((tmp_path / "problem.json").read_bytes())
    plan = plan_from_json((tmp_path / "plan.json").read_bytes())
    assert check(problem, plan).faults == ()
    assert rondo("solve", "problem.json", "-o", "again.json").code == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "plan.json").read_bytes()


def test_plan_as_a_document(rondo: Rondo, desk: Desk) -> None:
    """Each session with its instant, its local time and zone; the score; what would change."""
    document = rondo("plan", "spring", "--json").document
    assert document["schema"] == "rondo/plan/1"
    assert (document["programme"], document["score"]["happen"], document["score"]["violations"]) == ("Spring", 16, 0)
    pair = document["groups"][0]
    assert (pair["id"], pair["anchor_zone"], len(pair["sessions"]), pair["reasons"]) == ("pair", "Europe/London", 8, [])
    session = pair["sessions"][0]
    assert session.keys() == {"start", "local", "tz", "status", "absent"}
    assert session["start"].endswith("Z")
    assert set(pair["slots"][0]["local"]) == {"Europe/London", "America/New_York"}
    assert document["changes"]["counts"] == {"add": 16, "move": 0, "cancel": 0, "skip": 0}


def test_a_group_without_any_slot_is_exit_4_with_its_reasons(rondo: Rondo, desk: Desk) -> None:
    """The others are planned, and it is said whose limits are in the way."""
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 20-22"))
    said = rondo("plan", "spring")
    assert said.code == 4
    assert "no time found" in said.out
    assert "pair: closest: " in said.out
    assert "Chen L. is outside hours on 8 of 8 dates" in said.out
    assert rondo("plan", "spring", "--exit-code").code == 4


def test_single_sessions_without_a_time_are_reported_and_no_failure(rondo: Rondo, desk: Desk) -> None:
    """Exit 0, with the date and why."""
    start = NOW.replace(month=3, day=22, hour=0)
    desk.calendar("chen", at(start, 7 * 24 * 60))
    said = rondo("plan", "spring")
    assert said.code == 0
    assert "Without a time" in said.out
    assert "pair: Chen L. is busy on" in said.out


def test_exit_code_3_says_that_changes_are_pending(rondo: Rondo, desk: Desk) -> None:
    """Only where it is asked for, and only until they are applied."""
    assert rondo("plan", "spring").code == 0
    assert rondo("plan", "spring", "--exit-code").code == 3
    assert rondo("diff", "spring", "--exit-code").code == 3
    assert rondo("apply", "spring", "--yes").code == 0
    assert rondo("plan", "spring", "--exit-code").code == 0
    assert rondo("diff", "spring", "--exit-code").code == 0


def test_plan_reads_calendars_first_unless_told_not_to(rondo: Rondo, desk: Desk) -> None:
    """And says on stderr which can't be read, and what that makes of their owners."""
    said = rondo("plan", "spring", "--no-refresh")
    assert said.code == 4  # nobody was ever read
    (desk.path / "calendars" / "dev.ics").unlink()
    said = rondo("plan", "spring")
    assert said.code == 0
    assert said.err.startswith("warning: dev, calendars/dev.ics: ")
    assert said.err.endswith("(dev is unknown)\n")
    assert rondo("plan", "spring", "--no-refresh").err == ""


def test_the_seed_is_part_of_the_plan(rondo: Rondo, desk: Desk) -> None:
    """The same seed gives the same document to the byte."""
    first, second = (rondo("plan", "spring", "--seed", 5, "--json") for _ in range(2))
    assert first.out == second.out
    assert first.document["meta"]["seed"] == 5


@pytest.mark.parametrize("option", ["-o", "--problem"])
@pytest.mark.parametrize("target", ["nowhere/plan.json", "folder"])
def test_a_file_that_can_not_be_written_is_told(rondo: Rondo, desk: Desk, option: str, target: str) -> None:
    """In one line, after the plan was made."""
    (desk.path.parent / "folder").mkdir()
    said = rondo("plan", "spring", option, target)
    assert said.code == 1
    assert target in said.complaint


# --- show, diff, status


def test_show_repeats_the_last_plan_or_a_saved_one(rondo: Rondo, desk: Desk) -> None:
    """Nothing is solved again; without any plan it says how to make one."""
    assert rondo("show", "spring").complaint.endswith("nothing was planned yet. Plan first: rondo plan spring")
    planned = rondo("plan", "spring", "-o", "plan.json", "--json").document
    shown = rondo("show", "spring", "--json").document
    assert {key: planned[key] for key in shown} == shown
    assert rondo("show", "spring", "plan.json", "--json").document["groups"] == shown["groups"]
    desk.write(groups=GROUPS + "trio,chen,\ntrio,dev,\n")
    assert [group["id"] for group in rondo("show", "spring", "--json").document["groups"]] == ["pair", "circle"]
    assert rondo("show", "spring").code == 0


def test_diff_has_old_and_new_on_one_line(rondo: Rondo, desk: Desk) -> None:
    """A moved session, told on its group's clock."""
    desk.publish()
    (event,) = (event for event in desk.app.store.events() if event.group == "pair")
    third = event.sessions[2].start
    assert third is not None
    desk.calendar("amara", at(third, 45))
    assert rondo("plan", "spring").code == 0
    said = rondo("diff", "spring")
    assert said.code == 0
    assert "Plan: 0 to add, 1 to move, 0 to cancel, 0 skipped. 2 calendars would be written." in said.out
    (line,) = (line for line in said.out.splitlines() if " -> " in line)
    assert line.strip().startswith("~")
    assert line.count("London") == 2
    assert "Amara N. is busy on" in said.out
    (change,) = rondo("diff", "spring", "--json").document["events"]
    assert (change["change"], change["group"], change["sequence"]) == ("move", "pair", 1)
    (session,) = change["sessions"]
    assert (session["session"], session["before"]) == (2, f"{third:%Y-%m-%dT%H:%M:%SZ}")


def test_status_counts_what_is_known_planned_and_owed(rondo: Rondo, desk: Desk) -> None:
    """Before anything, and after a round."""
    before = rondo("status", "spring", "--json").document
    assert before["people"] == {"known": 1, "stale": 0, "unknown": 3}
    assert (before["planned_at"], before["applied_at"], before["published_events"]) == (None, None, 0)
    desk.publish()
    after = rondo("status", "spring", "--json").document
    assert (after["people"]["known"], after["not_known"]) == (4, [])
    assert (after["published_events"], after["published_sessions"], after["writes_owed"]) == (2, 16, 0)
    assert after["planned_at"] == after["applied_at"] == "2027-02-20T12:00:00Z"
    assert "applied at              2027-02-20T12:00:00Z" in rondo("status", "spring").out


# --- apply


def test_apply_writes_the_last_plan(rondo: Rondo, desk: Desk) -> None:
    """One file a group and one a person; the second time there is nothing to do, and no byte changes."""
    rondo("plan", "spring")
    said = rondo("apply", "spring", "--yes")
    assert said.code == 0
    assert said.out.endswith("Events written to spring/published: 2.\n")
    files = desk.published()
    assert set(files) == {
        *("groups/circle.ics", "groups/pair.ics"),
        *("people/amara.ics", "people/chen.ics", "people/dev.ics", "people/ela.ics"),
    }
    again = rondo("apply", "spring", "--yes")
    assert (again.code, again.out.splitlines()[-1]) == (0, "Nothing to do: the calendars say what the plan says.")
    assert rondo("plan", "spring").out.endswith("No changes: the calendars say what the plan says.\n")
    assert desk.published() == files


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nobody_to_ask_is_exit_2_and_nothing_written(rondo: Rondo, desk: Desk, form: tuple[str, ...]) -> None:
    """No terminal and no --yes."""
    rondo("plan", "spring")
    said = rondo("apply", "spring", *form)
    assert said.code == 2
    assert said.err == "rondo: nobody to ask here, so nothing was written. Say --yes to write without asking.\n"
    assert desk.published() == {}
    assert desk.app.store.events() == ()


@pytest.mark.parametrize(("answer", "code", "files"), [(True, 0, 6), (False, 1, 0)])
def test_apply_asks_on_a_terminal(
    rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: bool, code: int, files: int
) -> None:
    """And does what it is told."""
    rondo("plan", "spring")
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", confirm)
    said = rondo("apply", "spring")
    assert (said.code, asked, len(desk.published())) == (code, ["Write this?"], files)
    assert LAST in said.out


def test_apply_takes_a_saved_plan_that_still_fits(rondo: Rondo, desk: Desk) -> None:
    """`rondo apply DIR PLAN --yes`."""
    rondo("plan", "spring", "-o", "plan.json")
    assert rondo("apply", "spring", "plan.json", "--yes").code == 0
    assert len(desk.published()) == 6


def test_a_stale_plan_is_exit_6_and_nothing_written(rondo: Rondo, desk: Desk, tmp_path: Path) -> None:
    """A calendar has changed since; by file and by what was planned last."""
    rondo("plan", "spring", "-o", "plan.json")
    minute = json.loads((tmp_path / "plan.json").read_text())["series"][0]["sessions"][1]["start"]
    desk.calendar("amara", at(desk.app.programme.horizon.instant(minute), 10))
    for plan in ((), ("plan.json",)):
        said = rondo("apply", "spring", *plan, "--yes")
        assert said.code == 6
        assert said.complaint.startswith("rondo: this plan no longer fits what was read: pair[1]: amara is busy. Plan")
    assert desk.published() == {}


def test_a_plan_of_another_programme_is_stale(rondo: Rondo, desk: Desk) -> None:
    """Its groups are not those of the folder."""
    rondo("plan", "spring", "-o", "plan.json")
    desk.write(groups=GROUPS.replace("pair", "duo"))
    assert rondo("apply", "spring", "plan.json", "--yes").code == 6


def test_apply_without_any_plan_says_how_to_make_one(rondo: Rondo, desk: Desk) -> None:
    """Exit 1."""
    said = rondo("apply", "spring", "--yes")
    assert (said.code, said.complaint) == (1, "rondo: spring: nothing was planned yet. Plan first: rondo plan spring")


def test_apply_as_a_document(rondo: Rondo, desk: Desk) -> None:
    """What was written and what has changed."""
    rondo("plan", "spring")
    document = rondo("apply", "spring", "--yes", "--json").document
    assert (document["schema"], document["written"], document["counts"]["add"]) == ("rondo/apply/1", 2, 16)
    assert [event["change"] for event in document["events"]] == ["create", "create"]
    again = rondo("apply", "spring", "--yes", "--json").document
    assert (again["written"], again["events"]) == (0, [])


def test_what_an_earlier_apply_owes_is_written_first(rondo: Rondo, desk: Desk) -> None:
    """It was decided: but with nobody to ask, and without --yes, not even that is written."""
    rondo("plan", "spring")
    (desk.path / "published").touch()
    said = rondo("apply", "spring", "--yes")
    assert said.code == 1
    assert "can't be opened" in said.err
    (desk.path / "published").unlink()
    assert rondo("status", "spring", "--json").document["writes_owed"] == 2
    assert rondo("apply", "spring").code == 2
    assert desk.published() == {}
    said = rondo("apply", "spring", "--yes")
    assert said.code == 0
    assert said.err == "Finished what an earlier apply had decided: 2 events.\n"
    assert len(desk.published()) == 6


def test_replan_asks_anew(rondo: Rondo, desk: Desk) -> None:
    """With other wishes a published plan is kept; --replan moves all that is not near."""
    desk.publish()
    desk.write(people=PEOPLE.replace("10-16", "15-17"))
    rondo("plan", "spring")
    assert pending(rondo)["move"] == 0
    rondo("plan", "spring", "--replan")
    assert sum(pending(rondo).values()) > 0
    assert rondo("apply", "spring", "--yes").code == 0


def test_time_goes_by_the_clock_that_is_set(rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RONDO_NOW, and no other; what is no instant is told."""
    rondo("plan", "spring")
    for now, code in ((NOW + timedelta(weeks=2), 6), (NOW, 0)):
        monkeypatch.setenv("RONDO_NOW", now.isoformat())
        assert rondo("apply", "spring", "--yes").code == code
    monkeypatch.setenv("RONDO_NOW", "yesterday")
    assert "'yesterday' is no instant" in rondo("plan", "spring").complaint


def test_a_name_is_no_markup(rondo: Rondo, desk: Desk) -> None:
    """Brackets are brackets, in tables, sentences and sums."""
    name = "[red]Amara[/red] [/] [link=https://x.example]y"
    desk.write(people=PEOPLE.replace("Amara N.", name))
    told = rondo("why", "spring", "pair", "--at", "Sun 03:00").out
    assert f"{name} is outside hours" in told
    assert "[red]Amara[/red]" in rondo("slots", "spring", "amara", "chen").out


def test_whoever_loses_a_race_is_shown_what_came_first(
    desk: Desk, rondo: Rondo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else decided while they were asked whether to write it."""
    desk.publish()
    start = next(event.sessions[3].start for event in desk.app.store.events() if event.group == "pair")
    assert start
    desk.calendar("chen", at(start, 30))
    rondo("plan", "spring")
    monkeypatch.setattr("scheduler.cli.planning.ask_to_write", lambda _: pause(desk.app, "circle", None, "coordinator"))
    said = rondo("apply", "spring", "--no-refresh")
    assert said.code == 1
    first, changed, *sessions, last = said.err.splitlines()
    assert (first, changed, len(sessions)) == ("Meanwhile somebody else changed this:", "- circle: cancelled", 8)
    assert last == "rondo: another apply came first, so nothing was written. Plan again."
    assert "pair" not in said.err
