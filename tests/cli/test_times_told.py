"""Commands tell times with their weekday and place; in a table the headings name the places."""

from pathlib import Path

import pytest

from scheduler.programme.sample import PLANNED_AT, write_sample
from tests.cli.conftest import Rondo
from tests.times_told import bare_times


def test_commands_tell_times_whole(rondo: Rondo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the sample, whose people live in twelve zones."""
    monkeypatch.setenv("RONDO_NOW", f"{PLANNED_AT:%Y-%m-%dT%H:%M:%SZ}")
    write_sample(tmp_path / "spring")
    assert rondo("refresh", "spring").code == 0
    told = [
        rondo(*command)
        for command in (
            ("plan", "spring", "--seed", "1"),
            ("apply", "spring", "--yes"),
            ("show", "spring"),
            ("status", "spring"),
            ("slots", "spring", "amara", "chen"),
            ("why", "spring", "amara", "chen", "--at", "Tue 10:00"),
            ("move", "spring", "pair-amara-chen", "#3"),
            ("log", "spring"),
        )
    ]
    assert {each.code for each in told} == {0}
    found = [bare for each in told for part in each.out.split("\n\n") for bare in bare_times(part)]
    assert found == []
