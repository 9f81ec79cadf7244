"""What the engine is given to do, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An event whose writing is owed and due.

    To one `account` (as "google:ana") one write is made at a time. Raises ValueError without one.
    """

    programme: str
    uid: str
    sequence: int
    attempt: int
    account: str

    def __post_init__(self) -> None:
        if not self.account:
            raise ValueError(f"nobody's account is said for {self.uid}")

    @property
    def key(self) -> str:
        """The same for the same attempt to write the same state of an event."""
        return f"write:{self.programme}:{self.uid}:{self.sequence}:{self.attempt}"


class Jobs(Protocol):
    """What the engine calls, from any thread; after a crash once more, by any process.

    A RondoError is an outcome: what is still due then is tried again, a write at once unless its row says later, a
    round after `Pace.rest`. Anything else is a fault of ours: after `Pace.tries` it is parked and counted. Either way
    the steps after it go on.
    """

    def due(self) -> Sequence[str]:
        """Programmes in which something is due: a calendar by its time or its mark, a write, a notice."""
        ...

    def read(self, programme: str) -> None:
        """Read the calendars that are due or marked."""
        ...

    def repair(self, programme: str) -> None:
        """Look at what stands, and decide."""
        ...

    def owed(self, programme: str) -> Sequence[Owed]:
        """Events whose writing is owed, and due by now."""
        ...

    def write(self, programme: str, uid: str) -> None:
        """Write one event where it belongs, if that is still owed."""
        ...

    def tell(self, programme: str) -> None:
        """Send the notices that are owed."""
        ...

    def asked(self) -> Sequence[tuple[str, str]]:
        """Long work that somebody asked for and that is not over: programme and id of each."""
        ...

    def work(self, programme: str, id_: str) -> None:
        """Do such work to its end, or take it up where its process died; nothing where it is over."""
        ...

    def renew(self) -> None:
        """Renew the subscriptions that end soon."""
        ...

    def digest(self) -> None:
        """Send the digests that are due."""
        ...

    def tidy(self) -> None:
        """Forget what is older than it is kept."""
        ...

    def beat(self, executor: str) -> None:
        """Note that a process lives."""
        ...

    def silent(self) -> Sequence[str]:
        """Processes that were not heard of for long, told to one asker at a time."""
        ...

    def buried(self, executor: str) -> None:
        """Note that a silent process's work was taken over."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long, in seconds. The last three are cron lines in UTC, which begin with seconds."""

    sweep: float = 5
    gather: float = 1  # nudges
    beat: float = 5
    reap: float = 5
    poll: float = 0.25  # of the queues: one write to an account starts at each
    tries: int = 3
    retry: float = 1  # before the second try, and twice that before the third
    crashes: int = 10  # of the process in the midst of one workflow, and once more: then it is parked
    rest: float = 60  # for a programme of whose round a step failed
    stranded: float = 60  # until what seems to run, and doesn't, is taken up again
    stop: int = 10
    watching: int = 4  # rounds at a time in a process
    writing: int = 8
    asked: int = 1  # long works at a time in a process: each takes a processor
    kept: timedelta = timedelta(days=1)
    parked: timedelta = timedelta(hours=1)  # then it is tried again
    renewals: str = "0 */10 * * * *"
    digests: str = "0 0 * * * *"
    tidying: str = "0 17 * * * *"
