"""`move`, `skip`, `undo`: what a person decides by hand, and taking back the last apply."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from scheduler.app.planning.moving import Chosen, against, choose, decide, moved_with_it, plan_again, take_back
from scheduler.app.planning.undo import find_undo, write_undo
from scheduler.app.repair.proposals import take_back as take_back_decision
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, confirm, out, print_json, progress, rondo
from scheduler.cli.planning import NoRefresh, ask_to_write, resume, warn_of_faults
from scheduler.cli.solving import STOPPED, reporter, stoppable
from scheduler.cli.views import show_changes
from scheduler.cli.watching import COORDINATOR, write_decision
from scheduler.cli.written import code_of, say_written, warn_of_writes
from scheduler.core.alternatives import Alternative
from scheduler.core.plan import Session
from scheduler.core.series import Series
from scheduler.core.walltime import local
from scheduler.core.words import beside, listed, when
from scheduler.delivering import Written
from scheduler.documents.moments import instant
from scheduler.documents.plans import changes_document
from scheduler.documents.written import outcome_document
from scheduler.flow import Planned
from scheduler.solve import Params

TOP, NO_TIME = 3, 4

Group = Annotated[str, typer.Argument(metavar="GROUP", help="A group of groups.csv.")]
Date = Annotated[str, typer.Argument(metavar="DATE", help="The session's date on its anchor zone's clock, or number.")]
Back = Annotated[bool, typer.Option("--back", help="Forget what was decided by hand for this session.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("move", epilog='Example: rondo move spring pair-amara-chen 5 --to "Fri 15:00"')(move)
    app.command("skip", epilog="Example: rondo skip spring pair-amara-chen 6")(skip)
    app.command("undo", epilog="Example: rondo undo spring --yes")(undo)


def move(
    folder: Folder,
    group: Group,
    date: Date,
    to: Annotated[str, typer.Option("--to", help="'Thu 14:00' of its week, or 2027-02-11T14:00.")] = "",
    back: Back = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also to a time that is not free for everybody.")] = False,
    no_refresh: NoRefresh = False,
    json: Json = False,
) -> None:
    """Put one session at another time, by hand. Without --to: the three best times of its week. Writes no calendar."""
    if to and back:
        raise typer.BadParameter("--to and --back can't both be meant")
    app, chosen = _chosen(folder, group, date, no_refresh)
    if back:
        _back(app, chosen, "move", json=json)
        return
    minute = chosen.minute_named(to) if to else _offered(app, chosen, date, json=json)
    reasons = against(app, chosen, minute)
    if reasons:
        _insist(chosen, minute, reasons, yes=yes)
    decide(app, chosen, minute, "move")
    document = _document(chosen, "move") | {"to": instant(_instant(chosen, minute)), "against": reasons}
    _plan(app, chosen, document, ", by hand", json=json)


def skip(
    folder: Folder, group: Group, date: Date, back: Back = False, no_refresh: NoRefresh = False, json: Json = False
) -> None:
    """Let one session not take place, by hand. Writes to nobody's calendar."""
    app, chosen = _chosen(folder, group, date, no_refresh)
    if back:
        _back(app, chosen, "skip", json=json)
        return
    decide(app, chosen, None, "skip")
    _plan(app, chosen, _document(chosen, "skip") | {"to": None, "against": []}, ", by hand", json=json)


def undo(
    folder: Folder,
    decision: Annotated[
        str, typer.Option("--decision", metavar="ID", help="Take back this one alone: see `rondo log`.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    no_refresh: NoRefresh = False,
    json: Json = False,
) -> None:
    """Take back the last apply: shows what changes, asks, and writes it. Undo again to get back what was taken back."""
    app = open_app(folder)
    resumed = resume(app, yes)
    if not no_refresh:
        warn_of_faults(app)
    if decision:
        ask_to_write(yes)
        write_decision(app, take_back_decision(app, decision, COORDINATOR), json)
    found = find_undo(app)
    if not json:
        show_changes(out(), app, None, found.changes)
    if found.todo:
        ask_to_write(yes)
    written = write_undo(app, found) if found.todo else Written()
    warn_of_writes(written, resumed)
    if json:
        both = Written([*resumed.outcomes, *written.outcomes])
        print_json({"schema": "rondo/undo/1"} | outcome_document(both) | changes_document(found.changes))
    elif found.todo:
        typer.echo(f"Taken back. {say_written(app, written)}")
    else:
        typer.echo("Nothing to do: the calendars say what stood before.")
    raise typer.Exit(max(code_of(resumed), code_of(written)))


def _chosen(folder: Path, group: str, date: str, no_refresh: bool) -> tuple[App, Chosen]:
    app = open_app(folder)
    if not no_refresh:
        warn_of_faults(app)
    return app, choose(app, group, date)


def _offered(app: App, chosen: Chosen, date: str, *, json: bool) -> int:
    """The one of the best times that is chosen on the terminal; without a terminal, ends with how to choose."""
    found = chosen.alternatives(TOP)
    if json:
        print_json(_document(chosen, "move") | {"alternatives": [_alternative(chosen, each) for each in found]})
    else:
        _show(app, chosen, found)
    if not found:
        raise typer.Exit(NO_TIME)
    if json:
        raise typer.Exit
    if not sys.stdin.isatty():
        best = local(_instant(chosen, found[0].start), chosen.series.anchor_zone).format("YYYY-MM-DDTHH:mm")
        typer.echo(f"Choose: {rondo('move', app.folder, chosen.series.id, date, '--to', best)}")
        raise typer.Exit
    number = 0
    while not 1 <= number <= len(found):
        number = typer.prompt(f"Which (1 to {len(found)})?", type=int, err=True)
    return found[number - 1].start


def _insist(chosen: Chosen, minute: int, reasons: Sequence[str], *, yes: bool) -> None:
    """Say what is against a time, and go on where it is wanted nevertheless."""
    shown = when(_instant(chosen, minute), chosen.series.anchor_zone, dated=True)
    progress(f"{shown} is not free for {_name(chosen)}:")
    for reason in reasons:
        progress(f"  {reason}")
    if not yes and not confirm("Move it there nevertheless?", "nothing was decided", "Say --yes to move it there."):
        progress("Nothing was decided.")
        raise typer.Exit(1)


def _back(app: App, chosen: Chosen, command: str, *, json: bool) -> None:
    take_back(app, chosen)
    _plan(app, chosen, _document(chosen, command) | {"back": True}, ", no longer decided by hand", json=json)


def _plan(app: App, chosen: Chosen, document: dict[str, Any], by: str, *, json: bool) -> None:
    """Plan with what was decided, and show what that changes: in calendars or, where nothing stands, in the plan."""
    settings = app.settings.planning
    with stoppable() as stop:
        planned = plan_again(app, Params(seed=settings.seed, workers=settings.workers), stop=stop, report=reporter())
    changes = app.changes(planned)
    if json:
        print_json(document | {"changes": changes_document(changes)})
    else:
        session = planned.plan.by_series()[chosen.series.id].sessions[chosen.number]
        stands = f"stands at {_clocks(chosen, session.start)}" if session.takes_place else "is skipped"
        typer.echo(f"{_name(chosen)} {stands}{by}.")
        if app.store.standing():
            show_changes(out(), app, planned, changes)
        else:
            _show_others(chosen, planned)
        typer.echo(f"Nothing has been written. Next: {rondo('apply', app.folder)}")
    if stop.is_set():
        raise typer.Exit(STOPPED)


def _show_others(chosen: Chosen, planned: Planned) -> None:
    others = list(moved_with_it(chosen, planned.plan))
    typer.echo("With it change:" if others else "All other sessions stay as they were planned.")
    for series, number, *both in others:
        was, now = (_shown(planned, series, session) for session in both)
        typer.echo(f"  {series.id} #{number + 1}: {was} -> {now}")


def _shown(planned: Planned, series: Series, session: Session) -> str:
    at = planned.posed.problem.horizon.instant(session.start)
    return when(at, series.anchor_zone, dated=True) if session.takes_place else "none"


def _show(app: App, chosen: Chosen, found: Sequence[Alternative]) -> None:
    stands = "stands at" if chosen.session.takes_place else "is skipped, and would stand at"
    typer.echo(f"{_name(chosen)} {stands} {_clocks(chosen, chosen.session.start)}.")
    if not found:
        typer.echo("No other time of its week is free for everybody. With --to it can be put anywhere.")
    for number, each in enumerate(found, 1):
        typer.echo(f"  {number}. {_clocks(chosen, each.start)}{_costs(app, each)}")


def _name(chosen: Chosen) -> str:
    return f"{chosen.series.id} #{chosen.number + 1}"


def _clocks(chosen: Chosen, minute: int) -> str:
    """A time on the clocks of everybody, the anchor zone's first."""
    at, anchor = _instant(chosen, minute), chosen.series.anchor_zone
    zones = dict.fromkeys(chosen.posed.problem.people[who].boundary.zone for who in chosen.series.members)
    others = [beside(at, zone, anchor) for zone in zones if zone != anchor]
    return ", ".join([when(at, anchor, dated=True), *others])


def _costs(app: App, each: Alternative) -> str:
    names = app.names
    outside = ", ".join(f"{names[who]} {minutes} minutes" for who, minutes in each.outside.items())
    parts = [f"outside preferred hours: {outside}"] if outside else []
    parts += [f"without {listed(names[who] for who in each.absent)}"] if each.absent else []
    return f" ({'; '.join(parts)})" if parts else ""


def _document(chosen: Chosen, command: str) -> dict[str, Any]:
    return {
        "schema": f"rondo/{command}/1",
        "group": chosen.series.id,
        "session": chosen.number,
        "start": instant(chosen.start),
        "local": local(chosen.start, chosen.series.anchor_zone).isoformat(),
        "status": str(chosen.session.status),
        "tz": chosen.series.anchor_zone,
    }


def _alternative(chosen: Chosen, each: Alternative) -> dict[str, Any]:
    at = _instant(chosen, each.start)
    zones = dict.fromkeys(chosen.posed.problem.people[who].boundary.zone for who in chosen.series.members)
    return {
        "start": instant(at),
        "local": {zone: local(at, zone).isoformat() for zone in zones},
        "outside_minutes": dict(each.outside),
        "absent": list(each.absent),
    }


def _instant(chosen: Chosen, minute: int) -> datetime:
    return chosen.posed.problem.horizon.instant(minute)
