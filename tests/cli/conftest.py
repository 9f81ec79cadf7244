"""What the tests of commands share: `rondo` run in this process, in a folder of its own."""

import gc
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler import memory
from scheduler.cli import main
from tests.commands import Said
from tests.desks import NOW, Desk

Rondo = Callable[..., Said]


@pytest.fixture
def rondo(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rondo:
    """Run a command in the test's own folder, at the instant of the desk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONDO_NOW", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")
    monkeypatch.setattr(memory, "settle", gc.enable)  # this process goes on, and what tests leave is garbage

    before = signal.getsignal(signal.SIGINT)

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["rondo", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        signal.signal(signal.SIGINT, before)
        out, err = capfd.readouterr()
        return Said(end.value.code if isinstance(end.value.code, int) else 0, out, err)

    return run


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The programme folder `spring` below the test's own."""
    return Desk(tmp_path / "spring")
