"""All commands together: help with examples that run, one JSON document each, one line for every fault."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from scheduler import __version__
from scheduler.cli.rondo import PARTS, application
from scheduler.programme.sample import PLANNED_AT, write_sample
from tests.cli.conftest import Rondo
from tests.desks import ROOT, Desk

COMMANDS = typer.main.get_command(application()).commands  # type: ignore[attr-defined]  # a group has them
NAMES = {
    *("demo", "check", "refresh", "busy", "free", "slots", "why", "plan", "show", "diff", "apply", "export", "solve"),
    *("verify", "status", "move", "skip", "undo", "fairness", "what-if"),
    *("connect", "calendars", "disconnect", "keys", "doctor"),
    *("watch", "proposals", "log", "pause", "resume"),
    *("import", "backup", "restore", "copy", "serve", "sign-in", "worker"),
}
SIGNED_IN = {"connect", "disconnect"}  # they need a provider: tests/cli/test_connect.py has some
SERVED = {"import", "backup", "restore", "copy", "serve", "sign-in", "worker"}  # test_importing.py, test_serve.py
STANDING = {"watch", "proposals", "log", "pause", "resume"}  # what stands and breaks: test_watching.py
ELSEWHERE = SIGNED_IN | SERVED | STANDING


def examples() -> dict[str, list[str]]:
    """The words of each command's example."""
    found = {name: command.epilog.removeprefix("Example: rondo ") for name, command in COMMANDS.items()}
    return {name: shlex.split(text) for name, text in found.items()}


def test_the_commands_are_those_that_are_promised() -> None:
    """No more and no less, each in the one part that is loaded for it."""
    assert set(COMMANDS) == NAMES
    assert sorted(name for names in PARTS.values() for name in names) == sorted(NAMES)
    for part, names in PARTS.items():
        for name in names:
            assert set(typer.main.get_command(application(name)).commands) == set(PARTS[part])  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ("busy", {"ortools", "sqlalchemy", "alembic", "holidays", "pydantic"}),
        ("solve", {"sqlalchemy", "alembic", "holidays"}),
    ],
)
def test_a_command_loads_what_it_needs_and_no_more(command: str, spared: set[str]) -> None:
    """`busy` is called by the thousand, and solver and database take a second to load."""
    script = f"import sys; from scheduler.cli.rondo import application; application({command!r}); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    assert spared.isdisjoint(said.stdout.split())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_help_has_an_example(rondo: Rondo, name: str) -> None:
    """Of this very command, on the last line, and every option is explained or named."""
    said = rondo(name, "--help")
    assert (said.code, said.err) == (0, "")
    assert "Example: rondo " in said.out
    assert examples()[name][0] == name
    assert "--json" in said.out


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which examples are at home: the sample in `spring`, config/example beside it."""
    folder = tmp_path_factory.mktemp("examples")
    write_sample(folder / "spring")
    (folder / "config").mkdir()
    shutil.copytree(ROOT / "config" / "example", folder / "config" / "example")
    return folder


ORDER = ("check", "refresh", "busy", "free", "slots", "plan", "solve", "verify", "show", "why", "diff", "apply")


@pytest.fixture
def at_the_sample(rondo: Rondo, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Rondo:
    """`rondo` in that folder, at the sample's own present."""
    monkeypatch.chdir(sample)
    monkeypatch.setenv("RONDO_NOW", PLANNED_AT.isoformat())
    return rondo


def test_every_example_runs(at_the_sample: Rondo, sample: Path) -> None:
    """To the letter, one after the other as a newcomer would; the demo's last, since it writes anew."""
    texts = examples()
    order = [*ORDER, *sorted(NAMES - {*ORDER, *ELSEWHERE, "demo"})]
    for name in order:
        said = at_the_sample(*texts[name])
        assert said.code == 0, (name, said)
        assert said.out or "-o" in texts[name]
    shutil.rmtree(sample / "spring")
    assert at_the_sample(*texts["demo"]).code == 0
    assert (sample / "spring" / "people.csv").is_file()


def test_every_command_prints_one_document(rondo: Rondo, desk: Desk, tmp_path: Path) -> None:
    """With --json stdout is one JSON document, whatever the command does; each says its schema, but those relied on."""
    rondo("plan", "spring", "-o", "plan.json", "--problem", "problem.json")
    window = ("--from", "2027-03-01T00:00:00Z", "--to", "2027-03-08T00:00:00Z")
    lines = {
        "demo": ("sample",),
        "check": ("spring",),
        "refresh": ("spring",),
        "busy": ("spring/calendars/chen.ics", "--zone", "UTC", *window),
        "free": ("spring", "amara", "chen", *window),
        "slots": ("spring", "amara", "chen", "--weeks", "4"),
        "why": ("spring", "pair"),
        "plan": ("spring",),
        "show": ("spring",),
        "diff": ("spring",),
        "apply": ("spring", "--yes"),
        "status": ("spring",),
        "export": ("csv", "spring"),
        "fairness": ("spring", "--slack", "1"),
        "what-if": ("spring", "--set", "people.chen.hours=Mon-Fri 8-18"),
        "move": ("spring", "pair", "3"),
        "skip": ("spring", "pair", "3"),
        "undo": ("spring", "--yes"),
        "calendars": ("spring",),
        "keys": ("rotate", "spring"),
        "doctor": ("spring",),
        "solve": ("problem.json", "-o", "again.json"),
        "verify": ("problem.json", "plan.json"),
    }
    assert set(lines) == NAMES - ELSEWHERE
    for name, arguments in lines.items():
        said = rondo(name, *arguments, "--json")
        assert said.code == 0, (name, said)
        document = json.loads(said.out)
        assert name in ("busy", "free") or document["schema"].startswith("rondo/"), name


def test_the_version_is_told(rondo: Rondo) -> None:
    """And the help, where nothing is asked."""
    assert rondo("--version").out == f"rondo {__version__}\n"
    assert all(name in rondo("--help").out for name in NAMES)


@pytest.mark.parametrize(
    "arguments",
    [("plan",), ("plan", "spring", "--nonsense"), ("nonsense",), ("busy", "a.ics"), ("export", "pdf", "spring")],
)
def test_what_is_no_command_is_exit_2(rondo: Rondo, arguments: tuple[str, ...]) -> None:
    """Usage, as everywhere."""
    said = rondo(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err


BAD_NUMBERS = [
    ("plan", "spring", "--seed", "-1"),
    ("plan", "spring", "--seed", "1e400"),
    ("plan", "spring", "--workers", "0"),
    ("plan", "spring", "--time-limit", "nan"),
    ("plan", "spring", "--time-limit", "-5"),
    ("slots", "spring", "amara", "chen", "--minutes", "0"),
    ("slots", "spring", "amara", "chen", "--weeks", "9" * 400),
    ("slots", "spring", "amara", "chen", "--every", "13"),
    ("free", "spring", "amara", "--minutes", "NaN", "--from", "2027-03-01T00:00:00Z", "--to", "2027-03-02T00:00:00Z"),
]


@pytest.mark.parametrize("arguments", BAD_NUMBERS, ids=" ".join)
def test_numbers_that_are_none_are_exit_2(rondo: Rondo, desk: Desk, arguments: tuple[str, ...]) -> None:
    """Before anything is read."""
    said = rondo(*arguments)
    assert (said.code, said.out) == (2, "")
    assert not (desk.path / ".rondo").exists()


BAD_FOLDERS = {
    "no such folder": "spring/nowhere",
    "a file": "spring/people.csv",
    "the root of nothing": "\udcff",
    "empty": "empty",
}


@pytest.mark.parametrize("folder", BAD_FOLDERS.values(), ids=list(BAD_FOLDERS))
@pytest.mark.parametrize("command", ["check", "refresh", "plan", "show", "diff", "apply", "status"])
def test_a_folder_that_is_none_is_told(rondo: Rondo, desk: Desk, command: str, folder: str) -> None:
    """Exit 1, a line for each file that is missed, and no state is left in it."""
    (desk.path.parent / "empty").mkdir()
    said = rondo(command, folder)
    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    assert said.err.startswith("rondo: ")
    assert list((desk.path.parent / "empty").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ({"people": "id,timezone\n=cmd|' /C calc'!A0,UTC\n"}, ["people.csv:2:1:"]),
        ({"people": "id,timezone\nb\x00,UTC\n"}, ["people.csv:2:"]),
        ({"people": "id,timezone\n" + "x" * 1_000_000 + ",UTC\n"}, ["people.csv:2:"]),
        ({"people": "id,id,timezone\n"}, ["people.csv:1:2:"]),
        ({"settings": "[programme]\nname = 1\nname = 2\n"}, ["programme.toml:3:9:"]),
        ({"settings": "x = " + "[" * 100_000}, ["programme.toml:"]),
    ],
    ids=["formula", "NUL", "long", "twice", "duplicate key", "deep"],
)
def test_files_of_bad_will_are_told(rondo: Rondo, desk: Desk, files: dict[str, str], places: list[str]) -> None:
    """Exit 1 and short lines, the first of them with the place."""
    desk.write(**files)
    said = rondo("check", "spring")
    assert (said.code, said.out) == (1, "")
    lines = said.err.removeprefix("rondo: ").splitlines()
    assert [line[: len(place)] for line, place in zip(lines, places, strict=False)] == places
    assert max(len(line) for line in lines) < 300


def test_calendars_lead_nowhere_else(rondo: Rondo, desk: Desk) -> None:
    """Links, devices and pipes in the place of a calendar are unreadable, and never waited for."""
    calendars = desk.path / "calendars"
    for name in ("amara", "chen", "dev"):
        (calendars / f"{name}.ics").unlink()
    os.mkfifo(calendars / "amara.ics")
    (calendars / "chen.ics").symlink_to("/etc/passwd")
    (calendars / "dev.ics").symlink_to("/dev/zero")
    said = rondo("check", "spring", "--json")
    assert said.code == 1
    assert all(each["error"] for each in said.document["calendars"])
    assert "root:" not in said.out


def test_output_that_does_not_fit_is_one_line(desk: Desk) -> None:
    """A full disk behind stdout."""
    with open("/dev/full", "wb") as full:
        said = subprocess.run(
            [sys.executable, "-m", "scheduler.cli", "status", "spring"], cwd=desk.path.parent, stdout=full,
            stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, encoding="utf-8",
        )  # fmt: skip  # one command
    assert (said.returncode, said.stderr) == (1, "rondo: output: No space left on device\n")


def test_what_a_library_logs_is_not_shown() -> None:
    """It may hold what a provider said, which is none of our words."""
    logs = "lambda command: lambda: logging.getLogger('library').critical('CANARY')"
    script = f"import logging; from scheduler.cli import rondo; rondo.application = {logs}; rondo.main()"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    assert (said.stdout, said.stderr) == ("", "")
