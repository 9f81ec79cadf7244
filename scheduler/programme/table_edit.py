"""Changing rows of a CSV file: whatever is not changed stays as it stands there, byte by byte."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.programme.table import csv_safe, delimiter_of

BOM = b"\xef\xbb\xbf"
Cells = Mapping[str, str]
"""The text of cells by the names of their columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A CSV file: its columns by name, and each record below them with the text that stands for it."""

    mark: bytes
    header: str
    columns: tuple[str, ...]
    delimiter: str
    ending: str
    records: tuple[tuple[str, tuple[str, ...]], ...]

    def bytes(self) -> bytes:
        """The file."""
        texts = [self.header, *(text for text, _ in self.records)]
        ended = [text if text.endswith(("\n", "\r")) else text + self.ending for text in texts[:-1]]
        return self.mark + "".join([*ended, texts[-1]]).encode()

    def with_columns(self, names: Sequence[str]) -> "Sheet":
        """The same with these columns, where they are missing as its last ones; its rows need not be as wide."""
        new = [name for name in names if name not in self.columns]
        if not new:
            return self
        line = self.header.rstrip("\r\n")
        header = self.delimiter.join([line, *new]) + self.header[len(line) :]
        return replace(self, header=header, columns=(*self.columns, *new))

    def cell(self, cells: Sequence[str], column: str) -> str:
        """A cell of a record, without spaces around it; empty where there is no such column, or the row is shorter."""
        number = self.columns.index(column) if column in self.columns else len(cells)
        return "".join(cells[number : number + 1]).strip()

    def changed(self, chosen: Callable[[Sequence[str]], Cells | None]) -> "Sheet":
        """The same with other cells in the records for which there are some."""
        records = [
            record if (cells := chosen(record[1])) is None else self._record(cells, record[1])
            for record in self.records
        ]
        return replace(self, records=tuple(records))

    def added(self, rows: Sequence[Cells]) -> "Sheet":
        """The same with more records at its end."""
        return replace(self, records=(*self.records, *(self._record(cells, ()) for cells in rows)))

    def _record(self, cells: Cells, before: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """A record with these cells in place of those that it had, as it is written."""
        width = max(len(before), *(self.columns.index(name) + 1 for name in cells)) if before else len(self.columns)
        row = [*before, *[""] * (width - len(before))]
        for name, text in cells.items():
            row[self.columns.index(name)] = csv_safe(text)
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.ending).writerow(row)
        return out.getvalue(), tuple(row)


def read_sheet(content: bytes, name: str) -> Sheet:
    """A CSV file that was read before without a complaint, so as to change it. Raises InputError for another."""
    mark = BOM if content.startswith(BOM) else b""
    try:
        text = content.removeprefix(mark).decode()
        first = text.partition("\n")[0]
        delimiter = delimiter_of(first)
        header, *records = _records(text, delimiter)
    except (ValueError, csv.Error) as error:
        raise InputError(_("can't be changed: it is no proper CSV."), where=name) from error
    return Sheet(
        mark=mark,
        header=header[0],
        columns=tuple(each.strip().casefold() for each in header[1]),
        delimiter=delimiter,
        ending="\r\n" if first.endswith("\r") else "\n",
        records=tuple(records),
    )


def _records(text: str, delimiter: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each record, with its cells beside the text that stands for it; an empty line is one without cells."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    done = 0
    for cells in reader:
        yield "".join(lines[done : reader.line_num]), tuple(cells)
        done = reader.line_num
