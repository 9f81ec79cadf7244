"""The stage of invitations by mail: a real mail server, and two people whose mail clients apply what comes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import icalendar

from connectors.mail import MailServer, MailWriter
from scheduler.core.delivery import Place
from scheduler.ports import CalendarReader, CalendarWriter, ChangeFeed
from tests.connectors.stage import Seen
from tests.doubles.server import Double
from tests.mailbox import Mailbox, mail_server

MINUTE = 60


class MailStage:
    """ana and ben have a mailbox each; nobody can read what their calendars hold."""

    name = "mail"

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.paused: list[float] = []
        self.server = MailServer(
            host=mailbox.host, port=mailbox.port, security="none", sender="meetings@rondo.example.org"
        )

    def double(self) -> Double | None:
        """None: the server is a real one."""
        return None

    def pauses(self) -> list[float]:
        """The seconds that our connector would have waited."""
        return self.paused

    def reader(self) -> CalendarReader | None:
        """None: mail is only written."""
        return None

    def feed(self) -> ChangeFeed | None:
        """None: mail is only written."""
        return None

    def writer(self, place: Place) -> CalendarWriter | None:
        """Our writer of the mails to the place's person."""
        return MailWriter(self.server, person=place.person, pause=self.paused.append)

    def address(self, person: str) -> str:
        """None that could be read."""
        return ""

    def email(self, person: str) -> str:
        """The person's mail address."""
        return f"{person}@mail.example.org"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """Nothing: there is no reader who could see it."""
        raise NotImplementedError

    def drop(self, person: str, id_: str) -> None:
        """Nothing either."""
        raise NotImplementedError

    def dates(self, person: str) -> Sequence[Seen]:
        """All dates of series in a person's calendar, in order."""
        spans = self.mailbox.dates(self.email(person))
        return [Seen(start, int((end - start).total_seconds()) // MINUTE) for start, end in spans]

    def masters(self, person: str) -> int:
        """How many series stand live in a person's calendar."""
        return len(self.mailbox.calendars(self.email(person)))

    def rooms(self, person: str) -> frozenset[str]:
        """The video rooms that a person's calendar shows."""
        events = [icalendar.Calendar.from_ical(each).events[0] for each in self.mailbox.calendars(self.email(person))]
        return frozenset(str(event["CONFERENCE"]) for event in events if "CONFERENCE" in event)

    def invited(self) -> int:
        """How many mails came."""
        return len(self.mailbox.mails)

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """Nothing: it would not be seen."""
        raise NotImplementedError

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """Nothing either."""
        raise NotImplementedError

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """Nothing either."""
        raise NotImplementedError

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """Nothing either."""
        raise NotImplementedError

    def decline_by_hand(self, start: datetime | None) -> None:
        """Nothing either."""
        raise NotImplementedError

    def delete_by_hand(self, person: str) -> None:
        """The person deletes our whole series."""
        self.mailbox.delete(self.email(person))


@contextmanager
def mail_stage() -> Iterator[MailStage]:
    """A mail server of its own."""
    with mail_server() as mailbox:
        yield MailStage(mailbox)
