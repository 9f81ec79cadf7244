"""Changing the files of a service's programme, and making new ones: checked whole before anything of it is kept."""

import contextlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, TypeVar

from scheduler.app.service.importing import ID
from scheduler.app.service.service import Service
from scheduler.app.wiring.home import about_key, new_key, write_all
from scheduler.core.address import Kind, parse_address
from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import ChangedElsewhere, InputError, Unavailable
from scheduler.programme import Group, Person, Programme, load
from scheduler.store import SqlProgrammes

Edit: TypeAlias = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
"""What the files of a programme become; it may be called again, with files that somebody else changed."""
T = TypeVar("T", Person, Group)
TRIES = 3


def change(service: Service, programme: str, edit: Edit) -> int:
    """Change the files of a programme; answers its revision then, which is the same where nothing differs.

    What an edit raises passes on, and so do ProgrammeErrors, with the place of everything that is wrong in the files
    then; either way all stays as it was. Raises ChangedElsewhere where others were faster each time, Unavailable.
    """
    for _try in range(TRIES - 1):
        with contextlib.suppress(ChangedElsewhere):
            return _changed(service, programme, edit)
    return _changed(service, programme, edit)


def new_programme(
    service: Service,
    programme: str,
    files: Mapping[str, bytes],
    *,
    kind: str = "programme",
    calendars: Mapping[str, bytes] | None = None,
) -> Programme:
    """Make a programme of files; the calendar files that somebody lists in them go beside the database, as ever.

    Raises InputError for an id that can't be one or is taken, ProgrammeErrors for what is wrong in the files,
    Unavailable.
    """
    if not ID.fullmatch(programme):
        raise InputError(
            _("%(programme)s is no id.") % {"programme": quoted(programme)},
            hint=_("Use small letters, digits and hyphens."),
        )
    known = read_files(files)
    home = service.home(programme)
    sealed = home.accounts.vault.seal(new_key().hex(), about_key(programme))
    try:
        SqlProgrammes(service.database).put(
            programme, known.name, files, sealed, service.clock.now(), kind=kind, expected=0
        )
    except ChangedElsewhere:
        raise InputError(
            _("%(programme)s is there already.") % {"programme": quoted(programme)}, hint=_("Choose another id.")
        ) from None
    _put_beside(home.folder, known, calendars or {})
    service.changed(programme)
    return known


def read_files(files: Mapping[str, bytes]) -> Programme:
    """The programme that files say. Raises ProgrammeErrors with file, line and column of everything that is wrong."""
    with tempfile.TemporaryDirectory(prefix="rondo-") as name:
        folder = Path(name)
        write_all(folder, files)
        return load(folder)


def touched(before: Programme, after: Programme) -> frozenset[str] | None:
    """Whom it concerns that a programme is another: people who differ, and those of groups that do; None: all."""
    if replace(before, people=(), groups=()) != replace(after, people=(), groups=()):
        return None
    people = _others(before.people, after.people) + _others(after.people, before.people)
    groups = _others(before.groups, after.groups) + _others(after.groups, before.groups)
    return frozenset(who.id for who in people).union(*(group.members for group in groups))


def _others(some: Sequence[T], known: Sequence[T]) -> list[T]:
    """Those that are not among the known as they are."""
    same = {each.id: each for each in known}
    return [each for each in some if same.get(each.id) != each]


def _changed(service: Service, programme: str, edit: Edit) -> int:
    """As `change`, once."""
    programmes = SqlProgrammes(service.database)
    held = programmes.get(programme)
    if held is None:
        raise Unavailable(f"there is no programme {programme} any more.")
    before = programmes.files(programme)
    after = dict(edit(before))
    if after == before:
        return held.revision
    name, stood = read_files(after).name, service.app(programme).programme
    revision = programmes.put(programme, name, after, "", service.clock.now(), expected=held.revision)
    service.changed(programme, touched(stood, service.app(programme).programme))
    return revision


def _put_beside(folder: Path, known: Programme, calendars: Mapping[str, bytes]) -> None:
    addresses = [parse_address(calendar) for person in known.people for calendar in person.calendars]
    listed = {address.rest for address in addresses if address.kind is Kind.FILE}
    try:
        write_all(folder, {name: content for name, content in calendars.items() if name in listed})
    except OSError as fault:
        raise Unavailable(f"{folder} can't be written: {fault.strerror}.") from None
