"""One provider in memory, for all people: what we write into their calendars, and what they do to it by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.core.delivery import Channel, Delivery, Place, Receipt
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.core.notice import Notice
from scheduler.core.readback import check_unedited, read_back
from scheduler.errors import RondoError


@dataclass(slots=True)
class Series:
    """One series as it stands in its organiser's calendar; `said` is what was written last."""

    said: Event
    sessions: dict[int, Span | None]
    declined: dict[str, frozenset[int]] = field(default_factory=dict)
    others: tuple[Span, ...] = ()

    @property
    def spans(self) -> frozenset[Span]:
        """When it takes place."""
        return frozenset({span for span in self.sessions.values() if span} | set(self.others))


@dataclass(slots=True)
class Calendars:
    """A ports.Writers and ports.Lookers in one; `calls` are the writes, in order, by verb and group.

    `faults`: by what a person's calendar answers every call, while it is there. `away`: series that can't be found at
    the moment, by UID.
    """

    stand: dict[str, Series] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, RondoError] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)

    def places(self, event: Event) -> Sequence[Place]:
        """The organiser's calendar."""
        return (Place(Channel.GOOGLE, event.organizer),)

    def at(self, place: Place) -> "Desk":
        """Its writer."""
        return Desk(self, place)

    def looking(self, place: Place) -> "Desk":
        """Its reader."""
        return Desk(self, place)

    def series(self, group: str) -> Series:
        """The one series of a group that stands."""
        [found] = [each for each in self.stand.values() if each.said.group == group]
        return found

    def starts(self, group: str) -> dict[int, datetime | None]:
        """When each session of a group takes place."""
        return {number: span and span[0] for number, span in sorted(self.series(group).sessions.items())}

    # what people do

    def move(self, group: str, session: int, to: datetime) -> None:
        """Drag one session."""
        series = self.series(group)
        series.sessions[session] = (to, series.said.duration)

    def move_all(self, group: str, by: timedelta) -> None:
        """Drag the whole series."""
        series = self.series(group)
        series.sessions = {number: span and (span[0] + by, span[1]) for number, span in series.sessions.items()}

    def resize(self, group: str, session: int, minutes: int) -> None:
        """Pull at the end of one session."""
        series = self.series(group)
        span = series.sessions[session]
        assert span
        series.sessions[session] = (span[0], minutes)

    def delete(self, group: str, session: int) -> None:
        """Delete one session."""
        self.series(group).sessions[session] = None

    def add_date(self, group: str, start: datetime) -> None:
        """Add a date that is none of the sessions."""
        series = self.series(group)
        series.others = (*series.others, (start, series.said.duration))

    def decline(self, group: str, person: str, *sessions: int) -> None:
        """Say no to sessions; without any, take that back."""
        self.series(group).declined[person] = frozenset(sessions)

    def drop(self, group: str) -> None:
        """Delete the whole series."""
        self.stand = {uid: each for uid, each in self.stand.items() if each.said.group != group}

    def hide(self, *groups: str) -> None:
        """Let these series not be found at the moment; none: all are there again."""
        self.away = {uid for uid, each in self.stand.items() if each.said.group in groups}


@dataclass(frozen=True, slots=True)
class Desk:
    """Writes and looks at one place of a provider."""

    at: Calendars
    place: Place

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """As ports.CalendarWriter: what somebody changed by hand meanwhile is not overwritten."""
        self._answers()
        self.at.calls.append(("put", event.group))
        held = self.at.stand.get(event.uid)
        if held and standing:
            check_unedited(held.spans, event, standing)
        spans = {each.session: (each.start, event.duration) if each.start else None for each in event.occurrences}
        answers = held.declined if held else {}
        self.at.stand[event.uid] = Series(event, spans, answers)
        return read_back(event, self.at.stand[event.uid].spans, Receipt(id=event.uid))

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """As ports.CalendarWriter."""
        self._answers()
        self.at.calls.append(("cancel", event.group))
        self.at.stand.pop(event.uid, None)
        return Receipt()

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """As ports.SeriesReader."""
        self._answers()
        held = self.at.stand.get(standing.event.uid)
        if held is None or standing.event.uid in self.at.away:
            return Found(gone=True)
        return Found(sessions=dict(held.sessions), others=held.others, declined=dict(held.declined))

    def _answers(self) -> None:
        if self.place.person in self.at.faults:
            raise self.at.faults[self.place.person]


@dataclass(slots=True)
class Sent:
    """A ports.Notifier that keeps what it sends, until it is to fail."""

    notices: list[Notice] = field(default_factory=list)
    fault: BaseException | None = None

    def send(self, notice: Notice) -> None:
        """Take it."""
        if self.fault:
            raise self.fault
        self.notices.append(replace(notice))
