"""The house rules that a machine can check: ignores, locks, import contracts, and what no file may hold."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LONGEST_MODULE = 450


def tracked(*patterns: str) -> list[Path]:
    """The files that git knows and that are there, as far as they match one of the patterns."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def lines_of(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Every line with its place, as `file:line`; bytes that are no UTF-8 are replaced."""
    for path in files:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


# --- ignores have reasons


DIRECTIVE = re.compile(r"#\s*(?:type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)")
BLANKET = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]+\d)|(?:ruff|flake8):\s*noqa|mypy:)")
WORD = re.compile(r"[^\W\d_]{3,}")
TYPE_IGNORE, NOQA = "# type: " + "ignore", "# no" + "qa"  # in two, or they would act on this file


def unexplained(line: str) -> bool:
    """Whether a line silences a tool for everything at once, or without a word of why."""
    if BLANKET.search(line):
        return True
    directives = list(DIRECTIVE.finditer(line))
    return bool(directives) and not WORD.search(line, directives[-1].end())


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (f"x = f()  {TYPE_IGNORE}", True),
        (f"x = f()  {TYPE_IGNORE}  # it has no types", True),
        (f"x = f()  {TYPE_IGNORE}[no-untyped-call]", True),
        (f"x = f()  {TYPE_IGNORE}[no-untyped-call]  # it has no types", False),
        (f"x = f()  {NOQA}: a reason alone", True),
        (f"x = f()  {NOQA}: E501", True),
        (f"x = f()  {NOQA}: E501, BLE001  # the address is that long", False),
        (f"x = f()  {TYPE_IGNORE}[misc]  {NOQA}: E501", True),
        (f"x = f()  {TYPE_IGNORE}[misc]  {NOQA}: E501 - generated", False),
        ("x = f()  # ruff:" + " noqa", True),
        ("x = f()  # the type ignores case", False),
    ],
)
def test_an_ignore_needs_its_codes_and_a_reason(line: str, wrong: bool) -> None:
    """What the next test looks for is found, and nothing else is."""
    assert unexplained(line) is wrong


def test_every_ignore_in_the_code_says_why() -> None:
    """An ignore for ruff or mypy carries its reason on the same line."""
    assert [place for place, line in lines_of(tracked("*.py")) if unexplained(line)] == []


def test_every_ignore_in_the_settings_says_why() -> None:
    """So does each entry of pyproject.toml that takes something out of a tool's sight."""
    text = (ROOT / "pyproject.toml").read_text()
    lists = re.findall(r"^(?:ignore|ignore_imports|exhaustive_ignores) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    singles = re.findall(r"^\[tool\.ruff\.lint\.per-file-ignores\]\n((?:.+\n)*)", text, re.MULTILINE)
    entries = [entry for block in (*lists, *singles) for entry in block.splitlines()]
    assert entries
    assert [entry for entry in entries if not re.search(r"#.*\w{3}", entry)] == []


# --- what no file may hold


NEVER = re.compile(
    r"(?<![\w.-])/(?:work|tmp|root|opt)/"  # folders of somebody's machine
    r"|\bpypi\.org|pythonhosted|npmjs|(?:deb|security)\.debian\.org|archive\.ubuntu\.com",  # hosts of registries
)


@pytest.mark.parametrize("folder", ["work", "tmp", "root", "opt"])
def test_a_path_of_a_machine_is_recognised(folder: str) -> None:
    """The next test sees an absolute path, and lets a folder of the checkout pass."""
    assert NEVER.search(f'open("/{folder}/people.csv")')
    assert not NEVER.search(f"calendars/{folder}/people.ics")


def test_no_file_names_a_machine_or_a_registry() -> None:
    """A checkout works anywhere: no path of the machine it was written on, no index it was resolved against."""
    files = [path for path in tracked() if path != Path(__file__)]
    assert [f"{place}: {line.strip()}" for place, line in lines_of(files) if NEVER.search(line)] == []


def test_no_module_is_too_long_to_hold_in_mind() -> None:
    """A module that outgrows the limit has more than one reason to change."""
    modules = tracked("scheduler/*.py", "connectors/*.py", "dev.py")
    assert [str(path) for path in modules if len(path.read_text().splitlines()) > LONGEST_MODULE] == []


# --- locks


def pins(lock: Path) -> dict[str, set[str]]:
    """Each package of a lock with its versions; there are two where platforms or Pythons differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock.read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", [dev.RUN, dev.DEV], ids=lambda lock: lock.name)
def test_a_lock_holds_pins_and_hashes_and_no_address(lock: Path) -> None:
    """Whoever installs from it chooses the index, and gets the very files that were tried."""
    blocks = re.split(r"^(?=[\w-])", lock.read_text(), flags=re.MULTILINE)[1:]
    form = re.compile(
        r"[\w.-]+==[\w.]+(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+(?:    #.*\n)*"
    )
    assert blocks
    assert [block for block in blocks if not form.fullmatch(block)] == []


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [(dev.RUN, PROJECT["project"]["dependencies"]), (dev.DEV, PROJECT["dependency-groups"]["dev"])],
    ids=["run", "dev"],
)
def test_a_lock_has_what_the_project_asks_for(lock: Path, requirements: list[str]) -> None:
    """A requirement that was added or raised needs `python3 dev.py lock`."""
    held, wanted = pins(lock), [Requirement(text) for text in requirements]
    assert [
        str(want)
        for want in wanted
        if not any(want.specifier.contains(version) for version in held.get(canonicalize_name(want.name), ()))
    ] == []


def test_tests_run_with_the_versions_that_people_run() -> None:
    """The lock for development holds the other one's pins."""
    assert pins(dev.RUN).items() <= pins(dev.DEV).items()


# --- import contracts


PLANTED = {
    "scheduler/core/planted.py": "import scheduler.solve",
    "scheduler/flow.py": "import scheduler.store",
    "scheduler/ports/__init__.py": "import connectors",
    "scheduler/cli/planted.py": "import ortools",
    "scheduler/app/planted.py": "import scheduler.web\nimport dbos\nimport fastapi",
    "scheduler/app/wiring/planted.py": "import scheduler.app.site",
    "scheduler/programme/planted.py": "import sqlalchemy\nimport alembic\nimport cryptography",
    "connectors/planted.py": "import scheduler.solve",
    "scheduler/stray.py": "",
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the code with a breach of every contract."""
    copy = tmp_path_factory.mktemp("breached")
    for folder in ("scheduler", "connectors"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, breach in PLANTED.items():
        with (copy / name).open("a") as module:
            module.write(f"\n{breach}\n")
    return contracts(copy)


def contracts(folder: Path) -> str:
    """What import-linter says of the code in a folder, in one line."""
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-logo",
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return re.sub(r"\s+", " ", said.stdout + said.stderr)


@pytest.mark.parametrize(
    "breach",
    [
        "scheduler.core is not allowed to import scheduler.solve",
        "scheduler.flow is not allowed to import scheduler.store",
        "scheduler.ports -> connectors",
        "scheduler.cli.planted -> ortools",
        "scheduler.app is not allowed to import scheduler.web",
        "scheduler.app.planted -> dbos",
        "scheduler.app.planted -> fastapi",
        "scheduler.app.wiring is not allowed to import scheduler.app.site",
        "scheduler.programme.planted -> sqlalchemy",
        "scheduler.programme.planted -> alembic",
        "scheduler.programme.planted -> cryptography",
        "connectors.planted -> scheduler.solve",
        "scheduler.stray",
    ],
)
def test_a_breach_of_an_import_contract_is_caught(verdict: str, breach: str) -> None:
    """Each contract fires on an import that it forbids."""
    assert breach in verdict


def test_each_contract_was_broken_by_a_plant(verdict: str) -> None:
    """No contract passes whatever is planted."""
    assert f"Contracts: 0 kept, {len(PROJECT['tool']['importlinter']['contracts'])} broken." in verdict


def test_the_code_keeps_its_import_contracts() -> None:
    """The code itself breaks none."""
    assert " 0 broken." in contracts(ROOT)


# --- nothing may skip


@pytest.mark.parametrize(("no_skip", "outcome"), [("0", "1 passed, 1 skipped"), ("1", "1 passed, 1 error")])
def test_a_skip_fails_where_nothing_may_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_skip: str, outcome: str
) -> None:
    """With RONDO_NO_SKIP=1 an absent part is a failure, so that CI can't pass by leaving out."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_parts.py").write_text("def test_shared(shared): ...\ndef test_nothing(): ...\n")
    monkeypatch.setenv("RONDO_NO_SKIP", no_skip)
    monkeypatch.delenv("RONDO_SHARED", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    assert outcome in subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
