"""How everybody can be reached, and who writes to each place."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from scheduler.app.wiring.accounts import Accounts
from scheduler.app.wiring.connectors import CalendarOfProvider, Connectors
from scheduler.core.account import Account, Provider
from scheduler.core.address import Kind, parse_address
from scheduler.core.delivery import CALENDARS, Channel, Place, Reach, places_of
from scheduler.core.event import Event
from scheduler.errors import CredentialsRejected
from scheduler.ports import CalendarWriter, SeriesReader
from scheduler.programme import Group, Person

CHANNELS = {
    Provider.GOOGLE: Channel.GOOGLE,
    Provider.OUTLOOK: Channel.OUTLOOK,
    Provider.CALDAV: Channel.CALDAV,
}
KINDS = {Provider.GOOGLE: Kind.GOOGLE, Provider.OUTLOOK: Kind.OUTLOOK}
WRITES = ("/auth/calendar", "/auth/calendar.events", "/auth/calendar.events.owned", "/auth/calendar.app.created")
GRAPH_WRITES = "Calendars.ReadWrite"


class Desks:
    """Whose calendar may be written by us, and through which account: their own, or one that acts for everybody.

    `reach` tells how each of them can be reached.
    """

    def __init__(self, people: Sequence[Person], accounts: Accounts) -> None:
        self._desks = {person.id: desk for person in people if (desk := _desk(person, accounts))}
        self.reach: Mapping[str, Reach] = {who: _reach(account) for who, (account, _) in self._desks.items()}
        self._read_only = {each.person: each for each in accounts.all() if not _may_write(each)}

    def of(self, person: str) -> tuple[Account, str] | None:
        """The account, and the mailbox in which it writes."""
        return self._desks.get(person)

    def unwritten(self, groups: Sequence[Group]) -> tuple[str, ...]:
        """Of each group whose organiser connected an account that may only be read: where its events go, and why."""
        return tuple(
            f"{group.id}: {group.organizer}'s {account.provider} account was connected to be read alone, so that the "
            "meeting does not stand there. To change that: "
            f"rondo connect {account.provider} DIR --person {group.organizer} --write"
            for group in groups
            if (account := self._read_only.get(group.organizer)) and group.organizer not in self._desks
        )


class PlacesOfProgramme:
    """Where events belong, and who writes there (ports.Writers)."""

    def __init__(self, desks: Desks, connectors: Connectors) -> None:
        self._desks, self._connectors = desks, connectors

    def places(self, event: Event) -> Sequence[Place]:
        """Where an event is to be written, in order."""
        return places_of(event, self._desks.reach, mail=self._connectors.sends_mail)

    def at(self, place: Place) -> CalendarWriter:
        """The writer of a place. Raises CredentialsRejected where its owner has to connect first."""
        if place.channel is Channel.FILES:
            return self._connectors.files()
        if place.channel is Channel.MAIL:
            return self._connectors.mail(place.person)
        if place.channel is Channel.ZOOM:
            return self._connectors.zoom()
        return self._calendar(place)

    def looking(self, place: Place) -> SeriesReader | None:
        """Who can look at what stands at a place; None: it is no calendar of anybody's. Raises as `at`."""
        return self._calendar(place) if place.channel in CALENDARS else None

    def _calendar(self, place: Place) -> CalendarOfProvider:
        desk = self._desks.of(place.person)
        if desk is None or CHANNELS[desk[0].provider] is not place.channel:
            raise CredentialsRejected(f"{place.person} has no {place.channel} account connected any more.")
        account, mailbox = desk
        reach = self._desks.reach
        home = reach[place.person].server
        invited = frozenset(who for who, other in reach.items() if home and other.server == home)
        return self._connectors.writer(account, mailbox, person=place.person, copy=place.copy, invited=invited)


def _desk(person: Person, accounts: Accounts) -> tuple[Account, str] | None:
    for provider in CHANNELS:
        account = accounts.of(person.id, provider)
        if account and _may_write(account):
            return account, account.address
    for provider, kind in KINDS.items():
        mailbox = next((each.rest for each in map(parse_address, person.calendars) if each.kind is kind), "")
        account = accounts.serving(person.id, provider) if mailbox else None
        if account and account.everybody:
            return account, mailbox
    return None


def _may_write(account: Account) -> bool:
    """Whether it was connected with a scope that writes; an account that names no scopes is tried."""
    if account.provider is Provider.GOOGLE and account.scopes:
        return any(scope.endswith(WRITES) for scope in account.scopes)
    if account.provider is Provider.OUTLOOK and account.scopes:
        return any(GRAPH_WRITES in scope for scope in account.scopes) or account.everybody
    return True


def _reach(account: Account) -> Reach:
    server = urlsplit(account.identity).netloc if account.schedules else ""
    return Reach(CHANNELS[account.provider], mails=account.provider is not Provider.CALDAV, server=server)
