"""`connect`: the accounts at which people have their calendars, a way for each provider.

No password, address that is a secret, or token is ever an argument: shells keep those, and other users see them.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.calendars import providers
from scheduler.app.calendars.connections import ORGANISATION, connect
from scheduler.app.wiring.programme import App, open_app
from scheduler.cli.accounts import account_document, headline
from scheduler.cli.console import Folder, Json, print_json, progress
from scheduler.core.account import Grant, Provider
from scheduler.errors import InputError
from scheduler.programme import Person

LONGEST_LINE = 2000
PASSWORD = "RONDO_CALDAV_PASSWORD"


Who = Annotated[str, typer.Option("--person", metavar="ID", help="Whose account it is: an id of people.csv.")]
Write = Annotated[
    bool,
    typer.Option("--write/--read-only", help="Ask to write events too, for people who organise; or to read alone."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    by_provider = typer.Typer(
        help="Connect an account. Rondo reads when its owner is busy, and writes events where it may. All take --json.",
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
    """A Google account. By a file of credentials, else by signing in with a browser on this machine."""
    app, whose = _opened(folder, person)
    if credentials:
        grant = providers.google_by_file(app, whose, credentials)
    else:
        grant = providers.google_by_browser(app, whose, write=write, open_browser=not no_browser, tell=progress)
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
    """An Outlook account on Microsoft 365. By signing in, or by the app's own permission."""
    if app_only and device:
        raise typer.BadParameter("--app-only and --device can't both be meant")
    if probe and not app_only:
        raise typer.BadParameter("--probe asks what --app-only can reach")
    app, whose = _opened(folder, person)
    if app_only:
        grant = providers.outlook_app_only(app, whose, mailbox=mailbox, probe=probe)
        if not probe:
            progress("rondo: not tried whether the app can reach other mailboxes: say --probe ADDRESS to make sure.")
    else:
        grant = providers.outlook_by_sign_in(app, whose, write=write, device=device, mailbox=mailbox, tell=progress)
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
    grant = providers.caldav_by_password(app, url=url, user=user, password=password)
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
    """A calendar's address of the web. https or webcal, read and never written; a secret one comes from stdin."""
    app, _ = _opened(folder, person)
    grant = providers.ics_by_address(app, url=url or _line("Address", "the address", "--url takes a public one."))
    _keep(app, person, Provider.ICS, grant, json=json)


def zoom(folder: Folder, json: Json = False) -> None:
    """The organisation's Zoom, by a server-to-server app. What the settings lack is asked for, a line each."""
    app, hint = open_app(folder), "Or set zoom.account_id, zoom.client_id and zoom.client_secret."
    settings = app.settings.zoom
    grant = providers.zoom_by_app(
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
        print_json({"schema": "rondo/connect/1"} | account_document(account))
        return
    typer.echo(f"Connected: {headline(account)}.")
    for calendar in account.calendars:
        typer.echo(f"  counts: {calendar}")
