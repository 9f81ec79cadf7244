"""What the tests of the application share: programmes that are planned or published once, and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.desks import Desk


def _copied(desk: Desk, to: Path) -> Desk:
    shutil.copytree(desk.path, to)
    other = Desk.__new__(Desk)
    other.path, other.clock = to, type(desk.clock)(desk.clock.instant)
    return other


@pytest.fixture(scope="module")
def _planned(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("planned") / "spring")
    desk.plan()
    return desk


@pytest.fixture(scope="module")
def _published(_planned: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = _copied(_planned, tmp_path_factory.mktemp("published") / "spring")
    desk.publish()
    return desk


@pytest.fixture
def planned(_planned: Desk, tmp_path: Path) -> Desk:
    """A programme that is planned, and nothing of it published."""
    return _copied(_planned, tmp_path / "spring")


@pytest.fixture
def published(_published: Desk, tmp_path: Path) -> Desk:
    """A programme that is published."""
    return _copied(_published, tmp_path / "spring")
