"""A series brought up to date in one mailbox: read what stands, write the smallest difference, read it back."""

from dataclasses import replace

from connectors._found.dates import adopted, deleted_copy, found_in_copy, left_to_owner
from connectors._graph.editing import CHANGED, Editor
from connectors._graph.looking import found_in
from connectors._graph.payload import Wanted, digest, transaction, wanted, whole
from connectors._graph.session import GraphSession, Refusal
from connectors._graph.sessions import Known, Sessions
from connectors._graph.standing import Series, Standing, find, found_by_hand, read_standing
from connectors._graph.times import zone_of
from scheduler.core.delivery import Delivery, Receipt, Seen
from scheduler.core.event import Event
from scheduler.core.found import Found
from scheduler.core.readback import check_unedited, read_back, settled
from scheduler.errors import ChangedElsewhere, InputError, RondoError, Unavailable

ROUNDS = 3
BAD_REQUEST = 400


class OutlookWriter:
    """Writes series into one mailbox, and looks at them; a `scheduler.ports.CalendarWriter` and SeriesReader.

    `invites`: it is the organiser's, and Outlook invites the attendees. Else it is the calendar of `person`, an
    attendee, who gets a copy without the sessions at which they are absent.
    """

    def __init__(self, session: GraphSession, *, invites: bool, person: str = "") -> None:
        self._session, self._invites, self._person = session, invites, person

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """See CalendarWriter. InputError where Graph can't say the series exactly.

        In a copy, what its owner did to a session stays until we have another plan for it.
        """
        seen = self._seen(event)
        if seen.cancelled or not seen.sessions:
            return self.cancel(event, standing=standing)
        want = self._wanted(seen)
        before = standing and self._seen(standing)
        for _ in range(ROUNDS):
            try:
                return self._converged(want, before)
            except Refusal as refusal:
                if refusal.status not in CHANGED:
                    raise _told(refusal, event) from None
        raise Unavailable(f"{event.title}: it keeps changing at Outlook while it is written.")

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """See SeriesReader."""
        seen, then = self._seen(event), self._seen(standing)
        try:
            written = self._wanted(then.event)
            found = found_in(read_standing(self._session, written), written, seen, then)
        except Refusal as refusal:
            raise Unavailable(f"{event.title}: {refusal.words}") from None
        return found if self._invites else found_in_copy(found, standing, self._person)

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """See CalendarWriter. What was changed by hand goes too."""
        editor = Editor(self._session)
        try:
            for each in find(self._session, event.uid):
                if not each.get("isCancelled"):
                    editor.take_away(str(each.get("id")), tell=self._invites)
        except Refusal as refusal:
            raise _told(refusal, event) from None
        return Receipt()

    def _seen(self, what: Seen) -> Seen:
        return what if self._invites else what.seen_by(self._person)

    def _wanted(self, event: Event) -> Wanted:
        return wanted(event, invites=self._invites, reader="" if self._invites else self._person)

    def _converged(self, want: Wanted, standing: Delivery | None) -> Receipt:
        editor = Editor(self._session)
        there = read_standing(self._session, want)
        known = None
        if there.series is None:
            if standing and standing.receipt.id:
                if not self._invites:
                    return deleted_copy(standing)
                raise ChangedElsewhere(f"{want.event.title}: somebody deleted it in Outlook. It is not brought back.")
            editor.create(want.event.uid, transaction(want.event) | whole(want, want.parts), "series")
            there = read_standing(self._session, want)
        else:
            want, known = self._agreed(want, there, standing)
            if self._series_updated(editor, want, there.series, known):
                there = read_standing(self._session, want)
        series = _shown(want, there)
        link = editor.link(series) if want.teams else ""
        steps = Sessions(editor=editor, want=want, there=there, series=series, link=link, known=known)
        if steps.update():
            there = read_standing(self._session, want)
        return _receipt(want, there, link)

    def _agreed(self, want: Wanted, there: Standing, standing: Delivery | None) -> tuple[Wanted, Known | None]:
        """What is to stand there, and what counts as written: also what a person did, and we agree to."""
        if standing is None:
            check_unedited(found_by_hand(want, there, None), want.event, None)
            return want, None
        found = found_in(there, want, want.event, standing)
        standing = settled(standing, found)
        if self._invites:
            check_unedited(found_by_hand(want, there, standing), want.event, standing)
        else:
            want = self._wanted(left_to_owner(want.event, standing, found))
        taken = adopted(want.event, standing, found)
        version = there.series.master.etag if there.series else ""
        noted = bool(version) and version == standing.receipt.version
        before, agreed = self._wanted(standing.event), self._wanted(taken.event)
        return want, Known(standing=taken, before=before, agreed=agreed, noted=noted)

    def _series_updated(self, editor: Editor, want: Wanted, series: Series, known: Known | None) -> bool:
        """Write the parts of the series that are not said yet; whether any was."""
        said = dict(series.master.said)
        if known and not said.keys() >= want.parts.keys():  # what we said is not told: what stood was said
            said = known.before.digests
        if known:
            said |= known.as_agreed(said)
        parts = {name: dict(part) for name, part in want.parts.items() if said.get(name) != digest(part)}
        if not parts:
            return False
        if series.online and "words" in parts:
            body = editor.body_with_meeting(series, parts["words"].pop("body"))
            parts["words"] |= {"body": body} if body else {}
        editor.change_series(series.master, whole(want, parts))
        return True


def _shown(want: Wanted, there: Standing) -> Series:
    if there.series is None:
        raise Unavailable(f"{want.event.title}: Outlook does not show what was written.")
    return there.series


def _receipt(want: Wanted, there: Standing, link: str) -> Receipt:
    series = _shown(want, there)
    receipt = Receipt(
        id=series.master.id,
        ical_uid=series.ical_uid,
        version=series.master.etag,
        conference=link,
        late=want.teams and series.online and not link,
    )
    receipt = read_back(want.event, [each.span for each in there.entries], receipt)
    kept = zone_of(series.zone)
    if receipt.differences and kept and kept != want.event.rule.zone:
        told = f"Outlook keeps it by the clocks of {kept}, not of {want.event.rule.zone}"
        return replace(receipt, differences=(*receipt.differences, told))
    return receipt


def _told(refusal: Refusal, event: Event) -> RondoError:
    if refusal.status == BAD_REQUEST:
        return InputError(f"{event.title}: {refusal.words}")
    return Unavailable(f"{event.title}: {refusal.words}")
