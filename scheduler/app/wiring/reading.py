"""One reader for every kind of calendar: each address goes to its connector, with the account that opens it."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from scheduler.app.wiring.accounts import Accounts
from scheduler.app.wiring.connectors import Connectors
from scheduler.core.account import Account, Provider
from scheduler.core.address import Kind, parse_address
from scheduler.core.interval import Interval
from scheduler.errors import CredentialsRejected, RondoError
from scheduler.ports import Answer, Asked, CalendarReader
from scheduler.programme import Person, Programme

AT_ONCE = 8
MAILBOXES = (Provider.GOOGLE, Provider.OUTLOOK)
OF_ACCOUNT = {Kind.GOOGLE: Provider.GOOGLE, Kind.OUTLOOK: Provider.OUTLOOK, Kind.CALDAV: Provider.CALDAV}


def connected(programme: Programme, accounts: Sequence[Account]) -> Programme:
    """A programme whose people have the calendars that count of their accounts, and an account's mail address where
    they have none."""
    owned = defaultdict[str, list[Account]](list)
    for account in accounts:
        owned[account.person].append(account)
    people = (_with(person, owned[person.id]) if person.id in owned else person for person in programme.people)
    return replace(programme, people=tuple(people))


class Calendars:
    """Reads calendars wherever they are (a CalendarReader): those of one account together, several accounts at once."""

    def __init__(self, accounts: Accounts, connectors: Connectors) -> None:
        self._accounts, self._connectors = accounts, connectors

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """An answer for each, in their order."""
        answers, jobs = [Answer()] * len(asked), defaultdict[Hashable, list[int]](list)
        for index, each in enumerate(asked):
            jobs[self._together(each)].append(index)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda some: self._read([asked[index] for index in some], window), jobs.values())
            for indices, read in zip(jobs.values(), found, strict=True):
                for index, answer in zip(indices, read, strict=True):
                    answers[index] = answer
        return answers

    def _together(self, asked: Asked) -> Hashable:
        """What is equal for calendars that are read by one call: all files, or those of one account."""
        address = parse_address(asked.calendar)
        if address.kind is Kind.ICS:
            return address.kind, asked.person, asked.calendar
        return address.kind, self._account(address.kind, asked) if address.kind in OF_ACCOUNT else None

    def _account(self, kind: Kind, asked: Asked) -> Account | None:
        return self._accounts.serving(asked.person, OF_ACCOUNT[kind], asked.calendar)

    def _read(self, some: Sequence[Asked], window: Interval) -> Sequence[Answer]:
        """Of calendars that belong together."""
        try:
            reader, asked = self._opened(some)
            answers = reader.free_busy(asked, window=window)
        except RondoError as fault:  # of opening: of reading, each calendar has an answer of its own
            answers = [Answer(error=fault)] * len(some)
        self._note(some[0], answers)
        return answers

    def _note(self, asked: Asked, answers: Sequence[Answer]) -> None:
        """Remember of an account whether its owner has to sign in again."""
        kind = parse_address(asked.calendar).kind
        account = self._account(kind, asked) if kind in OF_ACCOUNT else None
        error = next((str(each.error) for each in answers if isinstance(each.error, CredentialsRejected)), "")
        if account and error != account.error:
            self._accounts.note(account, error)

    def _opened(self, some: Sequence[Asked]) -> tuple[CalendarReader, Sequence[Asked]]:
        """Their reader, and what it is asked. Raises CredentialsRejected where no account is connected."""
        first, kind = some[0], parse_address(some[0].calendar).kind
        if kind is Kind.FILE:
            return self._connectors.files_reader(), some
        if kind is Kind.ICS:
            reader, url = self._connectors.feed(first.person, first.calendar)
            return reader, [replace(first, calendar=url)]
        account = self._account(kind, first)
        if account is None:
            command = f"rondo connect {kind} DIR --person {first.person}"
            raise CredentialsRejected(f"no account is connected to read it. Connect one: {command}")
        return self._connectors.reader(account), some


def _with(person: Person, own: Sequence[Account]) -> Person:
    calendars = [*person.calendars, *(calendar for account in own for calendar in account.calendars)]
    mailboxes = [account.address for account in own if account.provider in MAILBOXES]
    return replace(person, calendars=tuple(dict.fromkeys(calendars)), email=person.email or next(iter(mailboxes), ""))
