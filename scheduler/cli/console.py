"""What commands share: options, output, and progress that leaves stdout clean."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from scheduler.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of words.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The programme folder.")]

WIDTH = 100


def out() -> Console:
    """Words for people, on stdout; 100 columns where there is no terminal to ask."""
    return Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else WIDTH)


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def progress(text: str) -> None:
    """One line of progress on stderr."""
    typer.echo(text, err=True)


def read_text(path: Path) -> bytes:
    """A file that the user named; raises InputError where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(fault.strerror or "can't be read", where=str(path)) from None


def write_json(path: Path, document: dict[str, Any]) -> None:
    """A JSON document into a file, whole or not at all; raises InputError where it can't be written."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        aside.replace(path)
    except OSError as fault:
        raise InputError(fault.strerror or "can't be written", where=str(path)) from None
