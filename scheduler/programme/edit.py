"""Changing the files of a programme on somebody's behalf; comments, order and whatever else stands there stay.

Every function here takes what a file says and answers what it says then. Whether a programme can be read from that is
for `load` to find out.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError

from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.programme.folder import load
from scheduler.programme.table_edit import Cells, read_sheet
from scheduler.programme.text import identifier
from scheduler.programme.values import Programme

PEOPLE, GROUPS, TOML = "people.csv", "groups.csv", "programme.toml"
Files: TypeAlias = Mapping[str, bytes]
"""The files of a programme by their names."""
Keys: TypeAlias = tuple[str, ...]
"""Where a value stands in programme.toml: ("groups", "pair", "minutes")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Somebody elsewhere, both dates included; the zone may be said by a city."""

    zone: str
    first: date
    last: date


def with_person_cells(content: bytes, person: str, cells: Cells) -> bytes:
    """people.csv with other cells for somebody. Raises InputError where nobody has that id."""
    return with_people(content, {person: cells}, new=False)


def with_people(content: bytes, people: Mapping[str, Cells], *, new: bool = True) -> bytes:
    """people.csv with these cells, by id: of whom is there, and else in a new row at its end.

    Raises InputError where somebody is to be there and is not.
    """
    sheet = read_sheet(content, PEOPLE)
    sheet = sheet.with_columns(list(dict.fromkeys(name for cells in people.values() for name in cells)))
    known = {sheet.cell(row, "id") for _, row in sheet.records}
    missing = [id_ for id_ in people if id_ not in known]
    if missing and not new:
        raise InputError(_("nobody has the id %(id)s.") % {"id": quoted(missing[0])}, where=PEOPLE)
    sheet = sheet.changed(lambda row: people.get(sheet.cell(row, "id")))
    return sheet.added([{"id": id_, **people[id_]} for id_ in missing]).bytes()


def with_travel(content: bytes, person: str, stays: Sequence[Stay]) -> bytes:
    """programme.toml with all trips of somebody."""
    trips = tomlkit.array()
    for stay in stays:
        trip = tomlkit.inline_table()
        trip.update({"from": stay.first, "to": stay.last, "zone": stay.zone})
        trips.append(trip)
    return with_values(content, {("people", person, "travel"): trips.multiline(len(stays) > 1) if stays else None})


def with_group(
    files: Files, group: str, members: Sequence[tuple[str, str]], values: Mapping[str, Any]
) -> dict[str, bytes]:
    """The files with a new group, of people with their roles, and with the keys of its own table.

    Raises InputError for what is no id.
    """
    identifier(group)
    sheet = read_sheet(files[GROUPS], GROUPS)
    if any(role != "required" for _, role in members):
        sheet = sheet.with_columns(["role"])
    told = "role" in sheet.columns
    rows = [{"group": group, "person": person} | ({"role": role} if told else {}) for person, role in members]
    return {
        **files,
        GROUPS: sheet.added(rows).bytes(),
        TOML: with_values(files[TOML], {("groups", group, key): value for key, value in values.items()}),
    }


def with_values(content: bytes, values: Mapping[Keys, Any]) -> bytes:
    """programme.toml with other values of keys; None takes a key away, or a whole table."""
    try:
        document = tomlkit.parse(content.decode("utf-8-sig"))
        for keys, value in values.items():
            _set(document, keys, value)
        return tomlkit.dumps(document).encode()
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise InputError(_("can't be changed: it is no proper TOML."), where=TOML) from error


def add_group(
    folder: Path, group: str, people: list[str], *, minutes: int, every: int, sessions: int, anchor: str
) -> Programme:
    """Add a group of required people with one slot of its own cadence to a folder, and read that again.

    What stands in the files stays to the letter. Raises InputError, with the files as they were, where the folder
    can't be read with the group in it.
    """
    identifier(group)
    load(folder)
    before = {name: (folder / name).read_bytes() for name in (GROUPS, TOML)}
    table = {
        "every": "week" if every == 1 else f"{every} weeks",
        "minutes": minutes,
        "sessions": sessions,
        "anchor": anchor,
        "rotation": 1,
        "movable": True,
    }
    try:
        after = with_group(before, group, [(person, "required") for person in people], table)
        for name, content in after.items():
            _write(folder / name, content)
        return load(folder)
    except InputError:
        for name, content in before.items():
            _write(folder / name, content)
        raise


def _set(document: tomlkit.TOMLDocument, keys: Keys, value: object) -> None:
    table: Any = document
    for depth, name in enumerate(keys[:-1], 1):
        if name not in table:
            if value is None:
                return
            table[name] = tomlkit.table(is_super_table=depth < len(keys) - 1)
        table = table[name]
    if value is not None:
        table[keys[-1]] = value
    elif keys[-1] in table:
        del table[keys[-1]]


def _write(path: Path, content: bytes) -> None:
    """In the place of what stood there, whole or not at all. Raises InputError."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_bytes(content)
        shutil.copymode(path, aside)
        aside.replace(path.resolve())
    except OSError as fault:
        raise InputError(_("can't be written: %(why)s.") % {"why": fault.strerror}, where=path.name) from None
