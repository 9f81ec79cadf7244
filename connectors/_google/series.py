"""A series as it stands at Google: the event and its dates, and which of our sessions they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors._found.dates import Date, by_session, found_of
from connectors._google.session import Json
from connectors._google.stood import Instance, same_time
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Span
from scheduler.core.found import Found

ASKED = "needsAction"


@dataclass(frozen=True, slots=True)
class Series:
    """Google's event, and its dates."""

    master: Json
    dates: tuple[Instance, ...]

    @property
    def spans(self) -> frozenset[Span]:
        """When its dates take place."""
        return frozenset(each.span for each in self.dates if each.live)

    def as_ruled(self, event: Event, wanted: Json, known: frozenset[Span]) -> frozenset[Span]:
        """The same, but dates that nobody touched are where the rule puts them by our zone data, not by Google's.

        `known` spans are as they should be, or were.
        """
        if not same_time(wanted["start"], self.master.get("start"), event.rule.zone):
            return self.spans
        ruled = {id(each): at for at, each in self.by_date(event).items() if each.untouched and each.span not in known}
        return frozenset((ruled.get(id(each), each.span[0]), each.span[1]) for each in self.dates if each.live)

    def by_date(self, event: Event) -> dict[datetime, Instance]:
        """Its dates by the recurrence_id of ours that each is."""
        there, _ = by_session(self.dates, event)
        return {each.recurrence_id: there[each.session] for each in event.occurrences if each.session in there}

    def found(self, event: Event, standing: Delivery, written: Json) -> Found:
        """What stands of our sessions; `written`: the series as we say it."""
        ruled = same_time(written["start"], self.master.get("start"), event.rule.zone)
        people = {each.email.lower(): each.id for each in event.attendees if each.email}
        dates = [
            Date(
                original=each.original,
                span=each.span if each.live else None,
                by_rule=ruled and each.untouched,
                answers=_answers(each.said, people),
            )
            for each in self.dates
        ]
        return found_of(event, standing, dates, _answers(self.master, people), str(self.master.get("etag", "")))


def _answers(said: Json, people: Mapping[str, str]) -> dict[str, bool]:
    """Who answered, and whether with no; by their ids."""
    told = (
        (str(each.get("email", "")).lower(), each.get("responseStatus", ASKED)) for each in said.get("attendees", ())
    )
    return {people[email]: answer == "declined" for email, answer in told if email in people and answer != ASKED}
