"""The sample, published once for all tests of a process: each copies it, which is quick, where planning is not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.site import standing


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Copies the data of a service with the sample to a folder, which it answers."""
    made = tmp_path_factory.mktemp("published") / "data"
    with standing(made):
        pass

    def copied(to: Path) -> Path:
        shutil.copytree(made, to)
        return to

    return copied
