"""Changes as the repair benchmark makes them."""

import numpy as np
import pytest

from scheduler.core.interval import WEEK_MINUTES
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from tests.benchmarks.baselines import greedy, naive_moves
from tests.benchmarks.changes import busier, changed_sessions, pinned, some_people
from tests.benchmarks.instances import instance_of
from tests.benchmarks.repair import many_changes, quantiles, single_changes


@pytest.fixture(scope="module")
def standing() -> tuple[Problem, Plan]:
    """A programme, and the plan that stands."""
    asked = instance_of(40, 2)
    return asked, greedy(asked)


def test_new_events_break_some_sessions_after_the_freeze(standing: tuple[Problem, Plan]) -> None:
    """Of the people who changed, and of nobody else; nothing happens in the first two weeks."""
    asked, plan = standing
    people = some_people(asked, 3, share=0.2)
    later = busier(asked, people, 3)
    faults = check(later, plan, plan).faults
    assert faults
    assert all(any(who in fault for who in people) for fault in faults)
    assert later.freeze_until == 2 * WEEK_MINUTES
    for who in people:
        before, after = asked.people[who].busy, later.people[who].busy
        assert after.ravel().sum() != before.ravel().sum()
        assert np.array_equal(before[before[:, 1] <= WEEK_MINUTES], after[after[:, 1] <= WEEK_MINUTES])


def test_a_change_is_drawn_by_its_seed(standing: tuple[Problem, Plan]) -> None:
    """The same seed gives the same people and the same events."""
    asked, _ = standing
    assert some_people(asked, 1) == some_people(asked, 1) != some_people(asked, 2)
    who = some_people(asked, 1)[0]
    one, again, other = (busier(asked, [who], seed).people[who].busy.tolist() for seed in (1, 1, 2))
    assert one == again != other


def test_a_plan_from_scratch_keeps_what_is_frozen(standing: tuple[Problem, Plan]) -> None:
    """The standing plan satisfies its own pins, and only later sessions are free."""
    asked, plan = standing
    later = pinned(busier(asked, [], 1), plan)
    assert later.freeze_until is None
    pins = sum(len(series.pinned) for series in later.series)
    assert pins == sum(session.start < 2 * WEEK_MINUTES for one in plan.placements for session in one.sessions)
    assert changed_sessions(plan, greedy(asked)) == 0


def test_changes_are_counted_as_the_checker_counts_them(standing: tuple[Problem, Plan]) -> None:
    """Whatever the order of the placements."""
    asked, plan = standing
    other = naive_moves(asked)
    changed = check(asked, other, plan).score.changed
    assert changed > 0
    assert changed_sessions(plan, Plan(tuple(reversed(other.placements)))) == changed


def test_repairs_are_measured_and_break_no_rule(standing: tuple[Problem, Plan]) -> None:
    """Of many calendars at once: fewer changes than from scratch; of single ones: three times, in order."""
    asked, plan = standing
    broken, changed, anew, ratio, happen, _, faults, _ = many_changes(asked, plan, 3)
    assert 0 < int(broken) <= int(changed) < int(anew)
    assert float(ratio) == pytest.approx(int(changed) / int(anew), abs=1e-3)
    assert int(happen) > 0
    assert faults == "0"
    people, total, most, faults, *milliseconds = single_changes(asked, plan, 3, 12)
    assert (people, faults) == ("12", "0")
    assert int(most) <= int(total)
    assert milliseconds == sorted(milliseconds, key=float)
    assert list(quantiles([float(n) for n in range(101)])) == ["50", "95", "100"]
