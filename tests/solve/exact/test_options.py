"""Columns and options: what a task leaves to choose."""

import numpy as np

from scheduler.core.candidates import NOWHERE
from scheduler.solve.exact.options import menu, option_gains
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of, window

ANNA = person("anna", {0: window(9, 11)})


def test_columns_of_a_weekly_series() -> None:
    """Two sessions in three weeks: from week 0 or 1, at nine or ten; what holds nothing is left out."""
    columns = menu(tasks_of(problem([ANNA], series("s", "anna", sessions=2), weeks=3))[0]).columns[0]
    assert list(zip(columns.first.tolist(), columns.choice.tolist(), columns.time.tolist(), strict=True)) == [
        (0, 0, 9),
        (0, 0, 10),
        (1, 0, 9),
        (1, 0, 10),
    ]
    assert columns.week.tolist() == [[0, 1], [0, 1], [1, 2], [1, 2]]


def test_a_column_that_holds_nothing_is_kept_where_its_weeks_are_needed() -> None:
    """Anna can't be met on Mondays of the second week; a rule from there holds nothing, but may move."""
    anna = person("anna", {0: window(9, 11)}, busy=[[WEEK, 2 * WEEK]])
    columns = menu(tasks_of(problem([anna], series("s", "anna"), weeks=2))[0]).columns[0]
    assert columns.first.tolist() == [0, 0, 1]
    assert columns.regular[2].tolist() == [NOWHERE]


def test_options_of_a_session() -> None:
    """Every start in the weeks that its rules mean, each linked to the rule that holds it there."""
    found = menu(tasks_of(problem([ANNA], series("s", "anna", sessions=2), weeks=3))[0])
    choice, starts = found.options, found.task.candidates.starts
    assert sorted(zip(choice.session.tolist(), starts[choice.start].tolist(), strict=True)) == [
        (session, week * WEEK + minute)
        for session in (0, 1)
        for week in (session, session + 1)
        for minute in (NINE, TEN)
    ]
    assert choice.movable.all()
    assert len(choice.links) == len(choice.session)


def test_what_is_pinned_is_no_option() -> None:
    """Neither the pinned session, nor the weeks that only it could be in."""
    found = menu(tasks_of(problem([ANNA], series("s", "anna", sessions=2, pinned={1: 7}), weeks=2))[0])
    assert set(found.options.session.tolist()) == {0}
    assert found.columns[0].sessions.tolist() == [0]
    assert set(found.columns[0].first.tolist()) == {0, 1}


def test_a_rotation_has_columns_for_each_slot() -> None:
    """Three sessions of two slots: the first slot has two of them. A slot without a session has none."""
    rotation = menu(tasks_of(problem([ANNA], series("s", "anna", sessions=3, rotation=2), weeks=3))[0]).columns
    assert [columns.sessions.tolist() for columns in rotation] == [[0, 2], [1]]
    alone = menu(tasks_of(problem([ANNA], series("s", "anna", sessions=1, rotation=2), weeks=3))[0]).columns
    assert len(alone) == 1


def test_what_may_not_be_moved_has_only_regular_options() -> None:
    """They are not movable, and each has its link."""
    choice = menu(tasks_of(problem([ANNA], series("s", "anna", movable=False)))[0]).options
    assert not choice.movable.any()
    assert sorted(choice.links[:, 0].tolist()) == list(range(len(choice.session)))


def test_a_menu_without_some_columns() -> None:
    """Options that only they needed go with them."""
    found = menu(tasks_of(problem([ANNA], series("s", "anna"), weeks=2))[0])
    left = found.without([np.array(found.columns[0].first == 1)])
    assert set(left.columns[0].first.tolist()) == {0}
    assert set(left.options.week.tolist()) == {0}
    assert option_gains(left.task, left.options).tolist() == [1, 1]


def test_a_series_that_nothing_holds() -> None:
    """No starts, no columns but idle ones, no options."""
    found = menu(tasks_of(problem([person("anna", {0: ()})], series("s", "anna")))[0])
    assert len(found.options.session) == 0
    assert (found.columns[0].regular == NOWHERE).all()
