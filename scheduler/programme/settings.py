"""programme.toml: its tables and keys, their defaults and limits. Every one is in docs/reference-programme.md."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from scheduler.core.interval import Horizon
from scheduler.core.people import Trip
from scheduler.core.repairs import RepairRules
from scheduler.core.series import Cadence as CadenceValue
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.errors import InputError
from scheduler.programme.complaints import ProgrammeErrors
from scheduler.programme.fields import (
    Cadence,
    Count,
    CountOrNone,
    Country,
    Day,
    Days,
    Grid,
    Host,
    Id,
    Minutes,
    Mode,
    Provider,
    Room,
    Rotation,
    Title,
    Windows,
    Zone,
)
from scheduler.programme.overlay import Overlay
from scheduler.programme.toml import Places, read_toml
from scheduler.programme.values import MADE_ON_WRITING, Video, VideoProvider
from scheduler.programme.words import MOST_DAYS


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class VideoTable(_Table):
    """`[video]`, or `video` of a group."""

    provider: Provider = VideoProvider.NONE
    fallback: Provider = VideoProvider.JITSI
    host: Host = "meet.jit.si"
    url: Room = ""

    @model_validator(mode="after")
    def _fits(self) -> "VideoTable":
        if VideoProvider.URL in self._asked and not self.url:
            raise ValueError('provider = "url" needs a url')
        if self.fallback in MADE_ON_WRITING:
            raise ValueError(f'fallback = "{self.fallback}" can fail as well: use "jitsi", "url" or "none"')
        return self

    @property
    def _asked(self) -> set[VideoProvider]:
        return {self.provider} | ({self.fallback} if self.provider in MADE_ON_WRITING else set())

    def video(self) -> Video:
        """As a value: only what the provider, and what takes its place, need."""
        return Video(
            provider=self.provider,
            fallback=self.fallback if self.provider in MADE_ON_WRITING else VideoProvider.NONE,
            host=self.host if VideoProvider.JITSI in self._asked else "",
            url=self.url if VideoProvider.URL in self._asked else "",
        )


class RepairTable(_Table):
    """`[repair]`, or `repair` of a group: what may be changed without asking."""

    mode: Mode | None = None
    most_a_month: CountOrNone | None = None
    most_of_one: CountOrNone | None = None

    def rules(self, general: RepairRules) -> RepairRules:
        """As a value: what is said here, and else what holds in general."""
        return replace(general, **self.model_dump(exclude_none=True))


class Rules(_Table):
    """What a group may say for itself, where it differs from the programme."""

    every: Cadence | None = None
    minutes: Minutes | None = None
    anchor: Zone | None = None
    quorum: CountOrNone | None = None
    rotation: Rotation | None = None
    sessions: Count | None = None
    organizer: Id | None = None


class GroupTable(Rules):
    """`[groups.ID]`."""

    title: Title | None = None
    movable: bool | None = None
    video: VideoTable | None = None
    repair: RepairTable = RepairTable()


class ProgrammeTable(Rules):
    """`[programme]`: the whole, and the rules of every group that says nothing else."""

    name: Title
    first: Day = Field(alias="from")
    until: Day
    every: Cadence = CadenceValue()
    minutes: Minutes = 45
    rotation: Rotation = 1
    grid: Grid = 15
    slack: CountOrNone = 1
    blackout: Days = ()

    @model_validator(mode="after")
    def _fits(self) -> "ProgrammeTable":
        if self.until < self.first:
            raise ValueError(f"from {self.first} is after until {self.until}")
        if (self.until - self.first).days > MOST_DAYS:
            raise ValueError(f"from {self.first} until {self.until} is longer than three years")
        return self

    @property
    def horizon(self) -> Horizon:
        """The ISO weeks that hold both dates."""
        monday = self.first - timedelta(days=self.first.weekday())
        return Horizon(monday, (self.until - monday).days // 7 + 1)


class HolidaysTable(_Table):
    """`[holidays]`: whose public holidays count; nobody's where `off` is true."""

    countries: list[Country] | None = None
    off: bool = False

    def counts(self, country: str) -> bool:
        """Whether the holidays of a person's country or region are days off."""
        listed = self.countries is None or country in self.countries or country.partition("-")[0] in self.countries
        return bool(country) and listed and not self.off


class MovesTable(_Table):
    """`[moves]`: whether a session may be held at another time of its week, for groups that say nothing else."""

    allowed: bool = True


class TripTable(_Table):
    """One trip of `travel`; `zone` may be a city."""

    zone: Zone
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> "TripTable":
        if self.last < self.first:
            raise ValueError(f"from {self.first} is after to {self.last}")
        return self

    def trip(self) -> Trip:
        """As a value."""
        return Trip(self.first, self.last, self.zone)


class PersonTable(_Table):
    """`[people.ID]`: what differs on single dates."""

    overrides: dict[Day, Windows] = {}
    travel: list[TripTable] = []


class Settings(_Table):
    """The whole of programme.toml."""

    programme: ProgrammeTable
    video: VideoTable = VideoTable()
    holidays: HolidaysTable = HolidaysTable()
    moves: MovesTable = MovesTable()
    repair: RepairTable = RepairTable()
    groups: dict[str, GroupTable] = {}
    people: dict[str, PersonTable] = {}

    def rules(self, group: str) -> ProgrammeTable:
        """The rules of a group: its own, where it has some, else those of the programme."""
        own = self.groups.get(group, GroupTable())
        said = {key: value for key in Rules.model_fields if (value := getattr(own, key)) is not None}
        return self.programme.model_copy(update=said)

    def repairs(self, group: str = "") -> RepairRules:
        """What may be changed of a group without asking; without one, of those that say nothing else."""
        own = self.groups.get(group, GroupTable()).repair
        return own.rules(self.repair.rules(RepairRules()))


TABLES: dict[str | int, type[_Table]] = {
    "programme": ProgrammeTable,
    "video": VideoTable,
    "holidays": HolidaysTable,
    "moves": MovesTable,
    "repair": RepairTable,
    "groups": GroupTable,
    "people": PersonTable,
    "travel": TripTable,
}


def read_settings(path: Path, overlay: Overlay) -> tuple[Settings, Places]:
    """programme.toml checked, and the places of its keys. Raises ProgrammeErrors with everything that is wrong."""
    values, places = overlay.settings(*read_toml(path))
    try:
        return Settings.model_validate(values), places
    except ValidationError as error:
        raise ProgrammeErrors([_complaint(found, places) for found in error.errors()]) from error


def _complaint(found: ErrorDetails, places: Places) -> InputError:
    """pydantic's complaint in our words, with its line."""
    path = tuple(part for part in found["loc"] if part != "[key]")
    where = places.of(*path)
    key = next(part for part in reversed(path) if isinstance(part, str))  # not the number in an array
    if found["type"] == "extra_forbidden":
        return InputError(f"unknown key {quoted(key)}.", where=where, hint=did_you_mean(key, _keys_beside(path)))
    if found["type"] == "missing":
        return InputError(f"the key {key} is missing.", where=where)
    if found["type"] == "value_error":
        return InputError(f"{key}: {_sentence(str(found['ctx']['error']))}", where=where)
    wish = found["msg"].removeprefix("Input ").removeprefix("Value ")
    return InputError(f"{key}: {quoted(str(found['input']))} {_sentence(wish)}", where=where)


def _keys_beside(path: Sequence[str | int]) -> list[str]:
    table = next((TABLES[part] for part in reversed(path[:-1]) if part in TABLES), Settings)
    return [field.alias or name for name, field in table.model_fields.items()]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else text + "."
