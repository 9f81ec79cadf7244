"""What every rule of a series yields, against the checker and against trying each start."""

from dataclasses import replace

import numpy as np
import pytest

from scheduler.core.candidates import NOWHERE
from scheduler.core.plan import Plan
from scheduler.core.verify import check
from scheduler.solve.many.seating import placed, seating, weighed
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.table import RuleTable, rule_table, table_of
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import TEN, person, problem, series, tasks_of


@pytest.mark.campaign(100)
def test_a_table_says_of_a_rule_what_the_checker_says_of_its_plan(seed: int) -> None:
    """Of the best rules of each series, alone in its problem: sessions, strain and discomfort are the checker's."""
    asked, _ = random_problem(seed, size="small")
    for one in asked.series:
        alone = replace(asked, series=(replace(one, pinned={}),))
        standing = Standing.of(alone, all_tasks(alone, None))
        task = standing.around(0)
        table = rule_table(task, alone.slack).best(3)
        for number in np.flatnonzero(table.gain > 0).tolist():
            whole = seating(table, number)
            found = standing.consistent(0, whole)  # its own sessions may clash, which a table does not see
            report = check(alone, Plan((placed(task, found, alone.horizon),)))
            assert report.faults == ()
            score = report.score
            assert (found.gain, found.strain, found.comfort) == (score.happen, score.strain, score.discomfort)
            assert seating(table_of(task, alone.slack, table.rule(number)), 0).worth == whole.worth
            assert weighed(task, alone.slack, table.rule(number), whole.starts, whole.comes).worth == whole.worth


@pytest.mark.campaign(100)
def test_no_rule_is_left_out(seed: int) -> None:
    """Rule by rule: what it holds is what the dates and the starts say, and the gain is the most there is."""
    asked, _ = random_problem(seed, size="small")
    for task in all_tasks(asked, None):
        if task.series.cadence.rotation == 1 and not task.given:
            table = rule_table(task, asked.slack)
            assert table.gain.max(initial=0) == best_gain_by_hand(table)


def best_gain_by_hand(table: RuleTable) -> int:
    """The most sessions under any rule: date by date, held or moved."""
    found, best = table.task.candidates, 0
    weeks = set(found.week.tolist()) - {NOWHERE}
    for first in range(found.dates.shape[0]):
        for choice in range(found.dates.shape[1]):
            days = found.dates[first, choice].tolist()
            if NOWHERE not in days:
                rows = found.regular[np.array(days, dtype=np.int64)]
                movable = np.array([day // 7 in weeks for day in days], dtype=bool)
                best = max(best, int(((rows != NOWHERE) | movable[:, None]).sum(axis=0).max(initial=0)))
    return best


def test_with_a_previous_plan_staying_is_worth_more_than_being_regular() -> None:
    """It stood at ten and nine is just as free: four for staying, three for a change."""
    asked = problem([person("anna")], series("s", "anna"))
    standing = Standing.of(asked, tasks_of(asked))
    [[nine, ten, _]] = [rule_table(standing.tasks[0], 1).best(3).columns.tolist()]
    assert nine != ten
    table = rule_table(standing.tasks[0], 1)
    at_ten = next(n for n in range(3) if seating(table, n).starts.tolist() == [TEN])
    before = Plan((placed(standing.tasks[0], seating(table, at_ten), asked.horizon),))
    again = rule_table(tasks_of(asked, before)[0], 1)
    assert {seating(again, n).starts.tolist()[0] for n in range(3)} == {TEN}
    assert again.gain.tolist() == [4, 4, 4]
    assert seating(again.best(1), 0).strain == 0
