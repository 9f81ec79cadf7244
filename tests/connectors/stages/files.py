"""The stage of files: what people export is read, and what we publish they import."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import icalendar

from connectors.ics import IcsFiles
from connectors.published import FOLDER, PublishedFiles
from scheduler.core.delivery import Place
from scheduler.ports import CalendarReader, CalendarWriter, ChangeFeed
from tests.connectors.stage import Seen
from tests.connectors.stages.appointments import appointment, calendar
from tests.doubles.server import Double
from tests.readers import expanded_in_python

PEOPLE = ("ana", "ben")
MINUTE = 60


class FilesStage:
    """Each person exports a calendar that holds their own appointments and all that they imported from us.

    What ana organises stands in the files of groups; her own file lacks the sessions at which she is absent.
    """

    name = "files"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.appointments: dict[str, dict[str, str]] = {person: {} for person in PEOPLE}

    def double(self) -> Double | None:
        """None: there is no server."""
        return None

    def pauses(self) -> list[float]:
        """Nobody waits."""
        return []

    def reader(self) -> CalendarReader | None:
        """Our reader of what they export, which they do at this moment."""
        for person in PEOPLE:
            text = calendar(self.appointments[person].values())
            (self.folder / self.address(person)).write_bytes(text + b"".join(self._texts(f"people/{person}")))
        return IcsFiles(self.folder)

    def feed(self) -> ChangeFeed | None:
        """None: files are read again."""
        return None

    def writer(self, place: Place) -> CalendarWriter | None:
        """Our writer of all published files."""
        return PublishedFiles(self.folder)

    def address(self, person: str) -> str:
        """A path below the folder."""
        return f"{person}.ics"

    def email(self, person: str) -> str:
        """The person's mail address."""
        return f"{person}@example.org"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment full of CANARY."""
        uid = str(uuid4())
        self.appointments[person][uid] = appointment(uid, start, minutes)
        return uid

    def drop(self, person: str, id_: str) -> None:
        """Take it out again."""
        del self.appointments[person][id_]

    def dates(self, person: str) -> Sequence[Seen]:
        """By recurring-ical-events."""
        spans = (span for text in self._texts(_whole(person)) for span in expanded_in_python(text))
        return sorted(Seen(start, int((end - start).total_seconds()) // MINUTE) for start, end in spans)

    def masters(self, person: str) -> int:
        """Events that are not cancelled; the entries of one series are one."""
        return len({str(event["UID"]) for event in self._live(person)})

    def rooms(self, person: str) -> frozenset[str]:
        """Where calendars look for them."""
        return frozenset(str(event["CONFERENCE"]) for event in self._live(person) if "CONFERENCE" in event)

    def invited(self) -> int:
        """Nobody: people fetch their files."""
        return 0

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """Nothing: the published files are ours alone."""
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
        """All that was published goes."""
        shutil.rmtree(self.folder / FOLDER)

    def _texts(self, files: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob(f"{FOLDER}/{files}.ics"))]

    def _live(self, person: str) -> list[Any]:  # the library's types say no more than that
        events = (
            event for text in self._texts(_whole(person)) for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
        )
        return [event for event in events if event["STATUS"] != "CANCELLED"]


def _whole(person: str) -> str:
    return "groups/*" if person == "ana" else f"people/{person}"


@contextmanager
def files_stage() -> Iterator[FilesStage]:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield FilesStage(Path(folder))
