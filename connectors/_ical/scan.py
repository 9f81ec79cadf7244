"""Lines to components, with only those properties that say when: one regular expression walks over the rest.

Titles, places, notes and people are not among the names, so they never become objects here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from connectors._ical.text import Source, decoded
from scheduler.errors import Unavailable

MOST_COMPONENTS = 20_000
DEEPEST = 4

_NAMES = (
    b"BEGIN|END|UID|SEQUENCE|STATUS|TRANSP|DTSTART|DTEND|DURATION|RRULE|EXRULE|RDATE|EXDATE|RECURRENCE-ID"
    b"|TZID|TZOFFSETFROM|TZOFFSETTO|X-WR-TIMEZONE|FREEBUSY|PRIORITY"
)
_PROPERTY = re.compile(rb"\n(?=[BDEFPRSTUX])(" + _NAMES + rb")[ \t]*([;:][^\n]*)", re.IGNORECASE)
_PARAMETER = re.compile(rb';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^;]*))')
_TEXT = re.compile(rb'(?:[^":]|"[^"]*")*?:(.*)')

# these stand side by side in a calendar: where one begins inside another, an END is missing
_SIDE_BY_SIDE = {b"VEVENT", b"VTODO", b"VJOURNAL", b"VFREEBUSY", b"VTIMEZONE", b"VAVAILABILITY"}


@dataclass(slots=True)
class Component:
    """A component; its properties by name (in capitals), each the rest of its line from the first `;` or `:` on."""

    name: bytes
    source: Source
    offset: int
    properties: dict[bytes, list[bytes]] = field(default_factory=dict)
    children: list["Component"] = field(default_factory=list)
    closed: bool = False

    @property
    def line(self) -> int:
        """Where it begins in its file, from 1; a whole file is on line 0."""
        return self.source.line_at(self.offset) if self.name else 0

    def all(self, name: bytes) -> list[bytes]:
        """Every property of a name, in order."""
        return self.properties.get(name, [])

    def first(self, name: bytes) -> bytes | None:
        """The first property of a name."""
        return self.properties[name][0] if name in self.properties else None

    def says(self, name: bytes, value: bytes) -> bool:
        """Whether a property has this value, which is a word in capitals."""
        rest = self.first(name)
        return rest is not None and rest.rpartition(b":")[2].strip().upper() == value

    def text(self, name: bytes) -> str:
        """The value of the first property of a name, "" where there is none."""
        rest = self.first(name)
        return text_value(rest) if rest is not None else ""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What stands in one file, below a `root` without a name; `whole` is False where it ends inside a component."""

    root: Component
    whole: bool

    @property
    def components(self) -> list[Component]:
        """Calendars, and what stands outside of any."""
        return self.root.children


def scan(source: Source) -> Scanned:
    """The components of a file, calendars and bare ones. Raises Unavailable beyond the limits on number and depth."""
    root = Component(b"", source, 0)
    stack = [root]
    begun = 0
    for match in _PROPERTY.finditer(b"\n" + source.lines):
        name, rest = match[1].upper(), match[2]
        if name == b"BEGIN":
            begun += 1
            _begin(stack, Component(rest[1:].strip().upper(), source, match.start()))
            if begun > MOST_COMPONENTS or len(stack) > DEEPEST + 1:
                raise Unavailable(
                    f"It has more than {MOST_COMPONENTS:,} components, or nests them more than {DEEPEST} deep."
                )
        elif name == b"END":
            _end(stack, rest[1:].strip().upper())
        else:
            stack[-1].properties.setdefault(name, []).append(rest)
    return Scanned(root, whole=len(stack) == 1)


def split(rest: bytes) -> tuple[dict[str, str], str]:
    """Parameters (names in capitals) and value of a property whose value has no colon: dates, periods, rules."""
    head, _, value = rest.rpartition(b":")
    return _parameters(head), decoded(value).strip()


def text_value(rest: bytes) -> str:
    """The value of a property whose value may hold colons."""
    match = _TEXT.match(rest)
    return decoded(match[1]).strip() if match else ""


def walk(components: list[Component], name: bytes) -> Iterator[tuple[Component | None, Component]]:
    """Components of a name with the calendar that holds them, if one does."""
    for component in components:
        if component.name == name:
            yield None, component
        elif component.name == b"VCALENDAR":
            yield from ((component, child) for child in component.children if child.name == name)


@lru_cache(maxsize=1024)
def _parameters(head: bytes) -> dict[str, str]:
    return {decoded(name).upper(): decoded(quoted or bare).strip() for name, quoted, bare in _PARAMETER.findall(head)}


def _begin(stack: list[Component], component: Component) -> None:
    if component.name == b"VCALENDAR":
        del stack[1:]
    elif component.name in _SIDE_BY_SIDE:
        while stack[-1].name not in (b"VCALENDAR", b""):
            stack.pop()
    stack[-1].children.append(component)
    stack.append(component)


def _end(stack: list[Component], name: bytes) -> None:
    if any(component.name == name for component in stack[1:]):
        while stack[-1].name != name:
            stack.pop()
        stack.pop().closed = True
