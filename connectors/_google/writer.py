"""Writing a series into a Google calendar: look, compare, write the difference, look again."""

from dataclasses import replace

from connectors._found.dates import adopted, deleted_copy, found_in_copy, left_to_owner, nothing_of
from connectors._google.body import PROPERTY, Form
from connectors._google.events import LOOK, WHOLE, Events, Fields, Stale
from connectors._google.meet import FAILURE, PENDING, WAITS, request_for, room_of, status_of, trouble
from connectors._google.series import Series
from connectors._google.session import GoogleSession, Json, Lost
from connectors._google.stood import Instance, changed
from connectors._http.retry import patiently
from scheduler.core.delivery import MEET, Delivery, Receipt, Seen
from scheduler.core.event import Event
from scheduler.core.found import Found
from scheduler.core.readback import check_unedited, read_back, settled, spans_of
from scheduler.errors import ChangedElsewhere, Unavailable

MOST_LOOKS = 5  # beside one for each date
HEARD = {"summary", "start", "end", "recurrence", "attendees"}
"""A change of the series in these is one that everybody hears of."""


class GoogleWriter:
    """Writes series, and looks at them; a `scheduler.ports.CalendarWriter` and SeriesReader. For one thread at a time.

    `invites`: into the organiser's calendar, and Google invites the attendees (`invited`: only these ids). Else it is
    `person`'s own copy, and nobody is invited. `calendar`: another than the account's own.

    Mails (`sendUpdates`): "all" when a series is made, taken back, or changed so that everybody should hear of it;
    "externalOnly" for single sessions, where the mail is all that keeps an outsider's calendar right, and Google's own
    users see it anyway; "none" where only words or the room change.
    """

    def __init__(
        self,
        session: GoogleSession,
        *,
        invites: bool,
        person: str = "",
        invited: frozenset[str] | None = None,
        guests_see_each_other: bool = True,
        calendar: str = "primary",
    ) -> None:
        if not invites and not person:
            raise ValueError("a copy is somebody's")
        self._session, self._invites = session, invites
        self._events = Events(session, calendar)
        self._form = Form(
            person="" if invites else person, invited=invited, guests_see_each_other=guests_see_each_other
        )

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Bring the series up to date; see CalendarWriter. InputError where a service account may not invite.

        In a copy, what its owner did to a session stays until we have another plan for it.
        """
        seen, then = self._seen(event), standing and self._seen(standing)

        def attempt() -> Receipt:
            try:
                return self._converge(seen, then)
            except Lost as lost:
                raise lost.later from None

        return patiently(attempt, pause=self._session.pause)

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """What stands of it; see SeriesReader. The series' etag does not tell of its dates: they are always read."""
        seen, then = self._seen(event), self._seen(standing)
        found = self._found(seen, then)
        return found if self._invites else found_in_copy(found, standing, self._form.person)

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Delete the series, and let its guests know; see CalendarWriter."""

        def attempt() -> Receipt:
            try:
                return self._delete(event)
            except Lost as lost:
                raise lost.later from None

        return patiently(attempt, pause=self._session.pause)

    def _converge(self, event: Event, standing: Delivery | None) -> Receipt:
        for _ in range(MOST_LOOKS + len(event.occurrences)):
            try:
                return self._written(event, standing)
            except Stale:  # 412, or an id that was taken in between: compare with what stands now
                continue
        raise Unavailable(f"{event.title}: it keeps changing at Google Calendar while we write.")

    def _written(self, event: Event, standing: Delivery | None) -> Receipt:
        try:
            master = self._find(event, standing)
        except ChangedElsewhere:
            if self._invites or standing is None:
                raise
            return deleted_copy(standing)
        if master is None:
            if not event.sessions:
                return Receipt()
            body = {**self._form.marks(event), **self._form.series(event), **self._room(event, standing, {})}
            series = Series(self._events.insert(body, self._mails("all")), self._dates(event))
        else:
            series = Series(master, self._dates(event))
            event, standing = self._agreed(event, standing, series)
            series = self._updated(event, standing, series)
        if self._sessions(event, standing, series):
            series = replace(series, dates=self._dates(event))
        return self._receipt(event, series)

    def _agreed(self, event: Event, standing: Delivery | None, series: Series) -> tuple[Event, Delivery | None]:
        """What is to stand there, and what counts as written: also what a person did, and we agree to."""
        if standing is None:
            _check(series, event, None, self._form.series(event))
            return event, None
        found = series.found(event, standing, self._form.series(standing.event))
        standing = settled(standing, found)
        if self._invites:
            _check(series, event, standing, self._form.series(event))
        else:
            event = left_to_owner(event, standing, found)
        return event, adopted(event, standing, found)

    def _updated(self, event: Event, standing: Delivery | None, series: Series) -> Series:
        """Bring what the series says as a whole up to date."""
        before = self._form.series(standing.event) if standing else None
        patch = changed(self._form.series(event), before, series.master, event.rule.zone)
        patch |= self._room(event, standing, series.master)
        if not patch:
            return series
        mails = self._mails("all" if patch.keys() & HEARD else "none")
        return Series(self._events.patch(series.master, patch, mails), self._dates(event))

    def _find(self, event: Event, standing: Delivery | None) -> Json | None:
        """Our event; None: there never was one. Raises ChangedElsewhere where a person deleted it."""
        there = self._events.get(self._form.id_of(event), event.rule.zone)
        if there is None and not (standing and standing.receipt.id):
            return None
        if there is None or not _is_live(there):
            raise ChangedElsewhere(
                f"{event.title}: somebody deleted it at Google Calendar. It is not put there again unasked."
            )
        if not self._is_ours(event, there):
            raise ChangedElsewhere(
                f"{event.title}: another event is in its place at Google Calendar. It is left alone."
            )
        return there

    def _is_ours(self, event: Event, there: Json) -> bool:
        private = (there.get("extendedProperties") or {}).get("private") or {}
        return bool(private.get(PROPERTY) == self._form.opid_of(event))

    def _found(self, event: Event, standing: Delivery) -> Found:
        written = standing.event
        there = self._events.get(self._form.id_of(written), written.rule.zone, LOOK)
        if there is None or not (_is_live(there) and self._is_ours(written, there)):
            return nothing_of(standing)
        dates = self._dates(written, LOOK)
        if not dates:  # it was deleted just now, or is no series any more
            return nothing_of(standing)
        return Series(there, dates).found(event, standing, self._form.series(written))

    def _seen(self, what: Seen) -> Seen:
        """As the calendar's owner has it: a copy is without the sessions at which they are absent."""
        return what if self._invites else what.seen_by(self._form.person)

    def _dates(self, event: Event, asked: Fields = WHOLE) -> tuple[Instance, ...]:
        return self._events.instances(self._form.id_of(event), event.rule.zone, asked)

    def _sessions(self, event: Event, standing: Delivery | None, series: Series) -> bool:
        """Bring the dates up to date that have, had, or must no longer have an entry of their own; whether any was."""
        there = series.by_date(event)
        before = {each.recurrence_id: each for each in standing.event.occurrences} if standing else {}
        own = {each.recurrence_id for each in event.exceptions()}
        own |= {each.recurrence_id for each in standing.event.exceptions()} if standing else set()
        guests = [*self._form.guests(event), *(self._form.guests(standing.event) if standing else ())]
        wrote = False
        for each in event.occurrences:
            found = there.get(each.recurrence_id)
            if found is None:  # an EXDATE, or a date that Google does not know: reading back tells it
                continue
            if each.start is None:
                if found.live:  # an entry of its own outlives the EXDATE
                    self._events.delete(found.said, self._mails("externalOnly"))
                    wrote = True
            elif not found.live:
                body = {"status": "confirmed", **self._form.session(event, each)}
                self._events.patch(found.said, body, self._mails("externalOnly"))
                wrote = True
            elif each.recurrence_id in own or not found.untouched:
                wanted, was = self._form.session(event, each), before.get(each.recurrence_id)
                had = self._form.session(standing.event, was) if standing and was and was.start else None
                if patch := changed(wanted, had, found.said, event.rule.zone, guests):
                    self._events.patch(found.said, patch, self._mails("externalOnly"))
                    wrote = True
        return wrote

    def _room(self, event: Event, standing: Delivery | None, there: Json) -> Json:
        """What asks for a room at Meet, where one is wanted and neither there nor on its way; or takes it out."""
        if event.meeting != MEET or not self._invites:
            ours = standing and standing.event.meeting == MEET and self._invites
            return {"conferenceData": None} if ours and there.get("conferenceData") else {}
        if status_of(there) == FAILURE:
            return request_for(self._form.id_of(event), there)
        taken_out = standing and standing.receipt.conference  # by somebody: it was there
        return {} if there.get("conferenceData") or taken_out else request_for(self._form.id_of(event), there)

    def _receipt(self, event: Event, series: Series) -> Receipt:
        there, wants = series.master, event.meeting == MEET and self._invites
        if wants:
            there = self._awaited(event, there)
        receipt = Receipt(
            id=self._form.id_of(event),
            ical_uid=str(there.get("iCalUID", "")),
            version=str(there.get("etag", "")),
            conference=room_of(there) if wants else "",
            late=wants and not room_of(there) and status_of(there) in (PENDING, FAILURE),
        )
        back = read_back(event, series.spans, receipt)
        return replace(back, differences=(*back.differences, *trouble(there))) if wants else back

    def _awaited(self, event: Event, there: Json) -> Json:
        for wait in WAITS:
            if status_of(there) != PENDING or room_of(there):
                break
            self._session.pause(wait)
            there = self._events.get(self._form.id_of(event), event.rule.zone) or there
        return there

    def _delete(self, event: Event) -> Receipt:
        for _ in range(MOST_LOOKS):
            there = self._events.get(self._form.id_of(event), event.rule.zone)
            if there is None or not (_is_live(there) and self._is_ours(event, there)):
                return Receipt(id=self._form.id_of(event))
            try:
                self._events.delete(there, self._mails("all"))
            except Stale:
                continue
            return Receipt(id=self._form.id_of(event), ical_uid=str(there.get("iCalUID", "")))
        raise Unavailable(f"{event.title}: it keeps changing at Google Calendar while we delete it.")

    def _mails(self, wanted: str) -> str:
        return wanted if self._invites else "none"


def _is_live(there: Json) -> bool:
    return bool(there.get("status") != "cancelled")


def _check(series: Series, event: Event, standing: Delivery | None, wanted: Json) -> None:
    """Raise ChangedElsewhere unless the dates are as they stood after our last write, or as they were planned."""
    try:
        check_unedited(series.spans, event, standing)
    except ChangedElsewhere:
        planned = standing and replace(standing, receipt=replace(standing.receipt, stood=()))
        known = spans_of(event) | (spans_of(planned.event) if planned else frozenset())
        check_unedited(series.as_ruled(event, wanted, known), event, planned)
