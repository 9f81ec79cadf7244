"""connectors/mail.py: invitations by mail, sent to a real mail server and read again by other hands."""

import logging
import re
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.mail import MailServer, MailWriter
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from tests.connectors.random_series import random_versions
from tests.mailbox import Mail, Mailbox, mail_server

ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London", role="chair")
BO = Attendee(id="bo", name="Bo", email="bo@example.org", zone="America/New_York")
CHI = Attendee(id="chi", name="Chi", email="", zone="Asia/Kolkata", role="optional")
SENDER = "meetings@rondo.example.org"
ROOM = "https://meet.example.org/abc"
STAMP = datetime(2026, 12, 1, 8, tzinfo=UTC)
PASSWORD = "CANARY-password"
HOSTILE = 'x"\r\nBcc: evil@example.org\r\n\r\nATTENDEE:mailto:evil@example.org\n <evil@example.org>, \u2028\x85\x00;é^n'


@pytest.fixture(scope="module")
def running() -> Iterator[Mailbox]:
    """One mail server for all tests that need no other."""
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def box(running: Mailbox) -> Mailbox:
    """That server, emptied."""
    running.mails.clear()
    running.refused.clear()
    running.answers.clear()
    running.taken = False
    return running


def _event(**changes: object) -> Event:
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 1, 5), 870), interval=2)
    event = Event(
        uid="11111111-2222-5333-8444-555555555555",
        group="circle-7",
        slot=0,
        generation=0,
        rule=rule,
        duration=45,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(6))),
        title="Circle 7",
        organizer="ana",
        attendees=(ANA, BO, CHI),
        conference=ROOM,
        stamped=STAMP,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # names and values of the tests below


def _with(event: Event, session: int, **changes: object) -> Event:
    """The next version of an event, with another session."""
    occurrences = list(event.occurrences)
    occurrences[session] = replace(occurrences[session], **changes)  # type: ignore[arg-type]  # as in _event
    stamped = (event.stamped or STAMP) + timedelta(days=1)
    return replace(event, occurrences=tuple(occurrences), sequence=event.sequence + 1, stamped=stamped)


def _writer(box: Mailbox, person: str = "bo", paused: list[float] | None = None, **settings: Any) -> MailWriter:
    known: dict[str, Any] = {"host": box.host, "port": box.port, "security": "none", "sender": SENDER} | settings
    pause = [] if paused is None else paused
    return MailWriter(MailServer(**known), person=person, pause=pause.append)


def _put(writer: MailWriter, event: Event, standing: Delivery | None = None) -> Delivery:
    return Delivery(event=event, receipt=writer.put(event, standing=standing))


def _planned(event: Event) -> list[tuple[datetime, datetime]]:
    starts = sorted(each.start for each in event.sessions if each.start)
    return [(start, start + timedelta(minutes=event.duration)) for start in starts]


def _first(mail: Mail) -> Any:  # the library's types don't tell properties apart
    return mail.invitation.events[0]


def _unfolded(mail: Mail) -> list[str]:
    return mail.calendar.decode().replace("\r\n ", "").split("\r\n")


# --- what an invitation is


def test_an_invitation_is_one_mail_with_the_calendar_twice(box: Mailbox) -> None:
    """To be answered in the mail program, and to be opened as a file (RFC 6047, 2.4)."""
    _writer(box).put(_event(), standing=None)
    [mail] = box.mails
    kinds = [part.get_content_type() for part in mail.message.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/calendar"),
        "application/ics",
    ]
    calendar = next(part for part in mail.message.walk() if part.get_content_type() == "text/calendar")
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("REQUEST", "utf-8")
    [file] = mail.message.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("invite.ics", mail.calendar)
    assert b"METHOD:REQUEST\r\n" in mail.calendar


def test_an_invitation_says_who_sends_it_and_when(box: Mailbox) -> None:
    """From the server's address in the organiser's name; answers go to the organiser; a machine sent it."""
    receipt = _writer(box).put(_event(), standing=None)
    message = box.mails[0].message
    assert message["From"] == f"Ana <{SENDER}>"
    assert (message["To"], message["Reply-To"]) == ("Bo <bo@example.org>", "Ana <ana@example.org>")
    assert message["Subject"] == "Circle 7, Tue 09:30 New York"
    assert message["Date"].datetime == STAMP
    assert message["Auto-Submitted"] == "auto-generated"
    assert (receipt.id, receipt.version) == (message["Message-ID"], "0")


def test_the_words_are_those_for_the_reader(box: Mailbox) -> None:
    """Their own time first, every date on their own clock, and the link."""
    event = _with(_event(), 1, start=None)
    _writer(box).put(event, standing=None)
    body = box.mails[0].message.get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()
    assert lines[:3] == ["Circle 7", "", "You: Tue 09:30 New York; on 16 March: 10:30, not 09:30"]
    assert f"Video: {ROOM}" in lines
    assert lines[-6:] == [
        "5 times, 45 minutes each:",
        *(f"Tue {day} 09:30 New York" for day in ("5 Jan", "2 Feb", "16 Feb", "2 Mar")),
        "Tue 16 Mar 10:30 New York",
    ]


def test_the_calendar_asks_everybody_for_an_answer(box: Mailbox) -> None:
    """People in their roles; who has no mailbox has an address that nobody writes to; no id of ours is told."""
    _writer(box).put(_event(), standing=None)
    event = _first(box.mails[0])
    told = [(each.params["CN"], each.params["ROLE"], each.params["RSVP"]) for each in event["ATTENDEE"]]
    assert told == [
        *(("Ana", "CHAIR", "TRUE"), ("Bo", "REQ-PARTICIPANT", "TRUE"), ("Chi", "OPT-PARTICIPANT", "TRUE")),
    ]
    assert b"X-RONDO" not in box.mails[0].calendar
    assert event["ATTENDEE"][2].startswith("urn:uuid:")


def test_answers_go_to_the_organiser(box: Mailbox) -> None:
    """Whose own calendar knows the event; that another address sends the mail is said (RFC 5545, 3.2.18)."""
    _writer(box).put(_event(), standing=None)
    organizer = _first(box.mails[0])["ORGANIZER"]
    assert organizer == "mailto:ana@example.org"
    assert (organizer.params["CN"], organizer.params["SENT-BY"]) == ("Ana", f"mailto:{SENDER}")


@pytest.mark.parametrize(
    ("attendees", "person"),
    [((ANA, BO), "ana"), ((replace(ANA, email=""), BO), "bo"), ((ANA, replace(BO, email="ANA@example.org")), "bo")],
)
def test_nobody_is_invited_by_themselves(box: Mailbox, attendees: tuple[Attendee, ...], person: str) -> None:
    """Calendars take no invitation of their owner's: then, and for organisers without mailbox, the sender invites."""
    _writer(box, person).put(_event(attendees=attendees), standing=None)
    [mail] = box.mails
    assert _first(mail)["ORGANIZER"] == f"mailto:{SENDER}"
    assert mail.message["Reply-To"] is None


def test_an_event_of_one_session_tells_its_date(box: Mailbox) -> None:
    """In the subject, since there is no usual time."""
    _writer(box).put(_event(occurrences=_event().occurrences[:1]), standing=None)
    assert box.mails[0].message["Subject"] == "Circle 7, Tue 5 Jan 09:30 New York"
    assert "RRULE" not in _first(box.mails[0])


def test_sessions_without_the_reader_are_not_theirs(box: Mailbox) -> None:
    """They are skipped in this person's mail; who is absent from a moved session is not in it either."""
    event = _with(_event(), 3, absent=("bo",))
    moved = event.occurrences[1].recurrence_id + timedelta(days=1)
    event = _with(event, 1, start=moved, absent=("chi",))
    _writer(box).put(event, standing=None)
    _writer(box, "ana").put(event, standing=None)
    assert box.dates("bo@example.org") == _planned(event.seen_by("bo"))
    assert box.dates("ana@example.org") == _planned(event)
    exception = box.mails[0].invitation.events[1]
    assert [each.params["CN"] for each in exception["ATTENDEE"]] == ["Ana", "Bo"]


@pytest.mark.campaign(100)
def test_calendars_hold_exactly_the_sessions_of_each_version(seed: int, box: Mailbox) -> None:
    """Random series and what becomes of them: what a mail program makes of the mails is what was planned, for each."""
    versions = random_versions(seed)
    for person in versions[0].attendees:
        standing = None
        for event in versions:
            standing = _put(_writer(box, person.id), event, standing)
            attends = any(each.id == person.id and each.role != "none" for each in event.attendees)
            assert box.dates(person.email) == (_planned(event.seen_by(person.id)) if attends else [])
            assert standing.receipt.differences == ()
        _writer(box, person.id).cancel(replace(versions[-1], sequence=9), standing=standing)
        assert box.calendars(person.email) == []


# --- changes


def test_a_change_is_a_new_request_with_all_of_it(box: Mailbox) -> None:
    """Master and exceptions in one mail, with a higher SEQUENCE (RFC 5546, 3.2.2)."""
    stands = _put(_writer(box), _event())
    moved = _event().occurrences[2].recurrence_id + timedelta(days=2)
    after = _with(_with(_event(), 1, start=None), 2, start=moved)
    _put(_writer(box), after, stands)
    mail = box.mails[-1]
    assert [int(each["SEQUENCE"]) for each in mail.invitation.events] == [2, 2]
    assert mail.message["Subject"].startswith("Changed: Circle 7, ")
    assert box.dates("bo@example.org") == _planned(after)


@pytest.mark.parametrize("person", ["ana", "bo"])
def test_who_is_not_concerned_gets_no_mail(box: Mailbox, person: str) -> None:
    """A decision that changes nothing of what this person has is none for them."""
    event = _event(attendees=(ANA, replace(BO, role="optional")))
    stands = _put(_writer(box, person), _with(event, 1, absent=("bo",)))
    again = replace(event, sequence=5, stamped=STAMP + timedelta(days=9), group="renamed", generation=4)
    after = _put(_writer(box, person), _with(again, 1, absent=("bo",)), stands)
    assert after.receipt == stands.receipt
    assert len(box.mails) == 1


def test_a_move_at_which_somebody_is_absent_anyway_is_no_mail_to_them(box: Mailbox) -> None:
    """The others hear of it."""
    rule_day = _event().occurrences[1].recurrence_id
    before = _with(_event(), 1, absent=("bo",))
    after = _with(before, 1, start=rule_day + timedelta(hours=1))
    for person, mails in (("bo", 1), ("ana", 2)):
        stands = _put(_writer(box, person), before)
        _put(_writer(box, person), after, stands)
        assert len(box.to(f"{person}@example.org")) == mails


def test_a_link_that_comes_late_is_a_change(box: Mailbox) -> None:
    """Its SEQUENCE is higher than that of the mail without it, though nothing was decided; the next one's is too."""
    stands = _put(_writer(box), _event(conference=""))
    assert b"CONFERENCE" not in box.mails[0].calendar
    stands = _put(_writer(box), _event(), stands)
    _put(_writer(box), _with(_event(), 1, start=None), stands)
    assert [int(_first(mail)["SEQUENCE"]) for mail in box.mails] == [0, 1, 2]
    assert _first(box.mails[1])["CONFERENCE"] == ROOM
    assert len(box.dates("bo@example.org")) == 5


def test_the_same_mail_has_the_same_message_id(box: Mailbox) -> None:
    """So that one that was sent twice is recognised; any other has another."""
    event = _event()
    ids = [
        *(_writer(box).put(event, standing=None).id for _ in range(2)),
        _writer(box).put(replace(event, uid="other"), standing=None).id,
        _writer(box).put(replace(event, sequence=1), standing=None).id,
        _writer(box, "ana").put(event, standing=None).id,
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"<[0-9a-f]{40}@rondo\.example\.org>", each) for each in ids)


# --- taking back


def test_a_cancelled_series_is_taken_back_as_a_whole(box: Mailbox) -> None:
    """One CANCEL without the exceptions, higher than what it takes back, in the times that people know."""
    stands = _put(_writer(box), _with(_event(), 1, start=_event().occurrences[1].recurrence_id + timedelta(days=1)))
    gone = replace(stands.event, cancelled=True, sequence=2, stamped=STAMP + timedelta(days=2))
    _writer(box).cancel(gone, standing=stands)
    mail = box.mails[-1]
    assert (mail.invitation["METHOD"], mail.message["Subject"]) == ("CANCEL", "Cancelled: Circle 7, Tue 09:30 New York")
    [event] = mail.invitation.events
    assert (event["STATUS"], event["SEQUENCE"], event["ATTENDEE"].params["CN"]) == ("CANCELLED", 2, "Bo")
    assert box.calendars("bo@example.org") == []


def test_who_was_told_nothing_hears_of_no_end(box: Mailbox) -> None:
    """Neither does somebody who heard of it."""
    writer = _writer(box)
    assert writer.cancel(_event(cancelled=True), standing=None) == Receipt()
    stands = _put(writer, _event())
    stands = Delivery(event=_event(cancelled=True, sequence=1), receipt=writer.cancel(_event(), standing=stands))
    writer.cancel(_event(cancelled=True, sequence=1), standing=stands)
    assert [mail.invitation["METHOD"] for mail in box.mails] == ["REQUEST", "CANCEL"]


def test_who_is_absent_throughout_has_no_series(box: Mailbox) -> None:
    """It is taken back, and comes back later as newer than its end."""
    away = _event(sequence=1, occurrences=tuple(replace(each, absent=("bo",)) for each in _event().occurrences))
    stands = _put(_writer(box), _event())
    stands = _put(_writer(box), away, stands)
    assert box.calendars("bo@example.org") == []
    _put(_writer(box), replace(_event(), sequence=2), stands)
    assert len(box.dates("bo@example.org")) == 6
    assert _put(_writer(box, "chi"), replace(away, attendees=(ANA,))).receipt == Receipt()


def test_who_leaves_the_group_is_told(box: Mailbox) -> None:
    """Though the event goes on for the others."""
    stands = _put(_writer(box), _event())
    _put(_writer(box), _event(attendees=(ANA, CHI), sequence=1), stands)
    assert box.calendars("bo@example.org") == []


def test_under_another_uid_the_former_one_is_taken_back(box: Mailbox) -> None:
    """The organiser's calendar is elsewhere now, and knows the series by another name: people have it once."""
    stands = _put(_writer(box), _event())
    _put(_writer(box), _event(uid="abc@google.example", sequence=1), stands)
    assert [mail.invitation["METHOD"] for mail in box.mails] == ["REQUEST", "CANCEL", "REQUEST"]
    assert len(box.calendars("bo@example.org")) == 1


@pytest.mark.parametrize("refused", [False, True])
def test_at_another_address_the_former_one_is_taken_back(box: Mailbox, refused: bool) -> None:
    """If it still takes mail."""
    stands = _put(_writer(box), _event())
    if refused:
        box.refused["bo@example.org"] = "550 no such user"
    anew = _event(attendees=(ANA, replace(BO, email="bo@new.example"), CHI), sequence=1)
    _put(_writer(box), anew, stands)
    assert len(box.calendars("bo@example.org")) == refused
    assert box.dates("bo@new.example") == _planned(anew)


# --- strange words


@pytest.mark.parametrize(
    "event",
    [
        _event(title=HOSTILE),
        _event(title="é" * 5000),
        _event(title="a" * 5000),
        _event(attendees=(replace(ANA, name=HOSTILE), BO)),
        _event(attendees=(replace(ANA, name="Doe, Änne <evil@example.org>" * 20), BO)),
        _event(attendees=(ANA, replace(BO, name=HOSTILE), CHI)),
        _event(attendees=(ANA, BO, replace(CHI, name="\u202e" + HOSTILE * 20))),
        _event(conference=f"https://meet.example.org/{HOSTILE}"),
    ],
)
def test_strange_words_stay_where_they_are(box: Mailbox, event: Event) -> None:
    """Nobody adds a header, an address, a part or an attendee by what they are called (fault B12)."""
    stands = _put(_writer(box), event)
    _writer(box).cancel(replace(event, sequence=1), standing=stands)
    for mail in box.mails:
        message = mail.message
        assert message.keys() == [
            *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
            *("Content-Type", *(name for name in message if name.startswith("X-"))),
        ]
        assert [each.addr_spec for each in message["From"].addresses] == [SENDER]
        assert [each.addr_spec for each in message["To"].addresses] == ["bo@example.org"]
        assert [each.addr_spec for each in message["Reply-To"].addresses] == ["ana@example.org"]
        assert len(list(message.walk())) == 5
        assert all(len(line) <= 100 for line in mail.raw.split(b"\r\n"))
        assert mail.raw.isascii()
        assert not message.defects
        names = {line.partition(":")[0].partition(";")[0] for line in _unfolded(mail)[:-1]}
        assert all(name.replace("-", "").isupper() for name in names)
    assert sum(line.startswith("ATTENDEE") for line in _unfolded(box.mails[0])) == len(event.attendees)
    assert box.calendars("bo@example.org") == []


def test_names_of_all_scripts_arrive(box: Mailbox) -> None:
    """In headers, words and calendar."""
    people = (replace(ANA, name="Zoë Müller-Ångström 名前"), replace(BO, name="Бо"))
    _writer(box).put(_event(attendees=people, title="Kreis für Anfänger 🎈"), standing=None)
    message = box.mails[0].message
    assert message["From"].addresses[0].display_name == "Zoë Müller-Ångström 名前"
    assert message["To"].addresses[0].display_name == "Бо"
    assert message["Subject"] == "Kreis für Anfänger 🎈, Tue 09:30 New York"
    assert _first(box.mails[0])["SUMMARY"] == "Kreis für Anfänger 🎈"


def test_an_address_of_another_script_is_written_to(box: Mailbox) -> None:
    """Where the server can (RFC 6531)."""
    _writer(box).put(_event(attendees=(ANA, replace(BO, email="боб@example.org"))), standing=None)
    assert box.mails[0].to == "боб@example.org"


@pytest.mark.parametrize("email", ["", "bo", "a@b@c", "bo@example.org\r\nRCPT TO:<evil@example.org>", "b o@x.org", "@"])
def test_an_address_that_is_none_is_told(box: Mailbox, email: str) -> None:
    """Before the server hears of it."""
    with pytest.raises(InputError, match=r"bo has no address .* Write it into people\.csv"):
        _writer(box).put(_event(attendees=(ANA, replace(BO, email=email))), standing=None)
    assert box.mails == []


def test_an_event_is_stamped_before_it_is_mailed(box: Mailbox) -> None:
    """DTSTAMP is the instant of the decision, which only the caller knows."""
    with pytest.raises(ValueError, match="before it was stamped"):
        _writer(box).put(_event(stamped=None), standing=None)


# --- servers


@pytest.mark.parametrize("answer", ["550 5.1.1 CANARY no such user", "553 CANARY"])
def test_a_refused_address_is_told_with_what_to_do(box: Mailbox, answer: str) -> None:
    """By the person's id, and without the server's words; nothing is tried again."""
    box.refused["bo@example.org"] = answer
    paused: list[float] = []
    with pytest.raises(InputError, match=r"refuses the address of bo \(55\d\). Correct it in people\.csv") as caught:
        _writer(box, paused=paused).put(_event(), standing=None)
    assert "CANARY" not in str(caught.value)
    assert paused == []


def test_a_mail_that_is_refused_is_told(box: Mailbox) -> None:
    """As spam, say."""
    box.answers.append("554 CANARY spam")
    with pytest.raises(InputError, match=r"refuses a mail to bo \(554\)"):
        _writer(box).put(_event(), standing=None)


def test_a_busy_server_is_asked_again(box: Mailbox) -> None:
    """One mail comes of it."""
    box.answers += ["451 greylisted", "421 busy"]
    paused: list[float] = []
    _writer(box, paused=paused).put(_event(), standing=None)
    assert (len(box.mails), len(paused)) == (1, 2)


def test_a_server_that_stays_busy_is_told(box: Mailbox) -> None:
    """After three times."""
    box.refused["bo@example.org"] = "450 4.2.0 CANARY try later"
    with pytest.raises(Unavailable, match=r"does not take the address of bo now \(450\)\.$"):
        _writer(box).put(_event(), standing=None)


@pytest.mark.parametrize("taken", [True, False])
def test_a_mail_whose_answer_was_lost_is_not_sent_twice(box: Mailbox, taken: bool) -> None:
    """Whether it was taken can't be known: it counts as sent, and that is told."""
    box.answers.append("")
    box.taken = taken
    stands = _put(_writer(box), _event())
    assert stands.receipt.differences == (
        "the mail server broke off: whether it took the mail is not known, and it is not sent twice",
    )
    assert len(box.mails) == taken
    box.taken = False
    after = _put(_writer(box), _with(_event(), 0, start=None), stands)
    assert (after.receipt.version, after.receipt.differences) == ("1", ())


@pytest.mark.parametrize("said", [b"", b"2", b"25", b"\xff\xfe\r\n"])
def test_an_answer_cut_in_the_middle_is_none(said: bytes) -> None:
    """Half of a code says neither yes nor no."""
    hello = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with _saying(*hello, said) as box:
        receipt = _writer(box).put(_event(conference=""), standing=None)
    assert receipt.differences


@contextmanager
def _saying(*answers: bytes, pace: float = 1) -> Iterator[Mailbox]:
    """A server that says the same to everybody, and hangs up; it waits so many seconds for what they say."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    for answer in answers:
                        connection.sendall(answer)
                        connection.settimeout(pace)
                        with suppress(TimeoutError):
                            connection.recv(1000)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Mailbox(port=listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (b"554 CANARY go away\r\n",),
        (b"421 CANARY later\r\n",),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>CANARY</html>",),
        (b"\x16\x03\x01CANARY\xff\xfe\r\n",),
        (b"220 " + b"x" * 10_000 + b"\r\n",),
        (b"220 hello\r\n", b"500 CANARY\r\n", b"500 CANARY\r\n"),
        (b"220 hello\r\n", b"250 hello\r\n", b"421 CANARY\r\n"),
    ],
)
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_is_out_of_order_is_told(answers: tuple[bytes, ...], security: str) -> None:
    """In our own words, after a bounded number of times."""
    paused: list[float] = []
    with _saying(*answers) as box, pytest.raises((Unavailable, InputError)) as caught:
        _writer(box, paused=paused, security=security).put(_event(), standing=None)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))
    assert len(paused) <= 2


@pytest.mark.parametrize("begun", [b"", b"220 hello\r\n250-hello\r\n"])
def test_a_server_that_takes_for_ever_is_given_up(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though no byte of its answer is late."""
    monkeypatch.setattr("connectors._mail.server.SECONDS", 0.3)
    paused: list[float] = []
    with _saying(begun, *[b"2"] * 1000, pace=0.05) as box, pytest.raises(Unavailable, match=r"mail server 127"):
        _writer(box, paused=paused).put(_event(), standing=None)
    assert len(paused) == 2


def test_a_server_that_is_down_is_told() -> None:
    """Which one, after three times."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    paused: list[float] = []
    with pytest.raises(Unavailable, match=rf"mail server 127\.0\.0\.1:{port} can't be reached"):
        _writer(Mailbox(port=port), paused=paused).put(_event(), standing=None)
    assert len(paused) == 2


# --- signing in, and encryption


def test_a_server_with_a_password_is_signed_in_to() -> None:
    """With the right one; a wrong one is told, and not tried again."""
    with mail_server(password=PASSWORD) as box:
        _writer(box, user="rondo", password=PASSWORD).put(_event(), standing=None)
        assert len(box.mails) == 1
        paused: list[float] = []
        with pytest.raises(CredentialsRejected, match=r"rejects smtp\.user or smtp\.password"):
            _writer(box, paused=paused, user="rondo", password=f"{PASSWORD}2").put(_event(), standing=None)
        assert paused == []
        with pytest.raises(CredentialsRejected, match="wants somebody to sign in"):
            _writer(box).put(_event(), standing=None)


def test_no_password_is_in_errors_or_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in a traceback with all that led to it, nor where somebody prints the settings."""
    caplog.set_level(logging.DEBUG)
    settings: dict[str, Any] = {"user": "CANARY-user", "password": PASSWORD}
    with mail_server(password="another") as box, pytest.raises(RondoError) as caught:
        _writer(box, **settings).put(_event(), standing=None)
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))
    assert "CANARY" not in "".join(traceback.format_exception(caught.value)) + ours
    assert PASSWORD not in repr(MailServer(host="localhost", sender=SENDER, **settings))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, which nobody else signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """What the server needs to speak TLS with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_are_encrypted_to_a_server_that_can_be_trusted(
    security: str, context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its certificate is checked; one that nobody signed gets no mail and no password."""
    settings: dict[str, Any] = {"security": security, "user": "rondo", "password": PASSWORD}
    with mail_server(password=PASSWORD, **{"tls" if security == "tls" else "starttls": context}) as box:
        with pytest.raises(Unavailable, match="no certificate that is valid for its name"):
            _writer(box, **settings).put(_event(), standing=None)
        assert box.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        _writer(box, **settings).put(_event(), standing=None)
        assert len(box.mails) == 1


def test_a_server_without_encryption_gets_no_mail(box: Mailbox) -> None:
    """Where the settings ask for it, since somebody on the way could have taken it off."""
    with pytest.raises(InputError, match=r"STARTTLS.* Correct smtp\.security"):
        _writer(box, security="starttls", user="rondo", password=PASSWORD).put(_event(), standing=None)
    assert box.mails == []


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"host": ""}, "smtp.host"),
        ({"sender": ""}, "smtp.sender"),
        ({"sender": "Rondo <a@b.org>"}, "smtp.sender"),
        ({"sender": "a@b.org\r\nX: y"}, "smtp.sender"),
        ({"sender": "\u00e4@b.org"}, "smtp.sender"),
        ({"host": "mail.example.org", "security": "none"}, "smtp.security"),
        ({"host": "192.0.2.1", "security": "none"}, "smtp.security"),
    ],
)
def test_settings_that_do_not_fit_are_told(settings: dict[str, Any], where: str) -> None:
    """By their key; without encryption only this machine is written to."""
    with pytest.raises(InputError) as caught:
        MailServer(**({"host": "127.0.0.1", "sender": SENDER} | settings))
    assert caught.value.where == where


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_needs_no_encryption(host: str) -> None:
    """Whatever it is called."""
    assert MailServer(host=host, security="none", sender=SENDER).security == "none"
