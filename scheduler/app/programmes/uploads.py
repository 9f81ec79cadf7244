"""Importing tables: looked at row by row first, with what is wrong and what may be meant; saved only when confirmed."""

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from scheduler.app.programmes.editing import change, read_files
from scheduler.app.programmes.upload_faults import Fault, faults_of
from scheduler.app.programmes.upload_rows import Cells, groups_of, ids_of, names_of, people_of
from scheduler.app.service.service import Service
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.programme import ProgrammeErrors
from scheduler.programme.edit import with_people, with_values
from scheduler.programme.people import OPTIONAL, REQUIRED
from scheduler.programme.sheets import GROUPS, PEOPLE, Brought
from scheduler.programme.table import csv_text
from scheduler.store import SqlUploads

TOML = "programme.toml"
KEPT = timedelta(days=2)
SMALL = 1_000  # rows; of more, what is wrong with the whole is found when they are saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What saving would do. `general`: what is wrong with the whole, where no cell is."""

    tables: tuple[Brought, ...]
    people: Mapping[str, Cells]
    groups: Mapping[str, tuple[tuple[str, str], ...]]
    titles: Mapping[str, str]
    new: int
    changed: int
    same: int
    new_groups: int
    changed_groups: int
    faults: tuple[Fault, ...]
    general: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether it can be saved."""
        return not self.faults and not self.general


class Uploads:
    """The uploads of a service. Methods raise Unavailable where the database fails."""

    def __init__(self, service: Service) -> None:
        self._service, self._store = service, SqlUploads(service.database)

    def add(self, programme: str, tables: Sequence[Brought], by: str) -> str:
        """Keep tables to be looked at; the upload's id."""
        id_, now = secrets.token_hex(8), self._service.clock.now()
        self._store.tidy(now, KEPT)
        self._store.put(programme, id_, _document(tables), by, now)
        return id_

    def tables(self, programme: str, id_: str) -> tuple[Brought, ...]:
        """Those of an upload. Raises InputError where there is none any more."""
        found = self._store.get(programme, id_)
        if found is None:
            raise InputError(_("this upload is not here any more."), hint=_("Bring the file again."))
        return tuple(_table(each) for each in found["tables"])

    def keep(self, programme: str, id_: str, tables: Sequence[Brought], by: str) -> None:
        """Keep an upload as it is corrected by now."""
        self._store.put(programme, id_, _document(tables), by, self._service.clock.now())

    def preview(self, programme: str, tables: Sequence[Brought]) -> Preview:
        """What is wrong in tables, and what saving them would do."""
        return preview(self._service.app(programme).home.folder, tables)

    def save(self, programme: str, id_: str) -> Preview:
        """Take an upload into the programme. Raises InputError where something of it is wrong, and as `change`."""
        found = self.preview(programme, self.tables(programme, id_))
        if not found.is_clean:
            raise InputError(_("some rows can't be read yet."), hint=_("Mend them first: nothing was saved."))
        change(self._service, programme, partial(_merged, found))
        self._store.drop(programme, id_)
        return found


def preview(folder: Path, tables: Sequence[Brought]) -> Preview:
    """What tables mean for the files of a folder."""
    held = {name: (folder / name).read_bytes() for name in (PEOPLE, GROUPS, TOML)}
    known = {each["id"]: each for each in _records(held[PEOPLE])}
    by_mail = {each["email"].casefold(): id_ for id_, each in known.items() if each.get("email")}
    ids = ids_of(tables, known, by_mail)
    people = {ids[key]: cells for key, cells in people_of(tables)}
    names = names_of(ids, tables, known)
    groups, titles = groups_of(tables, ids, names)
    faults = tuple(
        sorted(faults_of(tables, ids, names, set(known) | set(people)), key=lambda each: (each.table, each.row))
    )
    before = _members(held[GROUPS])
    found = Preview(
        tables=tuple(tables),
        people=people,
        groups=groups,
        titles=titles,
        new=sum(id_ not in known for id_ in people),
        changed=sum(id_ in known and _differs(known[id_], cells) for id_, cells in people.items()),
        same=sum(id_ in known and not _differs(known[id_], cells) for id_, cells in people.items()),
        new_groups=sum(group not in before for group in groups),
        changed_groups=sum(group in before and set(before[group]) != set(rows) for group, rows in groups.items()),
        faults=faults,
        general=(),
    )
    small = sum(len(table.rows) for table in tables) <= SMALL
    return replace(found, general=_whole(found, held)) if small and not faults else found


def mend(tables: Sequence[Brought], table: int, row: int, column: str, text: str) -> tuple[Brought, ...]:
    """The same tables with another cell. Raises InputError where there is no such cell."""
    if not 0 <= table < len(tables) or column not in (*REQUIRED, *OPTIONAL, "group", "person", "role"):
        raise InputError(_("there is no such cell."))
    return (*tables[:table], tables[table].with_cell(row, column, text), *tables[table + 1 :])


def mend_all(found: Preview) -> tuple[Brought, ...]:
    """The tables with everything that may be meant put in its place."""
    tables = found.tables
    for fault in found.faults:
        if fault.meant:
            tables = mend(tables, fault.table, fault.row, fault.column, fault.meant)
    return tables


def _merged(found: Preview, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files with what is in a preview: people and groups that it does not name stay."""
    people = with_people(files[PEOPLE], found.people) if found.people else files[PEOPLE]
    members = {**_members(files[GROUPS]), **found.groups}
    rows = [(group, person, role) for group, there in members.items() for person, role in there]
    titles: dict[tuple[str, ...], Any] = {("groups", group, "title"): title for group, title in found.titles.items()}
    toml = with_values(files[TOML], titles) if titles else files[TOML]
    return {**files, PEOPLE: people, GROUPS: csv_text(("group", "person", "role"), rows).encode(), TOML: toml}


def _whole(found: Preview, held: Mapping[str, bytes]) -> tuple[str, ...]:
    """What is wrong once all is together."""
    try:
        read_files(_merged(found, held))
    except ProgrammeErrors as several:
        return tuple(f"{each.message} {each.hint}".strip() for each in several.errors)
    except InputError as fault:
        return (str(fault),)
    return ()


def _differs(before: Cells, now: Cells) -> bool:
    return any(before.get(column, "").strip() != text for column, text in now.items())


def _records(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    return [{str(key).strip().casefold(): value or "" for key, value in row.items()} for row in rows]


def _members(content: bytes) -> dict[str, tuple[tuple[str, str], ...]]:
    """Person and role, by group, as groups.csv has them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _records(content):
        if row.get("group"):
            found.setdefault(row["group"], []).append((row.get("person", ""), row.get("role", "")))
    return {group: tuple(rows) for group, rows in found.items()}


def _document(tables: Sequence[Brought]) -> dict[str, Any]:
    return {
        "tables": [
            {"name": each.name, "header": each.header, "rows": each.rows, "columns": each.columns} for each in tables
        ]
    }


def _table(document: Mapping[str, Any]) -> Brought:
    rows = tuple(tuple(cells) for cells in document["rows"])
    return Brought(
        name=document["name"], header=tuple(document["header"]), rows=rows, columns=tuple(document["columns"])
    )
