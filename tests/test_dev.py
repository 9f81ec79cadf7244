"""`dev.py`, the door for newcomers and CI."""

import os
import re
import shutil
from pathlib import Path

import pytest

import dev

AT_ONCE = str((os.cpu_count() or 1) + 1)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkout with two locks, where nothing is really installed: the list tells what would have been done."""
    done: list[str] = []

    def make(folder: Path, *, with_pip: bool) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").touch()
        done.append("make")

    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    for name in ("RUN", "DEV"):
        monkeypatch.setattr(dev, name, tmp_path / name)
        (tmp_path / name).write_text(f"what {name} names")
    monkeypatch.setattr(dev, "make_environment", make)
    monkeypatch.setattr(dev, "call", lambda *command: done.append(Path(command[-1]).name))
    return done


def test_a_fresh_checkout_gets_an_environment_once(checkout: list[str]) -> None:
    """It is made and filled at the first command, and left alone by the second."""
    dev.prepare(dev.RUN)
    dev.prepare(dev.RUN)
    assert checkout == ["make", "RUN"]


def test_what_tests_need_is_added_to_what_people_need(checkout: list[str]) -> None:
    """A demo and then a test do not install everything twice."""
    dev.prepare(dev.RUN)
    dev.prepare(dev.DEV)
    assert checkout == ["make", "RUN", "DEV"]


def test_what_tests_need_holds_what_people_need(checkout: list[str]) -> None:
    """After a test, a demo has nothing to install."""
    dev.prepare(dev.DEV)
    dev.prepare(dev.RUN)
    assert checkout == ["make", "DEV"]


def test_a_changed_lock_makes_the_environment_anew(checkout: list[str]) -> None:
    """Else packages that the lock no longer names would stay."""
    dev.prepare(dev.DEV)
    dev.DEV.write_text("other versions")
    dev.prepare(dev.DEV)
    assert checkout == ["make", "DEV", "make", "DEV"]


def test_an_environment_without_its_python_is_made_anew(checkout: list[str]) -> None:
    """The system's Python may have been replaced under it."""
    dev.prepare(dev.RUN)
    dev.python().unlink()
    dev.prepare(dev.RUN)
    assert checkout == ["make", "RUN", "make", "RUN"]


def test_a_failed_install_is_tried_again(checkout: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a whole environment gets the stamp."""

    def fails(*command: str) -> None:
        raise dev.Stop(command[-1])

    with monkeypatch.context() as broken:
        broken.setattr(dev, "call", fails)
        with pytest.raises(dev.Stop):
            dev.prepare(dev.RUN)
    dev.prepare(dev.RUN)
    assert checkout == ["make", "make", "RUN"]


def test_a_python_that_makes_no_environments_is_told_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's python3 comes without ensurepip."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(dev.Stop, match=r"apt install python3\.\d+-venv"):
        dev.make_environment(tmp_path / ".venv", with_pip=True)


@pytest.mark.parametrize("arguments", [[], ["dance"], ["--long"]])
def test_an_unknown_command_gets_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and nothing on standard output."""
    assert dev.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: python3 dev.py")


def test_the_usage_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that nobody is told of is not there."""
    assert dev.main(["--help"]) == 0
    assert re.findall(r"^  ([a-z]+)", capsys.readouterr().out, re.MULTILINE) == list(dev.COMMANDS)


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130 and one line, no traceback."""

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dev, "prepare", interrupted)
    assert dev.main(["demo"]) == 130
    assert capsys.readouterr().err == "dev.py: stopped\n"


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Python would go on as, in a checkout beside which `tmp_path` may hold other folders."""
    arguments: list[str] = []
    (tmp_path / "main").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dev, "ROOT", tmp_path / "main")
    monkeypatch.setattr(dev, "prepare", lambda _: None)
    monkeypatch.setattr(dev, "become", lambda *given: arguments.extend(given))
    monkeypatch.setenv("RONDO_SHARED", "")  # so that it is put back at the end
    monkeypatch.delenv("RONDO_SHARED")
    return arguments


@pytest.mark.parametrize(
    ("command", "becomes"),
    [
        (["demo", "--seed", "1"], ["-m", "scheduler.cli", "demo", "--seed", "1"]),
        (["run", "plan", "DIR"], ["-m", "scheduler.cli", "plan", "DIR"]),
        (
            ["test", "--long", "-k", "house"],
            ["-m", "pytest", "-n", AT_ONCE, "--dist", "worksteal", "--long", "-k", "house"],
        ),
    ],
)
def test_arguments_are_passed_on(command: list[str], becomes: list[str], started: list[str]) -> None:
    """The program and pytest get what stands behind the command."""
    assert dev.main(command) == 0
    assert started == becomes


@pytest.mark.parametrize(("present", "given"), [(False, ""), (True, "shared")])
@pytest.mark.usefixtures("started")
def test_tests_find_the_references_beside_the_checkout(tmp_path: Path, present: bool, given: str) -> None:
    """RONDO_SHARED is set where the folder is there, and only there."""
    if present:
        (tmp_path / "shared").mkdir()
    assert dev.main(["test"]) == 0
    assert Path(os.environ.get("RONDO_SHARED", "")).name == given


def test_check_runs_every_check_also_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """One run shows all that is to be mended, and fails."""
    seen: list[str] = []
    monkeypatch.setattr(dev, "prepare", lambda _: None)
    monkeypatch.setattr(dev, "passes", lambda command: seen.append(command[0]))
    assert dev.main(["check"]) == 1
    assert seen == ["ruff", "ruff", "mypy", "lint-imports"]
