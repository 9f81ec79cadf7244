"""Accounts of a programme as their owners see them: connecting, which calendars count, how they do, disconnecting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.app.calendars.providers import listed, revoke
from scheduler.app.wiring.accounts import Rotated
from scheduler.app.wiring.programme import App
from scheduler.core.account import Account, Grant, Listed, Provider
from scheduler.core.address import label
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.errors import InputError, RondoError

ORGANISATION = ""
"""In the place of a person, for accounts that are nobody's own."""

UNLISTED = (Provider.ICS, Provider.ZOOM)
"""Providers that have nothing to be asked for: a feed is one calendar, and Zoom has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """One calendar of an account: whether it counts, when it was read last, and what went wrong since.

    `name` is the provider's, shown to its owner and kept nowhere; empty where the provider was not asked.
    """

    address: str
    counts: bool
    name: str = ""
    writable: bool | None = None
    read_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An account with its calendars. `asked`: its provider answered just now."""

    account: Account
    calendars: tuple[Ticked, ...]
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """What is gone: `revoked` at the provider as well, or else `told`, what is left to be done there."""

    account: Account
    revoked: bool
    told: str
    copies: int


def connect(app: App, who: str, provider: Provider, grant: Grant) -> Account:
    """Keep what came of signing in. Raises InputError where the person is connected as somebody else."""
    return app.accounts.connect(who, provider, grant, app.clock)


def overview(app: App, *, person: str = "", offline: bool = False) -> tuple[Seen, ...]:
    """Every account, or somebody's; each provider is asked for the names of its calendars, unless `offline`."""
    copies = app.store.copies()
    return tuple(_seen(app, each, copies.get, offline=offline) for each in _accounts(app, person))


def tick(app: App, *, count: Sequence[str], ignore: Sequence[str], person: str = "") -> None:
    """Choose which calendars count, by their addresses. Raises InputError for one that no account has."""
    accounts = _accounts(app, person)
    offered = {account: _offered(app, account) for account in accounts}
    wanted = [(text, True) for text in count] + [(text, False) for text in ignore]
    chosen = [(*_find(text, offered), counts) for text, counts in wanted]
    for account in accounts:
        calendars = list(account.calendars)
        for owner, address, counts in chosen:
            if owner == account:
                calendars = [each for each in calendars if each != address] + [address] * counts
        if tuple(calendars) != account.calendars:
            app.accounts.count(account, tuple(calendars))


def disconnect(app: App, provider: Provider, who: str, address: str = "") -> Disconnected:
    """Revoke an account at its provider as far as it can be, then erase its secret and what was read with it.

    Raises InputError where there is none, or where it takes an `address` to tell which one is meant.
    """
    account = _only(app.accounts.those_of(who, provider), provider, who, address)
    try:
        told = revoke(app, account)
        revoked = not told
    except RondoError as fault:
        revoked, told = False, str(fault)
    copies = _read_with(app, account)
    app.accounts.erase(account, copies)
    return Disconnected(account=account, revoked=revoked, told=told, copies=len(copies))


def rotate(app: App, *, forget_old: bool) -> Rotated:
    """Take a new key, or drop the old ones (Accounts.rotate); while nobody else does, and nobody writes calendars."""
    accounts = app.accounts
    with app.writing():
        return accounts.rotate(forget_old=forget_old, also=app.home.reseal_others)


def _accounts(app: App, person: str) -> tuple[Account, ...]:
    """Those of one person, who may have left the programme since; of everybody, where none is named."""
    found = tuple(each for each in app.accounts.all() if person in ("", each.person))
    if person and not found:
        app.person(person)
    return found


def _seen(
    app: App, account: Account, copy_of: Callable[[tuple[str, str]], CalendarCopy | None], *, offline: bool
) -> Seen:
    asked, error = not offline and account.provider not in UNLISTED, account.error
    known: dict[str, Listed | None] = dict.fromkeys(account.calendars)
    if not offline:
        try:
            known |= {each.address: each for each in listed(app, account)}
            error = "" if asked else error
        except RondoError as fault:
            asked, error = False, str(fault)
        if error != account.error:
            app.accounts.note(account, error)
    calendars = tuple(
        _ticked(account, address, found, copy_of((account.person, label(address)))) for address, found in known.items()
    )
    return Seen(account=replace(account, error=error), calendars=calendars, asked=asked)


def _ticked(account: Account, address: str, found: Listed | None, copy: CalendarCopy | None) -> Ticked:
    return Ticked(
        address=address,
        counts=address in account.calendars,
        name=found.name if found else "",
        writable=found.writable if found else None,
        read_at=copy.read_at if copy else None,
        error=copy.error if copy else "",
    )


def _offered(app: App, account: Account) -> tuple[str, ...]:
    """What may be ticked: what counts already, and what its provider lists; one that can't be asked lists nothing."""
    try:
        found = [each.address for each in listed(app, account)]
    except RondoError as fault:
        app.accounts.note(account, str(fault))
        found = []
    return tuple(dict.fromkeys([*account.calendars, *found]))


def _find(text: str, offered: Mapping[Account, Sequence[str]]) -> tuple[Account, str]:
    """The account that has a calendar, and its address in full; the provider's name may be left out."""
    found = [
        (account, address)
        for account, addresses in offered.items()
        for address in addresses
        if text in (address, address.removeprefix(f"{account.provider}:"))
    ]
    if not found:
        known = [address for addresses in offered.values() for address in addresses]
        raise InputError(f"no connected account has a calendar {quoted(text)}.", hint=did_you_mean(text, known))
    if len(found) > 1:
        people = ", ".join(account.person for account, _ in found)
        raise InputError(f"{quoted(text)} is in the accounts of {people}.", hint="Say whose with --person.")
    return found[0]


def _only(found: Sequence[Account], provider: Provider, who: str, address: str) -> Account:
    """The one account that is meant."""
    meant = [each for each in found if address in ("", each.address)]
    whose = who or "the organisation"
    if not meant:
        hint = did_you_mean(address, [each.address for each in found]) if address else ""
        raise InputError(f"{whose} has no {provider} account{address and f' {quoted(address)}'} connected.", hint=hint)
    if len(meant) > 1:
        raise InputError(
            f"{whose} has {len(meant)} {provider} accounts: {', '.join(each.address for each in meant)}.",
            hint="Say which with --address.",
        )
    return meant[0]


def _read_with(app: App, account: Account) -> tuple[CalendarCopy, ...]:
    """The copies of calendars that nobody but this account could have read: its owner's, and, where it acts for
    everybody, those of people who have none of their own."""
    own = {each.person for each in app.accounts.all() if each.provider is account.provider}
    labels = set(map(label, account.calendars))

    def its(copy: CalendarCopy) -> bool:
        if account.provider is Provider.ICS:
            return copy.person == account.person and copy.calendar in labels
        theirs = copy.person == account.person or (account.everybody and copy.person not in own)
        return theirs and copy.calendar.startswith(f"{account.provider}:")

    return tuple(filter(its, app.store.copies().values()))
