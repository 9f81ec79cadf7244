"""One time as it is shown on a card: its pictures, its counts, and where it can be booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from scheduler.app.planning.times import TimeOption
from scheduler.core.plan import Status
from scheduler.core.tongue import gettext as _
from scheduler.core.words import place, when
from scheduler.web.pictures.hour_bars import Bar, hour_bars
from scheduler.web.pictures.strip import Week, strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`times` is the headline in its parts, a clock each; `query` names the time in an address."""

    option: TimeOption
    headline: str
    times: tuple[str, ...]
    bars: tuple[Bar, ...]
    weeks: tuple[Week, ...]
    holds: int
    moves: int
    none: int
    of: int
    shifts: tuple[str, ...]
    query: str


def cards(options: tuple[TimeOption, ...], prefix: str = "t") -> tuple[Card, ...]:
    """Options as they are shown, best first."""
    return tuple(_card(option, f"{prefix}{number}") for number, option in enumerate(options, 1))


def _card(option: TimeOption, prefix: str) -> Card:
    return Card(
        option=option,
        headline=headline(option),
        times=tuple(when(clock.at, clock.zone) for clock in option.zones),
        bars=hour_bars(option.clocks, option.minutes),
        weeks=strip(option, prefix),
        holds=option.count(Status.HELD),
        moves=option.count(Status.MOVED),
        none=option.count(Status.SKIPPED),
        of=len(option.cells),
        shifts=tuple(_shifts(option)),
        query=urlencode({"slot": option.key}),
    )


def headline(option: TimeOption) -> str:
    """`Tue 14:30 London · Tue 09:30 New York`: both weekdays are there, also where they differ."""
    return " · ".join(when(clock.at, clock.zone) for clock in option.zones)


def _shifts(option: TimeOption) -> Iterator[str]:
    """What the clocks do, a sentence for each person and each other time."""
    for clock in option.clocks:
        for shift in clock.shifts:
            yield _("%(name)s in %(place)s, %(shift)s") % {
                "name": clock.name,
                "place": place(clock.zone),
                "shift": shift,
            }
