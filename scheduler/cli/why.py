"""`why`: what keeps a group from a time, which limits would have to give, and the ways out, each tried out."""

from collections.abc import Sequence
from typing import Annotated

import typer

from scheduler.app.planning.explaining import OWNER, Explained, decided, explained, ways, what_must_give
from scheduler.app.planning.times import series_of_people
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, print_json, rondo
from scheduler.cli.pair import Every
from scheduler.cli.planning import NoRefresh, warn_of_faults
from scheduler.core.conflict import Conflicts
from scheduler.core.conflict_words import givings_in_words, headline, rule_in_words
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series
from scheduler.core.slots import parse_slot
from scheduler.core.ways import WayOut, edits, way_in_words
from scheduler.core.words import place, usual_time
from scheduler.documents.explained import explained_document
from scheduler.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why", epilog='Example: rondo why spring amara chen --at "Tue 10:00"')(why)


def why(
    folder: Folder,
    who: Annotated[list[str], typer.Argument(metavar="GROUP | PERSON...", help="A group, or ids of people.csv.")],
    at: Annotated[
        str, typer.Option("--at", "--slot", help="A weekday and time on the anchor zone's clock: 'Tue 10:00'.")
    ] = "",
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="For people; a group has its own.")] = 45,
    every: Every = 1,
    sessions: Annotated[
        int | None, typer.Option("--sessions", min=1, help="So many are wanted at one time; else four of five.")
    ] = None,
    no_refresh: NoRefresh = False,
    json: Json = False,
) -> None:
    """Which limit of whom blocks a time, on how many of the dates. Without --at: what a group's plan lacks, and why."""
    app = open_app(folder)
    if not no_refresh:
        warn_of_faults(app)
    posed = app.pose()
    series = _asked(app, posed.problem, who, minutes, every)
    plan, slot = decided(app, posed), parse_slot(at) if at else None
    found = explained(app, posed, series, slot=slot, plan=plan, audience=OWNER)
    conflict = what_must_give(posed, series, plan, wanted=sessions, at=found.slot if at else None)
    out = ways(app, posed, series, plan) if conflict and not at else ()
    if json:
        print_json(explained_document(posed.problem, found, conflict, out, app.names))
        return
    typer.echo(_headline(posed.problem, found))
    for sentence in found.sentences:
        typer.echo(f"  {sentence}")
    _show_conflicts(app, posed.problem, series, conflict)
    _show_ways(app, out)


def _asked(app: App, problem: Problem, who: Sequence[str], minutes: int, every: int) -> Series:
    series = {each.id: each for each in problem.series}
    if len(who) == 1 and who[0] in series:
        return series[who[0]]
    if len(who) == 1:
        raise InputError(f"there is no group {who[0]!r}.", hint=f"The groups are {', '.join(series) or 'none'}.")
    return series_of_people(app, who, problem.horizon.weeks // every, minutes, Cadence(every_weeks=every))


def _show_conflicts(app: App, problem: Problem, series: Series, found: Conflicts | None) -> None:
    if found is None:
        return
    names = app.names
    if found.smallest is None or found.cheapest is None:
        typer.echo(f"No limits that could give make {found.needed} of {series.sessions} sessions possible.")
        return
    typer.echo(headline(found, found.smallest, problem, series))
    for sentence in givings_in_words(found.smallest, problem, series, names):
        typer.echo(f"  {sentence}")
    if found.cheapest.price < found.smallest.price:
        at = rule_in_words(problem, series, found.cheapest.first, found.cheapest.slots)
        typer.echo(f"What costs least (price {found.cheapest.price}, not {found.smallest.price}), at {at}:")
        for sentence in givings_in_words(found.cheapest, problem, series, names):
            typer.echo(f"  {sentence}")


def _show_ways(app: App, ways: Sequence[WayOut]) -> None:
    if ways:
        typer.echo("Ways out, each planned with everybody else where they are:")
    for way in ways:
        typer.echo(f"  {way_in_words(way, app.names)} (price {way.price})")
        cells = " ".join(f"--set '{edit}'" for edit in edits(way))
        if cells:
            typer.echo(f"      {rondo('what-if', app.folder, cells)}")


def _headline(problem: Problem, found: Explained) -> str:
    series, told = found.series, found.told
    if found.slot is None:
        return f"{series.id}: sessions that can't be held at their usual time or moved: {len(told.starts)}."
    starts = [problem.horizon.instant(start) for start in told.starts]
    zones = dict.fromkeys(problem.people[who].boundary.zone for who in series.members)
    clocks = ", ".join(f"{usual_time(starts, zone)} {place(zone)}" for zone in zones)
    return f"{series.id} at {clocks}: possible on {len(told.holds)} of {len(told.starts)} dates."
