"""`rondo` in a process of its own, at small cost: it is forked from one that has loaded everything already."""

import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scheduler.cli.rondo import PARTS, main

_context = get_context("forkserver")
_context.set_forkserver_preload([__name__, *(f"scheduler.cli.{part}" for part in PARTS)])


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

    def ended(self, code: int = 0) -> str:
        """Its stdout, if it ended as it should."""
        assert self.code == code, self
        assert "Traceback" not in self.err
        return self.out


def rondo(*arguments: object, cwd: Path, environment: Mapping[str, str], stdin: str = "") -> Said:
    """Run a command to its end, with this environment and no other."""
    with tempfile.TemporaryDirectory() as made:
        streams = [Path(made, name) for name in ("in", "out", "err")]
        streams[0].write_text(stdin, encoding="utf-8")
        process = _context.Process(target=_be_rondo, args=(list(map(str, arguments)), cwd, dict(environment), streams))
        process.start()
        process.join()
        code, out, err = process.exitcode, *(each.read_text(encoding="utf-8") for each in streams[1:])
        process.close()
    assert code is not None
    return Said(code, out, err)


def _be_rondo(arguments: list[str], cwd: Path, environment: dict[str, str], streams: list[Path]) -> None:
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, (stream, flag) in enumerate(zip(streams, flags, strict=True)):
        os.dup2(os.open(stream, flag, 0o600), number)
    sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
    with chdir(cwd), patch.dict(os.environ, environment, clear=True), patch.object(sys, "argv", ["rondo", *arguments]):
        main()
