"""The file in which a server keeps one event: what it says, when that is, and what people added to it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors._found.dates import Date
from connectors._ical.guard import read_guarded
from connectors._ics_out.lines import folded
from connectors._ics_out.vevent import address
from scheduler.core.event import Event, Span
from scheduler.core.interval import MINUTE, Interval
from scheduler.errors import ChangedElsewhere

AROUND = timedelta(days=400)
"""How far from its sessions an event is looked at for dates that somebody added."""

_FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]")
_END = re.compile(r"\r\n|\r|\n")  # and nothing else that some take for the end of a line
_PARAMETER = r';[\w-]+=(?:"[^"]*"|[^";:])*'
_LINE = re.compile(rf"([\w-]+)((?:{_PARAMETER})*):(.*)", re.ASCII)
_ONE_PARAMETER = re.compile(r';([\w-]+)=((?:"[^"]*"|[^";:])*)', re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TOKEN = re.compile(r"[A-Za-z-]{1,40}")
_STATUS = re.compile(r"\d(?:\.\d{1,2}){1,2}")

_ZONED = ("TZID",)
OURS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID"), _ZONED),
    **dict.fromkeys(("DURATION", "RRULE", "SUMMARY", "DESCRIPTION", "STATUS", "TRANSP"), ()),
    **dict.fromkeys(("CONFERENCE", "URL", "LOCATION"), ()),
    "ORGANIZER": ("CN", "SCHEDULE-AGENT"),
    "ATTENDEE": ("CN", "ROLE", "PARTSTAT", "SCHEDULE-AGENT"),
}
"""The properties that say what an event is, and which of their parameters do."""
OF_WRITING = ("UID", "DTSTAMP", "SEQUENCE", "LAST-MODIFIED", "REQUEST-STATUS", "RDATE", "EXRULE")
"""What is made anew at each writing, or would give an event other dates than ours."""

TIMES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "STATUS", "SEQUENCE"}
"""The properties that say when an event is."""
LONGEST_SEQUENCE = 10
RULE, AT, IS = "rule", "at-", "is-"  # UIDs of a file that is taken apart
ASKED = "NEEDS-ACTION"

Said = tuple[str, str, frozenset[tuple[str, str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A property: its name and those of its parameters in capitals, its value as it is written."""

    name: str
    parameters: Mapping[str, str]
    value: str
    whole: str

    def said(self, of: str) -> Iterator[Said]:
        """What it says in the VEVENT of that RECURRENCE-ID, however a server writes it."""
        kept = frozenset((name, self.parameters[name]) for name in OURS[self.name] if name in self.parameters)
        if not self.value:  # some servers leave out what is empty
            return
        if self.name == "RRULE":
            yield of, self.name, kept, ";".join(sorted({*self.value.upper().split(";")} - {"INTERVAL=1"}))
        elif self.name == "EXDATE":
            yield from ((of, self.name, kept, each) for each in self.value.split(","))
        else:
            yield of, self.name, kept, _ESCAPED.sub(_unescaped, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class VEvent:
    """One VEVENT: its own properties, and the lines of what is nested in it (alarms)."""

    lines: list[Line] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of the first property of a name; "" where there is none."""
        return next((line.value for line in self.lines if line.name == name), "")

    def values(self, name: str) -> list[str]:
        """The values of all properties of a name, which may be lists."""
        return [value for line in self.lines if line.name == name for value in line.value.split(",")]

    @property
    def replaces(self) -> Line | None:
        """The line that says which one date of a series it is."""
        found = (line for line in self.lines if line.name == "RECURRENCE-ID")
        return next((line for line in found if line.parameters.get("RANGE", "").upper() != "THISANDFUTURE"), None)

    @property
    def sequence(self) -> int:
        """Its SEQUENCE; 0 where it has none that is a number."""
        told = self.value("SEQUENCE")
        return int(told) if told.isascii() and told.isdigit() and len(told) < LONGEST_SEQUENCE else 0

    @property
    def key(self) -> tuple[str, str]:
        """Which date it is, and when that begins."""
        return self.value("RECURRENCE-ID"), self.value("DTSTART")

    def answers(self) -> dict[str, str]:
        """Each attendee's PARTSTAT by their address in small letters."""
        told = ((line.value.lower(), line.parameters.get("PARTSTAT", "")) for line in self.lines if _attends(line))
        return {address: answer.upper() for address, answer in told if _TOKEN.fullmatch(answer)}

    def added(self) -> list[bytes]:
        """The lines that are not ours, such as alarms and categories, as they can be written again."""
        own = [line.whole for line in self.lines if line.name not in OURS and line.name not in OF_WRITING]
        return [folded(line) for line in (*own, *self.nested)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What stands at a URL: the VEVENTs of one UID. `etag` is "" where the server gives none to rely on."""

    url: str
    etag: str
    text: bytes
    vevents: tuple[VEvent, ...]

    @classmethod
    def of(cls, url: str, etag: str, text: bytes, uid: str) -> "Resource | None":
        """None where nothing in the text has the UID."""
        mine = tuple(each for each in _vevents(text) if each.value("UID") == uid)
        return cls(url=url, etag=etag, text=text, vevents=mine) if mine else None

    @property
    def sequence(self) -> int:
        """The highest SEQUENCE, which a further writing must not fall behind."""
        return max(each.sequence for each in self.vevents)

    def says(self, text: bytes) -> bool:
        """Whether it says what a text does: in any order and form, and whatever people added."""
        mine = _said(self.vevents)
        return bool(mine) and mine == _said(tuple(_vevents(text)))

    def spans(self, event: Event) -> frozenset[Span]:
        """When its sessions are. Raises as `dates`."""
        return frozenset(each.span for each in self.dates(event) if each.span)

    def dates(self, event: Event) -> tuple[Date, ...]:
        """Its dates, expanded as those of a stranger, with what people answered to each that has an entry of its own.

        A date of the rule that was taken out is not told. Raises Unavailable, and ChangedElsewhere where some can't be
        known.
        """
        named = [each.recurrence_id for each in event.occurrences]
        window = Interval(min(named) - AROUND, max(named) + AROUND)
        reading = read_guarded([self._apart()], zone=event.rule.zone, window=window)
        if reading.unknown:
            raise ChangedElsewhere(
                f"{event.title}: somebody changed it by hand so that its dates can't be known. It is left as it is."
            )
        spans: dict[str, list[Span]] = defaultdict(list)
        for (start, end), owner in zip(reading.busy.tolist(), reading.owners.tolist(), strict=True):
            spans[reading.uids[owner]].append((datetime.fromtimestamp(start, UTC), -(-(end - start) // MINUTE)))
        people = {address(each).lower(): each.id for each in event.attendees}
        own = {
            original: Date(
                original=original,
                span=next(iter(spans[f"{IS}{number}"]), None),
                answers=_by_id(each.answers(), people),
            )
            for number, each in self._own()
            for original, _ in spans[f"{AT}{number}"]
        }
        usual = frozenset(event.rule.instants(len(named)))
        ruled = [Date(original=at, span=(at, long), by_rule=at in usual) for at, long in spans[RULE] if at not in own]
        return (*own.values(), *ruled)

    def answers(self, event: Event) -> dict[str, bool]:
        """By an attendee's id, whether they said no to the whole; only of those who answered."""
        people = {address(each).lower(): each.id for each in event.attendees}
        whole = [each.answers() for each in self.vevents if not each.value("RECURRENCE-ID")]
        return _by_id(whole[0], people) if whole else {}

    def _own(self) -> list[tuple[int, VEvent]]:
        """The entries of single dates, the newest of a date last."""
        found = [(number, each) for number, each in enumerate(self.vevents) if each.replaces]
        return sorted(found, key=lambda each: each[1].sequence)

    def _apart(self) -> bytes:
        """The same times and nothing else, as events of their own: the rule, each entry's date, and when that is."""
        lines = [line for line in _outside(self.text) if line.strip().upper() != "END:VCALENDAR"]
        for number, each in enumerate(self.vevents):
            if each.replaces:
                at = each.replaces.whole[len("RECURRENCE-ID") :]
                lines += ["BEGIN:VEVENT", f"UID:{AT}{number}", f"DTSTART{at}", "DURATION:PT1M", "END:VEVENT"]
            uid = f"{IS}{number}" if each.replaces else RULE
            times = [line.whole for line in each.lines if line.name in TIMES and line is not each.replaces]
            lines += ["BEGIN:VEVENT", f"UID:{uid}", *times, "END:VEVENT"]
        return b"".join(folded(line) for line in (*filter(None, lines), "END:VCALENDAR"))

    def uninvited(self) -> dict[str, str]:
        """The addresses to which the server could not deliver (RFC 6638, 3.2.9), and its number for why."""
        found: dict[str, str] = {}
        for line in (line for each in self.vevents for line in each.lines if _attends(line)):
            status = line.parameters.get("SCHEDULE-STATUS", "").partition(";")[0].strip()
            if _STATUS.fullmatch(status) and status[0] in "345":
                found[line.value.lower()] = status
        return found


def _said(vevents: tuple[VEvent, ...]) -> frozenset[Said]:
    return frozenset(
        said
        for each in vevents
        for line in each.lines
        if line.name in OURS
        for said in line.said(each.value("RECURRENCE-ID"))
    )


def _by_id(answers: Mapping[str, str], people: Mapping[str, str]) -> dict[str, bool]:
    """Whether they said no, by their ids: those who were only asked have not answered."""
    given = ((who, answer) for who, answer in answers.items() if who in people and answer != ASKED)
    return {people[who]: answer == "DECLINED" for who, answer in given}


def _attends(line: Line) -> bool:
    return line.name == "ATTENDEE"


def _outside(text: bytes) -> Iterator[str]:
    """The lines of a file that are in no VEVENT."""
    inside = False
    for whole in _unfolded(text):
        upper = whole.strip().upper()
        inside = inside or upper == "BEGIN:VEVENT"
        if not inside:
            yield whole
        inside = inside and upper != "END:VEVENT"


def _unfolded(text: bytes) -> list[str]:
    return _END.split(_FOLD.sub("", text.decode(errors="replace")))


def _vevents(text: bytes) -> Iterator[VEvent]:
    current, inner = VEvent(), 0
    inside = False
    for whole in _unfolded(text):
        upper = whole.strip().upper()
        if upper == "BEGIN:VEVENT":
            current, inner, inside = VEvent(), 0, True
        elif upper == "END:VEVENT" and inside:
            inside = False
            yield current
        elif inside:
            begins, ends = upper.startswith("BEGIN:"), upper.startswith("END:")
            if inner or begins:
                current.nested.append(whole)
                inner += begins - ends
            elif match := _LINE.fullmatch(whole):
                parameters = {name.upper(): value.strip('"') for name, value in _ONE_PARAMETER.findall(match[2])}
                current.lines.append(
                    Line(name=match[1].upper(), parameters=parameters, value=match[3].strip(), whole=whole)
                )


def _unescaped(match: "re.Match[str]") -> str:
    return "\n" if match[1] in "nN" else match[1]
