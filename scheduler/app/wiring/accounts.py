"""The accounts of a programme folder, with what opens them: kept in its database, sealed by keys that lie outside."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby
from pathlib import Path
from urllib.parse import urlsplit

from scheduler.core.account import Account, Grant, Provider
from scheduler.core.freebusy import CalendarCopy
from scheduler.errors import CredentialsRejected, InputError
from scheduler.ports import Clock, Secret
from scheduler.settings import LOOPBACK, Secrets
from scheduler.store.accounts import SqlAccounts
from scheduler.vault import About, KeyFile, Vault, new_key

KEYS = "keys"


def nothing_else(_: Vault) -> int:
    """Where the keys opened accounts alone."""
    return 0


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets are encrypted with the newest key now, and how many older keys are kept."""

    secrets: int
    old_keys: int


class Accounts:
    """Connected accounts, as they were when first asked for, and as they were changed here since.

    `state` is the folder of the database; the keys are those of the settings, else in `state`/keys, made on first use.
    """

    def __init__(self, store: SqlAccounts, secrets: Secrets, state: Path, *, in_use: bool = False) -> None:
        """`in_use`: something is sealed already, so that no keys may be made where they are gone."""
        self._store, self._secrets, self._state, self._in_use = store, secrets, state, in_use
        self._known: dict[tuple[str, Provider], tuple[Account, ...]] | None = None

    def again(self) -> None:
        """Look again which there are, the next time that somebody asks: another process may have connected one."""
        self._known = None

    def all(self) -> tuple[Account, ...]:
        """Every account, in the order of person, provider and identity."""
        return tuple(chain.from_iterable(self._by_owner().values()))

    def of(self, person: str, provider: Provider) -> Account | None:
        """Somebody's own account at a provider; "" is the organisation's."""
        return next(iter(self.those_of(person, provider)), None)

    def those_of(self, person: str, provider: Provider) -> tuple[Account, ...]:
        """Somebody's own accounts at a provider: several at ICS, else one at most."""
        return self._by_owner().get((person, provider), ())

    def serving(self, person: str, provider: Provider, calendar: str = "") -> Account | None:
        """The account through which somebody's calendar is read; whether it may write there is another question.

        Their own; else one that acts for everybody; else the first that is connected, since colleagues may see each
        other's free/busy. On CalDAV only an account of the very server of `calendar`: no other learns the password.
        """
        own = self.of(person, provider)
        if own or provider is Provider.ICS:
            return own
        others = [each for each in self.all() if each.provider is provider]
        if provider is Provider.CALDAV:
            others = [each for each in others if _origin(calendar) in map(_origin, (each.identity, *each.calendars))]
        return min(others, key=lambda each: (not each.everybody, each.person), default=None)

    def secret(self, account: Account) -> Secret:
        """What an account is opened with, as it is kept at each moment."""
        return SealedSecret(self._store, self.vault, account, self.about(account))

    def loopback(self, account: Account) -> str:
        """The origin on this machine that its requests may go to; empty: none.

        Whoever typed such an address here gave leave for it; connected from elsewhere it would have been refused.
        """
        if account.provider not in (Provider.CALDAV, Provider.ICS):
            return ""
        text = self.secret(account).read()
        return loopback_origin(json.loads(text)["url"] if account.provider is Provider.CALDAV else text)

    def connect(self, person: str, provider: Provider, grant: Grant, clock: Clock) -> Account:
        """Keep what came of signing in. Raises InputError where the person is connected as somebody else."""
        standing = self.those_of(person, provider)
        same = next((each for each in standing if each.identity == grant.identity), None)
        account = Account(
            person=person,
            provider=provider,
            identity=grant.identity,
            address=grant.address,
            scopes=grant.scopes,
            everybody=grant.everybody,
            schedules=grant.schedules,
            calendars=same.calendars if same else grant.calendars,
            connected_at=clock.now(),
        )
        sealed = self.vault.seal(grant.secret, self.about(account))
        other = self._store.keep(account, sealed, alone=provider is not Provider.ICS)
        self._known = None
        if other:
            raise InputError(
                f"{person or 'the organisation'} is connected to {provider} as {other.address}, "
                f"and this is another account, {grant.address}.",
                hint=f"Disconnect that one first: rondo disconnect {provider} DIR{person and f' --person {person}'}",
            )
        return account

    def count(self, account: Account, calendars: tuple[str, ...]) -> Account:
        """Note which of its calendars count."""
        self._store.count(account, calendars)
        self._known = None
        return replace(account, calendars=calendars)

    def note(self, account: Account, error: str) -> None:
        """Note what was wrong at its last use; empty: nothing."""
        self._store.note(account, error)
        self._known = None

    def erase(self, account: Account, copies: tuple[CalendarCopy, ...]) -> None:
        """Forget an account, its secret, and these copies of calendars that were read with it."""
        self._store.erase(account, [(copy.person, copy.calendar) for copy in copies])
        self._known = None

    def rotate(self, *, forget_old: bool = False, also: Callable[[Vault], int] = nothing_else) -> Rotated:
        """Put a new key first, and encrypt every secret with it; `also` does what else the keys opened, and counts it.

        The old keys stay, for what still runs with them and for a crash at any point. With `forget_old` no new key is
        made: once everything is encrypted with the first, the others are dropped. Keys of the settings are changed
        there by hand, so that only the encrypting is done here. Raises InputError, CredentialsRejected.
        """
        file, keys = self._key_file, self._keys()
        if file is None and forget_old:
            raise InputError("the keys stand in secrets.keys of the settings: take the old ones out there.")
        if file and not forget_old:
            keys = (new_key(), *keys)
            file.replace(keys)
        vault = self._vault_of(keys)
        count = self.reseal(vault) + also(vault)
        if file and forget_old:
            keys = keys[:1]
            file.replace(keys)
        return Rotated(count, len(keys) - 1)

    def reseal(self, vault: Vault) -> int:
        """Encrypt every secret with a vault's newest key; says how many."""
        return self._store.reseal(
            lambda account, sealed: vault.seal(vault.open(sealed, self.about(account)), self.about(account))
        )

    def _by_owner(self) -> dict[tuple[str, Provider], tuple[Account, ...]]:
        if self._known is None:
            owned = groupby(self._store.all(), lambda each: (each.person, each.provider))
            self._known = {owner: tuple(accounts) for owner, accounts in owned}
        return self._known

    @cached_property
    def vault(self) -> Vault:
        """What seals and opens the secrets. Raises InputError for keys that can't be used."""
        return self._vault_of(self._keys())

    def about(self, account: Account) -> About:
        """As what an account's secret is sealed: it can't be opened for another account, or in another programme."""
        programme = (self._store.programme,) if self._store.programme else ()
        return (*programme, account.person, str(account.provider), account.identity)

    def _vault_of(self, keys: tuple[str, ...]) -> Vault:
        file = self._key_file
        if file is None:
            return Vault(keys, source="secrets.keys of the settings")
        return Vault(keys, source=str(file.path), again=file.read)

    @property
    def _key_file(self) -> KeyFile | None:
        """Where the keys are; None: they stand in the settings."""
        if self._secrets.keys.get_secret_value():
            return None
        return KeyFile(Path(self._secrets.key_file) if self._secrets.key_file else self._state / KEYS)

    def _keys(self) -> tuple[str, ...]:
        file = self._key_file
        if file is None:
            return tuple(key.strip() for key in self._secrets.keys.get_secret_value().split(","))
        if not file.path.exists() and not self._secrets.key_file:
            if self._in_use or self._store.all():
                raise CredentialsRejected(
                    f"{file.path} is gone, and with it the key to all connected accounts: bring it back from a backup, "
                    "or disconnect them and connect again."
                )
            file.make()
        return file.read()


class SealedSecret:
    """The secret of one account (ports.Secret); for many threads, since each call is one statement of its own."""

    def __init__(self, store: SqlAccounts, vault: Vault, account: Account, about: About) -> None:
        self._store, self._vault, self._account, self._about = store, vault, account, about

    def read(self) -> str:
        """The text that was kept last."""
        sealed = self._store.sealed(self._account)
        if not sealed:
            raise CredentialsRejected(f"the {self._account.provider} account {self._account.address} was disconnected.")
        return self._vault.open(sealed, self._about)

    def keep(self, text: str) -> None:
        """Keep a text in its place; nothing where the account was disconnected or connected anew meanwhile."""
        self._store.renew(self._account, self._vault.seal(text, self._about))


def loopback_origin(url: str) -> str:
    """Scheme, host and port of an address on this machine; empty for any other, and for what is none."""
    try:
        return _origin(url) if urlsplit(url).hostname in LOOPBACK else ""
    except ValueError:
        return ""


def _origin(url: str) -> str:
    parts = urlsplit(url.removeprefix("caldav:"))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
