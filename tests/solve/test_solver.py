"""What the solver answers, seen from outside."""

from threading import Event

import pytest

from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Slot
from scheduler.core.verify import check
from scheduler.solve import Params, Progress, solve
from tests.problems import random_problem
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, person, problem, series, window

ANNA, BEN = person("anna"), person("ben")


def solved(asked: Problem, previous: Plan | None = None) -> Placement:
    """Where the first series stands in the plan, which breaks no rule."""
    plan = solve(asked, previous)
    assert check(asked, plan, previous).faults == ()
    return plan.placements[0]


def test_a_session_that_cannot_be_held_is_moved() -> None:
    """Nine o'clock holds two of three Mondays, ten the third one; nobody likes ten."""
    anna = person("anna", preferred={0: window(9, 10)}, busy=[[WEEK + NINE, WEEK + TEN]])
    placement = solved(problem([anna], series("s", "anna", sessions=3), weeks=3))
    assert placement.slots == (Slot(0, NINE),)
    assert [session.status for session in placement.sessions] == [Status.HELD, Status.MOVED, Status.HELD]


def test_a_session_without_any_place_is_skipped_where_its_rule_puts_it() -> None:
    """Anna is away in the second week."""
    anna = person("anna", busy=[[WEEK, WEEK + 1440]])
    placement = solved(problem([anna], series("s", "anna", sessions=2), weeks=2))
    assert placement.sessions[1].status is Status.SKIPPED
    assert placement.sessions[1].start == placement.sessions[0].start + WEEK


def test_a_series_that_nobody_can_hold_has_no_slot() -> None:
    """Nobody has hours: all sessions are skipped, each in a week of its own, so that a repair may bring them back."""
    asked = problem([person("anna", {0: ()})], series("s", "anna", sessions=2), weeks=2)
    placement = solved(asked)
    assert placement.slots == ()
    assert placement.first == 0
    assert placement.sessions == (Session(0, Status.SKIPPED), Session(WEEK, Status.SKIPPED))


def test_more_sessions_than_the_horizon_holds() -> None:
    """No rule keeps three weekly sessions inside two weeks."""
    assert solved(problem([ANNA], series("s", "anna", sessions=3), weeks=2)).is_unplaced


def test_a_series_of_no_sessions() -> None:
    """It is in the plan, and empty."""
    assert solved(problem([ANNA], series("s", "anna", sessions=0))).sessions == ()


def test_pinned_sessions_stand() -> None:
    """One at an odd minute of the night, one skipped; the third is held; the rule need not hold the pinned ones."""
    asked = problem([ANNA], series("s", "anna", sessions=3, pinned={0: 7, 1: None}), weeks=3)
    first, second, third = solved(asked).sessions
    assert (first, second.status, third.status) == (Session(7, Status.PINNED), Status.SKIPPED, Status.HELD)


def test_pins_that_contradict_each_other_stand() -> None:
    """The same person, the same minute, twice: people decided so."""
    asked = problem([ANNA], series("s", "anna", pinned={0: NINE}), series("t", "anna", pinned={0: NINE}))
    assert solved(asked).sessions == (Session(NINE, Status.PINNED),)


def test_a_pin_that_lies_in_the_frozen_past_elsewhere() -> None:
    """The pin is what people see in their calendars, so it wins; both can't be kept."""
    asked = problem([ANNA], series("s", "anna", pinned={0: TEN}), freeze_until=WEEK)
    previous = Plan((Placement("s", 0, (Slot(0, NINE),), (Session(NINE, Status.HELD),)),))
    assert solve(asked, previous).placements[0].sessions == (Session(TEN, Status.PINNED),)


def test_frozen_sessions_stay_as_they_are() -> None:
    """A session before the freeze keeps its time and its absent people, though neither is possible any more."""
    asked = problem(
        [person("anna", busy=[[NINE, TEN]]), BEN],
        series("s", "anna", optional=("ben",), sessions=2),
        weeks=2,
        freeze_until=WEEK,
    )
    was = Session(NINE, Status.HELD, ("ben",))
    previous = Plan((Placement("s", 0, (Slot(0, NINE),), (was, Session(WEEK + NINE, Status.HELD))),))
    assert solved(asked, previous).sessions == (was, Session(WEEK + NINE, Status.HELD))


def test_a_repair_keeps_what_still_works() -> None:
    """Ten would do for all three sessions, but two of them stand at nine: one change, not two."""
    anna = person("anna", busy=[[NINE, TEN]])
    asked = problem([anna], series("s", "anna", sessions=3), weeks=3)
    stood = tuple(Session(week * WEEK + NINE, Status.HELD) for week in range(3))
    placement = solved(asked, Plan((Placement("s", 0, (Slot(0, NINE),), stood),)))
    assert placement.sessions[1:] == stood[1:]
    assert placement.sessions[0].status is Status.MOVED


def test_the_worst_person_comes_before_the_sum() -> None:
    """Ten: an hour each for two people. Nine: two hours for one. The burden is shared."""
    asked = problem(
        [person("anna", preferred={0: window(9, 10)}), person("ben", preferred={0: window(11, 12)})],
        series("s", "anna", "ben"),
    )
    assert solved(asked).sessions[0].start == TEN


def test_an_optional_person_stays_away_where_that_saves_a_session() -> None:
    """Ben is required in one series at the only time of the other."""
    asked = problem(
        [person("anna", {0: window(9, 10)}), person("ben", {0: window(9, 10)})],
        series("s", "anna", optional=("ben",)),
        series("t", "ben"),
    )
    plan = solve(asked)
    assert check(asked, plan).score.happen == 2
    assert plan.placements[0].sessions[0].absent == ("ben",)


def test_parts_that_share_nobody_are_fair_together() -> None:
    """Alone these three share the burden at ten; where Anna bears two hours anyway, Cleo may too, and two bear none."""
    ben, dan = (person(name, preferred={0: window(9, 10)}) for name in ("ben", "dan"))
    cleo = person("cleo", preferred={0: window(11, 12)})
    circle = series("s", "ben", "cleo", "dan")
    anna = person("anna", {0: window(11, 12)}, preferred={0: window(9, 10)})
    assert solved(problem([ben, cleo, dan], circle)).sessions[0].start == TEN
    assert solved(problem([ben, cleo, dan, anna], circle, series("t", "anna"))).sessions[0].start == NINE


def test_the_same_input_gives_the_same_plan() -> None:
    """Whatever the number of workers; the seed may change the plan, but no level of its score."""
    asked, previous = random_problem(12, size="small")
    plan = solve(asked, previous)
    assert solve(asked, previous, params=Params(workers=2)) == plan
    other = solve(asked, previous, params=Params(seed=2))
    assert check(asked, other, previous).score.discomfort == check(asked, plan, previous).score.discomfort


def test_the_meta_says_what_is_known() -> None:
    """Bound, how it was found, proof, seed and versions: no time of day, no duration."""
    meta = solve(problem([ANNA], series("s", "anna"))).meta
    assert (meta["bound"], meta["bound_by"], meta["optimal"], meta["seed"]) == (1, "exact", True, 1)
    assert set(meta["versions"]) == {"rondo", "ortools", "tzdata"}
    assert "stopped" not in meta


def test_progress_is_reported() -> None:
    """Each stage says which step of how many it is at, and the bound."""
    heard: list[Progress] = []
    solve(problem([ANNA, BEN], series("s", "anna"), series("t", "ben")), report=heard.append)
    assert {(step.stage, step.done) for step in heard} >= {("sessions", 0), ("sessions", 1), ("comfort", 1)}
    assert {step.bound for step in heard} == {2}


@pytest.mark.parametrize("size", ["small", "medium"])
def test_a_search_that_is_stopped_at_once_still_has_a_plan(size: str) -> None:
    """A plan that breaks no rule, and says that it was stopped and proves nothing."""
    asked, previous = random_problem(3, size=size)
    stop = Event()
    stop.set()
    plan = solve(asked, previous, stop=stop)
    assert check(asked, plan, previous).faults == ()
    assert (plan.meta["stopped"], plan.meta["optimal"]) == (True, False)
    assert plan.meta["bound"] >= check(asked, plan, previous).score.happen


def test_a_search_can_be_stopped_at_every_report() -> None:
    """Wherever the stop comes, what is there is a whole plan."""
    asked, previous = random_problem(3, size="small")
    steps: list[Progress] = []
    solve(asked, previous, report=steps.append)
    for number in range(len(steps)):
        stop = Event()
        heard: list[Progress] = []

        def hear(step: Progress, heard: list[Progress] = heard, stop: Event = stop, number: int = number) -> None:
            heard.append(step)
            if len(heard) > number:
                stop.set()

        plan = solve(asked, previous, stop=stop, report=hear)
        assert check(asked, plan, previous).faults == ()
        assert plan.meta["stopped"]


def test_a_limit_of_no_time() -> None:
    """It stops at once, and says so."""
    asked, previous = random_problem(3, size="small")
    plan = solve(asked, previous, params=Params(time_limit=0.0))
    assert plan.meta["stopped"]
    assert check(asked, plan, previous).faults == ()


@pytest.mark.campaign(40)
def test_many_series(seed: int) -> None:
    """More series than are planned exactly: no rule is broken, the bound holds, and a second run is the same."""
    asked, previous = random_problem(seed, size="medium")
    plan = solve(asked, previous)
    report = check(asked, plan, previous)
    assert report.faults == ()
    assert plan.meta["bound"] >= report.score.happen
    assert seed % 40 or solve(asked, previous) == plan


def test_without_a_previous_plan_nothing_is_taken_for_a_repair() -> None:
    """Most series have no time at all: the rest is planned as always, stage by stage."""
    people = [person("anna"), person("ben", busy=[[0, 10_080]])]
    stages: list[str] = []
    groups = [series("s", "anna"), *(series(name, "ben") for name in "tuv")]
    solve(problem(people, *groups), report=lambda at: stages.append(at.stage))
    assert "rules" in stages


def test_noon_is_noon_on_the_anchors_clock() -> None:
    """A weekly session keeps its wall time over the clock change of its anchor zone."""
    london = person("anna", {0: window(8, 20)}, zone="Europe/London")
    asked = problem([london], series("s", "anna", sessions=14, anchor_zone="Europe/London"), weeks=14)
    starts = [session.start for session in solved(asked).sessions]
    assert [start % WEEK - starts[0] % WEEK for start in starts] == [0] * 12 + [-60] * 2


def test_hours_end_at_the_minute() -> None:
    """A session of an hour fits between nine and ten, one of 61 minutes does not."""
    anna = person("anna", {0: window(9, 10)})
    assert solved(problem([anna], series("s", "anna"))).sessions[0].start == NINE
    assert solved(problem([anna], series("s", "anna", duration=61))).is_unplaced


def test_eleven_is_left() -> None:
    """Three people of one mentor, three hours: nobody is lost."""
    people = [ANNA, BEN, person("cleo"), person("mentor")]
    asked = problem(people, *(series(name, name, "mentor") for name in ("anna", "ben", "cleo")))
    starts = sorted(placement.sessions[0].start for placement in solve(asked).placements)
    assert starts == [NINE, TEN, ELEVEN]
