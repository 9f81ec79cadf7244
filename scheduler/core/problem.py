"""A problem: everything that the solver may know, frozen, as a value and in its JSON form (rondo-problem/1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from scheduler.core.daytime import parse_clock, show_clock
from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals, merged
from scheduler.core.people import WEEKDAYS, Boundary, Participant, Trip, WeekHours
from scheduler.core.series import MOST_WEEKS_BETWEEN, Cadence, Series
from scheduler.core.strict import Id, Minute, Minutes, Text, parsed
from scheduler.core.walltime import WallWindow
from scheduler.core.zones import is_zone
from scheduler.errors import InputError

MOST_WEEKS = 160
YEARS = range(1970, 2190)  # zone data say nothing of other times, and dates must not run out


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One instance. Minutes count from the horizon's epoch; `freeze_until` speaks of sessions of a previous plan."""

    name: str
    horizon: Horizon
    grid_minutes: int = 15
    slack: int = 1
    freeze_until: int | None = None
    people: Mapping[str, Participant]
    series: tuple[Series, ...]


Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
Windows = list[Annotated[list[str], Field(min_length=2, max_length=2)]]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Trip(_Model):
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    zone: str


class _Person(_Model):
    id: Id
    zone: str
    hours: dict[Day, Windows]
    preferred: dict[Day, Windows] = {}
    days_off: list[str] = []
    overrides: dict[str, Windows] = {}
    travel: list[_Trip] = []
    busy: Minutes = []
    buffer: Annotated[int, Field(ge=0, le=DAY_MINUTES)] = 0
    max_per_day: Annotated[int, Field(ge=0, le=1000)] | None = None
    max_per_week: Annotated[int, Field(ge=0, le=10_000)] | None = None


class _Pin(_Model):
    session: Annotated[int, Field(ge=0)]
    start: Minute | None


class _Series(_Model):
    id: Id
    required: list[Id]
    optional: list[Id] = []
    quorum: Annotated[int, Field(ge=0)] = 0
    duration: Annotated[int, Field(ge=1, le=DAY_MINUTES)]
    sessions: Annotated[int, Field(ge=0, le=MOST_WEEKS)]
    every_weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS_BETWEEN)] = 1
    monthly: bool = False
    rotation: Annotated[int, Field(ge=1, le=MOST_WEEKS_BETWEEN)] = 1
    anchor_zone: str
    movable: bool = True
    pinned: list[_Pin] = []


class _Problem(_Model):
    format: Literal["rondo-problem/1"]
    name: Text = ""
    first_monday: str
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    grid_minutes: Annotated[int, Field(ge=1, le=DAY_MINUTES)] = 15
    slack: Annotated[int, Field(ge=0, le=MOST_WEEKS)] = 1
    freeze_until: Minute | None = None
    people: list[_Person]
    series: list[_Series]

    @field_validator("grid_minutes")
    @classmethod
    def _divides_the_day(cls, value: int) -> int:
        if DAY_MINUTES % value:
            raise ValueError("a grid divides the day")
        return value


_PROBLEM = TypeAdapter(_Problem)


def problem_from_json(text: str | bytes, where: str = "problem") -> Problem:
    """Read a rondo-problem/1 document; raises InputError that names the place."""
    document = parsed(_PROBLEM, text, where, minutes="busy")
    monday = _date(document.first_monday, f"{where}: first_monday")
    if monday.weekday() != 0 or monday.year not in YEARS:
        raise InputError(f"first_monday {monday} is no Monday of our times", where=where)
    people = [_participant(person, where) for person in document.people]
    problem = Problem(
        name=document.name,
        horizon=Horizon(monday, document.weeks),
        grid_minutes=document.grid_minutes,
        slack=document.slack,
        freeze_until=document.freeze_until,
        people={person.id: person for person in people},
        series=tuple(_series(entry, f"{where}: series {entry.id}") for entry in document.series),
    )
    _check(problem, len(people), where)
    return problem


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The rondo-problem/1 document of a problem."""
    return {
        "format": "rondo-problem/1",
        "name": problem.name,
        "first_monday": problem.horizon.first_monday.isoformat(),
        "weeks": problem.horizon.weeks,
        "grid_minutes": problem.grid_minutes,
        "freeze_until": problem.freeze_until,
        "slack": problem.slack,
        "people": [_person_entry(person) for person in problem.people.values()],
        "series": [_series_entry(series) for series in problem.series],
    }


def _check(problem: Problem, people: int, where: str) -> None:
    if len(problem.people) != people:
        raise InputError("a person's id stands twice", where=where)
    if len({series.id for series in problem.series}) != len(problem.series):
        raise InputError("a series' id stands twice", where=where)
    for series in problem.series:
        _check_series(problem, series, f"{where}: series {series.id}")


def _check_series(problem: Problem, series: Series, where: str) -> None:
    unknown = [member for member in series.members if member not in problem.people]
    if unknown:
        raise InputError(f"nobody has the id {unknown[0]!r}", where=where)
    if not series.members:
        raise InputError("nobody is in it", where=where)
    if len(set(series.members)) != len(series.members):
        raise InputError("somebody stands twice in it", where=where)
    if series.quorum > len(series.optional):
        raise InputError(f"a quorum of {series.quorum} among {len(series.optional)} optional people", where=where)
    if not series.cadence.monthly and series.cadence.every_weeks * series.cadence.rotation > MOST_WEEKS_BETWEEN:
        raise InputError(f"every_weeks x rotation is at most {MOST_WEEKS_BETWEEN}", where=where)
    if any(index >= series.sessions for index in series.pinned):
        raise InputError("a pinned session that it does not have", where=where)
    if not is_zone(series.anchor_zone):
        raise InputError(f"{series.anchor_zone[:60]!r} is no time zone", where=where)


def _participant(entry: _Person, where: str) -> Participant:
    where = f"{where}: person {entry.id}"
    for zone in (entry.zone, *(trip.zone for trip in entry.travel)):
        if not is_zone(zone):
            raise InputError(f"{zone[:60]!r} is no time zone", where=where)
    busy = as_intervals(entry.busy) if len(entry.busy) % 2 == 0 else None
    if busy is None or (busy[:, 0] > busy[:, 1]).any():
        raise InputError("busy: a start without an end after it", where=where)
    boundary = Boundary(
        zone=entry.zone,
        hours=_week(entry.hours, where),
        preferred=_week(entry.preferred, where),
        days_off={_date(day, where): "" for day in entry.days_off},
        overrides={_date(day, where): _windows(windows, where) for day, windows in entry.overrides.items()},
        travel=tuple(_trip(trip, where) for trip in entry.travel),
        buffer=entry.buffer,
        max_per_day=entry.max_per_day,
        max_per_week=entry.max_per_week,
    )
    return Participant(id=entry.id, boundary=boundary, busy=merged(busy))


def _series(entry: _Series, where: str) -> Series:
    pinned = {pin.session: pin.start for pin in entry.pinned}
    if len(pinned) != len(entry.pinned):
        raise InputError("a session is pinned twice", where=where)
    return Series(
        id=entry.id,
        required=tuple(entry.required),
        optional=tuple(entry.optional),
        quorum=entry.quorum,
        duration=entry.duration,
        sessions=entry.sessions,
        cadence=Cadence(every_weeks=entry.every_weeks, monthly=entry.monthly, rotation=entry.rotation),
        anchor_zone=entry.anchor_zone,
        movable=entry.movable,
        pinned=pinned,
    )


def _trip(entry: _Trip, where: str) -> Trip:
    trip = Trip(_date(entry.first, where), _date(entry.last, where), entry.zone)
    if trip.last < trip.first:
        raise InputError(f"a trip from {trip.first} ends before it begins", where=where)
    return trip


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:60]!r} is no date.", where=where, hint="Write it like 2027-01-04.") from None


def _week(hours: Mapping[Day, Windows], where: str) -> WeekHours:
    return {WEEKDAYS.index(day): _windows(windows, where) for day, windows in hours.items()}


def _windows(windows: Windows, where: str) -> tuple[WallWindow, ...]:
    spans = [(parse_clock(start, where), parse_clock(end, where)) for start, end in windows]
    return tuple(WallWindow(start, end) for start, end in spans if end > start)


def _person_entry(person: Participant) -> dict[str, Any]:
    limits = person.boundary
    return {
        "id": person.id,
        "zone": limits.zone,
        "hours": _week_entry(limits.hours),
        "preferred": _week_entry(limits.preferred),
        "days_off": [day.isoformat() for day in sorted(limits.days_off)],
        "overrides": {day.isoformat(): _windows_entry(limits.overrides[day]) for day in sorted(limits.overrides)},
        "travel": [
            {"from": trip.first.isoformat(), "to": trip.last.isoformat(), "zone": trip.zone} for trip in limits.travel
        ],
        "busy": [int(minute) for minute in person.busy.ravel()],
        "buffer": limits.buffer,
        "max_per_day": limits.max_per_day,
        "max_per_week": limits.max_per_week,
    }


def _series_entry(series: Series) -> dict[str, Any]:
    return {
        "id": series.id,
        "required": list(series.required),
        "optional": list(series.optional),
        "quorum": series.quorum,
        "duration": series.duration,
        "sessions": series.sessions,
        "every_weeks": series.cadence.every_weeks,
        "monthly": series.cadence.monthly,
        "rotation": series.cadence.rotation,
        "anchor_zone": series.anchor_zone,
        "movable": series.movable,
        "pinned": [{"session": index, "start": start} for index, start in sorted(series.pinned.items())],
    }


def _week_entry(hours: WeekHours) -> dict[str, list[list[str]]]:
    return {WEEKDAYS[weekday]: _windows_entry(hours[weekday]) for weekday in sorted(hours)}


def _windows_entry(windows: tuple[WallWindow, ...]) -> list[list[str]]:
    return [[show_clock(window.start), show_clock(window.end)] for window in windows]
