"""`connect`, `calendars`, `disconnect`, `keys`: the accounts at which people have their calendars.

No password, address that is a secret, or token is ever an argument: shells keep those, and other users see them.
"""

import os
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scheduler.app import signing
from scheduler.app.connect import ORGANISATION, Seen, Ticked, connect, disconnect, overview, rotate, tick
from scheduler.app.programme import App, open_app
from scheduler.cli.console import Folder, Json, instant, print_json, progress, rondo
from scheduler.core.account import Account, Grant, Provider
from scheduler.core.words import one_line
from scheduler.errors import InputError
from scheduler.programme import Person

LONGEST_LINE, LONGEST_NAME = 2000, 60
PASSWORD = "RONDO_CALDAV_PASSWORD"
SCOPE = "https://www.googleapis.com/auth/"


class Action(StrEnum):
    """What can be done with keys."""

    ROTATE = "rotate"


Who = Annotated[str, typer.Option("--person", metavar="ID", help="Whose account it is: an id of people.csv.")]
Write = Annotated[
    bool,
    typer.Option("--write/--read-only", help="Ask to write events too, for people who organise; or to read alone."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    by_provider = typer.Typer(
        help="Connect an account: Rondo reads when its owner is busy, and writes events where it may. All take --json.",
        epilog="Example: rondo connect google spring --person amara --credentials amara.json",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for name, command, example in (
        ("google", google, "google spring --person amara --credentials amara.json"),
        ("outlook", outlook, "outlook spring --person chen --app-only"),
        ("caldav", caldav, "caldav spring --person dev --url https://dav.example.org --user dev"),
        ("ics", ics, "ics spring --person ela"),
        ("zoom", zoom, "zoom spring"),
    ):
        by_provider.command(name, epilog=f"Example: rondo connect {example}")(command)
    app.add_typer(by_provider, name="connect")
    app.command("calendars", epilog="Example: rondo calendars spring")(calendars)
    app.command("disconnect", epilog="Example: rondo disconnect google spring --person amara")(disconnect_)
    app.command("keys", epilog="Example: rondo keys rotate spring")(keys)


# --- connect


def google(
    folder: Folder,
    person: Who,
    credentials: Annotated[
        Path | None,
        typer.Option("--credentials", metavar="FILE", help="Google's JSON of a user or a service account; no browser."),
    ] = None,
    write: Write = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address to sign in at, don't open it.")
    ] = False,
    json: Json = False,
) -> None:
    """A Google account: by a file of credentials, else by signing in with a browser on this machine."""
    app, whose = _opened(folder, person)
    if credentials:
        grant = signing.google_by_file(app, whose, credentials)
    else:
        grant = signing.google_by_browser(app, whose, write=write, open_browser=not no_browser, tell=progress)
    _keep(app, person, Provider.GOOGLE, grant, json=json)


def outlook(
    folder: Folder,
    person: Who,
    app_only: Annotated[
        bool, typer.Option("--app-only", help="By the client credentials of the settings; nobody signs in.")
    ] = False,
    device: Annotated[
        bool, typer.Option("--device", help="Sign in on another device, with a code; no browser here.")
    ] = False,
    mailbox: Annotated[str, typer.Option("--mailbox", metavar="ADDRESS", help="Else as in people.csv.")] = "",
    probe: Annotated[
        str,
        typer.Option("--probe", metavar="ADDRESS", help="With --app-only: a mailbox that must be out of its reach."),
    ] = "",
    write: Write = False,
    json: Json = False,
) -> None:
    """An Outlook account on Microsoft 365: by signing in, or by the app's own permission."""
    if app_only and device:
        raise typer.BadParameter("--app-only and --device can't both be meant")
    if probe and not app_only:
        raise typer.BadParameter("--probe asks what --app-only can reach")
    app, whose = _opened(folder, person)
    if app_only:
        grant = signing.outlook_app_only(app, whose, mailbox=mailbox, probe=probe)
        if not probe:
            progress("rondo: not tried whether the app can reach other mailboxes: say --probe ADDRESS to make sure.")
    else:
        grant = signing.outlook_by_sign_in(app, whose, write=write, device=device, mailbox=mailbox, tell=progress)
    _keep(app, person, Provider.OUTLOOK, grant, json=json)


def caldav(
    folder: Folder,
    person: Who,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Of the server, or of one calendar.")],
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="The account's name at the server.")],
    json: Json = False,
) -> None:
    """An account of a CalDAV server. The password comes from standard input, or from RONDO_CALDAV_PASSWORD."""
    app, _ = _opened(folder, person)
    password = os.environ.get(PASSWORD) or _line(f"Password of {user}", "the password", f"{PASSWORD} takes it as well.")
    grant = signing.caldav_by_password(app, url=url, user=user, password=password)
    _keep(app, person, Provider.CALDAV, grant, json=json)


def ics(
    folder: Folder,
    person: Who,
    url: Annotated[
        str,
        typer.Option("--url", metavar="URL", help="Of a public feed; without it, asked for, since it may be secret."),
    ] = "",
    json: Json = False,
) -> None:
    """A calendar's address of the web (https, webcal); read, never written. A secret one comes from standard input."""
    app, _ = _opened(folder, person)
    grant = signing.ics_by_address(app, url=url or _line("Address", "the address", "--url takes a public one."))
    _keep(app, person, Provider.ICS, grant, json=json)


def zoom(folder: Folder, json: Json = False) -> None:
    """The organisation's Zoom, by a server-to-server app. What the settings lack is asked for, a line each."""
    app, hint = open_app(folder), "Or set zoom.account_id, zoom.client_id and zoom.client_secret."
    settings = app.settings.zoom
    grant = signing.zoom_by_app(
        app,
        account_id=settings.account_id or _line("Account ID", "the account ID", hint),
        client_id=settings.client_id or _line("Client ID", "the client ID", hint),
        client_secret=settings.client_secret.get_secret_value() or _line("Client secret", "the client secret", hint),
    )
    _keep(app, ORGANISATION, Provider.ZOOM, grant, json=json)


def _opened(folder: Path, who: str) -> tuple[App, Person]:
    """The folder, and somebody of its people.csv, before anything is asked."""
    app = open_app(folder)
    return app, app.person(who)


def _line(question: str, what: str, hint: str) -> str:
    """One line of standard input; on a terminal it is asked for, and not shown."""
    if sys.stdin.isatty():
        text = str(typer.prompt(question, hide_input=True, err=True))
    else:
        try:
            text = sys.stdin.readline(LONGEST_LINE + 2).removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise InputError(f"{what} on standard input is no UTF-8.") from None
    if not text or len(text) > LONGEST_LINE:
        raise InputError(f"{what} is missing on standard input.", hint=hint)
    return text


def _keep(app: App, person: str, provider: Provider, grant: Grant, *, json: bool) -> None:
    account = connect(app, person, provider, grant)
    if json:
        print_json({"schema": "rondo/connect/1"} | _account(account))
        return
    typer.echo(f"Connected: {_headline(account)}.")
    for calendar in account.calendars:
        typer.echo(f"  counts: {calendar}")


# --- calendars


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
    """Connected accounts: what each may do, how it does, and which of its calendars count."""
    app = open_app(folder)
    if count or ignore:
        tick(app, count=count or (), ignore=ignore or (), person=person)
    seen = overview(app, person=person, offline=offline)
    if json:
        print_json({"schema": "rondo/calendars/1", "accounts": [_seen(each) for each in seen]})
        return
    for each in seen:
        typer.echo(f"{_headline(each.account)}: {each.account.error or ('works' if each.asked else 'not asked')}")
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
    """Revoke an account at its provider, and erase its secret and what was read with it."""
    if not person and provider is not Provider.ZOOM:
        raise typer.BadParameter("say whose account it is with --person")
    gone = disconnect(open_app(folder), provider, person, address)
    if json:
        left = {"revoked": gone.revoked, "told": gone.told, "copies": gone.copies}
        print_json({"schema": "rondo/disconnect/1"} | _account(gone.account) | left)
        return
    at_provider = "revoked at the provider, and " if gone.revoked else ""
    typer.echo(f"Disconnected: {_headline(gone.account)}: {at_provider}erased here with what was read through it.")
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
    typer.echo(f"Encrypted with the newest key: {done.secrets} secrets of accounts.")
    if done.old_keys:
        typer.echo(
            f"Older keys that are kept: {done.old_keys}. To drop them: {rondo('keys', action, folder)} --forget-old"
        )


# --- how accounts are told


def _headline(account: Account) -> str:
    whose = account.person or "the organisation"
    everybody = " (for everybody)" if account.everybody else ""
    scopes = ", ".join(scope.removeprefix(SCOPE) for scope in account.scopes)
    return f"{whose}: {account.provider} {account.address}{everybody}{scopes and f' [{scopes}]'}"


def _account(account: Account) -> dict[str, Any]:
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
    return _account(seen.account) | {"asked": seen.asked, "calendars": rows}
