"""`slots`: the best recurring times for a few people."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from scheduler.app.planning.explaining import OWNER
from scheduler.app.planning.times import TimeOption, best_times, series_of_people
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, out, print_json, rondo
from scheduler.cli.planning import NoRefresh, warn_of_faults
from scheduler.core.plan import Status
from scheduler.core.series import Cadence, Series
from scheduler.core.slots import SlotOption
from scheduler.core.words import place
from scheduler.documents.times import slots_document, story
from scheduler.errors import InputError
from scheduler.solve import Params

People = Annotated[list[str], typer.Argument(metavar="PERSON...", help="Ids of people.csv.")]
Every = Annotated[int, typer.Option("--every", min=1, max=12, help="Every so many weeks.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("slots", epilog="Example: rondo slots spring amara chen --weeks 26 --minutes 45 --top 5")(slots)


def slots(
    folder: Folder,
    people: People,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=160, help="For so many weeks.")] = 26,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440)] = 45,
    every: Every = 1,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="So many of the best.")] = 5,
    book: Annotated[int | None, typer.Option("--book", min=1, help="Make them a group with this slot.")] = None,
    no_refresh: NoRefresh = False,
    json: Json = False,
) -> None:
    """The best recurring times for a few people, with every date looked at. Writes to nobody's calendar."""
    app = open_app(folder)
    if not no_refresh:
        warn_of_faults(app)
    posed = app.pose()
    series = series_of_people(
        app, people, min(weeks, app.programme.horizon.weeks) // every, minutes, Cadence(every_weeks=every)
    )
    options = best_times(app, posed, series, top=max(top, book or 0), audience=OWNER)
    if json:
        print_json(slots_document(options))
    else:
        _show(app, series, options[:top])
    if book:
        _book(app, series, options, book, quiet=json)
    if not options:
        raise typer.Exit(4)


def _book(app: App, series: Series, options: Sequence[TimeOption], number: int, *, quiet: bool) -> None:
    if number > len(options):
        raise InputError(f"there is no slot {number} to book", hint=f"There are {len(options)}.")
    group, chosen = series.id, options[number - 1]
    taken = {each.id.casefold() for each in app.programme.groups}
    while group.casefold() in taken:
        group += "-2"
    option = SlotOption(chosen.slot, chosen.placement, chosen.outside)
    app.book(group, list(series.required), option, series, Params(seed=app.settings.planning.seed))
    if not quiet:
        typer.echo(
            f"Booked as group {group}. Nothing has been written to calendars. Next: {rondo('apply', app.folder)}"
        )


def _show(app: App, series: Series, options: Sequence[TimeOption]) -> None:
    if not options:
        typer.echo(
            f"No recurring time holds a single date. What is in the way: {rondo('why', app.folder, *series.members)}"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("#", justify="right")
    for clock in options[0].clocks:
        table.add_column(f"{clock.name} ({place(clock.zone)})")
    for heading in ("holds", "moves", "none", "outside hours"):
        table.add_column(heading, justify="right")
    for number, option in enumerate(options, 1):
        table.add_row(str(number), *(str(clock.usual) for clock in option.clocks), *_figures(option))
    to = out()
    to.print(table)
    for number, option in enumerate(options, 1):
        for line in story(option):
            to.print(f"{number}: {line}", soft_wrap=True)


def _figures(option: TimeOption) -> list[str]:
    held, moved, lost = (option.count(status) for status in (Status.HELD, Status.MOVED, Status.SKIPPED))
    return [f"{held}/{held + moved + lost}", str(moved), str(lost), f"{option.outside} min"]
