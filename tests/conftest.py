"""What all tests share: the --long switch, outside parts that may be absent, and the rule that CI skips nothing."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser

from tests import browser
from tests.postgres import INSTALL, Postgres, postgres, programs

TENTH = 10
PARTS = Path(__file__).parents[1] / "build" / "parts"  # filled by `python3 dev.py parts`
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
NO_SKIP = os.environ.get("RONDO_NO_SKIP") == "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Long campaigns run whole with --long, and a tenth of them without."""
    parser.addoption("--long", action="store_true", help="run the long campaigns whole, not a tenth of them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.campaign(500)` runs a test for the seeds 0 to 499, or for every tenth of them."""
    marker = metafunc.definition.get_closest_marker("campaign")
    if marker is not None:
        step = 1 if metafunc.config.getoption("--long") else TENTH
        metafunc.parametrize("seed", range(0, marker.args[0], step))


def pytest_configure(config: pytest.Config) -> None:
    """Names our marker, since unknown ones are errors."""
    config.addinivalue_line("markers", "campaign(n): run for n seeds with --long, for a tenth of them without")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared references: formats with their checker, and the corpus."""
    folder = os.environ.get("RONDO_SHARED", "")
    if not folder:
        pytest.skip("the shared references are not here: set RONDO_SHARED to their folder")
    return Path(folder)


def part(variable: str, default: Path, *, holds: str) -> Path:
    """The folder that `variable` or else `default` names, if it holds what it should; the test is skipped if not."""
    folder = Path(os.environ.get(variable) or default)
    if not (folder / holds).is_dir():
        pytest.skip(f"{variable}: no folder with {holds}; `python3 dev.py parts` fetches it")
    return folder


@pytest.fixture(scope="session")
def icaljs() -> Path:
    """A folder to run node in, where `import ICAL from "ical.js"` works."""
    if shutil.which("node") is None:
        pytest.skip("node is not here: `apt install nodejs` brings it")
    return part("RONDO_ICALJS", PARTS / "icaljs", holds="node_modules/ical.js")


@pytest.fixture(scope="session")
def old_tzdata() -> Path:
    """The zone data of 2025.2 as a value for PYTHONTZPATH: the system's files of a machine that was never updated."""
    return part("RONDO_OLD_TZDATA", PARTS / "tzdata-2025.2", holds="tzdata/zoneinfo") / "tzdata" / "zoneinfo"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this process; each makes a database of its own on it."""
    if programs() is None:
        pytest.skip(f"PostgreSQL is not here: `{INSTALL}` brings it")
    with postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: it ends with them, since tests of others use asyncio in their own way."""
    if browser.program() is None:
        pytest.skip(f"Chromium is not here: `{browser.INSTALL}` brings it")
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which finds what is not accessible on a page."""
    return (
        part("RONDO_AXE", PARTS / "axe", holds="node_modules/axe-core") / "node_modules/axe-core/axe.min.js"
    ).read_text(encoding="utf-8")


def without_skip(report: Report) -> Report:
    """The same report, but failed where it was skipped and RONDO_NO_SKIP=1 says that nothing may be."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: nothing may skip with RONDO_NO_SKIP=1: {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails where nothing may skip."""
    return without_skip((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skipped module fails where nothing may skip."""
    return without_skip((yield))
