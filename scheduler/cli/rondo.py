"""`rondo`: all commands together, and what every one of them does when something goes wrong."""

import gc
import logging
import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import NoReturn

import typer

from scheduler import __version__, memory
from scheduler.errors import RondoError

PARTS = {
    "demo": ("demo",),
    "calendars": ("check", "refresh", "free"),
    "busy": ("busy",),
    "pair": ("slots",),
    "why": ("why",),
    "whatif": ("what-if",),
    "planning": ("plan", "show", "diff", "apply", "status"),
    "moving": ("move", "skip", "undo"),
    "results": ("export",),
    "fairness": ("fairness",),
    "solving": ("solve",),
    "certify": ("verify",),
    "connect": ("connect",),
    "accounts": ("calendars", "disconnect", "keys"),
    "doctor": ("doctor",),
    "serve": ("serve", "sign-in", "worker"),
    "watching": ("watch", "proposals", "log", "pause", "resume"),
    "importing": ("import", "backup", "restore", "copy"),
}
"""The modules of this package with their commands: one is loaded with the libraries that it needs, and no other."""


def application(command: str = "") -> typer.Typer:
    """`rondo` with the part that has a command; with all parts where none has it, so that help can name them."""
    app = typer.Typer(
        name="rondo",
        help="Finds and keeps the best recurring time for pairs and circles across time zones.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_rondo)
    for part in [part for part, commands in PARTS.items() if command in commands] or PARTS:
        import_module(f"scheduler.cli.{part}").register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rondo {__version__}")
        raise typer.Exit


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
    logging.basicConfig(handlers=[logging.NullHandler()])  # what libraries log may hold what a provider said
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text files here; LANG=C has no ●
    gc.disable()  # what is loaded stays
    app = application(next(iter(sys.argv[1:]), ""))
    memory.settle()
    try:
        app()
    except RondoError as fault:
        typer.echo(f"rondo: {fault}", err=True)
        sys.exit(fault.exit_code)
    except OSError as fault:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in its buffer may not fit either
        typer.echo(f"rondo: {fault.filename or 'output'}: {fault.strerror}", err=True)
        sys.exit(1)
