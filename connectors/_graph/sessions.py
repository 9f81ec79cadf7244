"""Each session of a series to its place: in the series, or beside it.

Beside it, as an event of its own under the same opaque name, stands a session that the series can't hold: one that
would be moved to or over the day of a neighbour, which Graph refuses (ErrorOccurrenceCrossingBoundary); one whose
instance was deleted, which Graph does not bring back; and dates before the first one that every clock shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from connectors._graph.editing import Editor
from connectors._graph.payload import Payload, Wanted, digest, marked, transaction
from connectors._graph.session import Refusal
from connectors._graph.standing import Entry, Series, Standing
from connectors._graph.times import in_utc
from scheduler.core.delivery import Delivery
from scheduler.core.event import Occurrence
from scheduler.core.walltime import local_time

CROSSING = "ErrorOccurrenceCrossingBoundary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was written last, as it is said here: `before`; and `agreed`, with what a person did that we took over.

    `standing` is the latter. What was taken over is not said again: those whom it concerns have heard of it. `noted`:
    nothing of the series changed since its last writing was noted, so whatever is said there was to be said.
    """

    standing: Delivery
    before: Wanted
    agreed: Wanted
    noted: bool

    def as_agreed(self, said: Mapping[str, str]) -> dict[str, str]:
        """The digests of the parts of the series that we said so, as if we had said what was agreed."""
        before = self.before.digests
        agreed = self.agreed.digests.items()
        return {name: own for name, own in agreed if self.noted or said.get(name) == before.get(name)}

    def is_agreed(self, day: date, said: str, now: str) -> bool:
        """Whether a date's own words are to stay as they are: by the digests of what we said and would say."""
        return said in ("", self.before.own_digest(day)) and now == self.agreed.own_digest(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """What is wanted of a series and what stands of it; `link` is that of the room which Teams made, if it did."""

    editor: Editor
    want: Wanted
    there: Standing
    series: Series
    link: str
    known: Known | None

    def update(self) -> bool:
        """Write what is not as it should be; whether anything was."""
        wrote = False
        for day, each in zip(self.want.days, self.want.event.occurrences, strict=True):
            wrote |= self._placed(day, each)
        left = [single for day, single in self.there.singles.items() if day not in self.want.days]
        for entry in (*left, *self.there.doubles):
            wrote |= self.editor.delete(entry)
        return wrote

    def _placed(self, day: date, each: Occurrence) -> bool:
        instance, single = self.series.instances.get(day), self.there.singles.get(day)
        if each.start is None:
            return self.editor.delete(instance) | self.editor.delete(single)
        brought = self._brought(day, each, instance) if instance and self._held(day, each, instance) else None
        if brought is not None:
            return brought | self.editor.delete(single)
        # beside the series first, so that nobody is without it if a crash cuts this short
        return self._beside(day, each, single) | self.editor.delete(instance)

    def _held(self, day: date, each: Occurrence, instance: Entry) -> bool:
        """Whether the series can hold a session: each moved one stays between the days of its neighbours."""
        if self._settled(each, instance):
            return True
        assert each.start is not None
        index = self.want.days.index(day)
        target = local_time(each.start, self.want.event.rule.zone).day
        before = self._days(index - 1) if index > 0 else set()
        after = self._days(index + 1) if index + 1 < len(self.want.days) else set()
        return all(target > other for other in before) and all(target < other for other in after)

    def _days(self, index: int) -> set[date]:
        """The days on which a neighbour is by the rule, as it stands, and as it will."""
        day, zone = self.want.days[index], self.want.event.rule.zone
        instance = self.series.instances.get(day)
        at: list[datetime | None] = [self.want.event.occurrences[index].start, instance.start if instance else None]
        return {day, *(local_time(start, zone).day for start in at if start)}

    def _brought(self, day: date, each: Occurrence, instance: Entry) -> bool | None:
        """An instance to its time, with words of its own where it is an exception; None: the series can't hold it."""
        assert each.start is not None
        own = self.want.own(each) if each in self.want.exceptions else None
        if self._settled(each, instance) and self._is_said(day, each, own, instance):
            return False
        body = dict(own or self.want.usual())
        if self.want.teams:
            del body["body"]  # that of the series holds what Teams wrote there
        body |= in_utc(each.start, self.want.event.duration)
        try:
            self.editor.change(instance, {**body, **marked(self.want, day, own)})
        except Refusal as refusal:
            if refusal.code != CROSSING:
                raise
            return None
        return True

    def _beside(self, day: date, each: Occurrence, single: Entry | None) -> bool:
        assert each.start is not None
        own = self.want.own(each, self.link)
        body = {**in_utc(each.start, self.want.event.duration), **own, **marked(self.want, day, own)}
        if single is None:
            event = self.want.event
            self.editor.create(event.uid, transaction(event, day) | body, day.isoformat())
            return True
        if single.span == (each.start, self.want.event.duration) and single.said.get("own") == digest(own):
            return False
        self.editor.change(single, body)
        return True

    def _settled(self, each: Occurrence, instance: Entry) -> bool:
        """Whether an instance is where it should be, or where the provider alone puts it, which is never fought."""
        if instance.span == (each.start, self.want.event.duration):
            return True
        if not instance.changed and each not in self.want.exceptions:
            return True
        stood = self.known.standing.receipt.stood if self.known else ()
        return instance.span in stood and self._stood_so(each)

    def _stood_so(self, each: Occurrence) -> bool:
        return self.known is not None and each in self.known.standing.event.occurrences

    def _is_said(self, day: date, each: Occurrence, own: Payload | None, instance: Entry) -> bool:
        if instance.said:
            said, now = instance.said.get("own", ""), digest(own) if own else ""
            return said == now or (self.known is not None and self.known.is_agreed(day, said, now))
        if self.known is None or not self._stood_so(each):
            return own is None and not instance.changed
        was, event = self.known.standing.event, self.want.event  # what we said is not told: what stood was said
        return (was.title, was.attendees, was.conference) == (event.title, event.attendees, event.conference)
