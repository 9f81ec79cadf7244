"""Cells that are read in place of what the files of a folder say: `people.chen.hours=Mon-Fri 8-18`.

They go through the same readers as the files and give the same errors, placed at the words that set them.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduler.core.suggest import did_you_mean, quoted
from scheduler.errors import InputError
from scheduler.programme.complaints import Complaints
from scheduler.programme.table import Row
from scheduler.programme.toml import KeyPath, Places

TABLES = ("people", "groups", "programme", "video", "holidays", "moves")
TOML_OF_PEOPLE = ("overrides", "travel")
ROLE = "role"
LONGEST = 1000
HOW = (
    "Write it like people.chen.hours=9-17, groups.pair.minutes=30, groups.pair.chen.role=optional or programme.slack=2."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its table, the id of a row (for roles `group.person`; empty in tables of one), its column or key."""

    table: str
    id: str
    column: str
    text: str

    @property
    def where(self) -> str:
        """The words that set it."""
        return "--set " + ".".join(part for part in (self.table, self.id, self.column) if part)

    @property
    def in_toml(self) -> bool:
        """Whether it belongs to programme.toml."""
        csv = self.table == "people" and self.column not in TOML_OF_PEOPLE
        return not csv and not (self.table == "groups" and self.column == ROLE)

    @property
    def path(self) -> KeyPath:
        """Where it stands in programme.toml."""
        return tuple(part for part in (self.table, self.id, self.column) if part)


@dataclass(frozen=True, slots=True)
class ChangedRow(Row):
    """A row of a table with some cells of an overlay in it."""

    said: Mapping[str, Cell]

    def where(self, column: str) -> str:
        """The place of a cell: in the file, or the words that set it."""
        return self.said[column].where if column in self.said else Row.where(self, column)

    def raw(self, column: str) -> str:
        """The text of a cell, as it stands in the file or was set."""
        return self.said[column].text if column in self.said else Row.raw(self, column)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Cells that differ from the files."""

    cells: tuple[Cell, ...] = ()

    def people(self, rows: Sequence[Row], columns: Sequence[str], complaints: Complaints) -> list[Row]:
        """The rows of people.csv with the cells that are set for them."""
        mine = [cell for cell in self.cells if cell.table == "people" and not cell.in_toml]
        return _changed(rows, [row.raw("id").strip() for row in rows], mine, columns, complaints)

    def roles(self, rows: Sequence[Row], complaints: Complaints) -> list[Row]:
        """The rows of groups.csv with the roles that are set for them."""
        mine = [cell for cell in self.cells if cell.table == "groups" and not cell.in_toml]
        names = [f"{row.raw('group').strip()}.{row.raw('person').strip()}" for row in rows]
        return _changed(rows, names, mine, (ROLE,), complaints)

    def settings(self, values: dict[str, Any], places: Places) -> tuple[dict[str, Any], Places]:
        """The values of programme.toml with the keys that are set, and the places of all keys."""
        mine = [cell for cell in self.cells if cell.in_toml]
        for cell in mine:
            values = _with(values, cell.path, _value(cell))
        tables = {cell.path[:2]: cell.where for cell in mine if cell.path[:2] not in places.found}
        return values, replace(places, said=tables | {cell.path: cell.where for cell in mine})


def parse_overlay(settings: Iterable[str]) -> Overlay:
    """Cells as `what-if --set` takes them. Raises InputError for what names no cell; what it says is read later."""
    return Overlay(tuple(_cell(text) for text in settings))


def _cell(text: str) -> Cell:
    named, equals, value = text.partition("=")
    table, _, rest = named.strip().partition(".")
    id_, _, column = rest.rpartition(".")
    if not equals or not column or len(text) > LONGEST:
        raise InputError(f"{quoted(text)} sets no cell.", where="--set", hint=HOW)
    if table not in TABLES:
        hint = did_you_mean(table, TABLES) or f"The tables are {', '.join(TABLES)}."
        raise InputError(f"unknown table {quoted(table)}.", where="--set", hint=hint)
    if bool(id_) != (table in ("people", "groups")):
        raise InputError(f"{quoted(text)} sets no cell.", where="--set", hint=HOW)
    return Cell(table, id_, column, value.strip())


def _changed(
    rows: Sequence[Row], names: Sequence[str], cells: Sequence[Cell], columns: Sequence[str], complaints: Complaints
) -> list[Row]:
    """The rows with their cells; what is set for no row or in no column is complained of."""
    for cell in cells:
        if cell.column not in columns:
            message, hint = f"unknown column {quoted(cell.column)}.", did_you_mean(cell.column, columns)
            complaints.add(InputError(message, where=cell.where, hint=hint))
        elif cell.id not in names:
            hint = did_you_mean(cell.id, names)
            complaints.add(InputError(f"{quoted(cell.id)} is nobody there.", where=cell.where, hint=hint))
    said = [{cell.column: cell for cell in cells if cell.id == name} for name in names]
    return [_changed_row(row, mine) if mine else row for row, mine in zip(rows, said, strict=True)]


def _changed_row(row: Row, said: Mapping[str, Cell]) -> Row:
    return ChangedRow(row.file, row.line, row.cells, row.columns, row.complaints, said)


def _with(values: dict[str, Any], path: KeyPath, value: object) -> dict[str, Any]:
    key, *rest = path
    inner = values.get(str(key), {})
    changed = _with(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value
    return values | {str(key): changed}


def _value(cell: Cell) -> object:
    """A value as in TOML; what is none there is text without its quotes. A bare number of weeks is a cadence."""
    try:
        value = tomllib.loads(f"value = {cell.text}")["value"]
    except (ValueError, RecursionError):
        return cell.text
    if cell.column == "every" and isinstance(value, int):
        return f"{value} weeks"
    return value
