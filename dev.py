"""What a newcomer and CI need, from Python and git alone: `python3 dev.py` lists the commands.

Standard library only. Rondo runs from the source tree with the packages of `.venv`. That folder is made from the locks,
by uv where it is on PATH, else by pip, and made anew when a lock has changed.
"""

from __future__ import annotations  # else an old Python fails here, before it is told that it is too old

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
RUN = ROOT / "requirements.lock"  # what Rondo needs
DEV = ROOT / "requirements-dev.lock"  # the same, and what its tests and checks need
PARTS = ROOT / "build" / "parts"  # tests/conftest.py looks for them here
OLD_TZDATA = "2025.2"
NODE_PARTS = {"icaljs": ("ical.js", "2.2.1"), "axe": ("axe-core", "4.14.1")}

CHECKS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports", "--no-logo"))
COMPILE = ("pip", "compile", "pyproject.toml", "--no-config", "--universal", "--python-version=3.11")
FORM = ("--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet")

USAGE = """\
usage: python3 dev.py COMMAND [ARGUMENTS]

  demo [ARGUMENTS]            a first plan of the sample programme, and its pages
  run ARGUMENTS               rondo ARGUMENTS, for example: run plan DIR
  test [--long] [ARGUMENTS]   the tests; ARGUMENTS go to pytest
  check                       format, lint, types and import contracts
  parts                       fetch ical.js, axe-core and old zone data, which some tests need
  words                       bring what the code says into the catalogues, and list what they lack
  lock [--upgrade]            write both locks anew from pyproject.toml
"""


class Stop(Exception):
    """Nothing can go on; the text says what to do."""


def demo(arguments: list[str]) -> None:
    """A first plan, and pages until Ctrl-C."""
    run(["demo", *arguments])


def run(arguments: list[str]) -> None:
    """The program itself, in the caller's folder."""
    prepare(RUN)
    os.environ.setdefault("RONDO_CALLED_AS", f"python3 {os.path.relpath(__file__)} run")
    become("-m", "scheduler.cli", *arguments)


def test(arguments: list[str]) -> None:
    """The tests on all cores, with the shared references beside the checkout where there are any."""
    prepare(DEV)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        os.environ.setdefault("RONDO_SHARED", str(shared))
    os.chdir(ROOT)
    at_once = (os.cpu_count() or 1) + 1  # some tests mostly wait, for processes that were killed
    become("-m", "pytest", "-n", str(at_once), "--dist", "worksteal", *arguments)


def check(_: list[str]) -> None:
    """Every static check, also after one has failed."""
    prepare(DEV)
    failed = [command[0] for command in CHECKS if not passes(command)]
    if failed:
        raise Stop(f"failed: {', '.join(failed)}")


def parts(_: list[str]) -> None:
    """Outside parts that no lock can name: another version of a package, and packages of Node."""
    prepare(DEV)
    old = PARTS / f"tzdata-{OLD_TZDATA}"
    if not (old / "tzdata").is_dir():
        say(f"fetching tzdata {OLD_TZDATA}")
        call(*installer(), "--no-deps", "--target", str(old), f"tzdata=={OLD_TZDATA}")
    for folder, (name, version) in NODE_PARTS.items():
        if not (PARTS / folder / "node_modules" / name).is_dir():
            say(f"fetching {name} {version}")
            if shutil.which("npm") is None:
                raise Stop("npm is not here. On Debian and Ubuntu: apt install nodejs npm")
            where = str(PARTS / folder)
            call("npm", "install", "--no-save", "--no-package-lock", "--prefix", where, f"{name}@{version}")


def words(_: list[str]) -> None:
    """What the code and its templates say, into scheduler/words/*.po."""
    prepare(DEV)
    os.chdir(ROOT)
    become("-m", "tests.catalogue")


def lock(arguments: list[str]) -> None:
    """Both locks, for every platform and Python at once; pins stay as they are unless asked with --upgrade."""
    uv = shutil.which("uv") or borrowed_uv()
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    for file, more in ((RUN, ()), (DEV, ("--group=dev", f"--constraint={RUN.name}"))):
        say(f"writing {file.name}")
        call(uv, *COMPILE, *FORM, *more, f"--output-file={file.name}", *arguments)


def prepare(wanted: Path) -> None:
    """A `.venv` that holds what the lock `wanted` names; its stamp remembers the locks that it was made from."""
    stamp = VENV / "rondo-locks"
    held = set(stamp.read_text().split()) if stamp.is_file() and python().exists() else set()
    if digest(wanted) in held:
        return
    if not held or held - {digest(RUN), digest(DEV)}:
        say("making .venv")
        make_environment(VENV, with_pip=shutil.which("uv") is None)
        held = set()
    say(f"installing {wanted.name}: a minute or two the first time")
    call(*installer(), "--require-hashes", "-r", str(wanted))
    stamp.write_text("\n".join(sorted(held | {digest(RUN), digest(wanted)})))


def make_environment(folder: Path, *, with_pip: bool) -> None:
    """An empty virtual environment, whatever was there before."""
    if with_pip and importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(f"this Python can't make environments. On Debian and Ubuntu: apt install python{version}-venv")
    venv.EnvBuilder(with_pip=with_pip, clear=True, symlinks=True).create(folder)


def installer() -> tuple[str, ...]:
    """The command that installs packages into `.venv`."""
    uv = shutil.which("uv")
    if uv:
        return (uv, "pip", "install", "--quiet", "--python", str(python()))
    return (str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def borrowed_uv() -> str:
    """The path of a uv that only `lock` uses, for the machine that has none."""
    folder = ROOT / "build" / "uv"
    if not (folder / "bin" / "uv").exists():
        say("fetching uv")
        make_environment(folder, with_pip=True)
        call(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv")
    return str(folder / "bin" / "uv")


def python() -> Path:
    """The interpreter of `.venv`."""
    return VENV / "bin" / "python"


def digest(file: Path) -> str:
    """The file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def passes(command: tuple[str, ...]) -> bool:
    """Whether a tool of `.venv` is content."""
    say(" ".join(command))
    return subprocess.run([VENV / "bin" / command[0], *command[1:]], cwd=ROOT, check=False).returncode == 0


def call(*command: str) -> None:
    """Run a command in the checkout; it has told its own trouble when it fails."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise Stop(f"this failed: {' '.join(command)}")


def become(*arguments: str) -> None:
    """Go on as the interpreter of `.venv`, which so gets every signal and gives the exit code itself."""
    sys.stdout.flush()
    os.execve(python(), [str(python()), *arguments], os.environ | {"PYTHONPATH": str(ROOT)})


def say(line: str) -> None:
    """One line of progress, apart from what a program prints for others to read."""
    print(f"dev.py: {line}", file=sys.stderr, flush=True)


COMMANDS = {command.__name__: command for command in (demo, run, test, check, parts, words, lock)}


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in {"-h", "--help"}:
        print(USAGE, end="")
        return 0
    if name not in COMMANDS:
        print(USAGE, end="", file=sys.stderr)
        return 2
    try:
        COMMANDS[name](rest)
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  # the only file that an older Python gets to read
        sys.exit("dev.py: Rondo needs Python 3.11 or newer")
    sys.exit(main(sys.argv[1:]))
