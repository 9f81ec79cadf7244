"""`busy`: what calendar files say, without a programme around them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.wiring.files import read_files
from scheduler.cli.console import Json, print_json, progress
from scheduler.core.interval import Interval, Intervals
from scheduler.core.walltime import FIRST_YEAR, LAST_YEAR, parse_instant
from scheduler.core.zones import zone_named
from scheduler.documents.moments import instant
from scheduler.errors import InputError

LONGEST_WINDOW = timedelta(days=3 * 366)

From = Annotated[str, typer.Option("--from", metavar="INSTANT", help="Such as 2027-01-04T00:00:00Z.")]
To = Annotated[str, typer.Option("--to", metavar="INSTANT", help="Such as 2027-01-11T00:00:00Z.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "busy",
        epilog="Example: rondo busy spring/calendars/amara.ics --zone Europe/London "
        "--from 2027-01-11T00:00:00Z --to 2027-01-18T00:00:00Z",
    )(busy)


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


def window_of(start: str, end: str) -> Interval:
    """The interval between two instants as text; raises InputError."""
    first, last = parse_instant(start), parse_instant(end)
    if not timedelta() < last - first <= LONGEST_WINDOW:
        raise InputError(f"--to {end} is not within three years after --from {start}")
    if first.year < FIRST_YEAR or last.year >= LAST_YEAR:
        raise InputError(f"--from and --to must be in the years from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return Interval(first, last)


def instants(rows: Intervals) -> list[list[str]]:
    """Rows of seconds since 1970 as pairs of RFC 3339 instants."""
    return [[instant(datetime.fromtimestamp(second, UTC)) for second in row] for row in rows.tolist()]
