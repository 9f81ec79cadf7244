"""Each hard rule: what it allows, and what it refuses; no other rule is said beside it."""

import numpy as np

from scheduler.solve import clocks
from scheduler.solve.exact import rules
from scheduler.solve.exact.rules import add_rules
from tests.solve.bench import ELEVEN, MONDAY, NINE, TEN, WEEK, Bench, person, problem, series, window

ANNA, BEN = person("anna"), person("ben")
TUESDAY = 1440


def test_every_rule_is_in_the_table_of_contents() -> None:
    """A rule that `add_rules` forgets is none."""
    words = [name for name in vars(rules) if getattr(rules, name) in RULES]
    assert set(words) <= set(add_rules.__code__.co_names)
    assert len(words) == len(RULES)


def test_one_rule() -> None:
    """A slot follows one rule, not two."""
    bench = Bench.of(problem([ANNA], series("s", "anna"))).say(rules.one_rule)
    assert bench.can(bench.rule(0, NINE))
    assert not bench.can(bench.rule(0, NINE), bench.rule(0, TEN))


def test_one_first_week() -> None:
    """The slots of a rotation count from the same week."""
    bench = Bench.of(problem([ANNA], series("s", "anna", sessions=2, rotation=2), weeks=3)).say(rules.one_rule)
    bench.say(rules.one_first_week)
    assert bench.can(bench.rule(0, NINE, first=1, slot=0), bench.rule(0, TEN, first=1, slot=1))
    assert not bench.can(bench.rule(0, NINE, first=1, slot=0), bench.rule(0, TEN, first=0, slot=1))


def test_one_place_a_session() -> None:
    """Two sessions may stand, one session not twice."""
    bench = Bench.of(problem([ANNA], series("s", "anna", sessions=2), weeks=2)).say(rules.one_place_a_session)
    assert bench.can(bench.stands(0, NINE), bench.stands(1, WEEK + TEN))
    assert not bench.can(bench.stands(0, NINE), bench.stands(0, TEN))


def test_within_the_week_of_the_rule() -> None:
    """A session may leave its time, but not the week in which its rule puts it."""
    bench = Bench.of(problem([ANNA], series("s", "anna"), weeks=2)).say(rules.one_rule)
    bench.say(rules.within_the_week_of_the_rule)
    assert bench.can(bench.rule(0, NINE, first=1), bench.stands(0, WEEK + TEN))
    assert not bench.can(bench.rule(0, NINE, first=1), bench.stands(0, TEN))


def test_held_where_the_rule_says() -> None:
    """Held is what stands at its regular time, nothing else."""
    bench = Bench.of(problem([ANNA], series("s", "anna"))).say(rules.one_rule).say(rules.held_where_the_rule_says)
    assert bench.can(bench.rule(0, NINE), bench.held(0, NINE))
    assert not bench.can(bench.rule(0, NINE), bench.held(0, TEN))
    assert bench.can(bench.held(0, NINE), cost=bench.stands(0, NINE) + 0) == 1


def test_what_may_not_be_moved_stands_at_its_regular_time() -> None:
    """Of an immovable series one variable says that a session stands and that its rule put it there."""
    bench = Bench.of(problem([ANNA], series("s", "anna", movable=False)))
    bench.say(rules.one_rule).say(rules.held_where_the_rule_says)
    assert bench.can(bench.rule(0, NINE), bench.stands(0, NINE))
    assert not bench.can(bench.rule(0, NINE), bench.stands(0, TEN))


def test_quorum_attends() -> None:
    """Of two optional people one must come where the quorum is one, and nobody comes to what does not take place."""
    capped = [person(name, max_per_day=9) for name in ("anna", "ben", "cleo")]
    bench = Bench.of(problem(capped, series("s", "anna", optional=("ben", "cleo"), quorum=1)))
    bench.say(rules.quorum_attends)
    ben, cleo = bench.comes(NINE, 0), bench.comes(NINE, 1)
    assert bench.can(bench.at(NINE), cost=ben + cleo) == 1
    assert bench.can(ben, cost=bench.at(NINE)) == 1
    assert bench.can(cost=ben + cleo) == 0


def test_an_optional_person_who_is_busy_does_not_come() -> None:
    """There is no seat to take, and where the quorum needs it, no start either."""
    busy = person("ben", busy=[[NINE, TEN]])
    free = Bench.of(problem([ANNA, busy], series("s", "anna", optional=("ben",))))
    needed = Bench.of(problem([ANNA, busy], series("s", "anna", optional=("ben",), quorum=1)))
    assert (0, 0) not in free.series().comes
    assert needed.series().task.candidates.starts.tolist() == [TEN, ELEVEN]


def test_never_two_at_once() -> None:
    """Sessions that touch are allowed, sessions that share an instant are not."""
    asked = problem([ANNA, BEN], series("s", "anna"), series("t", "anna", "ben"), grid=30)
    bench = Bench.of(asked).say(rules.never_two_at_once)
    assert bench.can(bench.at(NINE, 0), bench.at(TEN, 1))
    assert not bench.can(bench.at(NINE, 0), bench.at(NINE + 30, 1))
    assert not bench.can(bench.at(TEN, 0), bench.at(TEN, 1))


def test_a_buffer_keeps_sessions_apart() -> None:
    """Thirty minutes of buffer between two sessions: half past ten is early enough, ten is not."""
    careful = person("anna", buffer=30)
    bench = Bench.of(problem([careful], series("s", "anna"), series("t", "anna"), grid=30))
    bench.say(rules.never_two_at_once)
    assert bench.can(bench.at(NINE, 0), bench.at(TEN + 30, 1))
    assert not bench.can(bench.at(NINE, 0), bench.at(TEN, 1))
    assert not bench.can(bench.at(TEN, 0), bench.at(NINE, 1))


def test_sessions_of_one_series_keep_apart_too() -> None:
    """Sunday night and Monday morning are two weeks, and yet too near for a long buffer."""
    hours = {6: window(22, 24), 0: window(0, 2)}
    bench = Bench.of(problem([person("anna", hours, buffer=90)], series("s", "anna", sessions=2), weeks=2))
    bench.say(rules.never_two_at_once)
    late, early = WEEK - 60, WEEK
    assert not bench.can(bench.stands(0, late), bench.stands(1, early))
    assert bench.can(bench.stands(0, late - 60), bench.stands(1, early + 60))


def test_clear_of_given_seats() -> None:
    """A pinned session, and the buffer around it, is no place for others of the people who attend it."""
    careful = person("anna", buffer=30)
    asked = problem([careful], series("s", "anna", pinned={0: NINE}), series("t", "anna"), grid=30)
    assert Bench.of(asked).series(1).task.candidates.starts.tolist() == [TEN + 30, ELEVEN]


def test_clear_of_pinned_seats() -> None:
    """An optional person attends the pinned session or the one beside it, not both."""
    asked = problem([ANNA, BEN], series("s", "anna", optional=("ben",), pinned={0: NINE}), series("t", "ben"))
    bench = Bench.of(asked).say(rules.clear_of_pinned_seats)
    stays = bench.series(0).stays[0, 0]
    assert bench.can(stays, bench.at(TEN, 1))
    assert not bench.can(stays, bench.at(NINE, 1))


def test_pinned_sessions_may_overlap() -> None:
    """What people decided by hand is not judged: both stand."""
    asked = problem([ANNA], series("s", "anna", pinned={0: NINE}), series("t", "anna", pinned={0: NINE + 10}))
    bench = Bench.of(asked)
    add_rules(bench.model)
    assert bench.can()


def test_at_most_a_day() -> None:
    """One session a day: two on Monday are too many, Monday and Tuesday are not."""
    hours = {0: window(9, 12), 1: window(9, 12)}
    asked = problem([person("anna", hours, max_per_day=1)], series("s", "anna"), series("t", "anna"))
    bench = Bench.of(asked).say(rules.at_most_a_day, asked.horizon)
    assert bench.can(bench.at(NINE, 0), bench.at(TUESDAY + NINE, 1))
    assert not bench.can(bench.at(NINE, 0), bench.at(ELEVEN, 1))


def test_a_day_is_that_of_home() -> None:
    """In Auckland, Sunday 22:00 UTC and Monday 02:00 UTC are one day."""
    hours = {0: window(0, 24), 1: window(0, 24)}
    limits = {"zone": "Pacific/Auckland", "max_per_day": 1}
    asked = problem([person("anna", hours, **limits)], series("s", "anna"), series("t", "anna"), weeks=2)
    bench = Bench.of(asked).say(rules.at_most_a_day, asked.horizon)
    sunday = WEEK - 2 * 60
    assert not bench.can(bench.at(sunday, 0), bench.at(sunday + 4 * 60, 1))
    assert bench.can(bench.at(sunday, 0), bench.at(sunday + 14 * 60, 1))


def test_at_most_a_week() -> None:
    """One session a week: Monday and Tuesday are too many, two Mondays are not."""
    hours = {0: window(9, 12), 1: window(9, 12)}
    asked = problem([person("anna", hours, max_per_week=1)], series("s", "anna"), series("t", "anna"), weeks=2)
    bench = Bench.of(asked).say(rules.at_most_a_week, asked.horizon)
    assert bench.can(bench.at(NINE, 0), bench.at(WEEK + NINE, 1))
    assert not bench.can(bench.at(NINE, 0), bench.at(TUESDAY + NINE, 1))


def test_given_sessions_may_break_a_cap_alone() -> None:
    """Two pinned sessions on a day of one: they stand, but nothing is added to them."""
    pinned = [series(name, "anna", pinned={0: at}) for name, at in (("s", NINE), ("t", TEN))]
    asked = problem([person("anna", max_per_day=1)], *pinned, series("u", "anna"))
    bench = Bench.of(asked).say(rules.at_most_a_day, asked.horizon)
    assert bench.can()
    assert not bench.can(bench.at(ELEVEN, 2))


def test_an_empty_pinned_seat_makes_room_under_a_cap() -> None:
    """Ben may skip the pinned session and attend the other one, but not both; alone both pinned ones are his choice."""
    pinned = [series(name, "anna", optional=("ben",), pinned={0: at}) for name, at in (("s", NINE), ("t", TEN))]
    asked = problem([ANNA, person("ben", max_per_day=1)], *pinned, series("u", "ben"))
    bench = Bench.of(asked).say(rules.at_most_a_day, asked.horizon)
    one, other = (bench.series(number).stays[0, 0] for number in (0, 1))
    assert bench.can(one, other)
    assert bench.can(bench.at(ELEVEN, 2))
    assert not bench.can(one, bench.at(ELEVEN, 2))


def test_local_days_and_weeks() -> None:
    """A week begins with Monday on the clock of the zone."""
    horizon = problem([ANNA]).horizon
    starts = [0, -60, 12 * 60]

    assert clocks.local_days(np.array(starts), "UTC", horizon).tolist() == [
        MONDAY.toordinal(),
        MONDAY.toordinal() - 1,
        MONDAY.toordinal(),
    ]
    weeks = clocks.local_weeks(np.array(starts), "America/New_York", horizon)
    assert (weeks - weeks[0]).tolist() == [0, 0, 1]


RULES = (
    rules.one_rule,
    rules.one_first_week,
    rules.one_place_a_session,
    rules.within_the_week_of_the_rule,
    rules.held_where_the_rule_says,
    rules.quorum_attends,
    rules.never_two_at_once,
    rules.clear_of_pinned_seats,
    rules.at_most_a_day,
    rules.at_most_a_week,
)
