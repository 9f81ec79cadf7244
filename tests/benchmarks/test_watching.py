"""The benchmark of watching in small: every repair arrives, told or not, and nothing else is moved."""

from pathlib import Path

import pytest

from tests.benchmarks.watching import run


def test_every_session_in_somebodys_way_is_repaired(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """By a real service; how long it takes is the benchmark's to say. With --long also where every message is lost."""
    for lost in (False, True) if request.config.getoption("--long") else (False,):
        folder = tmp_path / f"{lost}"
        folder.mkdir()
        row = run(folder, series=6, seconds=8, a_minute=60, lost=lost)
        assert len(row.seconds) + row.asked >= len(row.hits) >= 3
        assert len(row.seconds) >= 2
        assert row.strays == 0
