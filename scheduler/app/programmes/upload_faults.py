"""What can't be read in tables as they were brought: which row and column, why, and what may be meant."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from scheduler.app.programmes.upload_rows import Place, group_id, member_of, name_of
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.errors import InputError
from scheduler.programme import ProgrammeErrors
from scheduler.programme.complaints import Complaints
from scheduler.programme.folder import NOTHING
from scheduler.programme.groups import read_groups
from scheduler.programme.people import OPTIONAL, REQUIRED, read_people
from scheduler.programme.sheets import GROUP_COLUMNS, GROUPS, PEOPLE, Brought, slug
from scheduler.programme.table import csv_text
from scheduler.programme.text import ID

COLUMNS = (*REQUIRED, *OPTIONAL)
OTHERWISE = noted("Write it otherwise, or leave it empty.")
HINTS: Mapping[str, str] = {
    "id": noted("Use letters, digits and . _ - only; two people can't share one."),
    "timezone": noted("Name a city, such as Europe/Lisbon."),
    "email": noted("Write it like amara@example.org; two people can't share one."),
    "hours": noted("Write it like Mon-Fri 9-17, not 12-13."),
    "preferred": noted("Write it like Mon-Thu 10-16."),
    "days_off": noted("Write it like 2027-02-15..2027-02-19."),
    "country": noted("Write its two letters, such as GB."),
    "group": noted("A meeting takes two people: add another row of this group."),
    "person": noted("Write the id, the name or the address of somebody in the table of people."),
    "role": noted("The roles are chair, required, optional."),
}
"""What to do about a cell, where the complaint itself doesn't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A cell that can't be read: `table` and `row` are numbers from 0, `line` that of the file, `column` ours.

    `meant`: what may be meant, to be put there by one press; empty where nobody can know.
    """

    table: int
    file: str
    row: int
    line: int
    column: str
    heading: str
    cell: str
    message: str
    hint: str
    meant: str


def faults_of(
    tables: Sequence[Brought],
    ids: Mapping[Place, str],
    names: Mapping[str, str],
    everybody: set[str],
) -> Iterator[Fault]:
    """Read each table as if it were ours, row by row on a line each, so that complaints name our rows."""
    for number, table in enumerate(tables):
        if table.has_people:
            columns = [each for each in COLUMNS if each in {"id", "name", *table.columns}]
            places = list(_first_rows(number, table, ids))
            rows = [
                [ids[number, row] if each == "id" else _said(table, row, each) for each in columns] for row in places
            ]
            found = _complaints(number, table, PEOPLE, columns, rows, everybody, places)
            yield from (each for each in found if each.column != "id" or "id" in table.columns)
        if table.has_groups:
            places = [row for row in range(len(table.rows)) if table.cell(row, "group") or not table.has_people]
            rows = [
                [
                    group_id(table.cell(row, "group")) if table.cell(row, "group") else "",
                    member_of(table, number, row, ids, names),
                    table.cell(row, "role"),
                ]
                for row in places
            ]
            yield from _complaints(number, table, GROUPS, GROUP_COLUMNS, rows, everybody, places)


def _first_rows(number: int, table: Brought, ids: Mapping[Place, str]) -> Iterator[int]:
    """One row of each person; whoever is in several groups has several, with the same name."""
    seen: set[tuple[str, str]] = set()
    for row in range(len(table.rows)):
        key = (ids[number, row], name_of(table, row))
        if key not in seen or not table.has_groups:
            yield row
        seen.add(key)


def _said(table: Brought, row: int, column: str) -> str:
    return name_of(table, row) if column == "name" else table.cell(row, column)


def _complaints(
    number: int,
    table: Brought,
    file: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    everybody: set[str],
    places: Sequence[int] | None = None,
) -> Iterator[Fault]:
    complaints = Complaints()
    with tempfile.TemporaryDirectory(prefix="rondo-") as folder:
        path = Path(folder) / file
        path.write_text(csv_text(columns, rows), encoding="utf-8")
        try:
            if file == PEOPLE:
                read_people(path, complaints, NOTHING)
            else:
                read_groups(path, everybody, complaints, NOTHING)
            errors: Sequence[InputError] = complaints.errors
        except ProgrammeErrors as several:
            errors = several.errors
    for error in errors:
        _, line, place = (*error.where.split(":"), "", "")[:3]
        row = int(line or 2) - 2
        if not 0 <= row < len(rows):
            continue
        column = columns[int(place or 1) - 1] if int(place or 1) <= len(columns) else columns[0]
        yield _fault(number, table, places[row] if places else row, column, error)


def _fault(number: int, table: Brought, row: int, column: str, error: InputError) -> Fault:
    cell = table.cell(row, column)
    heading = table.header[table.columns.index(column)] if column in table.columns else column
    return Fault(
        table=number,
        file=table.name,
        row=row,
        line=row + 2,
        column=column,
        heading=heading,
        cell=cell,
        message=error.message,
        hint=error.hint or _(HINTS.get(column, OTHERWISE)),
        meant=_meant(column, cell, error),
    )


def _suggested(hint: str) -> str:
    """What a hint names first, in whatever language it does."""
    for message, word in ((_("Did you mean %(meant)s?"), "(.+?)"), (_("Write %(meant)s or %(others)s."), r"(\S+)")):
        before, after = (re.escape(part) for part in message.replace("%(others)s", "").split("%(meant)s"))
        if found := re.search(before + word + after.removesuffix(re.escape(".")), hint):
            return found[1]
    return ""


def _meant(column: str, cell: str, error: InputError) -> str:
    """What may be meant."""
    if suggested := _suggested(error.hint):
        *_whole, word = ("", *re.findall(r'"([^"]+)"', error.message))
        return cell.replace(word, suggested) if word and word in cell else suggested
    if column == "email":
        plain = re.sub(r"\s*[\[(]at[\])]\s*", "@", cell.removeprefix("mailto:"), flags=re.IGNORECASE)
        plain = re.sub(r"[\s<>]", "", plain).rstrip(".,;")
        return plain if plain != cell and "@" in plain else ""
    if column == "country":
        named = {name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2}
        return str(named.get(cell.casefold(), {"UK": "GB", "EL": "GR"}.get(cell.upper(), "")))
    if column == "id" and ID.fullmatch(cell):  # somebody else has it
        return slug(f"{cell}-2")
    if column in ("id", "group") and cell:
        return slug(cell)
    if column in ("max_per_day", "max_per_week"):
        digits = re.sub(r"\D", "", cell)
        return digits if digits.strip("0") else ""
    return ""
