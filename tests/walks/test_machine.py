"""The same on every machine: its clock, language, folder and faults change no result, and none gives a traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.core.plan import plan_from_json
from scheduler.core.problem import problem_from_json, problem_to_json
from scheduler.core.verify import check
from tests.desks import NOW, ROOT, SECRETS, Desk, spawn
from tests.problems import random_problem


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A programme that is planned, with its key."""
    desk = Desk(tmp_path_factory.mktemp("machine") / "spring")
    desk.plan()
    assert desk.app.rooms is not None
    return desk


def copied(desk: Desk, to: Path) -> Desk:
    """The same programme, key and state in another place."""
    shutil.copytree(desk.path, to)
    other = Desk.__new__(Desk)
    other.path, other.clock = to, desk.clock
    return other


MACHINES = {
    "Chatham": {"TZ": "Pacific/Chatham"},
    "C": {"LC_ALL": "C", "LANG": "C"},
    "ascii": {"PYTHONIOENCODING": "ascii", "TZ": ":no/such/zone", "PYTHONHASHSEED": "1"},
}


@pytest.mark.parametrize("machine", MACHINES)
def test_zone_language_and_folder_of_the_machine_change_nothing(planned: Desk, tmp_path: Path, machine: str) -> None:
    """The plan's file and every published one are the same to the byte, from whichever folder it is called."""
    here = copied(planned, tmp_path / "here" / "spring")
    there = copied(planned, tmp_path / "elsewhere" / "ünïcode and spaces")
    runs = (
        (here, tmp_path / "here", "spring", {"TZ": "UTC", "LC_ALL": "C.UTF-8"}),
        (there, Path("/"), str(there.path), MACHINES[machine]),
    )
    files = []
    for desk, cwd, folder, environment in runs:
        plan = desk.path / "plan.json"
        assert spawn("plan", folder, "-o", plan, cwd=cwd, **environment).returncode == 0
        assert spawn("apply", folder, plan, "--yes", cwd=cwd, **environment).returncode == 0
        files.append(desk.published() | {"plan": plan.read_bytes()})
    assert len(files[0]) == 7
    assert files[0] == files[1]


def test_signs_that_a_terminal_does_not_have_are_replaced(planned: Desk, tmp_path: Path) -> None:
    """An ASCII terminal gets question marks, and no traceback."""
    desk = copied(planned, tmp_path / "spring")
    said = spawn("show", "spring", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert (said.returncode, said.stderr) == (0, "")
    assert "????????" in said.stdout
    assert desk.path.is_dir()


def test_whoever_stops_reading_gets_no_traceback(planned: Desk, tmp_path: Path) -> None:
    """As with `| head -0`: the pipe is closed before the first byte."""
    copied(planned, tmp_path / "spring")
    reader, writer = os.pipe()
    os.close(reader)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}
    command = [sys.executable, "-m", "scheduler.cli", "show", "spring", "--json"]
    said = subprocess.run(
        command, cwd=tmp_path, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False, encoding="utf-8"
    )
    os.close(writer)
    assert said.stderr == ""
    assert said.returncode in (0, 1)


COMMANDS = {
    "refresh": (),
    "plan": (),
    "slots": ("amara", "chen"),
    "apply": ("--yes",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line(planned: Desk, tmp_path: Path, command: str) -> None:
    """Not one byte can be written to any file: the fault is told, and nothing is half done."""
    desk = copied(planned, tmp_path / "spring")
    script = (
        "import resource, sys; from scheduler.cli import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)); main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, command, "spring", *COMMANDS[command]],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert said.stderr.startswith("rondo: ")
    assert said.stderr.count("\n") == 1
    assert desk.published() == {}
    assert desk.app.store.events() == ()


def test_a_folder_without_room_for_state_is_one_line(tmp_path: Path) -> None:
    """A file stands where `.rondo` should be made."""
    desk = Desk(tmp_path / "spring")
    (desk.path / ".rondo").touch()
    said = spawn("plan", "spring", cwd=tmp_path)
    assert said.returncode == 1
    assert said.stderr == "rondo: spring/.rondo can't be made: File exists.\n"


STOP = """
import os, signal, sys
from scheduler.cli import main, planning, solving

def reporter():
    asked = []
    def report(at):
        if not asked:
            asked.append(os.kill(os.getpid(), signal.SIGINT))
    return report

solving.reporter = planning.reporter = reporter
main()
"""


def interrupted(*arguments: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """A command that gets Ctrl-C at the first sign of progress."""
    return subprocess.run(
        [sys.executable, "-c", STOP, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_ctrl_c_keeps_the_best_plan_so_far_and_exits_130(tmp_path: Path) -> None:
    """Of a problem that takes its time: a valid plan is written, and says that it was stopped."""
    problem, _ = random_problem(4, size="medium")
    (tmp_path / "problem.json").write_text(json.dumps(problem_to_json(problem)))
    said = interrupted("solve", "problem.json", "-o", "plan.json", cwd=tmp_path)
    assert said.returncode == 130
    assert said.stderr == "stopping: keeping the best plan so far\n"
    plan = plan_from_json((tmp_path / "plan.json").read_bytes())
    assert check(problem_from_json((tmp_path / "problem.json").read_bytes()), plan).faults == ()
    assert plan.meta["stopped"] is True


def test_ctrl_c_during_plan_keeps_a_draft_that_can_be_applied(planned: Desk, tmp_path: Path) -> None:
    """The draft is the best so far; apply takes it as any other."""
    desk = copied(planned, tmp_path / "spring")
    said = interrupted("plan", "spring", "--json", cwd=tmp_path)
    assert said.returncode == 130
    assert spawn("apply", "spring", "--yes", cwd=tmp_path).returncode == 0
    assert desk.app.store.standing() is not None


def test_ctrl_c_elsewhere_is_one_line_and_130(tmp_path: Path) -> None:
    """While calendars are read there is nothing to keep."""
    Desk(tmp_path / "spring")
    script = (
        "import os, signal; from scheduler.app.wiring.programme import App; from scheduler.cli import main; "
        "App.refresh = lambda self: os.kill(os.getpid(), signal.SIGINT); main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, "refresh", "spring"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode, said.stdout, said.stderr) == (130, "", "rondo: stopped\n")


def test_two_applies_at_once_write_once(planned: Desk, tmp_path: Path) -> None:
    """Whoever comes second finds nothing to do, or is told; the files are those of one apply."""
    alone, both = copied(planned, tmp_path / "alone"), copied(planned, tmp_path / "both")
    spawn("apply", "alone", "--yes", cwd=tmp_path)
    command = [sys.executable, "-m", "scheduler.cli", "apply", "both", "--yes", "--no-refresh"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}
    pipe = subprocess.PIPE
    runs = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, encoding="utf-8")
        for _ in range(3)
    ]
    told = [(*run.communicate(), run.returncode) for run in runs]
    assert sorted(code for _, _, code in told)[0] == 0
    assert all(code in (0, 1) and "Traceback" not in err for _, err, code in told)
    assert both.published() == alone.published()
    assert len(both.app.store.events()) == 2
    assert both.app.store.pending() == ()


def test_nothing_of_what_calendars_are_about_is_ever_seen(tmp_path: Path) -> None:
    """Titles, places, texts and guests: not in any output, state, published or exported file."""
    desk = Desk(tmp_path / "spring")
    said = [
        spawn(*line.split(), cwd=tmp_path)
        for line in (
            "check spring --json",
            "plan spring -o plan.json --problem problem.json",
            "apply spring --yes",
            "why spring amara chen --json",
            "slots spring amara chen --json",
            "export ics spring -o out",
        )
    ]
    assert [run.returncode for run in said] == [0] * len(said)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "calendars"]
    assert len(written) > 15
    everything = b"".join(written) + "".join(run.stdout + run.stderr for run in said).encode()
    assert [secret for secret in SECRETS if secret.encode() in everything] == []
    assert all(secret.encode() in (desk.path / "calendars" / "amara.ics").read_bytes() for secret in SECRETS)
