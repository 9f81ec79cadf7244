"""`what-if`: the plan of a programme in which some cells are others, beside the present one; nothing is written."""

from typing import Annotated, Any

import typer
from rich.table import Table

from scheduler.app.planning.what_if import Imagined, imagined
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, out, print_json
from scheduler.cli.planning import NoRefresh
from scheduler.cli.solving import STOPPED, TimeLimit, reporter, stoppable
from scheduler.core.compare import Fate
from scheduler.core.conflict_words import rule_in_words
from scheduler.core.plan import Status
from scheduler.core.story import SIGNS
from scheduler.documents.scores import score_document
from scheduler.flow import Planned
from scheduler.programme import parse_overlay
from scheduler.solve import Params

MOST_PEOPLE = 5
TOLD = (Status.HELD, Status.MOVED, Status.PINNED, Status.SKIPPED)


def register(app: typer.Typer) -> None:
    """Add the command."""
    example = 'rondo what-if spring --set people.chen.hours="Mon-Fri 8-18" --set groups.circle-world.rotation=1'
    app.command("what-if", epilog=f"Example: {example}")(what_if)


def what_if(
    folder: Folder,
    cells: Annotated[
        list[str],
        typer.Option("--set", metavar="CELL=VALUE", help="people.ID.COLUMN, groups.ID.KEY or programme.KEY, and more."),
    ],
    no_refresh: NoRefresh = False,
    time_limit: TimeLimit = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, max=2**31 - 1)] = None,
    json: Json = False,
) -> None:
    """Plan with some cells changed, and tell the difference to the present plan. Writes nothing at all."""
    app = open_app(folder)
    settings = app.settings.planning
    params = Params(seed=settings.seed if seed is None else seed, workers=settings.workers, time_limit=time_limit)
    with stoppable() as stop:
        found = imagined(app, parse_overlay(cells), params=params, refresh=not no_refresh, stop=stop, report=reporter())
    if json:
        print_json(_document(found))
    else:
        _show(app, found)
    if stop.is_set():
        raise typer.Exit(STOPPED)


def _show(app: App, found: Imagined) -> None:
    to = out()
    for label, planned in (("now", found.before), ("then", found.after)):
        score = planned.report.score
        to.print(f"{label:<5}{score.happen} of {score.planned} sessions take place, {score.moved} of them moved.")
    before, after = found.difference.worst
    to.print(f"Furthest from preferred hours, minutes a session: {before:.0f} now, {after:.0f} then.")
    if found.difference.changed:
        to.print(_group_table(found))
    for who, (one, two) in list(found.difference.burdens.items())[:MOST_PEOPLE]:
        name = app.names.get(who, who)
        to.print(f"{name}: {one:.0f} minutes a session outside preferred hours now, {two:.0f} then.", soft_wrap=True)
    to.print("Nothing has been written.")


def _group_table(found: Imagined) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Group", "Now", "Then"):
        table.add_column(heading)
    for group in found.difference.changed:
        sides = ((found.before, group.before), (found.after, group.after))
        table.add_row(group.group, *(_fate(planned, group.group, fate) for planned, fate in sides))
    return table


def _fate(planned: Planned, group: str, fate: Fate | None) -> str:
    """`● 20 ↷ 3 ✕ 3`, and the usual time under it."""
    if fate is None:
        return "not there"
    counts = "  ".join(f"{SIGNS[status]} {fate.counts[status]}" for status in TOLD if fate.counts[status])
    return f"{counts}\n{_time(planned, group)}"


def _time(planned: Planned, group: str) -> str:
    placement = planned.plan.by_series()[group]
    series = next(each for each in planned.posed.problem.series if each.id == group)
    if not placement.slots:
        return "no time found"
    return rule_in_words(planned.posed.problem, series, placement.first, placement.slots)


def _document(found: Imagined) -> dict[str, Any]:
    return {
        "schema": "rondo/what-if/1",
        "before": score_document(found.before.report),
        "after": score_document(found.after.report),
        "groups": [
            {
                "id": group.group,
                "before": _fate_document(found.before, group.group, group.before),
                "after": _fate_document(found.after, group.group, group.after),
            }
            for group in found.difference.groups
        ],
        "burdens": {who: [round(one, 3), round(two, 3)] for who, (one, two) in found.difference.burdens.items()},
    }


def _fate_document(planned: Planned, group: str, fate: Fate | None) -> dict[str, Any] | None:
    if fate is None:
        return None
    return {str(status): fate.counts[status] for status in TOLD} | {"usually": _time(planned, group)}
