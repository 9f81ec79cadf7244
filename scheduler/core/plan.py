"""A plan: where every session of every series stands, as a value and in its JSON form (rondo-plan/1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from propcache.api import cached_property
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scheduler.core.daytime import parse_clock, show_clock
from scheduler.core.people import WEEKDAYS
from scheduler.core.series import NTHS, Slot
from scheduler.core.strict import Id, Minute, parsed


class Status(StrEnum):
    """What becomes of a session: at its regular time, elsewhere in its week, not at all, or as a person decided."""

    HELD = "held"
    MOVED = "moved"
    SKIPPED = "skipped"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Session:
    """One session: its minute since the epoch (of a skipped one: where its rule puts it), and who is absent."""

    start: int
    status: Status
    absent: tuple[str, ...] = ()

    @property
    def takes_place(self) -> bool:
        """Whether anybody meets."""
        return self.status is not Status.SKIPPED


@dataclass(frozen=True, slots=True)
class Placement:
    """One series placed: its first week (or month), its slots (none: no time at all was found), and its sessions."""

    series: str
    first: int
    slots: tuple[Slot, ...]
    sessions: tuple[Session, ...]

    @property
    def is_unplaced(self) -> bool:
        """Whether the series has no slot at all."""
        return not self.slots


@dataclass(frozen=True)
class Plan:
    """All placements in the order of the problem's series; `meta` has bound, seed and versions, never times of day."""

    placements: tuple[Placement, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def by_series(self) -> Mapping[str, Placement]:
        """Placements by the id of their series."""
        return self._by_series

    @cached_property
    def _by_series(self) -> Mapping[str, Placement]:
        return {placement.series: placement for placement in self.placements}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of formats.md, Score; `keep` is None without a previous plan."""

    planned: int
    held: int
    moved: int
    pinned: int
    skipped: int
    unplaced_series: int
    changed: int
    absences: int
    excess_moves: int
    worst_burden: float
    total_pain: int
    keep: int | None

    @property
    def happen(self) -> int:
        """Sessions that take place."""
        return self.held + self.moved + self.pinned

    @property
    def strain(self) -> int:
        """Moves beyond the slack, and seats that stay empty."""
        return self.excess_moves + self.absences

    @property
    def discomfort(self) -> int:
        """Pain of everybody, and an hour for each moved session."""
        return self.total_pain + 60 * self.moved


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Slot(_Model):
    weekday: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    time: str
    nth: Literal[1, 2, 3, 4, -1] | None = None


class _Session(_Model):
    start: Minute
    status: Literal["held", "moved", "skipped", "pinned"]
    absent: list[Id] = []


class _Placement(_Model):
    id: Id
    first_week: Annotated[int, Field(ge=0, le=600)] | None = None
    first_month: Annotated[int, Field(ge=0, le=600)] | None = None
    slots: list[_Slot]
    sessions: list[_Session]


class _Plan(_Model):
    format: Literal["rondo-plan/1"]
    meta: dict[str, Any] = {}
    series: list[_Placement]


_PLAN = TypeAdapter(_Plan)
assert set(NTHS) == {1, 2, 3, 4, -1}


def plan_from_json(text: str | bytes, where: str = "plan") -> Plan:
    """Read a rondo-plan/1 document; raises InputError that names the place."""
    document = parsed(_PLAN, text, where)
    return Plan(tuple(_placement(entry, where) for entry in document.series), document.meta)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The rondo-plan/1 document of a plan."""
    return {
        "format": "rondo-plan/1",
        "meta": dict(plan.meta),
        "series": [_entry(placement) for placement in plan.placements],
    }


def _placement(entry: _Placement, where: str) -> Placement:
    slots = tuple(
        Slot(WEEKDAYS.index(slot.weekday), parse_clock(slot.time, f"{where}: {entry.id}"), slot.nth)
        for slot in entry.slots
    )
    sessions = tuple(Session(item.start, Status(item.status), tuple(item.absent)) for item in entry.sessions)
    return Placement(entry.id, entry.first_week or entry.first_month or 0, slots, sessions)


def _entry(placement: Placement) -> dict[str, Any]:
    monthly = any(slot.nth is not None for slot in placement.slots)
    return {
        "id": placement.series,
        "first_month" if monthly else "first_week": placement.first,
        "slots": [_slot_entry(slot) for slot in placement.slots],
        "sessions": [
            {"start": session.start, "status": str(session.status), "absent": list(session.absent)}
            for session in placement.sessions
        ],
    }


def _slot_entry(slot: Slot) -> dict[str, Any]:
    entry: dict[str, Any] = {"weekday": WEEKDAYS[slot.weekday], "time": show_clock(slot.minute)}
    return entry if slot.nth is None else entry | {"nth": slot.nth}
