"""A programme as it was read: who meets whom, how often, within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from propcache.api import cached_property

from scheduler.core.interval import Horizon
from scheduler.core.people import Boundary
from scheduler.core.repairs import RepairRules
from scheduler.core.series import Cadence, Series


class VideoProvider(StrEnum):
    """Where a group's video room comes from."""

    NONE = "none"
    JITSI = "jitsi"
    URL = "url"
    MEET = "meet"
    TEAMS = "teams"
    ZOOM = "zoom"


MADE_ON_WRITING = frozenset({VideoProvider.MEET, VideoProvider.TEAMS, VideoProvider.ZOOM})
"""Rooms that somebody else makes when an event is written, if the organiser has an account there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """`host` is that of JITSI's rooms, `url` the standing room of URL; `fallback` is used where MEET, TEAMS or ZOOM
    can't be had."""

    provider: VideoProvider = VideoProvider.NONE
    fallback: VideoProvider = VideoProvider.NONE
    host: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes part. `notice` is in minutes; `country` is empty where no public holidays are kept.

    Without listed hours (`has_hours` is False) the boundary holds no hours back: the calendar's own may do so later.
    `calendars` are addresses (core.address): files below the folder, of the web, or at a provider; with none, a person
    is known by hours alone.
    """

    id: str
    name: str
    email: str
    locale: str
    country: str
    boundary: Boundary
    has_hours: bool
    notice: int
    calendars: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A pair or a circle, and its series. `quorum` counts optional people, beside the chair and the required.

    `rotates`: Rondo chooses whether it takes turns; the cadence says one slot then.
    """

    id: str
    title: str
    chair: str | None
    required: tuple[str, ...]
    optional: tuple[str, ...]
    quorum: int
    cadence: Cadence
    rotates: bool
    minutes: int
    sessions: int
    anchor: str
    movable: bool
    organizer: str
    video: Video
    repair: RepairRules

    @property
    def always_there(self) -> tuple[str, ...]:
        """The chair, if there is one, and the required."""
        return ((self.chair,) if self.chair else ()) + self.required

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody, the chair first, then the required."""
        return self.always_there + self.optional


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A whole folder. Both dates belong to it; the horizon is the ISO weeks that hold them."""

    name: str
    first: date
    until: date
    horizon: Horizon
    grid: int
    slack: int
    video: Video
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    repair: RepairRules

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of people.csv, by id."""
        return {person.id: person.name for person in self.people}

    @cached_property
    def by_id(self) -> Mapping[str, Person]:
        """Everybody."""
        return {person.id: person for person in self.people}

    @cached_property
    def zones(self) -> Mapping[str, str]:
        """Where each person's day is, by id."""
        return {person.id: person.boundary.zone for person in self.people}


def series_of(group: Group) -> Series:
    """What is asked for on behalf of a group, as the solver sees it."""
    return Series(
        id=group.id,
        required=group.always_there,
        optional=group.optional,
        quorum=group.quorum,
        duration=group.minutes,
        sessions=group.sessions,
        cadence=group.cadence,
        anchor_zone=group.anchor,
        movable=group.movable,
    )
