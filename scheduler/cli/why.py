"""`why`: what keeps a group from a time, which limits would have to give, and the ways out, each tried out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from scheduler.app.programme import App, open_app
from scheduler.cli.console import Folder, Json, instant, print_json, rondo
from scheduler.cli.pair import Every, series_of
from scheduler.cli.planning import NoRefresh, warn_of_faults
from scheduler.cli.views import names_of
from scheduler.core.conflict import Conflict, Conflicts, Midst, conflicts
from scheduler.core.conflict_words import givings_in_words, headline, rule_in_words
from scheduler.core.explain import Explanation, closest_slot, explain_slot, missing_sessions
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.reasons import reasons
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.slots import parse_slot
from scheduler.core.ways import WayOut, edits, way_in_words
from scheduler.core.words import place, usual_time
from scheduler.errors import InputError
from scheduler.programme.problem import Posed
from scheduler.solve import Params
from scheduler.solve.advice.ways_out import ways_out

MOST_WAYS = 6


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
    plan = _decided(app, posed)
    slot, told = _explained(posed, series, plan, at)
    sentences = reasons(told, posed.problem, names_of(app))
    found = _conflicts(posed, series, plan, sessions, slot if at else None)
    ways = _ways(app, posed, series, plan) if found and not at else ()
    if json:
        print_json(_document(app, posed.problem, series, slot, told, sentences, found, ways))
        return
    typer.echo(_headline(posed.problem, series, slot, told))
    for sentence in sentences:
        typer.echo(f"  {sentence}")
    _show_conflicts(app, posed.problem, series, found)
    _show_ways(app, ways)


def _explained(posed: Posed, series: Series, plan: Plan | None, at: str) -> tuple[Slot | None, Explanation]:
    """The slot asked about, or the missing sessions of a group's plan, or the slot that comes closest."""
    placed = plan.by_series().get(series.id) if plan else None
    if not at and plan and placed and placed.slots:
        return None, missing_sessions(posed.problem, series, placed, plan, posed.notes)
    found = closest_slot(posed.problem, series)
    if found is None:
        raise InputError(f"{series.sessions} sessions don't fit into {posed.problem.horizon.weeks} weeks")
    first, slot = (placed.first if placed and placed.slots else found[0]), parse_slot(at) if at else found[1]
    if series.cadence.monthly:
        slot = replace(slot, nth=slot.nth or 1)
    slots = [slot] * series.cadence.rotation
    return slot, explain_slot(posed.problem, series, slots, first, plan=plan, notes=posed.notes)


def _asked(app: App, problem: Problem, who: Sequence[str], minutes: int, every: int) -> Series:
    series = {each.id: each for each in problem.series}
    if len(who) == 1 and who[0] in series:
        return series[who[0]]
    if len(who) == 1:
        raise InputError(f"there is no group {who[0]!r}.", hint=f"The groups are {', '.join(series) or 'none'}.")
    return series_of(app, who, problem.horizon.weeks // every, minutes, Cadence(every_weeks=every))


def _decided(app: App, posed: Posed) -> Plan | None:
    """What was planned last, if it is of this horizon; else what stands."""
    draft = app.store.draft()
    same = draft is not None and draft.problem.horizon == posed.problem.horizon
    return draft.plan if draft and same else posed.previous


def _conflicts(
    posed: Posed, series: Series, plan: Plan | None, wanted: int | None, at: Slot | None
) -> Conflicts | None:
    """What would have to give; not asked where the plan holds enough, and nobody wants another number or time."""
    needed = -(-series.sessions * 4 // 5) if wanted is None else wanted
    if needed > series.sessions:
        raise InputError(f"{series.id} has {series.sessions} sessions, and not {needed}")
    placed = plan.by_series().get(series.id) if plan else None
    happen = sum(session.takes_place for session in placed.sessions) if placed else 0
    if wanted is None and at is None and happen >= needed:
        return None
    midst = Midst(plan=plan, notes=posed.notes, given=_given(posed, series), at=at)
    return conflicts(posed.problem, series, needed, midst)


def _given(posed: Posed, series: Series) -> Mapping[int, bool]:
    """The sessions that stand whatever is decided now, and whether they take place."""
    freeze, stands = posed.problem.freeze_until, posed.previous.by_series().get(series.id) if posed.previous else None
    old = stands.sessions[: series.sessions] if stands and freeze is not None else ()
    frozen = {i: session.takes_place for i, session in enumerate(old) if freeze is not None and session.start < freeze}
    return frozen | {i: start is not None for i, start in series.pinned.items()}


def _ways(app: App, posed: Posed, series: Series, plan: Plan | None) -> tuple[WayOut, ...]:
    """Ways out for a group; a few people who only ask have no cells to change."""
    if series.id not in {each.id for each in posed.problem.series}:
        return ()
    params = Params(seed=app.settings.planning.seed)
    return ways_out(posed.problem, series, plan, posed.previous, params=params)[:MOST_WAYS]


def _show_conflicts(app: App, problem: Problem, series: Series, found: Conflicts | None) -> None:
    if found is None:
        return
    names = names_of(app)
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
        typer.echo(f"  {way_in_words(way, names_of(app))} (price {way.price})")
        cells = " ".join(f"--set '{edit}'" for edit in edits(way))
        if cells:
            typer.echo(f"      {rondo('what-if', app.folder, cells)}")


def _headline(problem: Problem, series: Series, slot: Slot | None, told: Explanation) -> str:
    if slot is None:
        return f"{series.id}: sessions that can't be held at their usual time or moved: {len(told.starts)}."
    starts = [problem.horizon.instant(start) for start in told.starts]
    zones = dict.fromkeys(problem.people[who].boundary.zone for who in series.members)
    clocks = ", ".join(f"{usual_time(starts, zone)} {place(zone)}" for zone in zones)
    return f"{series.id} at {clocks}: possible on {len(told.holds)} of {len(told.starts)} dates."


def _document(
    app: App,
    problem: Problem,
    series: Series,
    slot: Slot | None,
    told: Explanation,
    sentences: list[str],
    found: Conflicts | None,
    ways: Sequence[WayOut],
) -> dict[str, Any]:
    def moment(minute: int) -> str:
        return instant(problem.horizon.instant(minute))

    return {
        "schema": "rondo/why/1",
        "series": series.id,
        "anchor_zone": series.anchor_zone,
        "asked": slot is not None,
        "dates": [moment(start) for start in told.starts],
        "holds": [moment(start) for start in told.holds],
        "blockers": [
            {
                "person": blocker.person,
                "limit": str(blocker.limit),
                "detail": blocker.detail,
                "dates": [moment(start) for start in blocker.starts],
                "times": [[moment(start), moment(end)] for start, end in blocker.times],
            }
            for blocker in told.blockers
        ],
        "reasons": sentences,
        "needed": found and found.needed,
        "possible": found and found.possible,
        "smallest": found and _set_document(app, problem, series, found.smallest),
        "cheapest": found and _set_document(app, problem, series, found.cheapest),
        "ways_out": [_way_document(app, way) for way in ways],
    }


def _set_document(app: App, problem: Problem, series: Series, found: Conflict | None) -> dict[str, Any] | None:
    if found is None:
        return None
    sentences = givings_in_words(found, problem, series, names_of(app))
    return {
        "at": rule_in_words(problem, series, found.first, found.slots),
        "holds": found.holds,
        "price": found.price,
        "limits": [
            {
                "person": giving.barrier.person or None,
                "limit": str(giving.barrier.kind),
                "detail": giving.barrier.detail,
                "minutes": giving.minutes,
                "price": giving.price,
                "dates": [instant(problem.horizon.instant(start)) for start in giving.starts],
                "words": words,
            }
            for giving, words in zip(found.givings, sentences, strict=True)
        ],
    }


def _way_document(app: App, way: WayOut) -> dict[str, Any]:
    return {
        "way": str(way.way),
        "price": way.price,
        "carries": list(way.carries),
        "happen": way.happen,
        "moved": way.moved,
        "sessions": way.sessions,
        "set": list(edits(way)),
        "words": way_in_words(way, names_of(app)),
    }
