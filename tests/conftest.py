"""What all tests share: the --long switch, and the folder of shared references where there is one."""

import os
from pathlib import Path

import pytest

TENTH = 10


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
