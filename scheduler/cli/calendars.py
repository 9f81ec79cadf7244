"""`check`, `refresh`, `busy`, `free`: what is known of people's time."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app import App, open_app, read_files
from scheduler.cli.console import Folder, Json, out, print_json, progress
from scheduler.core.availability import Availability, availability
from scheduler.core.freebusy import CalendarCopy, Knowledge, ReadWarning
from scheduler.core.interval import Interval, Intervals, clipped, intersection
from scheduler.core.walltime import parse_instant
from scheduler.core.zones import zone_named
from scheduler.errors import InputError

RFC3339 = "%Y-%m-%dT%H:%M:%SZ"
NEEDS_A_PERSON = 5

From = Annotated[str, typer.Option("--from", metavar="INSTANT", help="Such as 2027-01-04T00:00:00Z.")]
To = Annotated[str, typer.Option("--to", metavar="INSTANT", help="Such as 2027-01-11T00:00:00Z.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check", epilog="Example: rondo check config/example")(check)
    app.command("refresh", epilog="Example: rondo refresh spring")(refresh)
    app.command(
        "busy",
        epilog="Example: rondo busy spring/calendars/amara.ics --zone Europe/London "
        "--from 2027-01-11T00:00:00Z --to 2027-01-18T00:00:00Z",
    )(busy)
    app.command(
        "free",
        epilog="Example: rondo free spring amara chen --from 2027-01-11T00:00:00Z --to 2027-01-18T00:00:00Z --minutes 45",
    )(free)


def check(folder: Folder, json: Json = False) -> None:
    """Read the whole folder, calendars too, and say what is wrong and where. Keeps and writes nothing."""
    app = open_app(folder)
    copies = app.read_all()
    if json:
        print_json({"schema": "rondo/check/1", "programme": _counts(app), "calendars": [_document(c) for c in copies]})
    else:
        counts = _counts(app)
        typer.echo(
            f"{app.programme.name}: {counts['people']} people, {counts['groups']} groups, "
            f"{app.programme.first} to {app.programme.until}"
        )
        for copy in copies:
            _say_faults(copy)
        bad = sum(bool(copy.error) for copy in copies)
        typer.echo(f"{len(copies) - bad} of {len(copies)} calendars can be read.")
    if any(copy.error for copy in copies):
        raise typer.Exit(1)


def refresh(folder: Folder, json: Json = False) -> None:
    """Read every calendar and remember when its owner is busy; nothing else of it is kept."""
    app = open_app(folder)
    copies = app.refresh()
    if json:
        people = [
            {"person": person.id, "is": str(app.knowledge(person)), "calendars": [_document(c) for c in app.copies_of(person)]}
            for person in app.programme.people
        ]
        print_json({"schema": "rondo/refresh/1", "people": people})
        return
    for person in app.programme.people:
        _say_person(app, person.name, app.knowledge(person), app.copies_of(person))
    unknown = [p.name for p in app.programme.people if app.knowledge(p) is Knowledge.UNKNOWN]
    typer.echo(f"Read {len(copies)} calendars of {len(app.programme.people)} people.")
    if unknown:
        typer.echo(f"Unknown: {', '.join(unknown)}. They get no new session until their calendars can be read.")


def busy(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="One or more .ics files: one collection.")],
    zone: Annotated[str, typer.Option("--zone", help="The owner's zone, for floating times and all-day events.")],
    start: From,
    end: To,
    json: Json = False,
) -> None:
    """When the owner of these calendar files is busy: merged, clipped, in UTC."""
    window = window_of(start, end)
    found = read_files(files, zone=zone_named(zone), window=window)
    rows = found.all_busy(window)
    if json:
        print_json({"busy": instants(rows), "warnings": [str(warning) for warning in found.warnings]})
        return
    for row in instants(rows):
        typer.echo(f"{row[0]}  {row[1]}")
    for warning in found.warnings:
        progress(f"warning: {warning}")


def free(
    folder: Folder,
    people: Annotated[list[str], typer.Argument(metavar="PERSON...", help="Ids of people.csv.")],
    start: From,
    end: To,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="At least so long.")] = 30,
    json: Json = False,
) -> None:
    """When all of these people may be met: inside everybody's hours, clear of calendars and of published sessions."""
    app, window = open_app(folder), window_of(start, end)
    rows = _common(app, [app.person(who) for who in people], window, minutes)
    if json:
        print_json({"free": instants(rows)})
        return
    for row in instants(rows):
        typer.echo(f"{row[0]}  {row[1]}")


def window_of(start: str, end: str) -> Interval:
    """The interval between two instants as text; raises InputError."""
    first, last = parse_instant(start), parse_instant(end)
    if last <= first:
        raise InputError(f"--to {end} is not after --from {start}")
    return Interval(first, last)


def instants(rows: Intervals) -> list[list[str]]:
    """Rows of seconds since 1970 as pairs of RFC 3339 instants."""
    return [[_rfc3339(int(start)), _rfc3339(int(end))] for start, end in rows]
