"""The best rules of each series if it were alone: few enough to choose among them for many series at once."""

from dataclasses import dataclass

import numpy as np

from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Int64Array
from scheduler.solve.many.table import RuleTable, rule_table
from scheduler.solve.task import NEVER, Task

MOST_RULES = 48  # the next ones are hardly ever chosen (96 bring 0.2 % more sessions where calendars are light)


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The rules of a series that gain anything, the best first.

    `starts[rule, k]`: the minute at which the k-th open session stands under a rule, as far as that is no matter of
    choice: held, or where it stood before; NEVER for sessions that have to be moved or skipped.
    """

    rules: RuleTable
    starts: Int64Array

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def best(self) -> int:
        """The most that any rule gains."""
        return int(self.rules.gain.max(initial=0))


def shortlist(task: Task, slack: int) -> Shortlist:
    """The best rules of a series, the best first."""
    rules = rule_table(task, slack).best(MOST_RULES)
    rules = rules.only(np.flatnonzero(rules.gain > 0)).compact()
    use, held = rules.use()
    starts = np.append(task.candidates.starts, NEVER)[use]
    firm = (held | (starts == task.stood)) & (use != NOWHERE)
    return Shortlist(rules, np.where(firm, starts, NEVER))
