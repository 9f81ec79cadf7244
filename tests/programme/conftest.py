"""What the tests of the programme folder share."""

from pathlib import Path

import pytest

from tests.programme.folders import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with three people, a pair and a circle, in which nothing is wrong."""
    return Folder(tmp_path)
