"""Each level of the score as a cost: what costs nothing, and what costs exactly so much."""

from fractions import Fraction

from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Slot
from scheduler.solve.exact.costs import absences, burden, discomfort, gained, moves, pain_borne, strain
from scheduler.solve.exact.rules import add_rules
from scheduler.solve.task import MOVE_PAIN
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, Bench, person, problem, series, window

ANNA, BEN = person("anna"), person("ben")
EARLY = {0: window(9, 10)}
"""Anna and Ben like nine o'clock best."""


def ruled(asked: Problem, previous: Plan | None = None) -> Bench:
    """The whole model, with all its rules."""
    bench = Bench.of(asked, previous)
    add_rules(bench.model)
    return bench


def stood(*sessions: Session) -> Plan:
    """A previous plan of the series s."""
    return Plan((Placement("s", 0, (Slot(0, NINE),), sessions),))


def test_gained_counts_sessions() -> None:
    """Nothing planned gains nothing; each session gains one."""
    bench = ruled(problem([ANNA], series("s", "anna", sessions=2), weeks=2))
    gain = gained(bench.model)
    assert bench.can(cost=gain) == 0
    assert bench.can(cost=-gain) == -2
    assert bench.can(bench.stands(0, NINE), cost=gain) == 1


def test_gained_over_a_session_that_stood() -> None:
    """Kept it gains 4 (3, and no change against the one of skipping it), elsewhere 3."""
    bench = ruled(problem([ANNA], series("s", "anna")), stood(Session(NINE, Status.HELD)))
    gain = gained(bench.model)
    assert bench.can(bench.stands(0, NINE), cost=gain) == 4
    assert bench.can(bench.stands(0, TEN), cost=gain) == 3


def test_gained_over_a_session_that_was_skipped_or_not_there() -> None:
    """To bring back a skipped one is a change: it gains 2; a new one gains 3."""
    bench = ruled(problem([ANNA], series("s", "anna", sessions=2), weeks=2), stood(Session(NINE, Status.SKIPPED)))
    gain = gained(bench.model)
    assert bench.can(bench.stands(0, NINE), cost=gain) == 2
    assert bench.can(bench.stands(1, WEEK + NINE), cost=gain) == 3


def test_moves_within_the_slack_are_no_strain() -> None:
    """With a slack of one the first move is free, the second one costs one."""
    asked = problem([ANNA], series("s", "anna", sessions=2), weeks=2)
    bench = ruled(asked)
    cost = strain(bench.model)
    rule = bench.rule(0, NINE)
    assert bench.can(rule, bench.stands(0, NINE), bench.stands(1, WEEK + TEN), cost=cost) == 0
    assert bench.can(rule, bench.stands(0, TEN), bench.stands(1, WEEK + TEN), cost=cost) == 1
    assert bench.can(rule, bench.stands(0, TEN), bench.stands(1, WEEK + TEN), cost=moves(bench.series())) == 2


def test_frozen_moves_use_the_slack_up() -> None:
    """One session was moved and is frozen, so that the next move costs one."""
    asked = problem([ANNA], series("s", "anna", sessions=2), weeks=2, freeze_until=WEEK)
    bench = ruled(asked, stood(Session(TEN, Status.MOVED), Session(WEEK + NINE, Status.HELD)))
    cost = strain(bench.model)
    assert bench.can(bench.rule(0, NINE), bench.stands(1, WEEK + NINE), cost=cost) == 0
    assert bench.can(bench.rule(0, NINE), bench.stands(1, WEEK + TEN), cost=cost) == 1


def test_frozen_moves_beyond_the_slack_are_strain_anyhow() -> None:
    """Two frozen moves and a slack of one cost one, whatever is planned."""
    asked = problem([ANNA], series("s", "anna", sessions=2), weeks=2, freeze_until=2 * WEEK)
    bench = ruled(asked, stood(Session(TEN, Status.MOVED), Session(WEEK + TEN, Status.MOVED)))
    assert bench.can(cost=strain(bench.model)) == 1


def test_empty_seats_are_strain() -> None:
    """Two optional people, of whom one is busy at nine: one absence there, none at ten."""
    busy = person("ben", busy=[[NINE, TEN]])
    asked = problem([ANNA, busy, person("cleo")], series("s", "anna", optional=("ben", "cleo")))
    bench = ruled(asked)
    assert bench.can(bench.at(NINE), cost=absences(bench.series())) == 1
    assert bench.can(bench.at(TEN), cost=absences(bench.series())) == 0
    assert bench.can(bench.at(NINE), cost=strain(bench.model)) == 1


def test_empty_seats_of_pinned_sessions_are_strain() -> None:
    """Nobody is asked for a pinned session, and yet who is missing counts."""
    asked = problem([ANNA, BEN], series("s", "anna", optional=("ben",), pinned={0: NINE}))
    bench = ruled(asked)
    stays = bench.series().stays[0, 0]
    assert bench.can(stays, cost=absences(bench.series())) == 0
    assert bench.can(cost=-absences(bench.series()) + 0) == -1


def test_pain_of_those_who_attend() -> None:
    """Nine is as Anna likes it; ten lies an hour off; and who is absent bears nothing."""
    asked = problem([ANNA, person("ben", preferred=EARLY, max_per_day=9)], series("s", "anna", optional=("ben",)))
    bench = ruled(asked)
    ben = pain_borne(bench.person(1))
    assert bench.can(bench.at(NINE), bench.comes(NINE), cost=ben) == 0
    assert bench.can(bench.at(TEN), bench.comes(TEN), cost=ben) == 60
    assert bench.can(bench.at(TEN), cost=ben) == 0


def test_pain_of_given_sessions_counts() -> None:
    """A pinned session at eleven pains for two hours, and nothing can be done."""
    asked = problem([person("anna", preferred=EARLY)], series("s", "anna", pinned={0: ELEVEN}))
    bench = ruled(asked)
    assert bench.can(cost=pain_borne(bench.person()) + 0) == 120


def test_burden_is_that_of_the_worst_person() -> None:
    """An hour for Anna in one of her two sessions, none for Ben: 30 a session."""
    anna = person("anna", preferred=EARLY)
    bench = ruled(problem([anna, BEN], series("s", "anna", "ben"), series("t", "anna")))
    worst, scale = burden(bench.model)
    assert bench.can(bench.at(NINE, 0), cost=worst) == 0
    assert Fraction(int(bench.can(bench.at(NINE, 0), bench.at(TEN, 1), cost=worst)), scale) == 30


def test_burdens_that_differ_little_stay_different() -> None:
    """Fractions of different denominators keep their order on the scale."""
    people = [person(name, preferred=EARLY) for name in ("anna", "ben")]
    asked = problem(people, series("s", "anna", sessions=7), series("t", "ben", sessions=8), weeks=8)
    bench = ruled(asked)
    worst, scale = burden(bench.model)
    anna = int(bench.can(bench.stands(0, TEN, 0), cost=worst))
    ben = int(bench.can(bench.stands(0, TEN, 1), cost=worst))
    assert anna > ben > 0
    assert abs(anna - scale * Fraction(60, 7)) < 1
    assert abs(ben - scale * Fraction(60, 8)) < 1


def test_discomfort_adds_pain_and_an_hour_a_move() -> None:
    """Held at nine costs nothing, held at ten its pain of 60, moved to ten 60 more."""
    bench = ruled(problem([person("anna", preferred=EARLY)], series("s", "anna")))
    cost = discomfort(bench.model)
    assert bench.can(bench.rule(0, NINE), bench.stands(0, NINE), cost=cost) == 0
    assert bench.can(bench.rule(0, TEN), bench.stands(0, TEN), cost=cost) == 60
    assert bench.can(bench.rule(0, NINE), bench.stands(0, TEN), cost=cost) == 60 + MOVE_PAIN
