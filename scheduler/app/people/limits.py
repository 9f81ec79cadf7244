"""Somebody's own limits: as they wrote them, what they say, what is wrong with them, and how they are kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from scheduler.app.programmes.editing import change
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App
from scheduler.core.hours import parse_hours
from scheduler.core.people import Boundary, Trip
from scheduler.core.tongue import gettext as _
from scheduler.core.zones import zone_named
from scheduler.errors import InputError
from scheduler.programme import Person
from scheduler.programme.edit import PEOPLE, TOML, Stay, with_person_cells, with_travel
from scheduler.programme.people import ALWAYS, LEAVE
from scheduler.programme.table_edit import Sheet, read_sheet
from scheduler.programme.words import count, country, day, days, gap, notice

T = TypeVar("T")
A_DAY = timedelta(days=1)
READERS: Mapping[str, Callable[[str], Any]] = {
    "hours": parse_hours,
    "preferred": parse_hours,
    "max_per_day": count,
    "max_per_week": count,
    "gap": gap,
    "notice": notice,
    "timezone": zone_named,
    "country": country,
}
"""What reads each cell of people.csv that somebody may change themselves, in the order in which pages ask for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Two dates as they were written, both included, and for a trip where to; the last one may be left out."""

    first: str = ""
    last: str = ""
    zone: str = ""

    def __bool__(self) -> bool:
        return bool(self.first or self.last or self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What somebody wrote, right or wrong: `cells` by the columns of people.csv that READERS names."""

    cells: Mapping[str, str]
    days_off: tuple[Dates, ...] = ()
    travel: tuple[Dates, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What limits say. `wrong` by field: a column, or `days_off-0`, `travel-1` by the number of a row."""

    boundary: Boundary
    has_hours: bool
    days_off: tuple[Trip, ...] = ()  # without a zone
    wrong: Mapping[str, InputError] = field(default_factory=dict)


def limits_of(app: App, person: Person) -> Limits:
    """Somebody's limits in the words in which they stand in the files."""
    sheet, rows = _rows_by_id((app.folder / PEOPLE).read_bytes())
    row = rows[person.id]
    own = days(sheet.cell(row, "days_off"))
    return Limits(
        cells={name: sheet.cell(row, name) for name in READERS},
        days_off=tuple(Dates(first=str(first), last=str(last)) for first, last in _runs(own)),
        travel=tuple(Dates(first=str(at.first), last=str(at.last), zone=at.zone) for at in person.boundary.travel),
    )


@lru_cache(maxsize=4)
def _rows_by_id(content: bytes) -> tuple[Sheet, Mapping[str, Sequence[str]]]:
    """A people.csv and its rows; of thousands of people one looks at their own again and again."""
    sheet = read_sheet(content, PEOPLE)
    return sheet, {sheet.cell(cells, "id"): cells for _text, cells in sheet.records}


def understood(limits: Limits, person: Person) -> Understood:
    """What limits say, as far as they can be read; the rest is as it stands."""
    wrong, stands = dict[str, InputError](), person.boundary
    cells = {name: text for name, text in limits.cells.items() if text}
    read = {name: _tried(wrong, name, READERS[name], text) for name, text in cells.items()}
    if "timezone" not in cells:
        wrong["timezone"] = InputError(_("Say where you live."), hint=_("The nearest large city will do."))
    days_off = tuple(_rows(wrong, "days_off", limits.days_off))
    others = {on: why for on, why in stands.days_off.items() if why != LEAVE}
    boundary = replace(
        stands,
        zone=read.get("timezone") or stands.zone,
        hours=_read(read, "hours", stands.hours, ALWAYS),
        preferred=_read(read, "preferred", stands.preferred, {}),
        days_off={on: LEAVE for span in days_off for on in _dates(span)} | others,
        travel=tuple(_rows(wrong, "travel", limits.travel)),
        buffer=read.get("gap") or 0,
        max_per_day=read.get("max_per_day"),
        max_per_week=read.get("max_per_week"),
    )
    return Understood(boundary=boundary, has_hours="hours" in cells, days_off=days_off, wrong=wrong)


def keep(service: Service, programme: str, person: str, limits: Limits, meant: Understood) -> int:
    """Keep limits in which nothing is wrong; answers the programme's revision. Raises what `change` raises."""
    off = " ".join(f"{span.first}..{span.last}" for span in meant.days_off)
    cells = {**limits.cells, "timezone": meant.boundary.zone, "days_off": off}
    stays = [Stay(zone=trip.zone, first=trip.first, last=trip.last) for trip in meant.boundary.travel]

    def edit(files: Mapping[str, bytes]) -> dict[str, bytes]:
        here = read_sheet(files[PEOPLE], PEOPLE).columns
        said = {name: text for name, text in cells.items() if text or name in here}  # no column for what nobody says
        return {
            **files,
            PEOPLE: with_person_cells(files[PEOPLE], person, said),
            TOML: with_travel(files[TOML], person, stays),
        }

    return change(service, programme, edit)


def _rows(wrong: dict[str, InputError], name: str, rows: Iterable[Dates]) -> Iterable[Trip]:
    """The rows that can be read; empty ones say nothing."""
    for number, row in enumerate(rows):
        read = _tried(wrong, f"{name}-{number}", _trip if name == "travel" else _span, row) if row else None
        if read:
            yield read


def _trip(row: Dates) -> Trip:
    if not row.zone:
        raise InputError(_("Say where you will be."), hint=_("The nearest large city will do."))
    return Trip(_span(row).first, _span(row).last, zone_named(row.zone))


def _span(row: Dates) -> Trip:
    first = day(row.first)
    last = day(row.last or row.first)
    list(days(f"{first}..{last}"))  # not reversed, and no longer than dates may be
    return Trip(first, last, "")


def _dates(span: Trip) -> Iterable[date]:
    return (span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1))


def _runs(dates: Iterable[date]) -> list[tuple[date, date]]:
    """The first and the last of dates that follow one another."""
    found: list[tuple[date, date]] = []
    for on in sorted(set(dates)):
        if found and on - found[-1][1] == A_DAY:
            found[-1] = (found[-1][0], on)
        else:
            found.append((on, on))
    return found


def _read(read: Mapping[str, Any], name: str, stands: T, otherwise: T) -> T:
    """What was read of a cell: what stands where it can't be, and something else where the cell is empty."""
    if name not in read:
        return otherwise
    return stands if read[name] is None else read[name]


def _tried(wrong: dict[str, InputError], name: str, reader: Callable[[Any], Any], written: object) -> Any:
    """What a reader makes of it; None, and why it is wrong, where it can't be read."""
    try:
        return reader(written)
    except InputError as error:
        wrong[name] = error
        return None
