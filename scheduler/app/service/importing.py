"""Bringing a programme folder into a service, and handing it out again."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.app.wiring.home import (
    IMPORTED,
    PROGRAMMES,
    PUBLISHED,
    STATE,
    Home,
    about_key,
    check_keys,
    new_key,
    open_data,
    unpacked,
    write_all,
)
from scheduler.app.wiring.reading import connected
from scheduler.core.account import Account
from scheduler.core.address import Kind, parse_address
from scheduler.errors import ChangedElsewhere, InputError, RondoError, Unavailable
from scheduler.flow import calendars_of
from scheduler.ports import Clock
from scheduler.programme import Programme, load
from scheduler.settings import Settings
from scheduler.store import Held, SqlMarks, SqlProgrammes, only_one, take_in

FILES = ("people.csv", "groups.csv", "programme.toml")
LARGEST = 10_000_000
BROUGHT = "brought"
"""The file in which a folder keeps the revision that its files became."""
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import: `joined`, the state that the folder had came along; `changed`, its files are new."""

    programme: str
    folder: Path
    revision: int
    joined: bool
    changed: bool


def bring_in(
    folder: Path, data: Path, programme: str, settings: Settings, clock: Clock, *, over: bool = False
) -> Imported:
    """Take a folder's files, and at the first time what was published from it, into a service's data directory.

    Calendars tell what appointments are about: they are copied beside the database, and never into it.
    The data directory is made where there is none. The folder says from then on where its programme is. Raises
    InputError, naming what is wrong in the folder, Unavailable, and CredentialsRejected for keys that don't fit;
    ChangedElsewhere where pages changed the programme since the folder came, unless that may be written `over`.
    """
    known = load(folder)
    if not ID.fullmatch(programme):
        hint = "Choose one with --id: small letters, digits and hyphens."
        raise InputError(f"{programme[:64]!r} is no id for a programme.", hint=hint)
    data = made(data)
    engine = open_data(data, settings)
    try:
        check_keys(engine, data, settings)
        home = Home(data / PROGRAMMES / programme, data, programme, settings).on(engine)
        return _brought(folder, known, home, clock, over=over)
    finally:
        engine.dispose()


def _brought(folder: Path, known: Programme, there: Home, clock: Clock, *, over: bool) -> Imported:
    files, calendars = dict(_files(folder, FILES)), dict(_files(folder, _calendar_files(known)))
    engine, programme, target = there.engine, there.programme, there.folder
    programmes = SqlProgrammes(engine)
    held = programmes.get(programme)
    _check_same(folder, target, held is not None)
    if held and not over:
        _check_untouched(folder, held, programmes.files(programme) == files)
    state = (folder / STATE / "state.db").is_file()
    joins = held is None and state
    sealed = ""
    with _gone(folder, target):
        if held is None:
            key = Home(folder, folder / STATE, "", there.settings).key if state else new_key()
            sealed = there.accounts.vault.seal(key.hex(), about_key(programme))
        if joins:
            with contextlib.suppress(InputError):  # it came along already: an earlier import ended right after that
                _join(folder, there)
            calendars |= _published(folder)
        _put_beside(target, calendars)
        revision = programmes.put(programme, known.name, files, sealed, clock.now())
        (folder / STATE / BROUGHT).write_text(str(revision), encoding="utf-8")
    unpacked(engine, programme, target)
    people = connected(known, there.accounts.all()).people
    SqlMarks(engine).agree(programme, [each for who in people for each in calendars_of(who)], clock.now())
    SqlMarks(engine).dirty(programme)
    changed = held is None or held.revision != revision
    return Imported(programme=programme, folder=target, revision=revision, joined=joins, changed=changed)


def hand_out(home: Home, target: Path, *, calendars: bool = True) -> int:
    """Write a programme's files into a new folder; how many. Its state stays with the service.

    `calendars`: with the calendar files beside them, which is for whoever may read the data directory anyway.
    Raises InputError where the folder is there already, or the programme is a folder's own.
    """
    if not home.programme:
        raise InputError("it is a folder already.", where=str(home.folder))
    if target.exists():
        raise InputError("it is there already.", where=str(target), hint="Name a folder that is to be made.")
    beside = dict(_files(home.folder, _calendar_files(load(home.folder)))) if calendars else {}
    files = beside | dict(SqlProgrammes(home.engine).files(home.programme))
    _put_beside(target, files)
    return len(files)


def made(data: Path) -> Path:
    """A data directory, made where there is none. Raises Unavailable."""
    try:
        (data / PROGRAMMES).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise Unavailable(f"{data} can't be made: {fault.strerror}.") from None
    return data.resolve()


def _calendar_files(programme: Programme) -> list[str]:
    """The calendar files that somebody lists."""
    listed = [parse_address(calendar) for person in programme.people for calendar in person.calendars]
    return sorted({address.rest for address in listed if address.kind is Kind.FILE})


def _files(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Those files of a folder that are there. Raises InputError for what is no file of it, or too large."""
    for name in names:
        path = folder / name
        if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{name} leads out of the folder.", where=str(folder))
        if path.is_file():
            content = path.read_bytes()
            if len(content) > LARGEST:
                raise InputError(f"{name} is larger than {LARGEST // 1_000_000} MB.", where=str(folder))
            yield name, content


def _put_beside(target: Path, files: Mapping[str, bytes]) -> None:
    try:
        write_all(target, files)
    except OSError as fault:
        raise Unavailable(f"{fault.filename or target} can't be written: {fault.strerror}.") from None


def _check_same(folder: Path, target: Path, held: bool) -> None:
    """That a folder goes where it went before, and no other folder is there already."""
    note = folder / STATE / IMPORTED
    went = note.read_text(encoding="utf-8").strip() if note.is_file() else ""
    if went and Path(went) != target:
        raise InputError("it was imported before.", where=str(folder), hint=f"Its programme is at {went}.")
    if held and not went:
        hint = "Choose another with --id, or import the folder that it came from."
        raise InputError(f"{target.name} is there already, from another folder.", where=str(target), hint=hint)


def _check_untouched(folder: Path, held: Held, same: bool) -> None:
    """That nothing is lost which was changed there since these files came."""
    note = folder / STATE / BROUGHT
    if not same and note.is_file() and note.read_text(encoding="utf-8").strip() != str(held.revision):
        raise ChangedElsewhere(
            f"the programme was changed on its pages since this folder was imported. What stands there: "
            f"rondo export folder DATA/programmes/{held.id}; to lose it: rondo import --over."
        )


@contextlib.contextmanager
def _gone(folder: Path, target: Path) -> Iterator[None]:
    """The folder says first where it went, and then goes there, alone: it never goes on beside its programme.

    Whoever is killed in between imports again. Raises Unavailable, also while somebody applies there.
    """
    note = folder / STATE / IMPORTED
    new = not note.exists()
    try:
        note.parent.mkdir(exist_ok=True, mode=0o700)
        note.write_text(f"{target}\n", encoding="utf-8")
    except OSError as fault:
        raise Unavailable(f"{note} can't be written: {fault.strerror}.") from None
    try:
        with only_one(folder / STATE / "lock"):
            yield
    except RondoError:
        if new:
            note.unlink()
        raise


def _join(folder: Path, there: Home) -> None:
    """Let what was published from a folder be the programme's state, its accounts sealed for the service."""
    here = Home(folder, folder / STATE, "", there.settings)

    def reseal(account: Account, secret: str) -> str:
        text = here.accounts.vault.open(secret, here.accounts.about(account))
        return there.accounts.vault.seal(text, there.accounts.about(account))

    take_in(here.engine, there.engine, there.programme, reseal=reseal)


def _published(folder: Path) -> dict[str, bytes]:
    """The calendars that were handed out: of what is not written again, nobody would have any in another folder."""
    found = (folder / PUBLISHED).rglob("*.ics")
    return dict(_files(folder, sorted(str(path.relative_to(folder)) for path in found)))
