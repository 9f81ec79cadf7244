"""`rondo`: all commands together, and what every one of them does when something goes wrong."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from scheduler import __version__
from scheduler.cli import calendars, demo, pair, planning, results, solving
from scheduler.errors import RondoError

app = typer.Typer(
    name="rondo",
    help="Finds and keeps the best recurring time for pairs and circles across time zones.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for part in (demo, calendars, pair, planning, results, solving):
    part.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rondo {__version__}")
        raise typer.Exit


@app.callback()
def _rondo(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def _stopped(_: int, __: FrameType | None) -> NoReturn:
    os.write(2, b"rondo: stopped\n")  # nothing that is buffered: it may be in the midst of writing
    raise KeyboardInterrupt  # which Typer turns into exit 130


def main() -> None:
    """Run a command; what goes wrong is one line on stderr, and an exit code that says which kind it was."""
    signal.signal(signal.SIGINT, _stopped)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text files here; LANG=C has no ●
    try:
        app()
    except RondoError as fault:
        typer.echo(f"rondo: {fault}", err=True)
        sys.exit(fault.exit_code)
    except OSError as fault:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in its buffer may not fit either
        typer.echo(f"rondo: {fault.filename or 'output'}: {fault.strerror}", err=True)
        sys.exit(1)
