"""`plan`, `show`, `diff`, `apply`, `status`: from decision to calendars; only `apply` writes there."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import (
    Folder,
    Json,
    confirm,
    err,
    nobody_to_ask,
    out,
    print_json,
    progress,
    rondo,
    to_json,
    write_text,
)
from scheduler.cli.solving import STOPPED, Stages, StagesFile, TimeLimit, read_plan, reporter, stoppable
from scheduler.cli.turns import proposals_document, proposed, show_proposals
from scheduler.cli.views import show_changed, show_changes, show_plan
from scheduler.cli.written import code_of, say_written, warn_of_writes
from scheduler.core.change import Change, Keep
from scheduler.core.change import diff as changed
from scheduler.core.decision import RONDO
from scheduler.core.event import Event
from scheduler.core.freebusy import Knowledge
from scheduler.core.notice import NoticeState
from scheduler.core.pins import Pin
from scheduler.core.plan import plan_to_json
from scheduler.core.problem import problem_to_json
from scheduler.delivering import Written
from scheduler.documents.moments import instant
from scheduler.documents.plans import changes_document, plan_document
from scheduler.documents.written import outcome_document
from scheduler.errors import ChangedElsewhere, InputError
from scheduler.flow import Planned
from scheduler.solve import Params

PENDING, UNPLACED = 3, 4
UNASKED = "nothing was written", "Say --yes to write without asking."

SavedPlanFile = Annotated[
    Path | None, typer.Argument(metavar="[PLAN]", help="A saved plan; else what was planned last.")
]
NoRefresh = Annotated[bool, typer.Option("--no-refresh", help="Use what was read last, don't read calendars now.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit with 3 where changes are pending.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("plan", epilog="Example: rondo plan spring -o plan.json --problem problem.json")(plan)
    app.command("show", epilog="Example: rondo show spring")(show)
    app.command("diff", epilog="Example: rondo diff spring")(diff)
    app.command("apply", epilog="Example: rondo apply spring --yes")(apply)
    app.command("status", epilog="Example: rondo status spring")(status)


def plan(
    folder: Folder,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the plan there (rondo-plan/1).")] = None,
    problem: Annotated[
        Path | None, typer.Option("--problem", help="Write the problem there (rondo-problem/1).")
    ] = None,
    replan: Annotated[bool, typer.Option("--replan", help="Plan anew what is published and not yet frozen.")] = False,
    no_refresh: NoRefresh = False,
    time_limit: TimeLimit = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="Processes; they don't change the plan.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, max=2**31 - 1)] = None,
    stages_file: StagesFile = None,
    exit_code: ExitCode = False,
    json: Json = False,
) -> None:
    """Decide where every session stands. Writes to nobody's calendar. Exits with 4 where a group has no time at all."""
    app, stages = open_app(folder), Stages(reporter())
    stages.enter("read")
    if not no_refresh:
        warn_of_faults(app)
    posed = app.pose(replan=replan)
    settings = app.settings.planning
    params = Params(
        seed=settings.seed if seed is None else seed, workers=workers or settings.workers, time_limit=time_limit
    )
    stages.enter("prepare")
    with stoppable() as stop:
        planned = app.plan(posed, params=params, stop=stop, report=stages)
    if stages_file:
        write_text(stages_file, to_json(stages.document()))
    if output:
        write_text(output, to_json(plan_to_json(planned.plan)))
    if problem:
        write_text(problem, to_json(problem_to_json(posed.problem)))
    changes, turns = app.changes(planned), () if stop.is_set() else proposed(planned, params)
    if json:
        document = plan_document(app, planned) | {"rotation": proposals_document(turns)}
        print_json(document | {"changes": changes_document(changes)})
    else:
        show_plan(out(), app, planned)
        show_proposals(out(), turns)
        _say_next(app, planned, changes, output)
    raise typer.Exit(STOPPED if stop.is_set() else _exit_code(planned, changes, exit_code))


def show(folder: Folder, plan_file: SavedPlanFile = None, json: Json = False) -> None:
    """Show what was planned last, or a saved plan."""
    app = open_app(folder)
    planned = (None if plan_file else app.last_planned()) or _planned(app, plan_file)
    if json:
        print_json(plan_document(app, planned))
    else:
        show_plan(out(), app, planned)


def diff(folder: Folder, plan_file: SavedPlanFile = None, exit_code: ExitCode = False, json: Json = False) -> None:
    """What applying a plan would change in people's calendars."""
    app = open_app(folder)
    planned = _planned(app, plan_file)
    changes = app.changes(planned)
    if json:
        print_json({"schema": "rondo/diff/1"} | changes_document(changes))
    else:
        show_changes(out(), app, planned, changes)
    raise typer.Exit(PENDING if exit_code and _todo(changes) else 0)


def apply(
    folder: Folder,
    plan_file: SavedPlanFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    no_refresh: NoRefresh = False,
    json: Json = False,
) -> None:
    """Show what changes, ask, and write it to the calendars. A killed run resumes at the next one."""
    app = open_app(folder)
    resumed = resume(app, yes)
    if not no_refresh:
        warn_of_faults(app)
    planned, stood = _planned(app, plan_file), app.store.events()
    changes = app.changes(planned)
    if not json:
        show_changes(out(), app, planned, changes)
    written = Written()
    if _todo(changes):
        ask_to_write(yes)
        with _said_what_came_first(app, stood):
            written = app.apply(planned, changes)
        warn_of_writes(written, resumed)
    elif not json:
        typer.echo("Nothing to do: the calendars say what the plan says.")
    if json:
        both = Written([*resumed.outcomes, *written.outcomes])
        print_json({"schema": "rondo/apply/1"} | outcome_document(both) | changes_document(changes))
    elif written.outcomes:
        typer.echo(say_written(app, written))
    raise typer.Exit(max(code_of(resumed), code_of(written)))


def status(folder: Folder, json: Json = False) -> None:
    """Calendars that are stale or unknown, what was planned and applied last, and writes that are still owed."""
    app = open_app(folder)
    people = {person.id: app.knowledge(person) for person in app.programme.people}
    draft, standing = app.store.draft(), app.store.standing()
    live = [event for event in app.store.events() if not event.cancelled]
    document = {
        "schema": "rondo/status/1",
        "programme": app.programme.name,
        "people": {str(kind): sum(each is kind for each in people.values()) for kind in Knowledge},
        "not_known": [who for who, kind in people.items() if kind is not Knowledge.KNOWN],
        "planned_at": draft and instant(draft.decided_at),
        "applied_at": standing and instant(standing.decided_at),
        "published_events": len(live),
        "published_sessions": sum(len(event.sessions) for event in live),
        "writes_owed": len(app.store.pending()),
        **_looked_after(app),
    }
    pins = app.store.pins()
    if json:
        print_json(document | {"pins": [_pin_document(pin) for pin in pins]})
        return
    for key, value in list(document.items())[1:]:
        shown = ", ".join(f"{n} {k}" for k, n in value.items()) if isinstance(value, dict) else value
        shown = ", ".join(shown) or "nobody" if isinstance(shown, list) else shown
        nothing = "no" if key == "writing_stopped" else "never"
        typer.echo(f"{key.replace('_', ' '):<24}{nothing if shown is None else shown}")
    typer.echo(f"{'by hand':<24}{', '.join(f'{pin.group} #{pin.session + 1}' for pin in pins) or 'nothing'}")


def _looked_after(app: App) -> dict[str, object]:
    """What became of looking after it: what waits, what was repaired last, and who may not have been told."""
    decisions = app.store.decisions()
    repaired = [each.at for each in decisions if each.by == RONDO and not each.waits]
    return {
        "proposals_waiting": sum(each.waits for each in decisions),
        "last_repair": instant(max(repaired)) if repaired else None,
        "notices_maybe_missing": sum(each.state is NoticeState.BEGUN for each in app.store.notices()),
        "writing_stopped": app.store.stopped() or None,
    }


def _pin_document(pin: Pin) -> dict[str, object]:
    return {
        "group": pin.group,
        "session": pin.session,
        "start": pin.start and instant(pin.start),
        "decided_at": instant(pin.decided_at),
        "command": pin.command,
    }


def warn_of_faults(app: App) -> None:
    """Read all calendars, and say on stderr which can't be read, what that means, and what groups can't have."""
    for copy in app.refresh():
        if copy.error:
            kind = app.knowledge(app.person(copy.person))
            progress(f"warning: {copy.person}, {copy.calendar}: {copy.error} ({copy.person} is {kind})")
    for line in (*app.desks.unwritten(app.programme.groups), *app.rooms.fallbacks()):
        progress(f"warning: {line}")


@contextmanager
def _said_what_came_first(app: App, stood: Sequence[Event]) -> Iterator[None]:
    """Where somebody else decided since these events stood, show on stderr what they changed."""
    try:
        yield
    except ChangedElsewhere:
        progress("Meanwhile somebody else changed this:")
        now = [event for event in app.store.events() if not event.cancelled]
        show_changed(err(), app, None, changed(stood, now))
        raise


def _planned(app: App, plan_file: Path | None) -> Planned:
    if plan_file:
        return app.drafted(read_plan(plan_file))
    draft = app.store.draft()
    if draft is None:
        raise InputError(
            "nothing was planned yet.", where=str(app.folder), hint=f"Plan first: {rondo('plan', app.folder)}"
        )
    return app.drafted(draft.plan)


def resume(app: App, yes: bool) -> Written:
    """Write what an earlier apply was told to write; that is not asked again, but somebody has to be there."""
    if app.store.pending() and not yes and not sys.stdin.isatty():
        nobody_to_ask(*UNASKED)
    written = app.write_pending()
    if written.events:
        progress(f"Finished what an earlier apply had decided: {written.events} events.")
    warn_of_writes(written)
    return written


def ask_to_write(yes: bool) -> None:
    """Go on with --yes or where somebody says so on the terminal; else end, with nothing written."""
    if not yes and not confirm("Write this?", *UNASKED):
        progress("Nothing was written.")
        raise typer.Exit(1)


def _say_next(app: App, planned: Planned, changes: tuple[Change, ...], output: Path | None) -> None:
    if not _todo(changes):
        typer.echo("\nNo changes: the calendars say what the plan says.")
        return
    typer.echo("")
    show_changes(out(), app, planned, changes)
    saved = f" {output}" if output else ""
    typer.echo(
        f"{f'Saved{saved}. ' if output else ''}Nothing has been written. Next: {rondo('apply', app.folder)}{saved}"
    )


def _todo(changes: tuple[Change, ...]) -> bool:
    return any(not isinstance(change, Keep) for change in changes)


def _exit_code(planned: Planned, changes: tuple[Change, ...], wanted: bool) -> int:
    if planned.report.score.unplaced_series:
        return UNPLACED
    return PENDING if wanted and _todo(changes) else 0
