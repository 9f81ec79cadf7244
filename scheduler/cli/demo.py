"""`demo`: a whole programme on this machine, from calendars to events and pages, without account or network."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import typer

from scheduler.app.pairs.pairs import FIRST, PEOPLE, SECOND, Side, begin
from scheduler.app.programmes.editing import change
from scheduler.app.service.importing import bring_in
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Json, out, print_json, rondo
from scheduler.cli.serve import first_link, open_site, wait
from scheduler.cli.solving import reporter
from scheduler.cli.views import show_plan
from scheduler.core.hours import format_hours
from scheduler.core.visitor import LinkKind
from scheduler.documents.plans import changes_document, plan_document
from scheduler.programme.edit import with_person_cells
from scheduler.programme.sample import PLANNED_AT, write_sample
from scheduler.settings import load_settings
from scheduler.solve import Params

SAMPLE, SOMEBODY, PAIR = "spring", "hana", ("amara", "chen")
"""The programme, and people of it whose pages have a bit of everything."""


class SampleClock:
    """The sample's own present, which goes on: its calendars are of one half-year, and any other shows the same."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        """From the week before the sample begins."""
        return PLANNED_AT + timedelta(seconds=int(time.monotonic() - self._began))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", epilog="Example: rondo demo spring")(demo)


def demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Write the sample programme here, and stop.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the pages; 0: any that is free.")] = 0,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="Leave the pages out, and end.")] = True,
    json: Json = False,
) -> None:
    """Plan and publish a sample programme of 12 people in a temporary folder, and open its pages until Ctrl-C.

    With DIR, only write the sample to a folder of yours; with --json, show the plan and end.
    """
    if folder is not None:
        write_sample(folder)
        _say_written(folder, json)
        return
    data, clock = Path(tempfile.mkdtemp(prefix="rondo-demo-")) / "data", SampleClock()
    write_sample(data.parent / SAMPLE)
    app = open_app(bring_in(data.parent / SAMPLE, data, SAMPLE, load_settings(), clock).folder, clock)
    copies = app.refresh()
    planned = app.plan(app.pose(), params=Params(seed=app.settings.planning.seed), report=reporter())
    changes = app.changes(planned)
    written = app.apply(planned, changes)
    if json:
        print_json(plan_document(app, planned) | {"changes": changes_document(changes), "folder": str(app.folder)})
        return
    _headline(app, len(copies))
    show_plan(out(), app, planned)
    typer.echo(
        f"\nPublished: {written.events} recurring events, one .ics a group and one a person, in {app.published}."
    )
    _say_next(app.folder)
    if pages:
        _show_pages(data, port, clock)


def _show_pages(data: Path, port: int, clock: SampleClock) -> None:
    with open_site(data, "127.0.0.1", port, clock=clock) as (site, _, told):
        typer.echo("\nThe pages are open, until Ctrl-C. Each link stands for somebody; try them in separate windows:")
        one, other = _pair(site)
        typer.echo(f"  as coordinator    {first_link(site)}")
        typer.echo(f"  as a pair         {one}")
        typer.echo(f"    the other one   {other}")
        typer.echo(f"  as participant    {_link(site, site.access.hand_out(LinkKind.PERSON, SAMPLE, SOMEBODY))}")
        wait(told)


def _pair(site: Site) -> tuple[str, str]:
    """Two people of the sample who look for a time by themselves, with their calendars; a link for each."""
    sample = site.app(SAMPLE)
    people = [sample.person(who) for who in PAIR]
    one, other = (
        Side(name=each.name, zone=each.boundary.zone, hours=format_hours(each.boundary.hours), locale=each.locale)
        for each in people
    )
    first, until = sample.programme.first, sample.programme.until
    begun = begin(site, once=token_hex(), me=one, other=other, every=1, minutes=45, first=first, until=until)
    folder = site.app(begun.programme).folder
    shutil.copytree(sample.folder / "calendars", folder / "calendars")
    calendars = {who: {"calendar": each.calendars[0]} for who, each in zip((FIRST, SECOND), people, strict=True)}

    def edit(files: Mapping[str, bytes]) -> dict[str, bytes]:
        rows = files[PEOPLE]
        for who, cells in calendars.items():
            rows = with_person_cells(rows, who, cells)
        return {**files, PEOPLE: rows}

    change(site.service, begun.programme, edit)
    site.app(begun.programme).refresh()
    return _link(site, begun.mine), _link(site, begun.theirs)


def _link(site: Site, secret: str) -> str:
    return f"{site.public_url}/in/{secret}"


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
