"""A group whose people have their calendars at four providers, each a server on loopback, and the CLI in between."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scheduler.core.delivery import Delivery, Place
from scheduler.store import open_store
from tests.commands import Said, rondo
from tests.connectors.stage import CANARY
from tests.doubles.feeds import Feeds
from tests.doubles.google import Google
from tests.doubles.graph import CLIENT, CLIENT_SECRET, GraphDouble
from tests.doubles.server import Double, serving
from tests.doubles.zoom import ACCOUNT, SECRET, ZoomDouble
from tests.doubles.zoom import CLIENT as ZOOM_CLIENT
from tests.readers import expanded_in_python
from tests.servers import PASSWORD, ServerOfPeople, radicale_of_people

NOW = "2027-02-20T12:00:00Z"
FEED = "/private-canary-address/dee.ics"
EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
PEOPLE = """\
id,name,email,timezone,hours,calendar
ana,Ana Ruiz,ana@example.org,Europe/Madrid,Mon-Fri 9-18,
ben,Ben Okafor,ben@example.com,America/New_York,Mon-Fri 8-17,outlook:ben@example.com
cy,Cy Brandt,cy@example.net,Europe/Berlin,Mon-Fri 9-18,
dee,Dee Rao,dee@example.edu,Europe/London,Mon-Fri 9-18,
"""


@dataclass(slots=True)
class Mixed:
    """The four providers, Zoom, and a programme folder; `ana` is at Google, `ben` at Outlook, `cy` on CalDAV, and what
    `dee` does is published at an address."""

    folder: Path
    google: Google
    graph: GraphDouble
    zoom: ZoomDouble
    feeds: Feeds
    caldav: ServerOfPeople

    @property
    def doubles(self) -> tuple[Double, ...]:
        """Those that check requests."""
        return self.google, self.graph, self.zoom, self.feeds

    def run(self, *arguments: object, stdin: str = "", **environment: str) -> Said:
        """`rondo` in a process of its own, by the settings that lead to these servers."""
        known = {key: value for key, value in os.environ.items() if not key.startswith("RONDO_")}
        known |= self.environment | environment
        return rondo(*arguments, cwd=self.folder.parent, environment=known, stdin=stdin)

    @property
    def environment(self) -> dict[str, str]:
        """Settings as an operator would make them."""
        return {
            "RONDO_NOW": NOW,
            "RONDO_GOOGLE__API_ENDPOINT": self.google.endpoint,
            "RONDO_GOOGLE__TOKEN_URI": self.google.token_uri,
            "RONDO_GOOGLE__REVOKE_URI": self.google.revoke_uri,
            "RONDO_MICROSOFT__AUTHORITY": self.graph.authority,
            "RONDO_MICROSOFT__GRAPH_ENDPOINT": self.graph.endpoint,
            "RONDO_MICROSOFT__CLIENT_ID": CLIENT,
            "RONDO_MICROSOFT__CLIENT_SECRET": CLIENT_SECRET,
            "RONDO_ZOOM__API_ENDPOINT": self.zoom.api,
            "RONDO_ZOOM__TOKEN_URI": self.zoom.door,
            "RONDO_ZOOM__ACCOUNT_ID": ACCOUNT,
            "RONDO_ZOOM__CLIENT_ID": ZOOM_CLIENT,
            "RONDO_ZOOM__CLIENT_SECRET": SECRET,
        }

    def connect(self) -> list[Said]:
        """Everybody connects, by the forms that need no browser."""
        credentials = self.folder.parent / "ana.json"
        credentials.write_text(self.google.user_json("ana@example.org"))
        url = self.caldav.url(self.caldav.calendars["ana"])
        return [
            self.run("connect", "google", self.folder, "--person", "ana", "--credentials", credentials),
            self.run("connect", "outlook", self.folder, "--person", "ben", "--app-only"),
            self.run(
                *("connect", "caldav", self.folder, "--person", "cy", "--url", url, "--user", "ana"), stdin=PASSWORD
            ),
            self.run("connect", "ics", self.folder, "--person", "dee", stdin=f"{self.feeds.url}{FEED}\n"),
            self.run("connect", "zoom", self.folder),
        ]

    def write(self, organizer: str, video: str) -> None:
        """The programme: one weekly group of all four, for eight weeks over the clock changes."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "people.csv").write_text(PEOPLE)
        rows = [f"circle,{who},required\n" for who in ("ana", "ben", "cy", "dee")]
        (self.folder / "groups.csv").write_text("group,person,role\n" + "".join(rows))
        (self.folder / "programme.toml").write_text(
            '[programme]\nname = "Mixed"\nfrom = 2027-03-01\nuntil = 2027-04-23\nminutes = 45\n'
            f'organizer = "{organizer}"\n[video]\nprovider = "{video}"\n'
        )

    def busy(self, person: str, start: datetime, minutes: int) -> None:
        """Somebody makes an appointment of their own, full of canaries."""
        end = start + timedelta(minutes=minutes)
        match person:
            case "ana":
                self.google.add_event("ana@example.org", start, end, summary=CANARY, location=CANARY)
            case "ben":
                self.graph.add_event("ben@example.com", start, minutes, text=CANARY)
            case "cy":
                path = f"{self.caldav.calendars['ana']}own-{start:%m%dT%H%M}.ics"
                status, _ = self.caldav.request("ana", "PUT", path, _ics(start, end), Content_Type="text/calendar")
                assert status == 201
            case _:
                text = self.feeds.texts[FEED].replace(b"END:VCALENDAR\r\n", b"")
                self.feeds.texts[FEED] = text + _ics(start, end).partition(b"PRODID:x\r\n")[2]

    def events(self) -> list[dict[str, Any]]:
        """What `export` says of our sessions that take place."""
        said = self.run("export", "json", self.folder)
        assert said.code == 0, said.err
        return [each for each in said.document["sessions"] if each["status"] != "skipped"]

    def starts(self) -> list[datetime]:
        """When our sessions begin, by what was decided."""
        return sorted(datetime.fromisoformat(each["start"]).astimezone(UTC) for each in self.events())

    def seen_at_google(self) -> list[datetime]:
        """Ana's calendar: the dates of series."""
        events = self.google.store.people["ana@example.org"].events
        ours = [id_ for id_, each in events.items() if "recurrence" in each.said and not each.deleted]
        return sorted(each.start for id_ in ours for each in self.google.dates("ana@example.org", id_) if each.live)

    def seen_at_outlook(self) -> list[datetime]:
        """Ben's calendar."""
        return sorted(each.start for each in self.graph.dates("ben@example.com"))

    def seen_on_caldav(self) -> list[datetime]:
        """Cy's calendar, as another library expands it."""
        status, text = self.caldav.request("ana", "GET", self.caldav.calendars["ana"])
        assert status == 200
        ours = [part for part in _components(text, b"VEVENT") if CANARY.encode() not in part]
        inner = b"".join([*_components(text, b"VTIMEZONE"), *ours])
        whole = EMPTY.replace(b"END:VCALENDAR\r\n", inner + b"END:VCALENDAR\r\n")
        return sorted(start for start, _ in expanded_in_python(whole))

    def deliveries(self) -> list[tuple[Place, Delivery]]:
        """What stands where, by our own books."""
        return list(open_store(self.folder / ".rondo").standing_deliveries())

    def links(self) -> set[str]:
        """The rooms that our events have, wherever they stand."""
        return {each.receipt.conference or each.event.conference for _, each in self.deliveries()}

    def mailed(self) -> set[str]:
        """Who was invited by a provider's mail."""
        addresses = {mail.address for mail in self.google.all_mails} | {mail.address for mail in self.graph.mails}
        return {address.partition("@")[0] for address in addresses}

    def move_at_google(self, start: datetime, to: datetime) -> None:
        """Ana drags one date of ours."""
        for id_ in list(self.google.store.people["ana@example.org"].events):
            for each in self.google.dates("ana@example.org", id_):
                if each.start == start:
                    times = {"start": to, "end": to + (each.end - each.start)}
                    said = {name: {"dateTime": at.isoformat()} for name, at in times.items()}
                    self.google.change("ana@example.org", each.id, **said)
                    return
        raise AssertionError(f"no date begins at {start}")


@contextmanager
def mixed() -> Iterator[Mixed]:
    """All servers, and a folder; each broken request fails the test."""
    with ExitStack() as stack:
        tmp = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (tmp / "radicale").mkdir()
        google, graph, zoom, feeds = Google(quota=10**9), GraphDouble(), ZoomDouble(), Feeds()
        for double in (google, graph, zoom, feeds):
            stack.enter_context(serving(double))
        google.add_person("ana@example.org", "Europe/Madrid")
        graph.add_person("ben@example.com")
        google.switches.room = graph.switches.room = "now"
        feeds.texts[FEED] = EMPTY
        caldav = stack.enter_context(radicale_of_people(tmp / "radicale"))
        yield Mixed(tmp / "spring", google, graph, zoom, feeds, caldav)
        assert [broken for double in (google, graph, zoom, feeds) for broken in double.broken] == []


def _ics(start: datetime, end: datetime) -> bytes:
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", f"UID:own-{start:%m%dT%H%M}"),
        *("DTSTAMP:20270101T000000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"),
        *(f"SUMMARY:{CANARY}", f"LOCATION:{CANARY}", "END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _components(text: bytes, name: bytes) -> list[bytes]:
    return re.findall(rb"^BEGIN:%b\r\n.*?^END:%b\r\n" % (name, name), text, re.MULTILINE | re.DOTALL)
