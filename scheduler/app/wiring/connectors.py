"""Connectors opened with the settings and with the accounts that people connected: the one place that knows how."""

import weakref
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from pathlib import Path
from threading import RLock
from typing import TypeVar, cast

import httpx

from connectors._http.guard import guarded_client
from connectors.caldav import CalDavReader, CalDavSession, CalDavWriter
from connectors.feeds import IcsFeeds
from connectors.google import GooglePusher, GoogleReader, GoogleSession, GoogleWriter
from connectors.ics import IcsFiles
from connectors.mail import MailServer, MailWriter
from connectors.notices import AppriseNotifier, MailNotifier
from connectors.outlook import GraphSession, OutlookPusher, OutlookReader, OutlookWriter
from connectors.published import PublishedFiles
from connectors.zoom import ZoomRooms, ZoomSession
from scheduler.app.wiring.accounts import Accounts
from scheduler.core.account import Account, Provider
from scheduler.errors import CredentialsRejected, InputError
from scheduler.ports import CalendarReader, CalendarWriter, Clock, Pusher
from scheduler.settings import Settings, Smtp
from scheduler.telling import Notifiers

T = TypeVar("T")
CalendarOfProvider = GoogleWriter | OutlookWriter | CalDavWriter


class Connectors:
    """Readers and writers of accounts. A session is opened once, since each keeps the pace that its provider allows.

    Nothing is asked of any server before they are used.
    """

    def __init__(self, folder: Path, published: str, settings: Settings, accounts: Accounts) -> None:
        self._folder, self._published, self._settings, self._accounts = folder, published, settings, accounts
        self._sessions: dict[Hashable, object] = {}
        self._lock, self._open = RLock(), ExitStack()
        weakref.finalize(self, self._open.close)

    @property
    def sends_mail(self) -> bool:
        """Whether invitations can be mailed."""
        return bool(self._settings.smtp.host)

    def files_reader(self) -> CalendarReader:
        """Reads calendar files below the folder."""
        return IcsFiles(self._folder)

    def feed(self, person: str, calendar: str) -> tuple[CalendarReader, str]:
        """Reads a calendar of the web, and the address under which it does: a secret one is kept sealed."""
        for account in self._accounts.those_of(person, Provider.ICS):
            if calendar in account.calendars:
                return IcsFeeds(self._client(self._accounts.loopback(account))), self._accounts.secret(account).read()
        return IcsFeeds(self._client("")), calendar

    def reader(self, account: Account) -> CalendarReader:
        """Reads calendars through an account."""
        match account.provider:
            case Provider.GOOGLE:
                return GoogleReader(self.google(account))
            case Provider.OUTLOOK:
                return OutlookReader(self.outlook(account))
            case _:
                return CalDavReader(self.caldav(account))

    def files(self) -> CalendarWriter:
        """Writes into the folder's published/."""
        return PublishedFiles(self._folder, self._published)

    def mail(self, person: str) -> CalendarWriter:
        """Mails invitations to somebody. Raises InputError where the settings of [smtp] don't fit together."""
        return MailWriter(mail_server(self._settings.smtp), person=person)

    def notifiers(self, clock: Clock) -> Notifiers:
        """Who mails notices, and who posts them to services. Raises InputError where settings don't fit together."""
        answers = next(iter(self._settings.notify.coordinators), "")
        addresses = {label: secret.get_secret_value() for label, secret in self._settings.notify.addresses.items()}
        return Notifiers(
            mail=MailNotifier(mail_server(self._settings.smtp), clock, reply_to=answers) if self.sends_mail else None,
            services=AppriseNotifier(addresses) if addresses else None,
        )

    def pusher(self, account: Account, mailbox: str) -> Pusher | None:
        """Asks an account's provider to tell of changes; None: it tells nobody."""
        match account.provider:
            case Provider.GOOGLE:
                return GooglePusher(self.google(account, mailbox), person=account.person)
            case Provider.OUTLOOK:
                return OutlookPusher(self.outlook(account, mailbox), person=account.person)
            case _:
                return None

    def zoom(self) -> CalendarWriter:
        """Makes rooms at Zoom. Raises CredentialsRejected where no account is connected."""
        account = self._accounts.of("", Provider.ZOOM)
        if account is None:
            raise CredentialsRejected("no account of Zoom is connected. Connect one: rondo connect zoom DIR")
        zoom = self._settings.zoom
        session = self._once(
            (account,),
            lambda: ZoomSession(
                self._accounts.secret(account), api_endpoint=zoom.api_endpoint, token_uri=zoom.token_uri
            ),
        )
        return ZoomRooms(session)

    def writer(
        self, account: Account, mailbox: str, *, person: str, copy: bool, invited: frozenset[str]
    ) -> CalendarOfProvider:
        """Writes and looks at a calendar through an account: as the organiser's, or a copy for an attendee."""
        match account.provider:
            case Provider.GOOGLE:
                return GoogleWriter(self.google(account, mailbox), invites=not copy, person=person)
            case Provider.OUTLOOK:
                return OutlookWriter(self.outlook(account, mailbox), invites=not copy, person=person)
            case _:
                return CalDavWriter(self.caldav(account), _writable(account), invited=invited, copy=copy, person=person)

    def google(self, account: Account, mailbox: str = "") -> GoogleSession:
        """The session of an account; one that acts for everybody, in a mailbox."""
        google, subject = self._settings.google, _subject(account, mailbox)
        return self._once(
            (account, subject),
            lambda: GoogleSession(
                self._accounts.secret(account),
                endpoint=google.api_endpoint,
                token_uri=google.token_uri,
                subject=subject,
                owner=account.person,
            ),
        )

    def outlook(self, account: Account, mailbox: str = "") -> GraphSession:
        """As `google`."""
        microsoft, subject = self._settings.microsoft, _subject(account, mailbox)
        return self._once(
            (account, subject),
            lambda: GraphSession(
                self._accounts.secret(account),
                endpoint=microsoft.graph_endpoint,
                authority=microsoft.of_tenant,
                client_id=microsoft.client_id,
                client_secret=microsoft.client_secret.get_secret_value(),
                mailbox=subject,
                owner=account.person,
            ),
        )

    def caldav(self, account: Account) -> CalDavSession:
        """The session of an account."""
        return self._once(
            (account,),
            lambda: CalDavSession(
                self._accounts.secret(account), client=self._client(self._accounts.loopback(account))
            ),
        )

    def _client(self, loopback: str) -> httpx.Client:
        """The one way out to addresses that somebody typed."""
        allow = self._settings.outbound.allow
        return self._once(
            ("client", loopback), lambda: self._open.enter_context(guarded_client(allow=allow, loopback=loopback))
        )

    def _once(self, key: Hashable, opened: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = opened()
            return cast(T, self._sessions[key])


def mail_server(smtp: Smtp) -> MailServer:
    """The mail server of the settings. Raises InputError where they don't fit together."""
    return MailServer(**smtp.model_dump() | {"password": smtp.password.get_secret_value()})


def _subject(account: Account, mailbox: str) -> str:
    """The mailbox for which an account acts; its own where it can act for no other."""
    return (mailbox or account.address) if account.everybody else ""


def _writable(account: Account) -> str:
    """The calendar into which we write: the first that counts, which is the account's own default one."""
    if not account.calendars:
        hint = f"Tick one: rondo calendars DIR --person {account.person} --count ADDRESS"
        raise InputError(f"no calendar of {account.person}'s {account.provider} account counts.", hint=hint)
    return account.calendars[0]
