"""Whether everything works that can be tried without writing, and what live test accounts answer to open questions."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from connectors._live.google import google_points
from connectors._live.google_desk import GoogleDesk
from connectors._live.mail import greet
from connectors._live.outlook import outlook_points
from connectors._live.outlook_desk import OutlookDesk
from connectors._live.points import Desk, Finding, Outcome, Point, Told, examine
from scheduler.app.calendars.providers import listed, zoom_by_app
from scheduler.app.doctor.check import Check
from scheduler.app.doctor.service import service_checks
from scheduler.app.wiring.connectors import mail_server
from scheduler.app.wiring.home import STATE
from scheduler.app.wiring.programme import App, open_app
from scheduler.core.account import Account, Provider
from scheduler.core.freebusy import CalendarCopy, Knowledge
from scheduler.core.interval import Interval
from scheduler.errors import CredentialsRejected, InputError, RondoError
from scheduler.ports import Asked

__all__ = ["Check", "Finding", "LiveRun", "Outcome", "Told", "checkup", "live"]

A_DAY = timedelta(days=1)
OLD_ZONES = 1  # years after which zone data are likely to miss a law


def checkup(folder: Path) -> Iterator[Check]:
    """Look at a programme folder and at everything that it needs, one after the other. Writes no calendar."""
    try:
        app = open_app(folder)
    except InputError as fault:
        yield Check(what="folder", words="it can't be read", todo=str(fault))
        return
    people, groups = len(app.programme.people), len(app.programme.groups)
    yield Check(what="folder", words=f"{app.programme.name}: {people} people, {groups} groups")
    yield _zones(app)
    yield from _mail(app)
    if not (folder / STATE).is_dir():
        yield Check(what="calendars", words="none was read yet")
        return
    accounts = app.accounts.all()
    if accounts:
        keys = _tried("keys", "they open what accounts are opened with", lambda: _opened(app, accounts))
        yield keys
        if not keys.todo:
            yield from (_account(app, each) for each in accounts)
    yield from _calendars(app)
    yield _owed(app)
    yield from service_checks(app)


def _tried(what: str, words: str, call: Callable[[], object]) -> Check:
    """A check that is well where a call raises nothing."""
    try:
        call()
    except RondoError as fault:
        return Check(what=what, words="fails", todo=str(fault), again=isinstance(fault, CredentialsRejected))
    return Check(what=what, words=words)


def _zones(app: App) -> Check:
    release = version("tzdata")
    if int(release.partition(".")[0]) < app.clock.now().year - OLD_ZONES:
        todo = "Laws on clocks change each year: install a newer tzdata."
        return Check(what="zone data", words=f"tzdata {release} is old", todo=todo)
    return Check(what="zone data", words=f"tzdata {release}")


def _mail(app: App) -> Iterator[Check]:
    smtp = app.settings.smtp
    if smtp.host:
        yield _tried("mail server", f"{smtp.host}:{smtp.port} answers", lambda: greet(mail_server(smtp)))


def _opened(app: App, accounts: tuple[Account, ...]) -> None:
    for account in accounts:
        app.accounts.secret(account).read()


def _account(app: App, account: Account) -> Check:
    what = f"{account.provider} account of {account.person or 'the organisation'}"
    return _tried(what, f"{account.address} opens", lambda: _used(app, account))


def _used(app: App, account: Account) -> None:
    """One cheap call with an account: a day of its calendars. Raises RondoError."""
    if account.provider is Provider.ZOOM:
        zoom_by_app(app, **json.loads(app.accounts.secret(account).read()))
        return
    if not account.calendars:
        listed(app, account)
        return
    today = app.clock.now().replace(hour=0, minute=0, second=0)
    asked = [Asked(calendar=each, person=account.person) for each in account.calendars]
    for answer in app.reader.free_busy(asked, window=Interval(today, today + A_DAY)):
        if answer.error:
            raise answer.error


def _calendars(app: App) -> Iterator[Check]:
    copies = app.store.copies()
    bad = [person for person in app.programme.people if app.knowledge(person) is not Knowledge.KNOWN]
    for person in bad:
        troubles = "; ".join(f"{copy.calendar}: {what}" for copy in app.copies_of(person) if (what := _trouble(copy)))
        todo = f"{troubles.removesuffix('.')}. Then read them again: rondo refresh {app.folder}"
        yield Check(what=f"calendars of {person.id}", words=str(app.knowledge(person)), todo=todo)
    if not bad:
        yield Check(what="calendars", words=f"{len(copies)} copies, all as new as they have to be")


def _trouble(copy: CalendarCopy) -> str:
    """Why its owner is not known by it; empty where they are."""
    if copy.error or (copy.free_busy and copy.free_busy.complete):
        return copy.error
    return "it has an event whose dates can't be told"


def _owed(app: App) -> Check:
    owed = len(app.store.pending())
    if owed:
        return Check(
            what="writes", words=f"{owed} events are still to be written", todo=f"Write them: rondo apply {app.folder}"
        )
    return Check(what="writes", words="none is owed")


# --- live


@dataclass(slots=True)
class LiveRun:
    """The open points of one provider, ready to be asked of one account; `findings` grow as they are answered."""

    account: Account
    points: tuple[Point, ...]
    desk: Desk
    findings: list[Finding] = field(default_factory=list)

    def ask(self, tell: Callable[[Finding], None]) -> None:
        """Ask every point, and tell each finding at once; whatever happens, what was made is deleted before this ends.

        What could not be deleted stands in `desk.left`. Raises CredentialsRejected, Unavailable.
        """

        def told(finding: Finding) -> None:
            self.findings.append(finding)
            tell(finding)

        examine(self.points, self.desk, told)


def live(app: App, provider: Provider, person: str) -> LiveRun:
    """What is to be asked of somebody's account; nothing is written yet.

    Raises InputError where they have none, CredentialsRejected, Unavailable.
    """
    app.person(person)
    account = app.accounts.of(person, provider) if app.home.exists else None
    if account is None:
        hint = f"Connect a test account: rondo connect {provider} {app.folder} --person {person} --write"
        raise InputError(f"{person} has no {provider} account.", hint=hint)
    now = app.clock.now()
    if provider is Provider.GOOGLE:
        google = app.connectors.google(account)
        calendar = GoogleDesk(google)
        return LiveRun(account, google_points(calendar, google, now=now), calendar)
    outlook = app.connectors.outlook(account)
    desk = OutlookDesk(outlook, endpoint=app.settings.microsoft.graph_endpoint)
    return LiveRun(account, outlook_points(desk, address=account.address, now=now), desk)
