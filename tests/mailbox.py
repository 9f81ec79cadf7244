"""A real mail server on loopback, and what a mail client makes of the invitations in it (RFC 5546)."""

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import icalendar
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.readers import Span, expanded_in_python


class Mail:
    """One mail as it came: for whom, its bytes, and the calendar in it, empty where it has none."""

    def __init__(self, to: str, raw: bytes) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert len(parts) <= 1
        calendar = parts[0].get_payload(decode=True) if parts else b""
        assert isinstance(calendar, bytes)
        self.to, self.raw, self.message, self.calendar = to, raw, message, calendar

    @property
    def invitation(self) -> Any:  # the library's types don't tell properties apart
        """Its calendar, read by another hand."""
        return icalendar.Calendar.from_ical(self.calendar)

    def said(self, name: str) -> str:
        """A property of the calendar, or of its first event that has it; the reading of a whole one is slow."""
        found = re.search(rf"^{name}:(.*)\r$", self.calendar.decode(), re.MULTILINE)
        assert found
        return found[1]


@dataclass(slots=True)
class Mailbox:
    """What came in, and what the server is told to do: `answers` are given to RCPT and DATA before it takes a mail."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # by address, what RCPT is answered
    answers: list[str] = field(default_factory=list)  # what the next DATA are answered; "" cuts the connection
    deleted: set[tuple[str, str]] = field(default_factory=set)  # by address and UID, what its owner deleted by hand
    sender_refused: str = ""  # what MAIL is answered, where it is refused
    password: str = ""
    taken: bool = False  # whether a mail is kept though its answer is one of `answers`

    def to(self, address: str) -> list[Mail]:
        """What came for one address."""
        return [mail for mail in self.mails if mail.to == address]

    def calendars(self, address: str) -> list[bytes]:
        """What a mail client has in its calendar after all mails: of each UID the newest, if it was not cancelled."""
        held: dict[str, tuple[tuple[int, str], bytes]] = {}
        for mail in (mail for mail in self.to(address) if mail.calendar):
            uid, version = mail.said("UID"), (int(mail.said("SEQUENCE")), mail.said("DTSTAMP"))
            if uid not in held or held[uid][0] < version:
                held[uid] = version, b"" if mail.said("METHOD") == "CANCEL" else mail.calendar
        return [calendar for uid, (_, calendar) in held.items() if calendar and (address, uid) not in self.deleted]

    def delete(self, address: str) -> None:
        """The owner of that calendar deletes all that is in it."""
        events = [icalendar.Calendar.from_ical(each).events[0] for each in self.calendars(address)]
        self.deleted |= {(address, str(event["UID"])) for event in events}

    def dates(self, address: str) -> list[Span]:
        """The sessions in that calendar, as an independent library expands them."""
        return sorted(span for calendar in self.calendars(address) for span in expanded_in_python(calendar))

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a sender, or refuse it."""
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return self.sender_refused or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take an address, or refuse it."""
        if self.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if to in self.refused:
            return self.refused[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep a mail, or say what the test wants."""
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or self.taken:
            assert isinstance(envelope.content, bytes)
            self.mails += [Mail(str(to), envelope.content) for to in envelope.rcpt_tos]
        if answer == "":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK" if answer is None else answer or "451 cut"


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library leaves it untyped


@contextmanager
def mail_server(
    *, password: str = "", tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[Mailbox]:
    """A server that takes mails; with a password, only from the user `rondo`."""

    def authenticated(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(b"rondo", password.encode())
        return AuthResult(success=right, handled=False)

    mailbox = Mailbox(password=password)
    controller = _OnAnyPort(
        mailbox,
        hostname=mailbox.host,
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=authenticated,
        auth_require_tls=False,
        enable_SMTPUTF8=True,
    )
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
