"""Seating all sessions by rules that are chosen."""

from threading import Event

import numpy as np

from scheduler.core.plan import Status
from scheduler.solve.many.lazy import Chosen
from scheduler.solve.many.moves import respond, seat_all
from scheduler.solve.many.shortlist import shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.task import NEVER
from scheduler.solve.work import Work
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of

WORK = Work(Search.begin(Params(), Event(), 10.0), Teller(unheard))


def test_what_its_rule_cannot_hold_is_moved_and_what_nobody_can_hold_is_skipped() -> None:
    """The second session at ten, since nine is busy; the third not at all."""
    anna = person("anna", busy=[[WEEK + NINE, WEEK + TEN], [2 * WEEK, 3 * WEEK]])
    asked = problem([anna], series("s", "anna", sessions=3), weeks=3)
    standing = Standing.of(asked, tasks_of(asked))
    mine = shortlist(standing.around(0), asked.slack)
    nine = next(number for number in range(len(mine)) if mine.starts[number, 0] == NINE)
    seat_all(standing, [mine], Chosen(np.array([nine])), WORK)
    sessions = standing.placements()["s"].sessions
    assert [session.status for session in sessions] == [Status.HELD, Status.MOVED, Status.SKIPPED]


def test_rules_that_clash_for_lack_of_time_are_not_both_seated() -> None:
    """Both want nine: one has it, the other moves in its week."""
    asked = problem([person("anna")], series("s", "anna"), series("t", "anna"))
    standing = Standing.of(asked, tasks_of(asked))
    lists = [shortlist(standing.around(number), asked.slack) for number in range(2)]
    seat_all(standing, lists, Chosen(np.array([0, 0]), frozenset({0, 1})), WORK)
    assert [seating.starts.tolist() for seating in standing.seatings] == [[NINE], [TEN]]


def test_a_response_keeps_clear_of_all_others() -> None:
    """Nine is taken, so ten is best; and nothing is left where the others have the whole morning."""
    anna = person("anna")
    asked = problem([anna], series("s", "anna"), series("t", "anna"), series("u", "anna", duration=120))
    standing = Standing.of(asked, tasks_of(asked))
    standing.take(0, respond(standing, 0))
    standing.take(1, respond(standing, 1))
    assert standing.seatings[1].starts.tolist() == [TEN]
    assert respond(standing, 2).starts.tolist() == [NEVER]
