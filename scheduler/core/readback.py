"""What stands at a provider beside what was written: whether a person changed it, and where it is not as planned."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.core.words import when
from scheduler.errors import ChangedElsewhere

MOST_NAMED = 5


def spans_of(event: Event) -> frozenset[Span]:
    """When the sessions of an event take place."""
    return frozenset((each.start, event.duration) for each in event.sessions if each.start)


def span_by_session(event: Event) -> dict[int, Span | None]:
    """When each session takes place; None: it does not."""
    return {each.session: None if each.start is None else (each.start, event.duration) for each in event.occurrences}


def stood(standing: Delivery) -> frozenset[Span]:
    """When sessions took place right after they were written."""
    return frozenset(standing.receipt.stood) or spans_of(standing.event)


def check_unedited(found: Collection[Span], event: Event, standing: Delivery | None) -> None:
    """Raise ChangedElsewhere where a session was moved, added or deleted by hand since it was written.

    A write that broke off half-way is no edit: each session is as it was or as it should be, and a date that is new
    to the rule may still be where the rule puts it.
    """
    was = stood(standing) if standing else frozenset()
    wanted = spans_of(event)
    known = {each.recurrence_id for each in standing.event.occurrences} if standing else set()
    fresh = {(each.recurrence_id, event.duration) for each in event.occurrences if each.recurrence_id not in known}
    moved = set(found) - was - wanted - fresh
    gone = (was & wanted) - set(found)
    if moved or gone:
        told = [*_told("now at", moved, event), *_told("no longer at", gone, event)]
        raise ChangedElsewhere(f"{event.title}: somebody changed it by hand ({'; '.join(told)}). It is left as it is.")


def settled(standing: Delivery, found: Found) -> Delivery:
    """What counts as written once it is known what stands: where a write that broke off put a session, that is so."""
    if not standing.attempted:
        return standing
    before = span_by_session(standing.event)
    begun = {each for form in standing.attempted for each in span_by_session(form).items()}
    ours = {n: span for n, span in found.sessions.items() if (n, span) in begun and span != before.get(n)}
    starts = {n: span and span[0] for n, span in ours.items()}
    stands = (stood(standing) - {before.get(n) for n in ours}) | {span for span in ours.values() if span}
    occurrences = [replace(each, start=starts.get(each.session, each.start)) for each in standing.event.occurrences]
    return Delivery(
        event=replace(standing.event, occurrences=tuple(occurrences)),
        receipt=replace(standing.receipt, stood=tuple(sorted(stands))) if ours else standing.receipt,
    )


def read_back(event: Event, found: Collection[Span], receipt: Receipt) -> Receipt:
    """A receipt that says where what stands is not what was written."""
    wanted, there = spans_of(event), frozenset(found)
    if wanted == there:
        return replace(receipt, differences=(), stood=())
    differences = (*_told("missing", wanted - there, event), *_told("not planned", there - wanted, event))
    return replace(receipt, differences=differences, stood=tuple(sorted(there)))


def _told(what: str, spans: Iterable[Span], event: Event) -> list[str]:
    listed = sorted(spans)
    told = [f"{what}: {when(start, event.rule.zone, dated=True)}, {length} min" for start, length in listed]
    more = len(told) - MOST_NAMED
    return [*told[:MOST_NAMED], f"and {more} more"] if more > 0 else told
