"""What commands share: options, output, and progress that leaves stdout clean."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from scheduler.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of words.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The programme folder.")]

WIDTH, USAGE = 100, 2


def out() -> Console:
    """Words for people, on stdout; 100 columns where there is no terminal to ask."""
    return Console(markup=False, highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else WIDTH)


def err() -> Console:
    """As `out`, on stderr."""
    return Console(
        markup=False, highlight=False, soft_wrap=False, width=None if sys.stderr.isatty() else WIDTH, stderr=True
    )


def to_json(document: object) -> str:
    """A JSON document, with its last line ended."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    typer.echo(to_json(document), nl=False)


def rondo(*arguments: object) -> str:
    """A command to type next, in the way that this one was called."""
    return " ".join([os.environ.get("RONDO_CALLED_AS", "rondo"), *map(str, arguments)])


def progress(text: str) -> None:
    """One line of progress on stderr."""
    typer.echo(text, err=True)


def bound_in_words(happen: int, bound: object) -> str:
    """How much more than what happens any plan could have; nothing where no bound is known."""
    if not isinstance(bound, int):
        return ""
    more = bound - happen
    sessions = "session is" if more == 1 else "sessions are"
    return f"At most {more} more {sessions} possible for anyone." if more > 0 else "No plan holds more."


def nobody_to_ask(what: str, instead: str) -> NoReturn:
    """End with 2, since there is no terminal: what was not done for it, and how to say what is wanted."""
    progress(f"rondo: nobody to ask here, so {what}. {instead}")
    raise typer.Exit(USAGE)


def confirm(question: str, what: str, instead: str) -> bool:
    """Ask on the terminal; without one, end as `nobody_to_ask`."""
    if not sys.stdin.isatty():
        nobody_to_ask(what, instead)
    return typer.confirm(question, err=True)


def read_text(path: Path) -> bytes:
    """A file that the user named; raises InputError where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(fault.strerror or "can't be read", where=str(path)) from None


def write_text(path: Path, text: str) -> None:
    """A text into a file, whole or not at all; raises InputError where it can't be written."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as fault:
        raise InputError(fault.strerror or "can't be written", where=str(path)) from None
