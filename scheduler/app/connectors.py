"""Connectors opened with the settings and with the accounts that people connected: the one place that knows how."""

from pathlib import Path

from connectors.ics import IcsFiles
from connectors.published import PublishedFiles
from scheduler.app.accounts import Accounts
from scheduler.core.account import Account
from scheduler.errors import CredentialsRejected
from scheduler.ports import CalendarReader, CalendarWriter
from scheduler.settings import Settings


class Connectors:
    """Readers and writers of accounts. Nothing is asked of any server before they are used."""

    def __init__(self, folder: Path, published: str, settings: Settings, accounts: Accounts) -> None:
        self._folder, self._published, self._settings, self._accounts = folder, published, settings, accounts

    @property
    def sends_mail(self) -> bool:
        """Whether invitations can be mailed."""
        return bool(self._settings.smtp.host)

    def files_reader(self) -> CalendarReader:
        """Reads calendar files below the folder."""
        return IcsFiles(self._folder)

    def feed(self, person: str, calendar: str) -> CalendarReader:
        """Reads a calendar of the web."""
        raise NotImplementedError

    def reader(self, account: Account) -> CalendarReader:
        """Reads calendars through an account."""
        raise NotImplementedError

    def files(self) -> CalendarWriter:
        """Writes into the folder's published/."""
        return PublishedFiles(self._folder, self._published)

    def mail(self, person: str) -> CalendarWriter:
        """Mails invitations to somebody."""
        raise NotImplementedError

    def zoom(self) -> CalendarWriter:
        """Makes rooms at Zoom. Raises CredentialsRejected where no account is connected."""
        raise CredentialsRejected("no account of Zoom is connected: rondo connect zoom DIR")

    def writer(
        self, account: Account, mailbox: str, *, person: str, copy: bool, invited: frozenset[str]
    ) -> CalendarWriter:
        """Writes a person's calendar through an account: as the organiser's, or a copy for an attendee."""
        raise NotImplementedError
