"""How far a search is, told while it goes on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `done` of `of` in a stage, the sessions that happen in the best plan so far, and how many can at most."""

    stage: str
    done: int
    of: int
    happen: int
    bound: int

    @property
    def gap(self) -> float:
        """How much more than what happens could be possible, as a share of the bound."""
        return (self.bound - self.happen) / self.bound if self.bound else 0.0


Report = Callable[[Progress], None]


@dataclass(slots=True)
class Teller:
    """Tells of each step; who finds a better plan or a sharper bound notes it here, and what the bound is by."""

    report: Report
    happen: int = 0
    bound: int = 0
    by: str = "free"

    def steps(self, stage: str, items: Sequence[T]) -> Iterator[T]:
        """Go through the items of a stage, and report before each and at the end."""
        for done, item in enumerate(items):
            self.tell(stage, done, len(items))
            yield item
        if items:
            self.tell(stage, len(items), len(items))

    def tell(self, stage: str, done: int, of: int) -> None:
        """Report one step."""
        self.report(Progress(stage, done, of, self.happen, self.bound))


def unheard(progress: Progress) -> None:
    """Hears no report."""
