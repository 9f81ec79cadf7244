"""The dates of a series that a provider shows, by the sessions which they are; and what of it nobody did by hand."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event, Occurrence, Span
from scheduler.core.found import Found
from scheduler.core.readback import settled, span_by_session, spans_of

HALF_A_DAY = timedelta(hours=12)
NOWHERE = timedelta()
DELETED = "who it belongs to deleted it: it is not brought back"


class Dated(Protocol):
    """What a rule has at some instant."""

    @property
    def original(self) -> datetime:
        """Where the rule has it."""
        ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """One date: `original` is where its rule has it there, `span` where it stands, None: it was deleted.

    `by_rule`: nobody touched it, so it is where the rule puts it, by whosever zone data. `answers`: by an attendee's
    id, whether they said no; only of those who answered.
    """

    original: datetime
    span: Span | None
    by_rule: bool = False
    answers: Mapping[str, bool] = field(default_factory=dict)


def by_session(dates: Iterable[D], event: Event, within: timedelta = HALF_A_DAY) -> tuple[dict[int, D], list[D]]:
    """Dates by the session which each is, and those that are of none.

    Each is at its session's date in the rule, or less than half a day off, since zone data differ. Where most are not,
    somebody moved the series as a whole, by as much as makes the most of them fit.
    """
    return _matched(dates, {each.recurrence_id: each.session for each in event.occurrences}, event, within)


def found_of(
    event: Event, standing: Delivery, dates: Iterable[Date], answers: Mapping[str, bool], version: str
) -> Found:
    """What was found, of the whole list of a series' dates; `answers` are those to the whole.

    A date that is not listed was deleted. What already stood otherwise than it was written, right after the writing,
    is told as written: the provider did that, and nobody since (`Receipt.stood`).
    """
    written, wanted = _numbered(standing.event), _numbered(event)
    numbers = {each.recurrence_id: n for of in (wanted, written) for n, each in of.items()}
    there, left = _matched(dates, numbers, standing.event)
    planned, stood = spans_of(standing.event), frozenset(standing.receipt.stood)
    sessions: dict[int, Span | None] = {}
    for number in sorted(written.keys() | there.keys()):
        was = written.get(number) or wanted[number]
        span = _where(there.get(number), was, event)
        sessions[number] = _as_written(span, span_of(was, standing.event), stood, planned)
    others = {each.span for each in left if each.span} - stood - spans_of(event)
    return Found(
        sessions=sessions,
        others=tuple(sorted(others)),
        declined=_declined(written | wanted, sessions, there, answers, event),
        version=version,
    )


def nothing_of(standing: Delivery) -> Found:
    """What is found where there is no such series: it is gone, unless none of its sessions was to take place."""
    if standing.event.sessions:
        return Found(gone=True)
    return Found(sessions=dict.fromkeys(_numbered(standing.event)))


def found_in_copy(found: Found, standing: Delivery, person: str) -> Found:
    """What an attendee did to a copy of their own: what they deleted is declined, what they moved is not followed."""
    standing = settled(standing, found)
    theirs = [each.session for each in standing.event.seen_by(person).sessions]
    lost = frozenset(each for each in theirs if found.gone or found.sessions.get(each) is None)
    return Found(
        sessions=span_by_session(standing.event),
        declined={person: lost} if lost else {},
        version=found.version,
    )


def adopted(event: Event, standing: Delivery, found: Found) -> Delivery:
    """What was written last, with all that now stands as it should: who put it there has said it, and it is no news."""
    wanted = _numbered(event)
    occurrences = [
        replace(each, start=new.start)
        if (new := wanted.get(each.session))
        and each.session in found.sessions
        and found.sessions[each.session] == span_of(new, event)
        else each
        for each in standing.event.occurrences
    ]
    return replace(standing, event=replace(standing.event, occurrences=tuple(occurrences)))


def left_to_owner(event: Event, standing: Delivery, found: Found) -> Event:
    """What an attendee's own copy is to say: what they did to a session stays until we have another plan for it."""
    written = span_by_session(standing.event)
    occurrences = [
        replace(each, start=there[0] if (there := found.sessions[each.session]) else None)
        if each.session in found.sessions and span_of(each, event) == written.get(each.session)
        else each
        for each in event.occurrences
    ]
    return replace(event, occurrences=tuple(occurrences))


def deleted_copy(standing: Delivery) -> Receipt:
    """What is noted of a copy that its owner deleted: it is not brought back."""
    return replace(standing.receipt, differences=(DELETED,), stood=())


def span_of(each: Occurrence, event: Event) -> Span | None:
    """When a session of an event is; None: it does not take place."""
    return (each.start, event.duration) if each.start else None


def _numbered(event: Event) -> dict[int, Occurrence]:
    return {each.session: each for each in event.occurrences}


def _matched(
    dates: Iterable[D], numbers: Mapping[datetime, int], written: Event, within: timedelta = HALF_A_DAY
) -> tuple[dict[int, D], list[D]]:
    there, left = _near(dates, numbers, NOWHERE, within)
    live = written.sessions
    missing = {each.recurrence_id: each.session for each in live if each.session not in there}
    if left and 2 * len(missing) > len(live):
        shifts = {left[index].original - sorted(missing)[index] for index in (0, -1)}
        tried = [_near(left, missing, shift, within) for shift in sorted(shifts, key=abs)]
        more, left = max(tried, key=lambda each: len(each[0]))  # the first of the best: the shortest way
        there |= more
    return there, left


def _near(
    dates: Iterable[D], numbers: Mapping[datetime, int], shift: timedelta, within: timedelta
) -> tuple[dict[int, D], list[D]]:
    """Nearest first, so that a date which was added beside another does not take its place."""
    there: dict[int, D] = {}
    left: list[D] = []

    def distance(date: D) -> tuple[timedelta, datetime]:
        return min(((abs(at + shift - date.original), at) for at in numbers), default=(timedelta.max, date.original))

    for away, at, date in sorted(((*distance(date), date) for date in dates), key=lambda each: each[:2]):
        if away < within and numbers[at] not in there:
            there[numbers[at]] = date
        else:
            left.append(date)
    return there, sorted(left, key=lambda each: each.original)


def _where(date: Date | None, was: Occurrence, event: Event) -> Span | None:
    if date is None or date.span is None:
        return None
    return (was.recurrence_id, date.span[1]) if date.by_rule else date.span


def _as_written(span: Span | None, written: Span | None, stood: Set[Span], planned: Set[Span]) -> Span | None:
    if not stood or span == written:
        return span
    if span is None:
        return None if written in stood else written
    return written if span in stood - planned else span


def _declined(
    ours: Mapping[int, Occurrence],
    sessions: Mapping[int, Span | None],
    there: Mapping[int, Date],
    answers: Mapping[str, bool],
    event: Event,
) -> dict[str, frozenset[int]]:
    """An answer to a date goes before one to the whole; who is absent anyway was not asked."""
    found = {
        each.id: frozenset(
            number
            for number, span in sessions.items()
            if span and each.id not in ours[number].absent and _said_no(each.id, there.get(number), answers)
        )
        for each in event.attendees
    }
    return {person: numbers for person, numbers in found.items() if numbers}


def _said_no(person: str, date: Date | None, answers: Mapping[str, bool]) -> bool:
    said = date.answers.get(person) if date else None
    return answers.get(person, False) if said is None else said
