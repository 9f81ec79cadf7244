"""The mail around an invitation (RFC 6047): words for people, and the calendar twice, to be answered and to be kept."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from connectors._mail.itip import Method, invitation, organizer
from scheduler.core.address import MAILBOX
from scheduler.core.description import description
from scheduler.core.event import Attendee, Event
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, noted, speaking
from scheduler.core.tongues import tongue_of
from scheduler.core.words import one_line, usual_time, when
from scheduler.errors import InputError

LONGEST_NAME, LONGEST_TITLE = 60, 120
SEPARATORS = str.maketrans(dict.fromkeys('"(),:;<>@[\\]', " "))  # what ends a name in a header (RFC 5322, 3.2.3)
GONE = noted("These meetings no longer take place for you. If your calendar still shows them, delete them there.")


def message(event: Event, method: Method, *, reader: Attendee, sender: str, anew: bool) -> EmailMessage:
    """The mail for one attendee; `anew`: they have had an earlier one. Its Message-ID is the same each time it is made.

    Whatever people wrote is bounded, on one line, and without control characters. Raises InputError where the reader's
    address is none, ValueError for an event that is not stamped.
    """
    if event.stamped is None:
        raise ValueError(f"event {event.uid} is mailed before it was stamped")
    with speaking(tongue_of(reader.locale)):
        subject, told = _subject(event, method, reader, anew=anew), _words(event, method, reader)
    chair = organizer(event, reader)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender, event.organized_by.name)
    mail["To"] = address_of(reader)
    if chair:
        mail["Reply-To"] = address_of(chair)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(event.stamped)
    mail["Message-ID"] = _message_id(event, method, reader, sender)
    mail["Auto-Submitted"] = "auto-generated"
    calendar = invitation(event, method, reader=reader, sender=sender)
    mail.set_content(told, cte="quoted-printable")
    mail.add_alternative(calendar.decode(), subtype="calendar", params={"method": method}, cte="base64")
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail


def is_mailbox(address: str) -> bool:
    """Whether an address can stand in a header and in a command."""
    return bool(MAILBOX.fullmatch(address)) and address.isprintable()


def address_of(person: Attendee) -> Address:
    """Somebody's address with their name. Raises InputError where it is none."""
    if not is_mailbox(person.email):
        raise InputError(f"{person.id} has no address that mail can be sent to.", hint="Write it into people.csv.")
    return _address(person.email, person.name)


def _address(mailbox: str, name: str) -> Address:
    # Python's own folding loses the quotation marks around such signs where a name is encoded
    plain = one_line(one_line(name).translate(SEPARATORS))[:LONGEST_NAME].strip()
    user, _, domain = mailbox.rpartition("@")
    return Address(plain, user, domain)


def _message_id(event: Event, method: Method, reader: Attendee, sender: str) -> str:
    told = "\n".join((event.uid, str(event.sequence), reader.id, method))
    return f"<{hashlib.sha256(told.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def _subject(event: Event, method: Method, reader: Attendee, *, anew: bool) -> str:
    headline = _headline(event, reader)
    if method is Method.CANCEL:
        return _("Cancelled: %(meetings)s") % {"meetings": headline}
    return _("Changed: %(meetings)s") % {"meetings": headline} if anew else headline


def _headline(event: Event, reader: Attendee) -> str:
    """The title and the usual time, on the reader's clock."""
    starts = [each.start for each in event.sessions if each.start]
    usual = usual_time(starts, reader.zone)
    first = next(start for start in starts if usual_time([start], reader.zone) == usual)
    return f"{_title(event)}, {when(first, reader.zone, dated=len(starts) == 1)}"


def _title(event: Event) -> str:
    title = one_line(event.title)
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _words(event: Event, method: Method, reader: Attendee) -> str:
    if method is Method.CANCEL:
        return f"{_headline(event, reader)}\n\n{_(GONE)}\n"
    dates = [when(each.start, reader.zone, dated=True) for each in event.sessions if each.start]
    times = ngettext("%(count)s time, %(minutes)s minutes:", "%(count)s times, %(minutes)s minutes each:", len(dates))
    head = times % {"count": len(dates), "minutes": event.duration}
    told = [_title(event), "", description(event, reader.id), "", head]
    return "\n".join([*(told if len(dates) > 1 else told[:4]), *dates]) + "\n"
