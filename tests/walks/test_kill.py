"""Apply, killed at any moment and taken up again: nothing lost, nothing doubled, not a byte different."""

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as hooks

from connectors._ics_out.folder import Folder
from scheduler.app.planning.undo import find_undo, write_undo
from scheduler.core.change import Keep
from scheduler.delivering import Written
from tests.desks import Desk, at

FORK = multiprocessing.get_context("fork")
Fuse = Callable[[int], None]
"""Sees to it that this process is killed at the nth of some steps."""


def apply(desk: Desk) -> int:
    """What `rondo apply --yes` does: finish what is owed, write what was planned last; the number of writes."""
    app = desk.app
    resumed, draft = app.write_pending(), app.store.draft()
    assert draft is not None
    planned = app.drafted(draft.plan)
    todo = app.changes(planned)
    more = Written() if all(isinstance(change, Keep) for change in todo) else app.apply(planned, todo)
    return resumed.events + more.events


def die() -> None:
    """As by kill -9: no handler runs, nothing is flushed, no lock is given back by hand."""
    os.kill(os.getpid(), signal.SIGKILL)


def before_a_statement(number: int) -> None:
    """At the nth SQL statement."""
    count = Counter[str]()

    def step(*_: object) -> None:
        count["statements"] += 1
        if count["statements"] == number:
            die()

    hooks.listen(Engine, "before_cursor_execute", step)


def before_a_commit(number: int) -> None:
    """At the nth commit."""
    count = Counter[str]()

    def step(_: object) -> None:
        count["commits"] += 1
        if count["commits"] == number:
            die()

    hooks.listen(Engine, "commit", step)


def around_a_file(number: int) -> None:
    """Before, half-way through, and after each file that is written."""
    write, count = Folder.write, Counter[str]()

    def step() -> None:
        count["steps"] += 1
        if count["steps"] == number:
            die()

    def slowly(self: Folder, name: str, content: bytes) -> None:
        step()
        with open(f".{name}.new", "wb", opener=self._opened) as half:
            half.write(content[: len(content) // 2])
        step()
        write(self, name, content)
        step()

    Folder.write = slowly  # type: ignore[method-assign]  # in a process that is about to be killed


def undo(desk: Desk) -> int:
    """What `rondo undo --yes` does; the number of writes."""
    app = desk.app
    resumed, found = app.write_pending(), find_undo(app)
    return resumed.events + write_undo(app, found).events


def burnt(desk: Desk, fuse: Fuse, number: int, act: Callable[[Desk], int] = apply) -> bool:
    """Act in a process that is killed at the nth step; False where it ended before that."""

    def run() -> None:
        fuse(number)
        act(desk)
        os._exit(0)

    process = FORK.Process(target=run)
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def copied(desk: Desk, to: Path) -> Desk:
    """The same programme, key and state in another place."""
    shutil.copytree(desk.path, to)
    other = Desk.__new__(Desk)
    other.path, other.clock = to, desk.clock
    return other


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A published programme in which a session has to move and a group is new; planned, and not applied."""
    desk = Desk(tmp_path / "spring")
    desk.publish()
    (pair,) = (event for event in desk.app.store.events() if event.group == "pair")
    third = pair.sessions[2].start
    assert third is not None
    desk.calendar("amara", at(third, 45))
    groups = (desk.path / "groups.csv").read_text()
    desk.write(groups=groups.replace("circle,dev,optional\n", "") + "trio,chen,\ntrio,dev,\n")
    desk.later(hours=1)
    desk.plan()
    return desk


@pytest.mark.parametrize("fuse", [before_a_statement, before_a_commit, around_a_file])
def test_a_killed_apply_is_taken_up_where_it_ended(desk: Desk, tmp_path: Path, fuse: Fuse) -> None:
    """At every step: the next apply leads to the very files of one that nobody disturbed."""
    undisturbed = copied(desk, tmp_path / "undisturbed")
    assert apply(undisturbed) == 3
    wanted, number = undisturbed.published(), 1
    while burnt(killed := copied(desk, tmp_path / f"killed-{number}"), fuse, number):
        apply(killed)
        assert killed.published() == wanted, number
        assert killed.app.store.events() == undisturbed.app.store.events()
        assert apply(killed) == 0
        number += 1
    assert number > 4
    assert killed.published() == wanted


@pytest.mark.parametrize("fuse", [before_a_statement, before_a_commit, around_a_file])
def test_a_killed_undo_is_decided_or_is_not(desk: Desk, tmp_path: Path, fuse: Fuse) -> None:
    """At every step: whoever comes next finds all of it decided and writes it, or undoes it then."""
    apply(desk)
    desk.calendar("amara")
    desk.app.refresh()
    undisturbed = copied(desk, tmp_path / "undisturbed")
    stood = undisturbed.app.store.standing()
    assert undo(undisturbed) == 2
    wanted, number = undisturbed.published(), 1
    while burnt(killed := copied(desk, tmp_path / f"killed-{number}"), fuse, number, undo):
        app = killed.app
        standing = app.store.standing()
        if stood and standing and standing.plan == stood.plan:
            assert app.write_pending().events == 0
            undo(killed)
        else:
            app.write_pending()
        assert killed.published() == wanted, number
        assert killed.app.store.events() == undisturbed.app.store.events()
        number += 1
    assert number > 3
    assert killed.published() == wanted


def test_an_apply_that_is_killed_again_and_again_comes_to_its_end(desk: Desk, tmp_path: Path) -> None:
    """Each time a little further on."""
    undisturbed = copied(desk, tmp_path / "undisturbed")
    apply(undisturbed)
    rounds = 0
    while burnt(desk, around_a_file, 3):
        rounds += 1
    assert rounds > 1
    assert desk.published() == undisturbed.published()
    assert list((desk.path / "published").rglob("*.new")) == []


def test_people_never_see_half_a_file(desk: Desk) -> None:
    """Whenever the process dies, each file that is there is a whole calendar."""
    for number in range(1, 12):
        if not burnt(desk, around_a_file, number % 3 + 1):
            break
        for content in desk.published().values():
            assert content.startswith(b"BEGIN:VCALENDAR\r\n")
            assert content.endswith(b"END:VCALENDAR\r\n")
