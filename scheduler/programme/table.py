"""Tables of a programme folder: CSV in with a place for each cell, CSV out that no spreadsheet runs."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.programme.complaints import Complaints
from scheduler.programme.text import read_text, single_line

T = TypeVar("T")
MOST_BYTES = 20_000_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000
DELIMITERS = ",;\t"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet (OWASP ASVS 1.2.10); to us it is text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `columns` gives the number (from 1) of each named column."""

    file: str
    line: int
    cells: Sequence[str]
    columns: Mapping[str, int]
    complaints: Complaints

    def where(self, column: str) -> str:
        """`file:line:column` of a cell."""
        return f"{self.file}:{self.line}:{self.columns.get(column, 1)}"

    def raw(self, column: str) -> str:
        """A cell as it stands in the file; empty where there is no such column, or the row is shorter."""
        number = self.columns.get(column, len(self.cells) + 1)
        return "".join(self.cells[number - 1 : number])

    def read(self, column: str, reader: Callable[[str], T], otherwise: T) -> T:
        """What a reader makes of a cell; `otherwise` where it is empty, or can't be read and a complaint is kept."""
        raw = self.raw(column)
        if not raw.strip():
            return otherwise
        found = self.complaints.tried(lambda: reader(_plain(raw)), self.where(column))
        return otherwise if found is None else found

    def needed(self, column: str, reader: Callable[[str], str]) -> str:
        """What a reader makes of a cell that must not be empty; empty where there is a complaint."""
        if not self.raw(column).strip():
            self.complain(column, _("%(column)s is missing.") % {"column": column})
        return self.read(column, reader, "")

    def complain(self, column: str, message: str, hint: str = "") -> None:
        """Keep a complaint about a cell."""
        self.complaints.add(InputError(message, where=self.where(column), hint=hint))


def read_table(path: Path, required: Sequence[str], optional: Sequence[str], complaints: Complaints) -> list[Row]:
    """The rows of a CSV file with a header, without empty ones; commas, semicolons or tabs divide the cells.

    What is wrong goes to `complaints`; a file that can't be read at all has no rows.
    """
    return complaints.tried(lambda: list(_rows(path, required, optional, complaints))) or []


def delimiter_of(header: str) -> str:
    """What divides the cells of a file with this header line."""
    return max(DELIMITERS, key=header.count)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV, with every cell made safe for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([header, *([csv_safe(str(cell)) for cell in row] for row in rows)])
    return out.getvalue()


def csv_safe(cell: str) -> str:
    """A cell that a spreadsheet takes as text: one that begins like a formula gets an apostrophe before it."""
    return "'" + cell if cell.startswith(FORMULA_SIGNS) else cell


def _plain(cell: str) -> str:
    """The text of a cell, also of one that `csv_safe` wrote."""
    if len(cell) > LONGEST_CELL:
        raise InputError(_("a cell is longer than %(longest)s characters.") % {"longest": LONGEST_CELL})
    return single_line(cell.removeprefix("'") if cell.startswith(tuple("'" + sign for sign in FORMULA_SIGNS)) else cell)


def _rows(path: Path, required: Sequence[str], optional: Sequence[str], complaints: Complaints) -> Iterator[Row]:
    records = _records(read_text(path, MOST_BYTES), path.name)
    _, header = next(records, (1, []))
    columns = _columns(header, required, [*required, *optional], path.name)
    for line, cells in records:
        if any(cell.strip() for cell in cells):
            row = Row(path.name, line, cells, columns, complaints)
            _check_width(row, len(header))
            yield row


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    delimiter = delimiter_of(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(_("is no proper CSV here: %(error)s.") % {"error": error}, where=f"{name}:{line}") from error


def _columns(header: Sequence[str], required: Sequence[str], known: Sequence[str], file: str) -> Mapping[str, int]:
    """The number of each column. Raises ProgrammeErrors with all that is wrong in the header."""
    if not header:
        raise InputError(
            _("has no header."), where=f"{file}:1", hint=_("The columns are %(known)s.") % {"known": ", ".join(known)}
        )
    if len(header) > MOST_COLUMNS:
        raise InputError(
            _("has %(count)s columns, and at most %(most)s are read.") % {"count": len(header), "most": MOST_COLUMNS},
            where=f"{file}:1",
        )
    names = [name.strip().casefold() for name in header]
    complaints = Complaints()
    for number, name in enumerate(names, 1):
        if name and name not in known:
            hint = did_you_mean(name, known) or _("The columns are %(known)s.") % {"known": ", ".join(known)}
            complaints.add(
                InputError(
                    _("unknown column %(name)s.") % {"name": quoted(name)}, where=f"{file}:1:{number}", hint=hint
                )
            )
    for name in (name for name, count in Counter(names).items() if name and count > 1):
        where = f"{file}:1:{len(names) - names[::-1].index(name)}"
        complaints.add(InputError(_("the column %(name)s is there twice.") % {"name": quoted(name)}, where=where))
    for name in (name for name in required if name not in names):
        complaints.add(InputError(_("the column %(name)s is missing.") % {"name": name}, where=f"{file}:1"))
    complaints.end()
    return {name: number for number, name in enumerate(names, 1) if name}


def _check_width(row: Row, width: int) -> None:
    named = set(row.columns.values())
    for number, cell in enumerate(row.cells, 1):
        if cell.strip() and number not in named:
            message = (
                _("%(text)s stands in no column.") % {"text": quoted(cell)}
                if number > width
                else _("%(text)s has no heading.") % {"text": quoted(cell)}
            )
            hint = _("A cell with a comma in it needs quotes.") if number > width else ""
            row.complaints.add(InputError(message, where=f"{row.file}:{row.line}:{number}", hint=hint))
            return
