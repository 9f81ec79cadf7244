"""What the one contract suite asks of a connector's surroundings: a provider with people, whose calendars it can see.

A stage is a real server or a double with accounts, and our connector opened on it for these people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.core.delivery import Place
from scheduler.ports import CalendarReader, CalendarWriter, ChangeFeed
from tests.doubles.server import Double

CANARY = "CANARY-7f3d"
"""Stands in the title, place, notes and guests of whatever `add` writes, and must never be seen by us."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One date of a series as somebody's calendar shows it, from the provider's own expansion or an independent one."""

    start: datetime  # UTC
    minutes: int


class Stage(Protocol):
    """A provider with calendars of two people, `ana` (who organises) and `ben`."""

    name: str

    def double(self) -> Double | None:
        """What can be told to fail and counts the calls: the provider's double; None where the server is a real one."""
        ...

    def pauses(self) -> list[float]:
        """The seconds that our connectors would have waited: their `pause` is this list's `append`."""
        ...

    def reader(self) -> CalendarReader | None:
        """Our reader of both calendars; None where the connector only writes."""
        ...

    def feed(self) -> ChangeFeed | None:
        """What tells of changes; None where the provider can't."""
        ...

    def writer(self, place: Place) -> CalendarWriter | None:
        """Our writer of a place, opened anew so that it remembers nothing: ana's calendar, or, with `copy`, ben's.

        None where the connector only reads.
        """
        ...

    def address(self, person: str) -> str:
        """The person's calendar, as Asked.calendar names it."""
        ...

    def email(self, person: str) -> str:
        """The person's mail address at this provider."""
        ...

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment of the person's own, full of CANARY; its id."""
        ...

    def drop(self, person: str, id_: str) -> None:
        """Take that appointment out again."""
        ...

    def dates(self, person: str) -> Sequence[Seen]:
        """All dates of series of ours in a person's calendar, in order."""
        ...

    def masters(self, person: str) -> int:
        """How many series of ours stand live in a person's calendar."""
        ...

    def rooms(self, person: str) -> frozenset[str]:
        """The addresses of video rooms that live series of ours show in a person's calendar."""
        ...

    def invited(self) -> int:
        """How many invitations, updates and cancellations went out to people so far, as mails or to their calendars."""
        ...

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """The person drags the one date that begins at `start`."""
        ...

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """The person drags our whole series, by hours or days."""
        ...

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """The person deletes the one date that begins at `start`."""
        ...

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """The person lets our series take place once more, a week after its last date: that is `start`."""
        ...

    def decline_by_hand(self, start: datetime | None) -> None:
        """Ben says no to the date of ana's series that begins at `start`, None: to all of it."""
        ...

    def delete_by_hand(self, person: str) -> None:
        """The person deletes our whole series."""
        ...
