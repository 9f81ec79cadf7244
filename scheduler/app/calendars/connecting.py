"""Connecting calendars from pages: at Google and Microsoft there and back, else by an address; and what comes of it.

What a provider has to bring back (state) is known by its hash, for the session that began it, once, and for ten
minutes; what ends it (PKCE's verifier) is sealed by the vault. Nothing is kept of a sign-in that did not go well.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from connectors import google, outlook
from scheduler.app.access.sessions import digest
from scheduler.app.calendars import providers
from scheduler.app.calendars.connections import connect
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.account import Account, Grant, Provider
from scheduler.core.address import Kind, parse_address
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.store import KeptTrip, SqlSignIns

TRIP = timedelta(minutes=10)
VERIFIER_BYTES, STATE_BYTES = 48, 24
KINDS = {Provider.GOOGLE: Kind.GOOGLE, Provider.OUTLOOK: Kind.OUTLOOK}
NAMES = {Provider.GOOGLE: "Google", Provider.OUTLOOK: "Outlook", Provider.CALDAV: "CalDAV", Provider.ICS: "ICS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Whoever came back from a provider: to connect whose calendar, and what is needed for it."""

    provider: Provider
    programme: str
    person: str
    state: str
    write: bool
    kept: Mapping[str, str]


def ways(app: App) -> tuple[Provider, ...]:
    """How calendars can be connected here: at providers at which this service is registered, and by address."""
    registered = {
        Provider.GOOGLE: all(app.settings.google.of_pages),
        Provider.OUTLOOK: bool(app.settings.microsoft.client_id and app.settings.microsoft.client_secret),
    }
    return (*(each for each, is_so in registered.items() if is_so), Provider.CALDAV, Provider.ICS)


def set_out(site: Site, programme: str, person: str, provider: Provider, cookie: str, *, write: bool) -> str:
    """The address at a provider where somebody signs in to connect their calendar. Raises InputError, Unavailable."""
    app = site.app(programme)
    if provider not in ways(app) or provider not in KINDS:
        raise InputError(_("Nobody can sign in there from here."), hint=_("Connect a calendar in another way."))
    state, verifier = secrets.token_urlsafe(STATE_BYTES), secrets.token_urlsafe(VERIFIER_BYTES)
    mailbox = next(iter(_mailboxes(app, person, provider)), app.person(person).email)
    kept = {"write": "yes" if write else "", "verifier": verifier}
    if provider is Provider.GOOGLE:
        url = _google(site, app).departure(_google_scopes(write), state=state, verifier=verifier, mailbox=mailbox)
    else:
        url, kept["flow"] = _outlook(site, app).departure(_outlook_scopes(write), state=state, mailbox=mailbox)
    trip = KeptTrip(
        state_hash=digest(state),
        session=digest(cookie),
        provider=str(provider),
        programme=programme,
        person=person,
        sealed=app.accounts.vault.seal(json.dumps(kept), _about(programme, state)),
        next="",
    )
    SqlSignIns(site.service.database).keep(trip, site.service.clock.now() + TRIP)
    return url


def come_back(site: Site, provider: str, cookie: str, state: str) -> Returned:
    """Who came back with this state, once. Raises InputError for what another session began, and what is too old."""
    trip = SqlSignIns(site.service.database).take(digest(state), digest(cookie), site.service.clock.now())
    if trip is None or not trip.programme or trip.provider != provider or provider not in KINDS:
        hint = _("Open your calendars and connect again, in one browser and within ten minutes.")
        raise InputError(_("This sign-in has ended, was used already, or began in another browser."), hint=hint)
    sealed = site.app(trip.programme).accounts.vault.open(trip.sealed, _about(trip.programme, state))
    kept: Mapping[str, str] = json.loads(sealed)
    return Returned(
        provider=Provider(provider),
        programme=trip.programme,
        person=trip.person,
        state=state,
        write=bool(kept["write"]),
        kept=kept,
    )


def end(site: Site, back: Returned, said: Mapping[str, str]) -> Account:
    """Connect what somebody consented to. `said`: what came back beside the state (RFC 6749, 4.1.2).

    Raises InputError, CredentialsRejected, Unavailable; nothing is kept then.
    """
    if "error" in said or not said.get("code"):
        hint = _("Nothing was connected. You can try again, or connect a calendar in another way.")
        raise InputError(
            _("%(provider)s says that you did not allow it.") % {"provider": NAMES[back.provider]}, hint=hint
        )
    app = site.app(back.programme)
    if back.provider is Provider.GOOGLE:
        grant = _google_grant(site, app, back, said["code"])
    else:
        grant = _outlook_grant(site, app, back, said)
    expected = _mailboxes(app, back.person, back.provider)
    if expected and grant.address.casefold() not in {each.casefold() for each in expected}:
        told = {"address": grant.address, "expected": expected[0]}
        raise InputError(
            _("%(address)s signed in, and %(expected)s was expected.") % told,
            hint=_("Sign in again, as %(expected)s. Nothing was kept.") % told,
        )
    return _kept(site, app, back.programme, back.person, back.provider, grant)


def by_address(site: Site, programme: str, person: str, url: str) -> Account:
    """Connect a calendar that anybody can read who knows its address (ICS). Raises as `end`."""
    app = site.app(programme)
    return _kept(site, app, programme, person, Provider.ICS, providers.ics_by_address(app, url=url, here=False))


def by_password(site: Site, programme: str, person: str, *, url: str, user: str, password: str) -> Account:
    """Connect an account of a CalDAV server. Raises as `end`."""
    app = site.app(programme)
    grant = providers.caldav_by_password(app, url=url, user=user, password=password, here=False)
    return _kept(site, app, programme, person, Provider.CALDAV, grant)


def _kept(site: Site, app: App, programme: str, person: str, provider: Provider, grant: Grant) -> Account:
    others = [each for each in app.accounts.those_of(person, provider) if each.identity != grant.identity]
    if others and provider is not Provider.ICS:
        told = {"address": grant.address, "other": others[0].address}
        raise InputError(
            _("You are connected as %(other)s, and this is another account, %(address)s.") % told,
            hint=_("Disconnect %(other)s first, or sign in with it. Nothing was kept.") % told,
        )
    account = connect(app, person, provider, grant)
    site.service.changed(programme, {person})
    return account


def _google_grant(site: Site, app: App, back: Returned, code: str) -> Grant:
    secret = _google(site, app).returned(_google_scopes(back.write), code=code, verifier=back.kept["verifier"])
    return providers.google_grant(app, secret)


def _outlook_grant(site: Site, app: App, back: Returned, said: Mapping[str, str]) -> Grant:
    secret = _outlook(site, app).returned(_outlook_scopes(back.write), back.kept["flow"], {**said, "state": back.state})
    return providers.outlook_grant(app, secret)


def _google(site: Site, app: App) -> google.WebApp:
    settings = app.settings.google
    client_id, client_secret = settings.of_pages
    return google.WebApp(
        client_id=client_id,
        client_secret=client_secret,
        auth_uri=settings.auth_uri,
        token_uri=settings.token_uri,
        revoke_uri=settings.revoke_uri,
        back=_back(site, Provider.GOOGLE),
    )


def _outlook(site: Site, app: App) -> outlook.WebApp:
    settings = app.settings.microsoft
    return outlook.WebApp(
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        authority=settings.of_tenant,
        back=_back(site, Provider.OUTLOOK),
    )


def _google_scopes(write: bool) -> tuple[str, ...]:
    return google.WRITING if write else google.READING


def _outlook_scopes(write: bool) -> tuple[str, ...]:
    return outlook.WRITE if write else outlook.READ


def _mailboxes(app: App, person: str, provider: Provider) -> tuple[str, ...]:
    """Whose calendars people.csv names for somebody at a provider; none: whoever signs in."""
    connected = {calendar for each in app.accounts.all() for calendar in each.calendars}
    listed = (each for each in app.person(person).calendars if each not in connected)
    return tuple(each.rest for each in map(parse_address, listed) if each.kind is KINDS[provider])


def _back(site: Site, provider: Provider) -> str:
    """The address to which people come back; it has to be registered at the provider."""
    return f"{site.public_url}/connected/{provider}"


def _about(programme: str, state: str) -> tuple[str, ...]:
    return (programme, "connecting", digest(state))
