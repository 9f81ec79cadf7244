"""`export`: what stands in the calendars, as calendar files, as a table, or as JSON."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.service.importing import hand_out
from scheduler.app.wiring.programme import open_app
from scheduler.cli.console import Folder, Json, to_json, write_text
from scheduler.core.event import Event, Occurrence
from scheduler.core.walltime import local
from scheduler.documents.moments import instant
from scheduler.programme.table import csv_text

HEADER = ("group", "session", "start", "local", "zone", "minutes", "status", "title", "link")


class Form(StrEnum):
    """What `export` writes."""

    ICS = "ics"
    CSV = "csv"
    JSON = "json"
    FOLDER = "folder"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", epilog="Example: rondo export csv spring -o sessions.csv")(export)


def export(
    form: Annotated[Form, typer.Argument(metavar="ics|csv|json|folder")],
    folder: Folder,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; for ics and folder a folder.")] = None,
    json: Json = False,
) -> None:
    """What stands in the calendars now: calendar files into a folder, or every session as CSV or JSON.

    Of a service's programme also the folder itself, as its database has it.
    """
    app = open_app(folder)
    if form is Form.FOLDER:
        target = output or Path(folder.resolve().name)
        count = hand_out(app.home, target)
        typer.echo(to_json({"files": count}) if json else f"Files written to {target}: {count}.")
        return
    live = [event for event in app.store.events() if not event.cancelled]
    if form is Form.ICS:
        target = output or Path("calendars")
        app.write_files(live, target)
        typer.echo(to_json({"written": len(live)}) if json else f"Events written to {target}: {len(live)}.")
        return
    rows = sorted((_row(event, each) for event in live for each in event.occurrences), key=lambda row: row[2])
    if form is Form.CSV and not json:
        _put(csv_text(HEADER, rows), output)
    else:
        sessions = [dict(zip(HEADER, row, strict=True)) for row in rows]
        _put(to_json({"schema": "rondo/sessions/1", "sessions": sessions}), output)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)


def _row(event: Event, occurrence: Occurrence) -> tuple[str, int, str, str, str, int, str, str, str]:
    """One session; of a skipped one the time at which it would be."""
    start = occurrence.start or occurrence.recurrence_id
    status = "skipped" if occurrence.start is None else "held" if start == occurrence.recurrence_id else "moved"
    shown = local(start, event.rule.zone).format("YYYY-MM-DD HH:mm")
    return (
        event.group,
        occurrence.session + 1,
        instant(start),
        shown,
        event.rule.zone,
        event.duration,
        status,
        event.title,
        event.conference,
    )
