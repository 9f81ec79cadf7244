"""`check`, `refresh`, `free`: what is known of people's time."""

from typing import Annotated, Any

import typer

from scheduler.app.wiring.programme import open_app
from scheduler.cli.busy import From, To, instants, window_of
from scheduler.cli.console import Folder, Json, print_json
from scheduler.core.freebusy import CalendarCopy, Knowledge
from scheduler.core.interval import MINUTE
from scheduler.documents.moments import instant


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check", epilog="Example: rondo check config/example")(check)
    app.command("refresh", epilog="Example: rondo refresh spring")(refresh)
    app.command(
        "free",
        epilog="Example: rondo free spring amara chen "
        "--from 2027-01-11T00:00:00Z --to 2027-01-18T00:00:00Z --minutes 45",
    )(free)


def check(folder: Folder, json: Json = False) -> None:
    """Read the whole folder, calendars too, and say what is wrong and where. Keeps and writes nothing."""
    app = open_app(folder)
    programme, copies = app.programme, app.read_all()
    dates = f"{programme.first} to {programme.until}"
    if json:
        counts = {"people": len(programme.people), "groups": len(programme.groups), "dates": dates}
        print_json({"schema": "rondo/check/1", "programme": counts, "calendars": [_document(c) for c in copies]})
    else:
        typer.echo(f"{programme.name}: {len(programme.people)} people, {len(programme.groups)} groups, {dates}")
        for copy in copies:
            if copy.error or (copy.free_busy and copy.free_busy.warnings):
                typer.echo(copy.person)
                _say_copy(copy)
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
            {
                "person": person.id,
                "is": str(app.knowledge(person)),
                "calendars": [_document(c) for c in app.copies_of(person)],
            }
            for person in app.programme.people
        ]
        print_json({"schema": "rondo/refresh/1", "people": people})
        return
    for person in app.programme.people:
        typer.echo(
            f"{person.name} ({person.id}): {app.knowledge(person)}{'' if person.calendars else ', by hours alone'}"
        )
        for copy in app.copies_of(person):
            _say_copy(copy)
    unknown = [p.name for p in app.programme.people if app.knowledge(p) is Knowledge.UNKNOWN]
    typer.echo(f"Calendars read: {len(copies)}, of people: {len(app.programme.people)}.")
    if unknown:
        typer.echo(f"Unknown: {', '.join(unknown)}. They get no new session until their calendars can be read.")


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
    rows = app.free([app.person(who) for who in people], window)
    rows = rows[rows[:, 1] - rows[:, 0] >= minutes * MINUTE]
    if json:
        print_json({"free": instants(rows)})
        return
    for row in instants(rows):
        typer.echo(f"{row[0]}  {row[1]}")


def _document(copy: CalendarCopy) -> dict[str, Any]:
    warnings = copy.free_busy.warnings if copy.free_busy else ()
    return {
        "person": copy.person,
        "calendar": copy.calendar,
        "tried_at": instant(copy.tried_at),
        "read_at": copy.read_at and instant(copy.read_at),
        "error": copy.error,
        "busy": len(copy.free_busy.busy) if copy.free_busy else None,
        "warnings": [str(warning) for warning in warnings],
    }


def _say_copy(copy: CalendarCopy) -> None:
    """What was read of one calendar and when, and what went wrong."""
    if copy.free_busy and copy.read_at:
        typer.echo(f"  {copy.calendar}: {len(copy.free_busy.busy)} busy times, read {copy.read_at:%Y-%m-%d %H:%M} UTC")
        for warning in copy.free_busy.warnings:
            typer.echo(f"    warning: {warning}")
    if copy.error:
        typer.echo(f"  {copy.calendar}: {copy.error}")
