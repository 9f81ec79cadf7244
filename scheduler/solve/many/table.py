"""What every rule of one series yields while all others stay where they are.

With the others fixed, the weeks of a series are independent: under a rule, each session is held where the rule puts it
or moved to the best start of its week. So all rules are scored at once, as slices of the starts that are left.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE, Candidates
from scheduler.core.interval import Int64Array
from scheduler.core.series import Slot
from scheduler.solve.task import MOVE_PAIN, Task

MOST_PRODUCTS = 512
"""Of the combinations of the slots of a rotation, so many are looked at for each first week."""
EMPTY_SEAT = 1 << 32
"""More than the pain of everybody in one session."""
FAR = 1 << 60


@dataclass(frozen=True, slots=True)
class Rule:
    """A first week (or month), and for each slot of the rotation a day (of `choices`) and a time of day on the grid."""

    first: int
    days: tuple[int, ...]
    times: tuple[int, ...]

    def slots(self, found: Candidates) -> tuple[Slot, ...]:
        """Its slots; those of a rotation without a session repeat the first."""
        slots = [found.slot(day, time) for day, time in zip(self.days, self.times, strict=True)]
        return (*slots, *slots[:1] * (found.series.cadence.rotation - len(slots)))

    def regular(self, task: Task) -> Int64Array:
        """The minute at which it puts each open session."""
        grid, times = task.candidates.grid, np.array(self.times)[task.open % len(self.times)]
        return grid.lattice.minutes(grid.regular[self.dates(task), times])

    def dates(self, task: Task) -> Int64Array:
        """The day of the horizon on which it puts each open session."""
        days: Int64Array = task.candidates.dates[self.first, np.array(self.days)[task.open % len(self.days)], task.open]
        return days

    def weeks(self, task: Task) -> Int64Array:
        """The week inside which each open session may be moved."""
        return self.dates(task) // 7


@dataclass(frozen=True, slots=True)
class Columns:
    """Each column is a first week (or month), a day and a time of day, as one slot of the rotation may have it.

    `first`, `choice`, `time`: shape (columns,). `use[column, session]`: the start at which that open session would
    stand, or NOWHERE; `held[column, session]`: whether the rule itself puts it there. `week`: where it may be moved.
    """

    first: Int64Array
    choice: Int64Array
    time: Int64Array
    use: Int64Array
    held: Bitmap
    week: Int64Array

    def only(self, kept: Int64Array) -> "Columns":
        """Some of the columns."""
        return Columns(
            self.first[kept], self.choice[kept], self.time[kept], self.use[kept], self.held[kept], self.week[kept]
        )


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The rules of a series, one a row: `columns[rule, slot]` and what it yields over skipping all open sessions.

    `gain`: of the first level of the score; `strain`: of the second; `comfort`: of the fourth, the fewer the better in
    both. `gives[slot]` says which open sessions each slot of the rotation has.
    """

    task: Task
    all_columns: Columns
    columns: Int64Array
    gives: tuple[Bitmap, ...]
    gain: Int64Array
    strain: Int64Array
    comfort: Int64Array

    def best(self, most: int) -> "RuleTable":
        """The best rules, the best first: by gain, then strain, then comfort, then by their order."""
        return self.only(np.lexsort((self.comfort, self.strain, -self.gain))[:most])

    def only(self, rules: Int64Array) -> "RuleTable":
        """Some of the rules."""
        return replace(
            self,
            columns=self.columns[rules],
            gain=self.gain[rules],
            strain=self.strain[rules],
            comfort=self.comfort[rules],
        )

    def compact(self) -> "RuleTable":
        """The same rules, without the columns that none of them has."""
        kept, number = np.unique(self.columns, return_inverse=True)
        return replace(self, all_columns=self.all_columns.only(kept), columns=number.reshape(self.columns.shape))

    def use(self) -> tuple[Int64Array, Bitmap]:
        """For each rule and open session: the start at which it would stand (or NOWHERE), and whether it is held."""
        shape = (len(self.columns), len(self.task.open))
        use, held = np.full(shape, NOWHERE, dtype=np.int64), np.zeros(shape, dtype=bool)
        for slot, mine in enumerate(self.gives):
            use[:, mine] = self.all_columns.use[self.columns[:, slot]][:, mine]
            held[:, mine] = self.all_columns.held[self.columns[:, slot]][:, mine]
        return use, held

    def use_of(self, rule: int) -> Int64Array:
        """The start at which each open session stands under one rule, or NOWHERE."""
        use = np.full(len(self.task.open), NOWHERE, dtype=np.int64)
        for mine, column in zip(self.gives, self.columns[rule].tolist(), strict=True):
            use[mine] = self.all_columns.use[column, mine]
        return use

    def rule(self, number: int) -> Rule:
        """A rule by its number."""
        mine, columns = self.columns[number], self.all_columns
        return Rule(
            int(columns.first[mine[0]]), tuple(columns.choice[mine].tolist()), tuple(columns.time[mine].tolist())
        )


def rule_table(task: Task, slack: int) -> RuleTable:
    """Score every rule of a series."""
    columns = _every_column(task)
    values = [_values(task, columns, mine) for mine in _given_to(task)]
    return _table(task, slack, columns, _combined(columns, values), values)


def table_of(task: Task, slack: int, rule: Rule) -> RuleTable:
    """The table of one rule alone."""
    regular, dates = task.candidates.regular, task.candidates.dates[:, :, task.open]
    choice, time = np.array(rule.days, dtype=np.int64), np.array(rule.times, dtype=np.int64)
    first = np.full(len(choice), rule.first)
    days = dates[first, choice]
    columns = _columns(task, first, choice, time, regular[days, time[:, None]], days // 7)
    values = [_values(task, columns, mine) for mine in _given_to(task)]
    return _table(task, slack, columns, np.arange(len(first))[None, :], values)


def _table(task: Task, slack: int, columns: Columns, chosen: Int64Array, values: list[Int64Array]) -> RuleTable:
    gain, moves, empty, pain = sum(
        (value[:, chosen[:, slot]] for slot, value in enumerate(values)), np.zeros((4, len(chosen)), dtype=np.int64)
    )
    given = task.moves_given
    excess = np.maximum(moves + given - slack, 0) - max(given - slack, 0)
    return RuleTable(task, columns, chosen, _given_to(task), gain, excess + empty, pain + MOVE_PAIN * moves)


def _given_to(task: Task) -> tuple[Bitmap, ...]:
    """Which open sessions each slot of the rotation has."""
    count = min(task.series.cadence.rotation, task.series.sessions)
    return tuple(task.open % task.series.cadence.rotation == slot for slot in range(count))


def _every_column(task: Task) -> Columns:
    """Every column that holds a session, and one of each first week that may live of moves alone."""
    found = task.candidates
    regular = found.regular
    times = np.flatnonzero((regular != NOWHERE).any(axis=0))
    if not len(times):
        times = np.zeros(1, dtype=np.int64)
    dates = found.dates[:, :, task.open]
    first, choice = np.nonzero((dates != NOWHERE).all(axis=2))
    days = dates[first, choice]
    at = regular[days[:, :, None], times].transpose(0, 2, 1).reshape(len(first) * len(times), len(task.open))
    each = np.repeat(np.arange(len(first)), len(times))
    needed = _needed(at, first[each], monthly=task.series.cadence.monthly)
    at, each, time = at[needed], each[needed], np.tile(times, len(first))[needed]
    return _columns(task, first[each], choice[each], time, at, days[each] // 7)


def _needed(at: Int64Array, first: Int64Array, *, monthly: bool) -> Int64Array:
    """The columns that hold a session; of a first week without any, one, since moves are the same under all of them."""
    if monthly:
        return np.arange(len(at))
    opens = np.ones(len(first), dtype=bool)
    opens[1:] = first[1:] != first[:-1]
    return np.flatnonzero((at != NOWHERE).any(axis=1) | opens)


def _columns(
    task: Task, first: Int64Array, choice: Int64Array, time: Int64Array, at: Int64Array, week: Int64Array
) -> Columns:
    use = _best_places(task, at, week)
    return Columns(first, choice, time, use, (use == at) & (use != NOWHERE), week)


def _best_places(task: Task, at: Int64Array, week: Int64Array) -> Int64Array:
    """For each column and session: where it stands best, held or moved; NOWHERE where it can't stand at all."""
    cost = seat_cost(task)
    elsewhere = first_of_weeks(task.candidates, np.argsort(cost, kind="stable"))[week]
    use = np.where(at != NOWHERE, at, elsewhere)
    if task.series.optional:
        padded = np.append(cost, FAR)
        use = np.where(padded[elsewhere] + EMPTY_SEAT < padded[use], elsewhere, use)
    if task.keep:
        stays, weeks = _standing(task)
        use = np.where((stays != NOWHERE) & ((weeks == week) | (stays == at)), stays, use)
    return use


def seat_cost(task: Task) -> Int64Array:
    """What each start costs: seats that stay empty, and the pain of those who come."""
    found, required = task.candidates, len(task.series.required)
    pain = found.pain[:, :required].sum(axis=1)
    if task.series.optional:
        pain = pain + (found.pain[:, required:] * found.comes).sum(axis=1)
        pain = pain + EMPTY_SEAT * (~found.comes).sum(axis=1)
    return np.asarray(pain, dtype=np.int64)


def first_of_weeks(found: Candidates, order: Int64Array) -> Int64Array:
    """Of starts in an order, the first in each week, or NOWHERE; shape (weeks + 1,), the last answers for NOWHERE."""
    best = np.full(found.weeks + 1, NOWHERE, dtype=np.int64)
    order = order[found.week[order] != NOWHERE]
    weeks, at = np.unique(found.week[order], return_index=True)
    best[weeks] = order[at]
    return best


def _standing(task: Task) -> tuple[Int64Array, Int64Array]:
    """Where the open sessions stood in the previous plan, if they still can; and the week of that place."""
    found, was = task.candidates, task.stood
    if not len(found.starts):
        return np.full(len(was), NOWHERE), np.full(len(was), NOWHERE)
    at = np.searchsorted(found.starts, was).clip(max=len(found.starts) - 1)
    stays = np.where(found.starts[at] == was, at, NOWHERE)
    return stays, np.append(found.week, NOWHERE)[stays]


def _values(task: Task, columns: Columns, mine: Bitmap) -> Int64Array:
    """Gain, moves, empty seats and pain of each column in the sessions of one slot, shape (4, columns)."""
    use, held = columns.use[:, mine], columns.held[:, mine]
    stands = use != NOWHERE
    cost = np.append(seat_cost(task), 0)[use]
    gain = stands if not task.keep else _gains(task, use, mine)
    total = cost.sum(axis=1)
    return np.stack([gain.sum(axis=1), (stands & ~held).sum(axis=1), total // EMPTY_SEAT, total % EMPTY_SEAT])


def _gains(task: Task, use: Int64Array, mine: Bitmap) -> Int64Array:
    """With a previous plan: what each session is worth where it would stand."""
    starts = np.append(task.candidates.starts, -FAR)
    gains = [task.gain(i, starts[use[:, k]]) for k, i in enumerate(task.open[mine].tolist())]
    stacked = np.stack(gains, axis=1) if gains else np.zeros(use.shape, dtype=np.int64)
    return np.where(use != NOWHERE, stacked, 0)


def _combined(columns: Columns, values: list[Int64Array]) -> Int64Array:
    """The columns of each rule, shape (rules, slots): all of them; of a rotation the best combinations."""
    if len(values) == 1:
        return np.arange(len(columns.first))[:, None]
    each = max(2, int(MOST_PRODUCTS ** (1 / max(1, len(values)))))
    rows = []
    for first in np.unique(columns.first):
        mine = np.flatnonzero(columns.first == first)
        best = []
        for gain, moves, empty, pain in (value[:, mine] for value in values):
            order = np.lexsort((pain + MOVE_PAIN * moves, moves + empty, -gain))[:each]
            best.append(mine[order].tolist())
        rows += list(product(*best))
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(values))
