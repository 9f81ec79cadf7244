"""`watch`, `proposals`, `log`, `pause`, `resume`: what stands is looked after, and people have their say."""

import signal
from datetime import datetime
from threading import Event as Flag
from typing import Annotated, NoReturn

import typer

from scheduler.app.repair.pausing import pause as let_rest
from scheduler.app.repair.pausing import resume as take_up
from scheduler.app.repair.proposals import accept, refuse, waiting
from scheduler.app.repair.round import Round, look_after
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.console import Folder, Json, print_json, progress, rondo
from scheduler.cli.written import code_of, say_written, warn_of_writes
from scheduler.core.decision import Decision
from scheduler.core.repairs import Mode
from scheduler.core.walltime import parse_instant
from scheduler.documents.decisions import decision_document, decision_words
from scheduler.documents.written import outcome_document
from scheduler.errors import ChangedElsewhere, InputError, RondoError

WAITING = 3
SHORT = 8
COORDINATOR = "coordinator"

Group = Annotated[str, typer.Argument(metavar="GROUP", help="The id of a group.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("watch", epilog="Example: rondo watch spring --once")(watch)
    app.command("proposals", epilog="Example: rondo proposals spring --accept 3f9a01c2")(proposals)
    app.command("log", epilog="Example: rondo log spring --group pair")(log)
    app.command("pause", epilog="Example: rondo pause spring pair --until 2027-04-01")(pause)
    app.command("resume", epilog="Example: rondo resume spring pair")(resume)


def watch(
    folder: Folder,
    once: Annotated[bool, typer.Option("--once", help="One round, then end; with 3 where a proposal waits.")] = False,
    mode: Annotated[Mode | None, typer.Option("--mode", help="Instead of what programme.toml says.")] = None,
    every: Annotated[int, typer.Option("--every", min=1, max=24 * 60, help="Minutes from round to round.")] = 5,
    json: Json = False,
) -> None:
    """Look after a published programme: read calendars, repair what no longer holds, write that, and tell people.

    What people changed in their calendars is taken over. In mode suggest nothing is moved that nobody agreed to.
    """
    stop = Flag()
    if once:
        app, done = _round(folder, mode)
        _report(app, done, json)
        raise typer.Exit(max(code_of(done.written), WAITING if waiting(app) else 0))
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    open_app(folder)
    while not stop.is_set():
        try:
            _report(*_round(folder, mode), json)
        except RondoError as fault:  # it may be gone by the next round
            progress(f"warning: {fault}")
        stop.wait(every * 60)
    progress("Ended.")


def proposals(
    folder: Folder,
    accept_: Annotated[str, typer.Option("--accept", metavar="ID", help="Do what this proposal says.")] = "",
    refuse_: Annotated[str, typer.Option("--refuse", metavar="ID", help="Leave it as it is.")] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="INSTANT", help="With --accept: another time, as 2027-03-05T14:00Z.")
    ] = "",
    json: Json = False,
) -> None:
    """What waits for somebody's word; and giving it. What is accepted is written to the calendars."""
    app = open_app(folder)
    if accept_ and refuse_:
        raise InputError("a proposal is accepted or refused.", where="--refuse")
    if not accept_ and not refuse_:
        _list(app, waiting(app), json, "Nothing waits for anybody's word.")
        return
    start = parse_instant(to) if to else None
    decision = accept(app, accept_, start, COORDINATOR) if accept_ else refuse(app, refuse_, COORDINATOR)
    write_decision(app, decision, json)


def log(
    folder: Folder,
    group: Annotated[str, typer.Option("--group", help="Of one group alone.")] = "",
    json: Json = False,
) -> None:
    """Everything that was decided about sessions that stood: by whom, why, and what became of it."""
    app = open_app(folder)
    found = tuple(each for each in app.store.decisions() if group in ("", each.group))
    _list(app, found, json, "Nothing was decided since the first apply.")


def pause(
    folder: Folder,
    group: Group,
    until: Annotated[str, typer.Option("--until", metavar="INSTANT", help="Sessions from then on stay.")] = "",
    json: Json = False,
) -> None:
    """Let a series rest: its coming sessions are taken out of the calendars, and nothing is planned for it."""
    app = open_app(folder)
    write_decision(app, let_rest(app, group, _when(until), COORDINATOR), json)


def resume(folder: Folder, group: Group, json: Json = False) -> None:
    """Take a series up again that rests: each session where it was, or at another time of its week."""
    app = open_app(folder)
    write_decision(app, take_up(app, group, COORDINATOR), json)


def _round(folder: Folder, mode: Mode | None) -> tuple[App, Round]:
    """A round; where somebody decided meanwhile, one more from there."""
    app = open_app(folder)
    try:
        return app, look_after(app, mode=mode)
    except ChangedElsewhere as fault:
        progress(f"warning: {fault}")
        app = open_app(folder)
        return app, look_after(app, mode=mode)


def _report(app: App, done: Round, json: bool) -> None:
    for who, fault in done.faults:
        progress(f"warning: {who}: {fault}")
    warn_of_writes(done.written)
    for notice, why in done.told.failed:
        progress(f"warning: {notice.address} was not told: {why}")
    for notice in done.told.missing:
        progress(f"warning: {notice.address} may not have been told: sending ended in its midst, and is not repeated")
    if json:
        waits = [decision_document(app, each) for each in waiting(app)]
        made = [decision_document(app, each) for each in done.decisions if not each.waits]
        document = {"schema": "rondo/watch/1", "decisions": made, "proposals": waits, "stopped": done.stopped}
        print_json(document | outcome_document(done.written) | {"told": done.told.sent})
        return
    for decision in done.decisions:
        typer.echo(_line(app, decision))
    if done.stopped:
        typer.echo(f"Nothing is written: {done.stopped}. Look, then: {rondo('proposals', app.folder)}")
    if not done.decisions and not done.stopped:
        typer.echo("Everything holds.")
    if done.written.outcomes:
        typer.echo(say_written(app, done.written))


def write_decision(app: App, decision: Decision, json: bool) -> NoReturn:
    """Write what a decision owes, say what came of it, and end."""
    written = app.write_pending()
    warn_of_writes(written)
    if json:
        print_json(
            {"schema": "rondo/decision/1", "decision": decision_document(app, decision)} | outcome_document(written)
        )
    else:
        typer.echo(_line(app, decision))
        if written.outcomes:
            typer.echo(say_written(app, written))
    raise typer.Exit(code_of(written))


def _list(app: App, decisions: tuple[Decision, ...], json: bool, nothing: str) -> None:
    if json:
        print_json({"schema": "rondo/decisions/1", "decisions": [decision_document(app, each) for each in decisions]})
    elif not decisions:
        typer.echo(nothing)
    for decision in () if json else decisions:
        typer.echo(_line(app, decision))


def _line(app: App, decision: Decision) -> str:
    what = f"{decision.group} #{decision.session + 1}" if decision.session is not None else decision.group
    why = f" ({decision.why})" if decision.why else ""
    return f"{decision.id[:SHORT]}  {decision.state:<9} {what:<14} {decision_words(app, decision)}{why}"


def _when(text: str) -> datetime | None:
    if not text:
        return None
    return parse_instant(text if "T" in text else f"{text}T00:00:00Z")
