"""Ways out for a group that holds too little: what changes, what it brings, who carries it, and how to do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.hours import format_hours
from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.words import listed, place


class Way(StrEnum):
    """What would change."""

    EARLIER = "earlier"
    LATER = "later"
    FORTNIGHTLY = "half as often"
    SHORTER = "shorter"
    ROTATE = "by turns"
    OPTIONAL = "optional"
    QUORUM = "quorum"
    ANCHOR = "anchor zone"
    SPLIT = "split"


OWN_PRICES = {
    Way.ANCHOR: 40,
    Way.SHORTER: 90,
    Way.ROTATE: 100,
    Way.QUORUM: 120,
    Way.OPTIONAL: 150,
    Way.FORTNIGHTLY: 220,
    Way.SPLIT: 260,
}


PHRASES: Mapping[Way, str] = {
    Way.EARLIER: noted("%(name)s begins %(detail)s minutes earlier"),
    Way.LATER: noted("%(name)s stays %(detail)s minutes longer"),
    Way.FORTNIGHTLY: noted("meet every %(detail)s weeks"),
    Way.SHORTER: noted("meet for %(detail)s minutes"),
    Way.ROTATE: noted("%(detail)s times that take turns"),
    Way.OPTIONAL: noted("%(name)s may miss sessions"),
    Way.QUORUM: noted("do with %(detail)s of %(people)s"),
    Way.ANCHOR: noted("keep to the clock of %(city)s"),
    Way.SPLIT: noted("split in groups.csv, with %(apart)s as a group of their own"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """One change, tried out: `happen` of `sessions` take place with it, `moved` of these elsewhere in their week.

    `carries`: who gives something for it. `detail`: the zone or number that it is about. `problem` has the people, and
    `changed` the series, as they would be; `placements` says where these would stand.
    """

    way: Way
    price: int
    carries: tuple[str, ...]
    detail: str
    problem: Problem
    changed: tuple[Series, ...]
    sessions: int = 0
    happen: int = 0
    moved: int = 0
    placements: tuple[Placement, ...] = ()

    @property
    def share(self) -> float:
        """How much of what is asked for takes place."""
        return self.happen / self.sessions if self.sessions else 0.0


def way_in_words(way: WayOut, names: Mapping[str, str]) -> str:
    """`Chen L. begins 30 minutes earlier: 24 of 26 sessions, 2 of them moved`."""
    told = {"change": _change(way, names), "happen": way.happen, "sessions": way.sessions, "moved": way.moved}
    if way.moved:
        return _("%(change)s: %(happen)s of %(sessions)s sessions, %(moved)s of them moved") % told
    return _("%(change)s: %(happen)s of %(sessions)s sessions") % told


def edits(way: WayOut) -> tuple[str, ...]:
    """The cells of the programme folder that a way changes, as `what-if --set` takes them; none for a split."""
    group = way.changed[0]
    cells = f"groups.{group.id}"
    match way.way:
        case Way.EARLIER | Way.LATER:
            who = way.carries[0]
            return (f"people.{who}.hours={format_hours(way.problem.people[who].boundary.hours)}",)
        case Way.FORTNIGHTLY:
            return f"{cells}.every={group.cadence.every_weeks} weeks", f"{cells}.sessions={group.sessions}"
        case Way.ROTATE:
            return (f"{cells}.rotation={group.cadence.rotation}",)
        case Way.SHORTER:
            return (f"{cells}.minutes={group.duration}",)
        case Way.ANCHOR:
            return (f"{cells}.anchor={group.anchor_zone}",)
        case Way.QUORUM:
            return (f"{cells}.quorum={group.quorum}",)
        case Way.OPTIONAL:
            return f"{cells}.{way.carries[0]}.role=optional", f"{cells}.quorum={group.quorum}"
        case Way.SPLIT:
            return ()


def _change(way: WayOut, names: Mapping[str, str]) -> str:
    people = [names.get(who, who) for who in way.carries]
    apart = listed(names.get(who, who) for who in way.changed[-1].members)
    return _(PHRASES[way.way]) % {
        "name": people[0] if people else "",
        "people": listed(people) if people else "",
        "detail": way.detail,
        "city": place(way.detail),
        "apart": apart,
    }
