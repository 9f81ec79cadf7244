"""What the tests of commands share: `rondo` run in this process, in a folder of its own."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scheduler.cli import main
from tests.desks import NOW, Desk


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Its one JSON document."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """Its one line on stderr, which is all that it says."""
        assert self.out == ""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        return self.err.removesuffix("\n")


Rondo = Callable[..., Said]


@pytest.fixture
def rondo(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rondo:
    """Run a command in the test's own folder, at the instant of the desk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONDO_NOW", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")

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
