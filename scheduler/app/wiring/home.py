"""Where the state of a programme is: beside its files, in `.rondo`, or in the database of a service.

A service keeps its programmes in `DATA/programmes/ID`: their files are unpacked there from the database, which rules.
The folder that a programme was imported from only names the place to which it went.
"""

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scheduler.app.wiring.accounts import Accounts
from scheduler.app.wiring.connectors import Connectors
from scheduler.app.wiring.hook_secrets import reseal_webhooks
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.settings import Settings
from scheduler.store import (
    SqlAccounts,
    SqlEngine,
    SqlProgrammes,
    SqlStore,
    SqlWebhooks,
    only_one,
    open_database,
    open_state,
    programme_key,
    writing,
)
from scheduler.vault import About, Vault

STATE, MARK, IMPORTED, PROGRAMMES, DATABASE = ".rondo", "service", "imported", "programmes", "rondo.db"
PUBLISHED = "published"
PAIR = "pair"
"""The kind of a programme that two people began by themselves."""


@dataclass(frozen=True)
class Home:
    """The state of one programme. `programme` is "" where it stands beside its files; `state` has keys and locks."""

    folder: Path
    state: Path
    programme: str
    settings: Settings

    @property
    def exists(self) -> bool:
        """Whether there is any state: looking at a folder writes nothing into it."""
        return (self.folder / STATE).is_dir()

    def on(self, engine: SqlEngine) -> "Home":
        """The same, on a database that is open already."""
        self.__dict__["engine"] = engine
        return self

    @cached_property
    def engine(self) -> SqlEngine:
        """The database. Raises Unavailable."""
        return open_data(self.state, self.settings) if self.programme else open_state(self.state)

    @cached_property
    def store(self) -> SqlStore:
        """What is remembered of the programme."""
        return SqlStore(self.engine, self.programme)

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts that its people connected."""
        return Accounts(SqlAccounts(self.engine, self.programme), self.settings.secrets, self.state)

    @cached_property
    def connectors(self) -> Connectors:
        """What opens those accounts."""
        return Connectors(self.folder, PUBLISHED, self.settings, self.accounts)

    @cached_property
    def key(self) -> bytes:
        """The programme's own secret. Raises Unavailable, CredentialsRejected."""
        if not self.programme:
            return programme_key(self.state / "key")
        held = SqlProgrammes(self.engine).get(self.programme)
        if held is None:
            raise Unavailable(f"{self.state} has no programme {self.programme} any more.")
        return bytes.fromhex(self.accounts.vault.open(held.sealed_key, about_key(self.programme)))

    @cached_property
    def private(self) -> bool:
        """Whether two people have it for themselves: no coordinator is told anything of it."""
        held = SqlProgrammes(self.engine).get(self.programme) if self.programme else None
        return held is not None and held.kind == PAIR

    def page(self, name: str) -> str:
        """The address of one of a programme's pages; empty where nobody reaches any."""
        reached = self.settings.service.public_url
        return f"{reached}/p/{self.programme}/{name}" if reached and self.programme else ""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lock of whoever decides. Raises Unavailable while somebody else does."""
        if self.programme:
            return writing(self.engine, self.state, self.programme)
        return only_one(self.state / "lock")

    def alone(self, uid: str) -> AbstractContextManager[None]:
        """Hold the lock of whoever writes an event. Raises Unavailable while somebody else does."""
        return writing(self.engine, self.state, f"{self.programme}/{uid}")

    def reseal_others(self, vault: Vault) -> int:
        """Encrypt what the same keys opened in a service: the programmes' own secrets, and the others' accounts."""
        if not self.programme:
            return 0
        programmes, count = SqlProgrammes(self.engine), 0
        for held in programmes.all():
            about = about_key(held.id)
            programmes.reseal(held.id, vault.seal(vault.open(held.sealed_key, about), about))
            count += 1
            if held.id != self.programme:
                others = Accounts(SqlAccounts(self.engine, held.id), self.settings.secrets, self.state, in_use=True)
                count += others.reseal(vault)
        return count + reseal_webhooks(SqlWebhooks(self.engine), vault)

    def unpack(self) -> None:
        """Bring the files beside up to what the database holds, where this is a service's."""
        if self.programme:
            unpacked(self.engine, self.programme, self.folder)


def home_of(folder: Path, settings: Settings) -> Home:
    """The home of a programme folder. Raises InputError for one that was imported into a service."""
    moved, mark = folder / STATE / IMPORTED, folder / STATE / MARK
    if moved.is_file():
        there = moved.read_text(encoding="utf-8").strip()
        hint = f"Use {there}; bring changed files in with: rondo import {folder} --data {Path(there).parents[1]}"
        raise InputError("this programme was imported into a service.", where=str(folder), hint=hint)
    if mark.is_file():
        return Home(folder, folder.resolve().parents[1], mark.read_text(encoding="utf-8").strip(), settings)
    return Home(folder, folder / STATE, "", settings)


def open_data(data: Path, settings: Settings, *, kept: bool = False) -> SqlEngine:
    """The database of a service: that of the settings, else DATA/rondo.db. `kept`: as `open_database` has it.

    Raises Unavailable.
    """
    return open_database(settings.service.database.get_secret_value() or data / DATABASE, kept=kept)


def about_key(programme: str) -> About:
    """As what a programme's own secret is sealed."""
    return (programme, "programme", "key")


def new_key() -> bytes:
    """A secret for a programme."""
    return secrets.token_bytes(32)


def check_keys(engine: SqlEngine, data: Path, settings: Settings) -> None:
    """That the keys of a service open what its programmes are sealed with. Raises CredentialsRejected, InputError."""
    for held in SqlProgrammes(engine).all():
        accounts = Accounts(SqlAccounts(engine, held.id), settings.secrets, data, in_use=True)
        try:
            accounts.vault.open(held.sealed_key, about_key(held.id))
        except CredentialsRejected:
            raise CredentialsRejected(
                f"the keys of {data} don't open the programme {held.id}: bring back the keys that it was imported with."
            ) from None


def unpacked(engine: SqlEngine, programme: str, folder: Path) -> None:
    """Write a programme's files as the database holds them, unless they are that already. Raises Unavailable."""
    held = SqlProgrammes(engine).get(programme)
    if held is None:
        raise Unavailable(f"there is no programme {programme} any more.")
    stamp, revision = folder / STATE / "revision", str(held.revision)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == revision:
        return
    try:
        (folder / STATE).mkdir(parents=True, exist_ok=True, mode=0o700)
        write_all(folder, SqlProgrammes(engine).files(programme))
        (folder / STATE / MARK).write_text(programme, encoding="utf-8")
        stamp.write_text(revision, encoding="utf-8")
    except OSError as fault:
        raise Unavailable(f"{fault.filename or folder} can't be written: {fault.strerror}.") from None


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their names, each whole or not at all. Raises OSError."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")  # of two who write at once, neither waits
        aside.write_bytes(content)
        aside.replace(path)
