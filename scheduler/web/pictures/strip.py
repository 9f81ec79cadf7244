"""A strip of weeks: one cell a session, with its day, a sign and a word; and the same as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.app.planning.times import TimeOption
from scheduler.core.plan import Status
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import local_time
from scheduler.core.words import short_date, when


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What becomes of a session: a class for its colour, a sign and a word, since colour alone says nothing."""

    kind: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One cell and its row: `id` is its name in the page, `times` what each person's clock shows, if it is held."""

    id: str
    day: str
    state: State
    differs: bool
    usual: str
    times: tuple[str, ...]


def state_of(status: Status, *, happens: bool) -> State:
    """Of a session; one that a person put somewhere happens, or was skipped by hand."""
    match status:
        case Status.HELD:
            return State(kind="holds", sign="●", word=_("holds"))
        case Status.MOVED:
            return State(kind="moves", sign="↷", word=_("moves"))
        case Status.PINNED if happens:
            return State(kind="moves", sign="◆", word=_("put there by hand"))
        case Status.PINNED:
            return State(kind="skipped", sign="–", word=_("skipped"))
        case _:
            return State(kind="none", sign="✕", word=_("no time"))


def strip(option: TimeOption, prefix: str) -> tuple[Week, ...]:
    """A cell for each session; `prefix` begins their names."""
    return tuple(
        Week(
            id=f"{prefix}-{cell.session + 1}",
            day=short_date(local_time(cell.regular, option.anchor).day),
            state=state_of(cell.status, happens=cell.start is not None),
            differs=cell.differs,
            usual=when(cell.regular, option.anchor, dated=True),
            times=tuple(when(cell.start, clock.zone, dated=True) for clock in option.clocks) if cell.start else (),
        )
        for cell in option.cells
    )


def headings(option: TimeOption) -> Sequence[str]:
    """Whose clock each column of the table shows."""
    return [clock.name for clock in option.clocks]
