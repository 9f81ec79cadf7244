"""What an event says in words: when it is for everybody, and when that differs from the usual.

Names are those of the event's own people; there is nothing else in it that a person wrote.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from scheduler.core.event import Attendee, Event, Occurrence
from scheduler.core.tongue import Tongue, speaking
from scheduler.core.tongue import gettext as _
from scheduler.core.tongues import tongue_of
from scheduler.core.walltime import local_time
from scheduler.core.words import beside, dates_in_words, one_line, shifts, usual_time, when


def description(event: Event, reader: str = "") -> str:
    """The series in words, a line for each attendee; `reader` is the id of the one who is called `You`."""
    starts = _regular_starts(event)
    people = _attending(event, reader)
    with speaking(_tongue(event, reader)):
        lines = [_local(person, reader, starts, event.rule.zone) for person in people]
        lines += [line for person in people if (line := _absences(event, person, reader))]
        return "\n".join([*lines, *_video(event)])


def session_description(event: Event, occurrence: Occurrence, reader: str = "") -> str:
    """One session in words: where it was moved from, and when it is for each attendee."""
    assert occurrence.start is not None
    zone = event.rule.zone
    people = [each for each in _attending(event, reader) if each.id not in occurrence.absent]
    with speaking(_tongue(event, reader)):
        lines = [f"{_name(person, reader)}: {beside(occurrence.start, person.zone, zone)}" for person in people]
        if occurrence.start != occurrence.recurrence_id:
            lines.insert(0, _("Moved from %(time)s.") % {"time": when(occurrence.recurrence_id, zone, dated=True)})
        return "\n".join([*lines, *_video(event)])


def _tongue(event: Event, reader: str) -> Tongue:
    """That of the reader; where all read the same, that of whoever organises."""
    return tongue_of(next((each.locale for each in event.attendees if each.id == reader), event.organized_by.locale))


def _regular_starts(event: Event) -> list[datetime]:
    """The sessions that stand where the rule puts them; where none does, all of its dates."""
    dates = [each.recurrence_id for each in event.occurrences]
    return [each.recurrence_id for each in event.sessions if each.start == each.recurrence_id] or dates


def _attending(event: Event, reader: str) -> list[Attendee]:
    return sorted((each for each in event.attendees if each.role != "none"), key=lambda each: each.id != reader)


def _local(person: Attendee, reader: str, starts: Sequence[datetime], zone: str) -> str:
    usual = usual_time(starts, person.zone)
    usually = next(start for start in starts if usual_time([start], person.zone) == usual)
    told = "; ".join(str(shift) for shift in shifts(starts, person.zone))
    return f"{_name(person, reader)}: {beside(usually, person.zone, zone)}{'; ' if told else ''}{told}"


def _absences(event: Event, person: Attendee, reader: str) -> str:
    days = [
        local_time(each.start, event.rule.zone).day
        for each in event.occurrences
        if each.start and person.id in each.absent
    ]
    if not days:
        return ""
    if person.id == reader:
        return _("Without you: %(dates)s") % {"dates": dates_in_words(days)}
    return _("Without %(name)s: %(dates)s") % {"name": _name(person, reader), "dates": dates_in_words(days)}


def _name(person: Attendee, reader: str) -> str:
    return _("You") if person.id == reader else one_line(person.name) or person.id


def _video(event: Event) -> Iterator[str]:
    if event.conference:
        yield _("Video: %(room)s") % {"room": one_line(event.conference)}
