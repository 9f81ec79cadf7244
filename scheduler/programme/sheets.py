"""Tables as people have them: any order and names of columns, from a spreadsheet or pasted; which of ours each is."""

import csv
import io
import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.errors import InputError
from scheduler.programme.people import OPTIONAL, REQUIRED
from scheduler.programme.table import MOST_BYTES, MOST_COLUMNS, csv_text, delimiter_of
from scheduler.programme.text import decoded

PEOPLE, GROUPS = "people.csv", "groups.csv"
FIRST_NAME, LAST_NAME = "first_name", "last_name"
PEOPLE_COLUMNS = (*REQUIRED, *OPTIONAL, FIRST_NAME, LAST_NAME)
GROUP_COLUMNS = ("group", "person", "role")
MOST_ROWS = 50_000
NO_TEXT: Mapping[bytes, str] = {
    b"PK\x03\x04": noted("is a spreadsheet, and no text."),
    b"\xd0\xcf\x11\xe0": noted("is an old spreadsheet, and no text."),
    b"%PDF": noted("is a PDF, and no text."),
    b"\x1f\x8b": noted("is a compressed file, and no text."),
    b"\x89PNG": noted("is a picture, and no text."),
}
"""What a file begins with that is none of ours."""
OTHER_NAMES: Mapping[str, str] = {
    "id": "key username userid personid participantid kennung",
    "name": "fullname displayname participantname person participant mentor mentee vollername",
    FIRST_NAME: "firstname givenname vorname",
    LAST_NAME: "lastname surname familyname nachname",
    "email": "mail emailaddress mailaddress emailadresse",
    "timezone": "tz zone iana timezoneiana zeitzone",
    "locale": "language lang sprache",
    "country": "countrycode land",
    "hours": "workinghours workhours availability available arbeitszeit",
    "preferred": "preferredhours bevorzugt",
    "days_off": "leave vacation holidays urlaub freietage",
    "max_per_day": "mostaday maxday",
    "max_per_week": "mostaweek maxweek",
    "gap": "buffer pause",
    "notice": "lead vorlauf",
    "calendar": "ics icsurl calendarurl calendaraddress kalender",
    "group": "groupid team pair circle cohort groupname gruppe",
    "role": "roleingroup rolle",
}
GUESSES = {name: ours for ours, names in OTHER_NAMES.items() for name in names.split()}
GUESSES |= {re.sub(r"\W|_", "", name): name for name in (*PEOPLE_COLUMNS, *GROUP_COLUMNS) if name != "person"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A table as it was brought: `columns` has for each heading the name of ours that it is, "" where it is none."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]

    @property
    def has_people(self) -> bool:
        """Whether its rows are people: they have a zone."""
        return "timezone" in self.columns

    @property
    def has_groups(self) -> bool:
        """Whether its rows say who is in which group."""
        return "group" in self.columns

    def cell(self, row: int, column: str) -> str:
        """A cell by the number of its row, from 0, and our name of its column; empty where there is none."""
        if column not in self.columns:
            return ""
        place = self.columns.index(column)
        cells = self.rows[row]
        return cells[place].strip() if place < len(cells) else ""

    def with_cell(self, row: int, column: str, text: str) -> "Brought":
        """The same with another cell; the column is added where there is none. Raises InputError for a row too far."""
        if not 0 <= row < len(self.rows):
            raise InputError(_("there is no such row."))
        table = self if column in self.columns else self._with_column(column)
        place = table.columns.index(column)
        cells = [*table.rows[row], *[""] * (place + 1 - len(table.rows[row]))]
        cells[place] = text
        return replace(table, rows=(*table.rows[:row], tuple(cells), *table.rows[row + 1 :]))

    def csv(self) -> str:
        """As a file, with our names of the columns that are ours."""
        header = [ours or theirs for ours, theirs in zip(self.columns, self.header, strict=True)]
        return csv_text(header, self.rows)

    def _with_column(self, column: str) -> "Brought":
        return replace(self, header=(*self.header, column), columns=(*self.columns, column))


def brought(content: bytes, name: str) -> Brought:
    """A file as a table; its columns guessed. Raises InputError for what is no table of text, or too large."""
    text = _text(content, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text.partition("\n")[0]), strict=True)
    try:
        header = [cell.strip()[:200] for cell in next(reader, [])]
        if len(header) > MOST_COLUMNS:
            message = _("has %(count)s columns, and at most %(most)s are read.") % {
                "count": len(header),
                "most": MOST_COLUMNS,
            }
            raise InputError(message, where=name, hint=_("Is the first line the names of the columns?"))
        rows = [tuple(" ".join(cell.splitlines()) for cell in cells) for cells in reader]
    except csv.Error as error:
        raise InputError(
            _("is no proper CSV: %(error)s.") % {"error": error}, where=f"{name}:{reader.line_num}"
        ) from error
    rows = [cells for cells in rows if any(cell.strip() for cell in cells)]
    if len(rows) > MOST_ROWS:
        raise InputError(_("has more than %(most)s rows.") % {"most": MOST_ROWS}, where=name)
    if not rows:
        hint = _("The first line names the columns, each other line is a person.")
        raise InputError(_("has no rows."), where=name, hint=hint)
    found = Brought(name=name, header=tuple(header), rows=tuple(rows), columns=guessed(header))
    if not found.has_people and not found.has_groups:
        hint = _("A table of people has a column timezone; one of groups has the columns group and person.")
        raise InputError(_("has no column that says a time zone or a group."), where=name, hint=hint)
    return found


def guessed(header: Sequence[str]) -> tuple[str, ...]:
    """Which of our columns each heading is; each at most once."""
    found = [GUESSES.get(re.sub(r"[\W_]", "", heading.casefold()), "") for heading in header]
    if "timezone" not in found and "group" in found:  # who is in which group, by an id, a name or an address
        for ours in ("id", "email", "name"):
            if ours in found:
                found[found.index(ours)] = "person"
                break
    return tuple(ours if ours and ours not in found[:place] else "" for place, ours in enumerate(found))


def slug(text: str, taken: Container[str] = ()) -> str:
    """An id made of a name or address: `Zoë Müller` gives `zoe-muller`; with a number where it is taken."""
    letters = unicodedata.normalize("NFKD", text.partition("@")[0]).encode("ascii", "ignore").decode().casefold()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:50] or "person"
    number, found = 2, plain
    while found in taken:
        found, number = f"{plain}-{number}", number + 1
    return found


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise InputError(_("is empty."), where=name, hint=_("Choose a file, or paste a table."))
    if len(content) > MOST_BYTES:
        raise InputError(_("is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000}, where=name)
    for magic, what in NO_TEXT.items():
        if content.startswith(magic):
            raise InputError(
                _(what),
                where=name,
                hint=_("Save it as CSV (UTF-8), and choose that."),
            )
    return decoded(content, name)
