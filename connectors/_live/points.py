"""Open points: questions that only a live account can answer, asked in turn, with everything tidied away."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from secrets import token_hex

from connectors._live.answers import NotAllowed
from scheduler.errors import CredentialsRejected, RondoError

Facts = Mapping[str, object]
"""What was seen: status codes, reason codes, names of fields, instants of our own events; nothing of anybody else's."""

TITLE = "Rondo live check"
NOTE = "Made by rondo doctor --live, which deletes it again. If it is still here, delete it."
ROUNDS = 3  # of looking for what is left: a write that was given up may turn up late


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a question: in words, and what they rest on."""

    words: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """An open point. `unasked`: why it can't be asked of this account; empty where it can."""

    name: str
    question: str
    ask: Callable[[], Told]
    unasked: str = ""


def closed(name: str, question: str, why: str) -> Point:
    """A point that no account can be asked from here."""
    return Point(name, question, lambda: Told(why), why)


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    UNASKED = "not asked"
    FAILED = "no answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one point."""

    name: str
    question: str
    outcome: Outcome
    told: Told


class Desk(ABC):
    """The events that a run makes in one calendar. All have the same `title`, which no other run's have."""

    def __init__(self) -> None:
        self.title = f"{TITLE} {token_hex(4)}"
        self.left: set[str] = set()
        """Ids of events that were made, or may have been, and are not known to be gone."""
        self.began = False
        """Whether anything may have been written."""
        self.searched = False
        """Whether the last sweep could look for events whose ids never reached us."""

    def sweep(self) -> None:
        """Delete every event of ours, also of runs that were killed. What could not be deleted stays in `left`."""
        if not self.writes:
            return
        for _ in range(ROUNDS):
            found = self._found()
            self.left |= found
            for id_ in sorted(self.left):
                self._tidy(id_)
            if not found:
                return

    def _found(self) -> set[str]:
        try:
            found = self.listed()
        except RondoError:
            self.searched = False
            return set()
        self.searched = True
        return found

    def _tidy(self, id_: str) -> None:
        try:
            self.delete(id_)
        except RondoError:
            return
        self.left.discard(id_)

    @property
    @abstractmethod
    def writes(self) -> bool:
        """Whether the account may write; else nothing is made, and nothing has to be tidied away. Raises RondoError."""

    @abstractmethod
    def listed(self) -> set[str]:
        """The ids of the events that a check made, and that stand there. Raises RondoError."""

    @abstractmethod
    def delete(self, id_: str) -> None:
        """Delete one event; what is gone already is no error. Raises RondoError."""


def examine(points: Sequence[Point], desk: Desk, tell: Callable[[Finding], None]) -> None:
    """Ask each point, and tell what came of it at once. Whatever happens, the desk is swept before this ends.

    Raises CredentialsRejected, and RondoError where the calendar can't even be looked at before anything is written.
    """
    if desk.writes:
        desk.left |= desk.listed()
        desk.began = True
    try:
        desk.sweep()
        for point in points:
            tell(_finding(point))
    finally:
        desk.sweep()


def _finding(point: Point) -> Finding:
    if point.unasked:
        return Finding(point.name, point.question, Outcome.UNASKED, Told(point.unasked))
    try:
        return Finding(point.name, point.question, Outcome.ANSWERED, point.ask())
    except NotAllowed as fault:
        return Finding(point.name, point.question, Outcome.UNASKED, Told(str(fault)))
    except CredentialsRejected:
        raise  # each further question would be refused, too
    except RondoError as fault:
        return Finding(point.name, point.question, Outcome.FAILED, Told(str(fault)))


def sorted_out(statuses: Mapping[str, int], honoured: int) -> str:
    """Which kinds of writes answered with the status that shows a condition was honoured, which went through."""
    good = [name for name, status in statuses.items() if status == honoured]
    passed = [name for name, status in statuses.items() if status < 300]
    other = [f"{name}: {status}" for name, status in statuses.items() if name not in (*good, *passed)]
    parts = [("Honoured by", good), ("Ignored by", passed), ("Answered otherwise by", other)]
    return " ".join(f"{words} {', '.join(names)}." for words, names in parts if names)


def names_of(items: Iterable[object]) -> list[str]:
    """The names of fields that say something in any of these objects; what they say is not looked at."""
    found = {str(name) for item in items if isinstance(item, dict) for name, value in item.items() if value}
    return sorted(found)
