"""Invitations by mail for people without a calendar that we can write (iMIP, RFC 6047): implements CalendarWriter.

A mail says what the person's calendar is to hold; what it holds nobody can read. So it is compared with what was mailed
last, and where nothing of it changed for this person they get no mail.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors._http.retry import Pause, patiently
from connectors._mail.itip import Method, invitation
from connectors._mail.message import message
from connectors._mail.server import MailServer, hand_over
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Attendee, Event
from scheduler.errors import InputError

__all__ = ["MailServer", "MailWriter"]

TRIES = 3
LOST = "the mail server broke off: whether it took the mail is not known, and it is not sent twice"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MailWriter:
    """Invites one attendee by mail, one mail a change (ports.CalendarWriter).

    A receipt's `id` is the Message-ID, its `version` the SEQUENCE in the mail: higher each time, since a link that came
    late is a change as well, and calendars pass over what is no newer. Beside what the port says, `put` and `cancel`
    raise InputError where the person's address can't be written to, ValueError for an event that is not stamped.
    """

    def __init__(self, server: MailServer, *, person: str, pause: Pause = time.sleep) -> None:
        """`person` is the id of an attendee."""
        self._server, self._person, self._pause = server, person, pause

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Invite the person, tell what changed, or take it back where no session is left for them."""
        has = self._copy(event)
        if standing and self._is_another(has, standing.event):
            with suppress(InputError):  # a former address may be none any more
                self._taken_back(event, standing)
            standing = None
        if standing and self._text(self._copy(standing.event)) == self._text(has):
            return standing.receipt
        if has:
            return self._mailed(has, Method.REQUEST, standing)
        return self._taken_back(event, standing) if standing else Receipt()

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Take it back from the person; who was mailed nothing hears nothing."""
        return self.put(replace(event, cancelled=True), standing=standing)

    def _is_another(self, has: "_Copy | None", event: Event) -> bool:
        """Whether calendars could not know it for what the person had: under another UID, or at another address."""
        had = self._copy(event)
        if has is None or had is None:
            return False
        return (has.event.uid, has.reader.email) != (had.event.uid, had.reader.email)

    def _taken_back(self, event: Event, standing: Delivery) -> Receipt:
        """Cancel what the person has, in the times that they know."""
        had = self._copy(standing.event)
        if had is None:
            return standing.receipt
        gone = replace(had.event, cancelled=True, sequence=event.sequence, stamped=event.stamped)
        return self._mailed(replace(had, event=gone), Method.CANCEL, standing)

    def _mailed(self, copy: "_Copy", method: Method, standing: Delivery | None) -> Receipt:
        sequence = max(copy.event.sequence, _sequence_of(standing) + 1) if standing else copy.event.sequence
        told, reader, server = replace(copy.event, sequence=sequence), copy.reader, self._server
        mail = message(told, method, reader=reader, sender=server.sender, anew=standing is not None)
        taken = patiently(lambda: hand_over(mail, server, reader), pause=self._pause, tries=TRIES)
        return Receipt(id=str(mail["Message-ID"]), version=str(sequence), differences=() if taken else (LOST,))

    def _copy(self, event: Event) -> "_Copy | None":
        """What the person is to have of an event; None: nothing."""
        reader = next((each for each in event.attendees if each.id == self._person and each.role != "none"), None)
        seen = event.seen_by(self._person)
        return _Copy(seen, reader) if reader and seen.sessions and not event.cancelled else None

    def _text(self, copy: "_Copy | None") -> bytes:
        """What a calendar shows of it, however often it was changed."""
        if copy is None:
            return b""
        undated = replace(copy.event, sequence=0, stamped=LONG_AGO)
        return invitation(undated, Method.REQUEST, reader=copy.reader, sender=self._server.sender)


@dataclass(frozen=True, slots=True)
class _Copy:
    """An event as one attendee has it."""

    event: Event
    reader: Attendee


def _sequence_of(standing: Delivery) -> int:
    """The SEQUENCE of what was mailed last; where that is not known, the event's."""
    return int(standing.receipt.version or standing.event.sequence)
