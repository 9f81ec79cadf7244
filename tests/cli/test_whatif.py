"""`what-if`: the difference that some cells would make, with nothing written."""

import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Rondo
from tests.desks import PEOPLE, Desk


def kept(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the database, which may tidy itself up."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".rondo" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_difference_is_told_and_nothing_is_written(rondo: Rondo, desk: Desk) -> None:
    """What was planned last, beside what would be planned; files, draft and copies stay."""
    rondo("plan", "spring")
    before, draft, copies = kept(desk.path), desk.app.store.draft(), desk.app.store.copies()
    said = rondo("what-if", "spring", "--set", "groups.pair.every=2", "--set", "people.amara.hours=Mon-Fri 8-18")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[:2] == [
        "now  16 of 16 sessions take place, 0 of them moved.",
        "then 12 of 12 sessions take place, 0 of them moved.",
    ]
    assert said.out.endswith("Nothing has been written.\n")
    after = desk.app.store.draft()
    assert kept(desk.path) == before
    assert draft is not None
    assert after is not None
    assert (after.plan, after.decided_at) == (draft.plan, draft.decided_at)
    assert desk.app.store.copies().keys() == copies.keys()
    assert all(copy.tried_at == copies[key].tried_at for key, copy in desk.app.store.copies().items())


def test_the_document_has_both_scores_and_every_group(rondo: Rondo, desk: Desk) -> None:
    """Before and after, with the usual time; a cell that changes nothing changes nothing."""
    rondo("plan", "spring")
    document = rondo("what-if", "spring", "--set", "people.ela.email=ela@example.org", "--json").document
    assert (document["schema"], document["before"], document["burdens"]) == ("rondo/what-if/1", document["after"], {})
    assert [group["id"] for group in document["groups"]] == ["pair", "circle"]
    for group in document["groups"]:
        assert group["before"] == group["after"]
        assert group["before"]["held"] == 8


def test_the_hours_that_a_way_out_names_bring_what_it_promised(rondo: Rondo, desk: Desk) -> None:
    """`why` and `what-if` agree, cell by cell."""
    desk.write(people=PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 12:30-13"))
    rondo("plan", "spring")
    ways = rondo("why", "spring", "pair", "--json").document["ways_out"]
    assert ways
    for way in ways:
        cells = [word for cell in way["set"] for word in ("--set", cell)]
        after = {
            group["id"]: group["after"] for group in rondo("what-if", "spring", *cells, "--json").document["groups"]
        }
        assert after["pair"]["held"] + after["pair"]["moved"] == way["happen"], way


def test_without_a_plan_the_present_is_planned_first(rondo: Rondo, desk: Desk) -> None:
    """And not kept."""
    said = rondo("what-if", "spring", "--set", "programme.slack=2")
    assert said.code == 0
    assert desk.app.store.draft() is None


@pytest.mark.parametrize("cell", ["people.chen.hours=7-33", "nonsense", "groups.none.every=2"])
def test_a_wrong_cell_is_one_complaint(rondo: Rondo, desk: Desk, cell: str) -> None:
    """With the words that set it."""
    said = rondo("what-if", "spring", "--set", cell)
    assert said.code == 1
    assert "--set" in said.complaint


def test_ctrl_c_keeps_the_best_so_far(rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `plan` does, with its exit code; the difference is told of what was found until then."""
    rondo("plan", "spring")
    monkeypatch.setattr("scheduler.cli.whatif.reporter", lambda: lambda _: signal.raise_signal(signal.SIGINT))
    said = rondo("what-if", "spring", "--set", "programme.slack=2")
    assert said.code == 130
    assert "stopping: keeping the best plan so far" in said.err
    assert "Nothing has been written." in said.out
