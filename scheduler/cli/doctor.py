"""`doctor`: whether everything works, and, with --live, what a test account answers to what documents leave open."""

import json as json_text
from enum import StrEnum
from typing import Annotated, Any

import typer

from scheduler.app.doctor.checkup import Check, Finding, LiveRun, Outcome, checkup, live
from scheduler.app.wiring.programme import open_app
from scheduler.cli.console import Folder, Json, confirm, print_json, progress
from scheduler.core.account import Provider
from scheduler.errors import CredentialsRejected

UNASKED = "nothing was written", "Say --yes to go on without being asked."
WIDTH = 24


class Live(StrEnum):
    """Providers whose open points can be asked."""

    GOOGLE = Provider.GOOGLE
    OUTLOOK = Provider.OUTLOOK


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", epilog="Example: rondo doctor spring")(doctor)


def doctor(
    folder: Folder,
    live_at: Annotated[
        Live | None,
        typer.Option("--live", help="Ask a test account what the provider's documents leave open; writes into it."),
    ] = None,
    person: Annotated[str, typer.Option("--person", metavar="ID", help="With --live: whose account it is.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With --live: don't ask before writing.")] = False,
    json: Json = False,
) -> None:
    """Try everything that can be tried without writing: the folder, keys, accounts, mail, calendars, writes owed."""
    if live_at:
        if not person:
            raise typer.BadParameter("say whose account it is with --person")
        _live(live(open_app(folder), Provider(live_at), person), yes=yes, json=json)
        return
    found = list[Check]()
    for check in checkup(folder):
        found.append(check)
        if not json:
            typer.echo(f"{'ok ' if not check.todo else '!! '} {check.what:<{WIDTH}} {check.words}")
            if check.todo:
                typer.echo(f"    {'':<{WIDTH}} {check.todo}")
    if json:
        print_json({"schema": "rondo/doctor/1", "checks": [_check(each) for each in found]})
    if any(each.again for each in found):
        raise typer.Exit(CredentialsRejected.exit_code)
    if any(each.todo for each in found):
        raise typer.Exit(1)


def _check(check: Check) -> dict[str, Any]:
    return {"what": check.what, "ok": not check.todo, "words": check.words, "todo": check.todo}


def _live(run: LiveRun, *, yes: bool, json: bool) -> None:
    asked = sum(not point.unasked for point in run.points)
    who = f"{run.account.provider} {run.account.address}"
    if run.desk.writes:
        progress(
            f"rondo: writes events called {run.desk.title!r} into {who}, months from now, invites nobody, "
            "and deletes them again. Take a test account."
        )
        if not yes and not confirm("Begin?", *UNASKED):
            progress("Nothing was written.")
            raise typer.Exit(1)
    progress(f"rondo: asks {asked} of {len(run.points)} open points.")
    try:
        run.ask(lambda finding: None if json else _say(finding))
    finally:  # whatever happened: what was found, and what is left there
        if json:
            print_json(_document(run))
        _say_left(run)
    if run.desk.left or any(each.outcome is Outcome.FAILED for each in run.findings):
        raise typer.Exit(1)


def _say(finding: Finding) -> None:
    typer.echo(f"{finding.name}: {finding.question}")
    typer.echo(f"  {finding.outcome}: {finding.told.words}")
    if finding.told.facts:
        typer.echo(f"  {json_text.dumps(finding.told.facts, ensure_ascii=False)}")


def _say_left(run: LiveRun) -> None:
    """On stderr, since a document may stand on stdout."""
    desk = run.desk
    if not desk.began:
        progress("rondo: nothing was written.")
        return
    if desk.left:
        progress(f"rondo: could not delete everything. Delete by hand what is called {desk.title!r}; its ids:")
        for id_ in sorted(desk.left):
            progress(f"  {id_}")
    elif desk.searched:
        progress("rondo: cleaned up: nothing is left there.")
    else:
        progress(f"rondo: deleted what it knows of, but could not look for more: look for {desk.title!r} by hand.")


def _document(run: LiveRun) -> dict[str, Any]:
    return {
        "schema": "rondo/doctor-live/1",
        "provider": str(run.account.provider),
        "account": run.account.address,
        "title": run.desk.title,
        "findings": [
            {
                "point": each.name,
                "question": each.question,
                "outcome": str(each.outcome),
                "answer": each.told.words,
                "facts": each.told.facts,
            }
            for each in run.findings
        ],
        "left": sorted(run.desk.left),
        "searched": run.desk.searched,
    }
