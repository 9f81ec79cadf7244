"""`fairness`: what each person carries, what of it can't be avoided, and what a larger slack would buy."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scheduler import flow
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, out, print_json, progress, read_text, rondo, write_text
from scheduler.cli.solving import STOPPED, Workers, reporter, stoppable
from scheduler.cli.turns import proposals_document, proposed, show_proposals
from scheduler.core.chart import svg
from scheduler.core.fairness import best_alone, worst_above
from scheduler.core.ledger import FORMAT, Earlier, Ledger, earlier_from_json, ledger, ledger_to_json
from scheduler.core.suggest import quoted
from scheduler.core.tradeoff import Trade, chart, next_step
from scheduler.errors import InputError
from scheduler.flow import Planned
from scheduler.solve import Params
from scheduler.solve.advice.rotation import Proposal

MOST_ROWS = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fairness", epilog="Example: rondo fairness spring --slack 1-2 --svg curve.svg")(fairness)


def fairness(
    folder: Folder,
    slack: Annotated[str, typer.Option("--slack", metavar="N|N-M", help="Plan with each slack from N to M.")] = "0-4",
    no_curve: Annotated[bool, typer.Option("--no-curve", help="Only people: nothing is planned.")] = False,
    earlier: Annotated[
        Path | None, typer.Option("--earlier", help="What an earlier programme's `fairness --json` printed.")
    ] = None,
    drawing: Annotated[Path | None, typer.Option("--svg", help="Draw the curve there.")] = None,
    workers: Workers = 1,
    json: Json = False,
) -> None:
    """What each person carries in the plan made last, and what a larger slack would buy. Writes to no calendar."""
    slacks = [] if no_curve else _slacks(slack)
    if drawing and no_curve:
        raise InputError("--svg draws the curve, which --no-curve leaves out.", hint="Leave out one of the two.")
    app = open_app(folder)
    planned = _last_planned(app)
    book = ledger(planned.posed.problem, planned.plan, planned.posed.previous, _carried(earlier))
    params = Params(seed=app.settings.planning.seed, workers=workers)
    turns = proposed(planned, params)
    if not json:
        _show_people(out(), app, book)
        show_proposals(out(), turns)
    trades = list(_curve(app, slacks, params))
    if drawing and trades:
        write_text(drawing, svg(chart(trades, app.programme.slack, app.programme.name)))
    if json:
        print_json(_document(app, planned, book, trades, turns))
    elif trades:
        _show_curve(out(), app.programme.slack, trades)
    if len(trades) < len(slacks):
        raise typer.Exit(STOPPED)


def _last_planned(app: App) -> Planned:
    planned = app.last_planned()
    if planned is None:
        hint = f"Plan first: {rondo('plan', app.folder)}"
        raise InputError("nothing was planned yet.", where=str(app.folder), hint=hint)
    return planned


def _carried(file: Path | None) -> Earlier:
    return earlier_from_json(read_text(file), str(file)) if file else {}


def _slacks(text: str) -> list[int]:
    """`2` or `0-4`."""
    found = re.fullmatch(r"(\d)(?:-(\d))?", text.strip(), re.ASCII)
    slacks = list(range(int(found[1]), int(found[2] or found[1]) + 1)) if found else []
    if not slacks:
        raise InputError(f"--slack {quoted(text)} is no range.", hint="Write it like 0-4, from 0 to 9.")
    return slacks


def _curve(app: App, slacks: Sequence[int], params: Params) -> Iterator[Trade]:
    """The programme planned from scratch with each slack; nothing of it is kept. Ctrl-C keeps those that are done."""
    if not slacks:
        return
    posed = app.pose(replan=True)
    alone = best_alone(posed.problem, posed.previous)
    with stoppable() as stop:
        for number, slack in enumerate(slacks, 1):
            progress(f"slack {slack}: planning {number} of {len(slacks)}")
            asked = replace(posed, problem=replace(posed.problem, slack=slack))
            found = flow.plan(asked, params=params, stop=stop, report=reporter())
            if stop.is_set():
                return
            yield Trade(slack, found.report.score, worst_above(asked.problem, found.plan, alone))


def _show_people(to: Console, app: App, book: Ledger) -> None:
    names, before = app.names, any(entry.carried.planned for entry in book.entries)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Person")
    for heading in ("Burden", "Unavoidable", "Above", "Of all", "Sessions", "Moved", *(["Earlier"] if before else [])):
        table.add_column(heading, justify="right")
    told = [entry for entry in book.entries if entry.account.total or entry.carried.pain]
    for entry in told[:MOST_ROWS]:
        account = entry.account
        table.add_row(
            names.get(account.person, account.person),
            *(f"{minutes:.1f}" for minutes in (account.burden, entry.unavoidable, entry.above)),
            f"{book.share(entry):.0%}",
            f"{account.attended}/{account.planned}",
            str(account.moved),
            *([f"{entry.carried.burden:.1f}"] if before else []),
        )
    order = " Who bore most, earlier programmes included, comes first." if before else ""
    to.print(f"Minutes outside preferred hours, for each session planned of a person's groups.{order}", soft_wrap=True)
    to.print(table)
    if len(told) > MOST_ROWS:
        to.print(f"People with less: {len(told) - MOST_ROWS}. --json tells all.")
    if len(told) < len(book.entries):
        to.print(f"People with nothing to bear: {len(book.entries) - len(told)}.")


def _show_curve(to: Console, slack: int, trades: Sequence[Trade]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Slack", "Worst burden", "Above unavoidable", "Discomfort", "Take place", "Moved", "Extra moves"):
        table.add_column(heading, justify="right")
    for each in trades:
        table.add_row(
            f"{each.slack} (now)" if each.slack == slack else str(each.slack),
            f"{each.score.worst_burden:.1f}",
            f"{each.above:.1f}",
            str(each.score.discomfort),
            str(each.score.happen),
            str(each.score.moved),
            f"{each.score.moved - trades[0].score.moved:+d}",
        )
    to.print("\nWhat moved dates buy: the programme planned anew with each slack", style="bold")
    to.print(table)
    to.print(f"This programme's slack is {slack}. {next_step(trades, slack)}".strip(), soft_wrap=True)


def _document(
    app: App, planned: Planned, book: Ledger, trades: Sequence[Trade], turns: Sequence[Proposal]
) -> dict[str, Any]:
    """The whole as JSON: with its people it is the ledger that the next programme takes."""
    return {
        "schema": FORMAT,
        "programme": app.programme.name,
        "slack": app.programme.slack,
        "worst_above": round(book.worst_above, 3),
        **ledger_to_json(planned.posed.problem, book),
        "curve": [_point(each) for each in trades],
        "next_step": next_step(trades, app.programme.slack),
        "rotation": proposals_document(turns),
    }


def _point(each: Trade) -> dict[str, float]:
    score = each.score
    return {
        "slack": each.slack,
        "worst_burden": score.worst_burden,
        "worst_above": round(each.above, 3),
        "discomfort": score.discomfort,
        "happen": score.happen,
        "moved": score.moved,
        "strain": score.strain,
    }
