"""`calendars`, `disconnect`, `keys`: accounts that are connected, and the end of them."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from scheduler.app.calendars.connections import Seen, Ticked, disconnect, overview, rotate, tick
from scheduler.app.wiring.programme import open_app
from scheduler.cli.console import Folder, Json, print_json, rondo
from scheduler.core.account import Account, Provider
from scheduler.core.words import one_line
from scheduler.documents.moments import instant

LONGEST_NAME = 60
SCOPE = "https://www.googleapis.com/auth/"


class Action(StrEnum):
    """What can be done with keys."""

    ROTATE = "rotate"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("calendars", epilog="Example: rondo calendars spring")(calendars)
    app.command("disconnect", epilog="Example: rondo disconnect google spring --person amara")(disconnect_)
    app.command("keys", epilog="Example: rondo keys rotate spring")(keys)


def calendars(
    folder: Folder,
    person: Annotated[str, typer.Option("--person", metavar="ID", help="One person's alone.")] = "",
    count: Annotated[
        list[str] | None, typer.Option("--count", metavar="ADDRESS", help="This calendar counts as busy times.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="ADDRESS", help="This calendar does not count.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Don't ask the providers for names.")] = False,
    json: Json = False,
) -> None:
    """Connected accounts and their calendars. What each may do, how it does, and which calendars count."""
    app = open_app(folder)
    if count or ignore:
        tick(app, count=count or (), ignore=ignore or (), person=person)
    seen = overview(app, person=person, offline=offline)
    if json:
        print_json({"schema": "rondo/calendars/1", "accounts": [_seen(each) for each in seen]})
        return
    for each in seen:
        typer.echo(f"{headline(each.account)}: {each.account.error or ('works' if each.asked else 'not asked')}")
        for calendar in each.calendars:
            typer.echo(f"  {_row(calendar)}")
    if not seen:
        typer.echo("No account is connected. Connect one: rondo connect google|outlook|caldav|ics|zoom DIR")


def _row(calendar: Ticked) -> str:
    name = f" {one_line(calendar.name)[:LONGEST_NAME]}" if calendar.name else ""
    read = f", read {calendar.read_at:%Y-%m-%d %H:%M} UTC" if calendar.read_at else ""
    error = f", {calendar.error}" if calendar.error else ""
    return f"[{'x' if calendar.counts else ' '}] {calendar.address}{name}{read}{error}"


# --- disconnect


def disconnect_(
    provider: Annotated[Provider, typer.Argument(help="Where the account is.")],
    folder: Folder,
    person: Annotated[
        str, typer.Option("--person", metavar="ID", help="Whose account it is; zoom is the organisation's.")
    ] = "",
    address: Annotated[
        str, typer.Option("--address", metavar="ADDRESS", help="Which one, of several (`rondo calendars`).")
    ] = "",
    json: Json = False,
) -> None:
    """Revoke and erase an account. Its secret goes, and what was read with it."""
    if not person and provider is not Provider.ZOOM:
        raise typer.BadParameter("say whose account it is with --person")
    gone = disconnect(open_app(folder), provider, person, address)
    if json:
        left = {"revoked": gone.revoked, "told": gone.told, "copies": gone.copies}
        print_json({"schema": "rondo/disconnect/1"} | account_document(gone.account) | left)
        return
    at_provider = "revoked at the provider, and " if gone.revoked else ""
    typer.echo(f"Disconnected: {headline(gone.account)}: {at_provider}erased here with what was read through it.")
    if gone.told:
        typer.echo(gone.told)


# --- keys


def keys(
    action: Annotated[Action, typer.Argument(help="Put a new key first, and encrypt everything with it.")],
    folder: Folder,
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="No new key: drop all but the first, once nothing needs them.")
    ] = False,
    json: Json = False,
) -> None:
    """The keys that encrypt what accounts are opened with. Old ones stay until --forget-old."""
    done = rotate(open_app(folder), forget_old=forget_old)
    if json:
        print_json({"schema": "rondo/keys/1", "action": str(action), **asdict(done)})
        return
    typer.echo(f"Encrypted with the newest key: {done.secrets} secrets.")
    if done.old_keys:
        typer.echo(
            f"Older keys that are kept: {done.old_keys}. To drop them: {rondo('keys', action, folder)} --forget-old"
        )


# --- how accounts are told


def headline(account: Account) -> str:
    """Whose account it is, where, and what it may do."""
    whose = account.person or "the organisation"
    everybody = " (for everybody)" if account.everybody else ""
    scopes = ", ".join(scope.removeprefix(SCOPE) for scope in account.scopes)
    return f"{whose}: {account.provider} {account.address}{everybody}{scopes and f' [{scopes}]'}"


def account_document(account: Account) -> dict[str, Any]:
    """An account as it is told to its owner."""
    return {
        "person": account.person,
        "provider": str(account.provider),
        "address": account.address,
        "scopes": list(account.scopes),
        "everybody": account.everybody,
        "connected_at": instant(account.connected_at),
        "error": account.error,
    }


def _seen(seen: Seen) -> dict[str, Any]:
    rows = [
        {
            "address": each.address,
            "counts": each.counts,
            "name": one_line(each.name),
            "writable": each.writable,
            "read_at": each.read_at and instant(each.read_at),
            "error": each.error,
        }
        for each in seen.calendars
    ]
    return account_document(seen.account) | {"asked": seen.asked, "calendars": rows}
