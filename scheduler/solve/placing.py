"""What was decided for one series as a placement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import Slot, regular_starts
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one series: its rule, the sessions that we placed, and who misses pinned ones."""

    first: int
    slots: tuple[Slot, ...]
    placed: Mapping[int, Session]
    absent: Mapping[int, tuple[str, ...]]


UNPLACED = Choice(0, (), {}, {})


def placement(task: Task, horizon: Horizon, choice: Choice) -> Placement:
    """A choice as a placement.

    Without a session that we placed it has no slot, whatever its rule says; with nothing left to place, the one it had.
    """
    first, slots = (choice.first, choice.slots) if choice.placed else _last_rule(task)
    count = range(task.series.sessions)
    nominal = [task.nominal(i) for i in count]
    regular = regular_starts(task.series, first, slots, horizon).tolist() if choice.placed else nominal
    return Placement(task.series.id, first, slots, tuple(_session(task, choice, i, regular[i]) for i in count))


def _last_rule(task: Task) -> tuple[int, tuple[Slot, ...]]:
    before = task.before
    if before and not len(task.open) and len(before.slots) == task.series.cadence.rotation:
        return before.first, before.slots
    return 0, ()


def _session(task: Task, choice: Choice, i: int, regular: int) -> Session:
    if i in choice.placed:
        session = choice.placed[i]
        return replace(session, status=Status.HELD if session.start == regular else Status.MOVED)
    given = task.given.get(i)
    if given is None or (not given.takes_place and i in task.series.pinned):
        return Session(regular, Status.SKIPPED)
    return replace(given, absent=choice.absent.get(i, given.absent))
