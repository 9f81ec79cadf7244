"""What stands of a series in a mailbox, as its sessions: for whoever looks, and before anything is written."""

from collections.abc import Iterator, Mapping

from connectors._found.dates import Date, found_of, nothing_of, span_of
from connectors._graph.payload import Wanted
from connectors._graph.standing import Series, Standing, is_by_rule
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event
from scheduler.core.found import Found


def found_in(there: Standing, want: Wanted, event: Event, standing: Delivery) -> Found:
    """`want`: by whose dates it was read."""
    if there.series is None:
        return nothing_of(standing)
    people = {each.email.lower(): each.id for each in event.attendees if each.email}
    dates = list(_dates(there, there.series, want, standing.event, people))
    master = there.series.master
    return found_of(event, standing, dates, _by_id(master.answers, people), master.etag)


def _dates(there: Standing, series: Series, want: Wanted, written: Event, people: Mapping[str, str]) -> Iterator[Date]:
    """What is where the provider alone puts it is told as it was written.

    A session beside the series goes before its instance, which is deleted next.
    """
    was = {each.session: each for each in written.occurrences}
    for day, entry in series.instances.items():
        if day not in there.singles:
            each = want.occurrence(day)
            by_rule = is_by_rule(series, want, day) and each.session in was
            span = span_of(was[each.session], written) if by_rule else entry.span
            yield Date(original=each.recurrence_id, span=span, answers=_by_id(entry.answers, people))
    for day, entry in there.singles.items():
        at = want.occurrence(day).recurrence_id if day in want.days else entry.start
        yield Date(original=at, span=entry.span, answers=_by_id(entry.answers, people))
    for entry in series.beyond:
        yield Date(original=entry.original, span=entry.span, answers=_by_id(entry.answers, people))


def _by_id(answers: Mapping[str, bool], people: Mapping[str, str]) -> dict[str, bool]:
    return {people[address]: no for address, no in answers.items() if address in people}
