"""people.csv: who takes part, and the limits that each sets."""

import re
from datetime import date
from pathlib import Path

from scheduler.core.address import parse_address
from scheduler.core.hours import parse_hours
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.people import Boundary
from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import WallWindow
from scheduler.core.zones import zone_named
from scheduler.errors import InputError
from scheduler.programme import words
from scheduler.programme.complaints import Complaints
from scheduler.programme.overlay import Overlay
from scheduler.programme.table import Row, read_table
from scheduler.programme.text import identifier, title
from scheduler.programme.values import Person

REQUIRED = ("id", "timezone")
OPTIONAL = (
    *("name", "email", "locale", "country", "hours", "preferred", "days_off"),
    *("max_per_day", "max_per_week", "gap", "notice", "calendar"),
)
ALWAYS = {day: (WallWindow(0, DAY_MINUTES),) for day in range(7)}
LEAVE = "leave"

EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,189}")
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def read_people(path: Path, complaints: Complaints, overlay: Overlay) -> dict[str, Person]:
    """Everybody by id, in the order of the file; days off are those of the file alone."""
    people: dict[str, Person] = {}
    lines: dict[str, int] = {}
    rows = read_table(path, REQUIRED, OPTIONAL, complaints)
    for row in overlay.people(rows, (*REQUIRED, *OPTIONAL), complaints):
        person = _person(row)
        _check_twins(row, person, lines)
        people.setdefault(person.id, person)
    people.pop("", None)  # rows without a proper id, which were complained of
    return people


def _person(row: Row) -> Person:
    id_ = row.needed("id", identifier)
    return Person(
        id=id_,
        name=row.read("name", title, id_),
        email=row.read("email", email, ""),
        locale=row.read("locale", locale, "en"),
        country=row.read("country", words.country, ""),
        boundary=_boundary(row),
        has_hours=bool(row.raw("hours").strip()),
        notice=row.read("notice", words.notice, 0),
        calendars=row.read("calendar", calendars, ()),
    )


def _boundary(row: Row) -> Boundary:
    leave: tuple[date, ...] = row.read("days_off", words.days, ())
    return Boundary(
        zone=row.needed("timezone", zone_named),
        hours=row.read("hours", parse_hours, ALWAYS),
        preferred=row.read("preferred", parse_hours, {}),
        days_off=dict.fromkeys(leave, LEAVE),
        max_per_day=row.read("max_per_day", words.count, None),
        max_per_week=row.read("max_per_week", words.count, None),
        buffer=row.read("gap", words.gap, 0),
    )


def email(text: str) -> str:
    """A mail address by its form. Raises InputError."""
    if not EMAIL.fullmatch(text):
        raise InputError(
            _("%(text)s is no mail address.") % {"text": quoted(text)}, hint=_("Write it like amara@example.org.")
        )
    return text


def locale(text: str) -> str:
    """A language tag such as en-GB. Raises InputError."""
    if not LOCALE.fullmatch(text):
        raise InputError(
            _("locale %(text)s is no language tag.") % {"text": quoted(text)}, hint=_("Write it like en-GB.")
        )
    return text.replace("_", "-")


def calendars(text: str) -> tuple[str, ...]:
    """Addresses of calendars (core.address), spaces between. Raises InputError for anything else.

    Only the form is checked here; what is behind an address is the connector's to find out.
    """
    return tuple(dict.fromkeys(str(parse_address(each)) for each in text.split()))


def _check_twins(row: Row, person: Person, lines: dict[str, int]) -> None:
    """Ids that differ in case alone name one file on some systems; an address stands for one person."""
    for column, text, key in (
        ("id", person.id, person.id.casefold()),
        ("email", person.email, _mailbox(person.email)),
    ):
        first = lines.setdefault(f"{column} {key}", row.line) if key else row.line
        if first != row.line:
            row.complain(
                column,
                _("%(column)s %(text)s is in line %(first)s already.")
                % {"column": column, "text": quoted(text), "first": first},
            )


def _mailbox(address: str) -> str:
    """One spelling for addresses that reach the same box: case and what follows a plus don't count."""
    local, _, domain = address.casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""
