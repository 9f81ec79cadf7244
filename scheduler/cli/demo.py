"""`demo`: a whole programme on this machine, from calendars to published events, without account or network."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.programme import App, open_app
from scheduler.cli.console import Json, out, print_json, rondo
from scheduler.cli.documents import changes_document, plan_document
from scheduler.cli.solving import reporter
from scheduler.cli.views import show_plan
from scheduler.programme.sample import PLANNED_AT, write_sample
from scheduler.solve import Params


class FixedClock:
    """The sample's own present: its calendars are of one half-year, and the demo shows the same in any other."""

    def now(self) -> datetime:
        """The week before the sample begins."""
        return PLANNED_AT


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", epilog="Example: rondo demo spring")(demo)


def demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Write the sample programme here, and stop.")
    ] = None,
    json: Json = False,
) -> None:
    """Plan and publish a sample programme of 12 people in a temporary folder, or write it to a folder of yours."""
    if folder is not None:
        write_sample(folder)
        _say_written(folder, json)
        return
    folder = Path(tempfile.mkdtemp(prefix="rondo-demo-"))
    write_sample(folder)
    app = open_app(folder, FixedClock())
    copies = app.refresh()
    planned = app.plan(app.pose(), params=Params(seed=app.settings.planning.seed), report=reporter())
    changes = app.changes(planned)
    written = app.apply(planned, changes)
    if json:
        print_json(plan_document(app, planned) | {"changes": changes_document(changes), "folder": str(folder)})
        return
    _headline(app, len(copies))
    show_plan(out(), app, planned)
    typer.echo(
        f"\nPublished: {written.events} recurring events, one .ics a group and one a person, in {app.published}."
    )
    _say_next(folder)


def _headline(app: App, calendars: int) -> None:
    programme = app.programme
    zones = {person.boundary.zone for person in programme.people}
    typer.echo(
        f"{programme.name}: {len(programme.people)} people in {len(zones)} time zones, {len(programme.groups)} groups, "
        f"{programme.first} to {programme.until}; {calendars} calendars read.\n"
    )


def _say_written(folder: Path, json: bool) -> None:
    if json:
        print_json({"schema": "rondo/demo/1", "folder": str(folder)})
        return
    typer.echo(f"The sample programme is in {folder}: people.csv, groups.csv, programme.toml and calendars.")
    _say_next(folder)


def _say_next(folder: Path) -> None:
    typer.echo("Next, with this folder (nothing leaves this machine):")
    for line in (rondo("plan", folder), rondo("apply", folder), rondo("why", folder, "amara chen --at 'Tue 10:00'")):
        typer.echo(f"  {line}")
