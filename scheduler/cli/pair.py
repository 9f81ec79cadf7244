"""`slots`: the best recurring times for a few people."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from scheduler.app.programme import App, open_app
from scheduler.cli.console import Folder, Json, instant, out, print_json, rondo
from scheduler.cli.planning import NoRefresh, warn_of_faults
from scheduler.cli.views import names_of
from scheduler.core.explain import explain_slot
from scheduler.core.plan import Status
from scheduler.core.problem import Problem
from scheduler.core.reasons import reasons
from scheduler.core.series import Cadence, Series
from scheduler.core.slots import NOTHING, SlotOption, best_slots
from scheduler.core.walltime import local
from scheduler.core.words import dates_in_words, place, shifts, usual_time
from scheduler.errors import InputError
from scheduler.programme.assemble import home_zone
from scheduler.programme.problem import Posed
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
    series = series_of(
        app, people, min(weeks, app.programme.horizon.weeks) // every, minutes, Cadence(every_weeks=every)
    )
    problem = posed.problem
    options = best_slots(problem, series, max(top, book or 0), posed.previous or NOTHING)
    if json:
        print_json(
            {"schema": "rondo/slots/1", "slots": [_option_document(app, problem, series, o, posed) for o in options]}
        )
    else:
        _show(app, problem, series, options[:top], posed)
    if book:
        _book(app, series.required, series, options, book, quiet=json)
    if not options:
        raise typer.Exit(4)


def series_of(app: App, people: Sequence[str], sessions: int, minutes: int, cadence: Cadence) -> Series:
    """What a few people ask for, all of them required. Raises InputError."""
    if len(set(people)) < 2:
        raise InputError("a meeting takes two people.", hint="Name at least two ids of people.csv.")
    if sessions < 1:
        raise InputError(f"every {cadence.every_weeks} weeks has no date in so few weeks")
    zones = [app.person(who).boundary.zone for who in people]
    return Series(
        id="-".join(people),
        required=tuple(dict.fromkeys(people)),
        duration=minutes,
        sessions=sessions,
        cadence=cadence,
        anchor_zone=home_zone(zones),
    )


def _book(
    app: App, people: Sequence[str], series: Series, options: Sequence[SlotOption], number: int, *, quiet: bool
) -> None:
    if number > len(options):
        raise InputError(f"there is no slot {number} to book", hint=f"There are {len(options)}.")
    group = series.id
    taken = {each.id.casefold() for each in app.programme.groups}
    while group.casefold() in taken:
        group += "-2"
    app.book(group, list(people), options[number - 1], series, Params(seed=app.settings.planning.seed))
    if not quiet:
        typer.echo(
            f"Booked as group {group}. Nothing has been written to calendars. Next: {rondo('apply', app.folder)}"
        )


def _show(app: App, problem: Problem, series: Series, options: Sequence[SlotOption], posed: Posed) -> None:
    if not options:
        typer.echo(
            f"No recurring time holds a single date. What is in the way: {rondo('why', app.folder, *series.members)}"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("#", justify="right")
    for who in series.members:
        person = app.person(who)
        table.add_column(f"{person.name} ({place(person.boundary.zone)})")
    for heading in ("holds", "moves", "none", "outside hours"):
        table.add_column(heading, justify="right")
    for number, option in enumerate(options, 1):
        table.add_row(str(number), *_local_times(app, problem, series, option), *_figures(option))
    to = out()
    to.print(table)
    for number, option in enumerate(options, 1):
        for line in _story(app, problem, series, option, posed):
            to.print(f"{number}: {line}", soft_wrap=True)


def _local_times(app: App, problem: Problem, series: Series, option: SlotOption) -> list[str]:
    starts = [problem.horizon.instant(s.start) for s in option.placement.sessions if s.status is not Status.MOVED]
    return [str(usual_time(starts, app.person(who).boundary.zone)) for who in series.members]


def _figures(option: SlotOption) -> list[str]:
    held, moved, lost = (option.count(status) for status in (Status.HELD, Status.MOVED, Status.SKIPPED))
    return [f"{held}/{held + moved + lost}", str(moved), str(lost), f"{option.outside} min"]


def _story(app: App, problem: Problem, series: Series, option: SlotOption, posed: Posed) -> list[str]:
    """What the clocks do, which dates move and to when, which have no time, and what stands in the way."""
    lines = []
    for zone in dict.fromkeys(app.person(who).boundary.zone for who in series.members):
        held = [problem.horizon.instant(s.start) for s in option.placement.sessions if s.status is Status.HELD]
        lines += [f"clocks in {place(zone)}: {shift}" for shift in (shifts(held, zone) if held else ())]
    regular = explain_slot(
        posed.problem, series, [option.slot], option.placement.first, plan=posed.previous, notes=posed.notes
    )
    lines += reasons(regular, posed.problem, names_of(app))
    for status, words in (
        (Status.MOVED, "another time is kept in the week of"),
        (Status.SKIPPED, "no time in the week of"),
    ):
        days = [
            local(problem.horizon.instant(start), series.anchor_zone).date()
            for start, session in zip(regular.starts, option.placement.sessions, strict=True)
            if session.status is status
        ]
        lines += [f"{words} {dates_in_words(days)}"] if days else []
    return lines or [f"free for both on all {series.sessions} dates"]


def _option_document(app: App, problem: Problem, series: Series, option: SlotOption, posed: Posed) -> dict[str, Any]:
    return {
        "local": dict(zip(series.members, _local_times(app, problem, series, option), strict=True)),
        "anchor_zone": series.anchor_zone,
        "holds": option.count(Status.HELD),
        "moves": option.count(Status.MOVED),
        "none": option.count(Status.SKIPPED),
        "outside_minutes": option.outside,
        "sessions": [
            {"start": instant(problem.horizon.instant(session.start)), "status": str(session.status)}
            for session in option.placement.sessions
        ],
        "why": _story(app, problem, series, option, posed),
    }
