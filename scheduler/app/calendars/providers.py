"""Signing in at providers, and what they tell of an account: in each connector's way, by what the settings say."""

from collections.abc import Callable
from pathlib import Path

from connectors import caldav, feeds, google, outlook, zoom
from connectors._http.guard import guarded_client
from scheduler.app.wiring.accounts import loopback_origin
from scheduler.app.wiring.programme import App
from scheduler.core.account import Account, Grant, Listed, Provider
from scheduler.core.address import Kind, parse_address
from scheduler.errors import InputError
from scheduler.programme import Person

Tell = Callable[[str], None]
"""Tells whoever signs in what to do: an address to open, a code to type."""

LONGEST_FILE = 100_000
STAYS = {
    Provider.CALDAV: "Its password still opens it: one that was made for Rondo alone can be deleted at the server.",
    Provider.ICS: "Its address still works: where it was secret, let its provider make another one.",
    Provider.ZOOM: "The app at Zoom still works: deactivate it there if nothing else uses it.",
}


def google_by_file(app: App, person: Person, file: Path) -> Grant:
    """By Google's standard JSON of a user or a service account. Raises InputError, CredentialsRejected, Unavailable."""
    return google_grant(app, _text_of(file), _mailbox(person, Kind.GOOGLE))


def google_by_browser(app: App, person: Person, *, write: bool, open_browser: bool, tell: Tell) -> Grant:
    """By signing in with a browser on this machine. Raises as `google_by_file`."""
    settings = app.settings.google
    secret = google.sign_in(
        client_id=_needed("google.client_id", settings.client_id),
        client_secret=settings.client_secret.get_secret_value(),
        auth_uri=settings.auth_uri,
        token_uri=settings.token_uri,
        scopes=google.WRITING if write else google.READING,
        tell=tell,
        open_browser=open_browser,
    )
    return google_grant(app, secret, _mailbox(person, Kind.GOOGLE))


def outlook_by_sign_in(app: App, person: Person, *, write: bool, device: bool, mailbox: str, tell: Tell) -> Grant:
    """By signing in with a browser on this machine, or, with `device`, on any other. Raises as `google_by_file`."""
    settings = app.settings.microsoft
    secret = outlook.sign_in(
        client_id=_needed("microsoft.client_id", settings.client_id),
        authority=settings.of_tenant,
        scopes=outlook.WRITE if write else outlook.READ,
        tell=tell,
        device=device,
    )
    return outlook_grant(app, secret, mailbox or _mailbox(person, Kind.OUTLOOK))


def outlook_app_only(app: App, person: Person, *, mailbox: str, probe: str) -> Grant:
    """By the client credentials of the settings. `probe`: a mailbox that they must not reach.

    Raises as `google_by_file`.
    """
    settings = app.settings.microsoft
    _needed("microsoft.client_id", settings.client_id)
    _needed("microsoft.client_secret", settings.client_secret.get_secret_value())
    chosen = mailbox or _mailbox(person, Kind.OUTLOOK)
    if not chosen:
        raise InputError(f"{person.id} has no mailbox in people.csv.", hint="Name it with --mailbox.")
    return outlook_grant(app, outlook.APP_ONLY, chosen, probe)


def caldav_by_password(app: App, *, url: str, user: str, password: str, here: bool = True) -> Grant:
    """By name and password; an address on this machine is allowed where it was typed `here`. Raises as
    `google_by_file`."""
    with guarded_client(allow=app.settings.outbound.allow, loopback=loopback_origin(url) if here else "") as client:
        return caldav.grant_of(url, user, password, client=client)


def ics_by_address(app: App, *, url: str, here: bool = True) -> Grant:
    """By the address of a feed; one on this machine is allowed where it was typed `here`. Raises as
    `google_by_file`."""
    with guarded_client(allow=app.settings.outbound.allow, loopback=loopback_origin(url) if here else "") as client:
        return feeds.grant_of(url, client=client)


def zoom_by_app(app: App, *, account_id: str, client_id: str, client_secret: str) -> Grant:
    """By a server-to-server app. Raises as `google_by_file`."""
    settings = app.settings.zoom
    return zoom.grant_of(
        account_id, client_id, client_secret, api_endpoint=settings.api_endpoint, token_uri=settings.token_uri
    )


def listed(app: App, account: Account) -> tuple[Listed, ...]:
    """The calendars of an account, as its provider lists them now. Raises CredentialsRejected, Unavailable."""
    match account.provider:
        case Provider.GOOGLE:
            return google.listed(app.connectors.google(account))
        case Provider.OUTLOOK:
            return outlook.listed(app.connectors.outlook(account))
        case Provider.CALDAV:
            return caldav.listed(app.connectors.caldav(account))
        case Provider.ICS:
            return (Listed(address=account.address, name="", writable=False),)
        case Provider.ZOOM:
            return ()


def revoke(app: App, account: Account) -> str:
    """Revoke what an account is opened with; says what is left to be done at the provider, nothing where it is done.

    Raises CredentialsRejected where the secret can't be opened, Unavailable where the provider doesn't answer.
    """
    if account.provider in STAYS:
        return STAYS[account.provider]
    secret = app.accounts.secret(account).read()
    if account.provider is Provider.GOOGLE:
        return google.revoke(secret, revoke_uri=app.settings.google.revoke_uri)
    return outlook.revoke(secret)


def google_grant(app: App, secret: str, mailbox: str = "") -> Grant:
    """What a secret opens at Google; `mailbox`: whose calendar it is meant for. Raises as `google_by_file`."""
    settings = app.settings.google
    return google.grant_of(secret, endpoint=settings.api_endpoint, token_uri=settings.token_uri, mailbox=mailbox)


def outlook_grant(app: App, secret: str, mailbox: str = "", probe: str = "") -> Grant:
    """What a secret opens at Microsoft; `probe`: a mailbox that it must not reach. Raises as `google_by_file`."""
    settings = app.settings.microsoft
    return outlook.grant_of(
        secret,
        endpoint=settings.graph_endpoint,
        authority=settings.of_tenant,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        mailbox=mailbox,
        probe=probe,
    )


def _mailbox(person: Person, kind: Kind) -> str:
    """Somebody's mailbox at a provider: as their calendars name it, else their mail address."""
    named = (each.rest for each in map(parse_address, person.calendars) if each.kind is kind)
    return next(named, person.email)


def _needed(setting: str, value: str) -> str:
    if not value:
        variable = f"RONDO_{setting.replace('.', '__').upper()}"
        hint = f"Set it as {variable}; docs/how-to says how an app is registered."
        raise InputError(f"the setting {setting} is empty.", hint=hint)
    return value


def _text_of(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(LONGEST_FILE + 1)
    except UnicodeDecodeError:
        raise InputError("this is no text.", where=str(file)) from None
    except OSError as fault:
        raise InputError(fault.strerror or "can't be read", where=str(file)) from None
