"""One reader for every kind of calendar: each address goes to its connector, with the account that opens it."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from scheduler.app.accounts import Accounts
from scheduler.app.connectors import Connectors
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
    return replace(programme, people=tuple(_with(person, accounts) for person in programme.people))


class Calendars:
    """Reads calendars wherever they are (a CalendarReader): those of one account together, several accounts at once."""

    def __init__(self, accounts: Accounts, connectors: Connectors) -> None:
        self._accounts, self._connectors = accounts, connectors

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """An answer for each, in their order."""
        answers = [Answer()] * len(asked)
        jobs: dict[Hashable, tuple[Callable[[], CalendarReader], list[int]]] = {}
        for index, each in enumerate(asked):
            try:
                key, opened = self._reader(each)
            except RondoError as fault:
                answers[index] = Answer(error=fault)
            else:
                jobs.setdefault(key, (opened, []))[1].append(index)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda job: _read(job[0], [asked[i] for i in job[1]], window), jobs.values())
            for (_, indices), read in zip(jobs.values(), found, strict=True):
                for index, answer in zip(indices, read, strict=True):
                    answers[index] = answer
        return answers

    def _reader(self, asked: Asked) -> tuple[Hashable, Callable[[], CalendarReader]]:
        """By what a calendar is read together with others, and how its reader is opened."""
        address = parse_address(asked.calendar)
        if address.kind is Kind.FILE:
            return Kind.FILE, self._connectors.files_reader
        if address.kind is Kind.ICS:
            return (Kind.ICS, asked.person, asked.calendar), partial(
                self._connectors.feed, asked.person, asked.calendar
            )
        provider = OF_ACCOUNT[address.kind]
        account = self._accounts.serving(asked.person, provider, asked.calendar)
        if account is None:
            command = f"rondo connect {provider} DIR --person {asked.person}"
            raise CredentialsRejected(f"no account is connected to read it. Connect one: {command}")
        return (provider, account.person, account.identity), partial(self._connectors.reader, account)


def _read(opened: Callable[[], CalendarReader], asked: Sequence[Asked], window: Interval) -> Sequence[Answer]:
    try:
        return opened().free_busy(asked, window=window)
    except RondoError as fault:  # of opening: of reading, each calendar has an answer of its own
        return [Answer(error=fault)] * len(asked)


def _with(person: Person, accounts: Sequence[Account]) -> Person:
    own = [account for account in accounts if account.person == person.id]
    calendars = [*person.calendars, *(calendar for account in own for calendar in account.calendars)]
    mailboxes = [account.address for account in own if account.provider in MAILBOXES]
    return replace(person, calendars=tuple(dict.fromkeys(calendars)), email=person.email or next(iter(mailboxes), ""))
