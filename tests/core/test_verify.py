"""The checker: each rule broken once by hand, and broken plans by the hundred against the checker of the format."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status, plan_from_json
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from tests.breaking import broken
from tests.greedy import greedy_plan
from tests.problems import random_problem
from tests.reference import Reference, reference_of

TEN = 10 * 60
HELD, MOVED, SKIPPED, PINNED = Status
OFFICE = {weekday: (WallWindow(9 * 60, 17 * 60),) for weekday in range(5)}
WISHES = {weekday: (WallWindow(11 * 60, 15 * 60),) for weekday in range(5)}


def person(name: str, **limits: int | None) -> Participant:
    """Somebody in UTC with office hours and a late morning."""
    boundary = Boundary(zone="UTC", hours=OFFICE, preferred=WISHES if name == "c" else {})
    return Participant(id=name, boundary=replace(boundary, **limits))  # type: ignore[arg-type]  # whole numbers all


def problem(*series: Series, **people: Participant) -> Problem:
    """Three weeks on an hourly grid, with a, b and c."""
    known = {name: person(name) for name in "abc"}
    return Problem(
        name="by hand",
        horizon=Horizon(date(2027, 1, 4), 3),
        grid_minutes=60,
        people=known | people,
        series=series or (PAIR,),
    )


PAIR = Series(id="pair", required=("a", "b"), duration=60, sessions=3, anchor_zone="UTC")
OTHER = replace(PAIR, id="other", required=("a", "c"))
TRIO = replace(PAIR, id="trio", required=("a",), optional=("b", "c"), quorum=1)


def weekly(series: Series, minute: int = TEN, slots: int = 1) -> Placement:
    """All sessions held on Mondays."""
    sessions = tuple(Session(minute + week * WEEK_MINUTES, HELD) for week in range(series.sessions))
    return Placement(series.id, 0, (Slot(0, minute),) * slots, sessions)


def with_session(placement: Placement, index: int, session: Session) -> Placement:
    """The placement with another fate of one session."""
    sessions = [session if i == index else old for i, old in enumerate(placement.sessions)]
    return replace(placement, sessions=tuple(sessions))


def faults(asked: Problem, *placements: Placement, previous: Plan | None = None) -> tuple[str, ...]:
    """What is wrong with a plan."""
    return check(asked, Plan(placements), previous).faults


GOOD = weekly(PAIR)


def test_a_good_plan_has_no_faults_and_its_score() -> None:
    """Three sessions held, nobody in pain, nothing changed since there is no previous plan."""
    report = check(problem(), Plan((GOOD,)))
    assert report.faults == ()
    assert (report.score.happen, report.score.skipped, report.score.keep) == (3, 0, None)
    assert (report.score.strain, report.score.worst_burden, report.score.discomfort) == (0, 0.0, 0)


@pytest.mark.parametrize(
    ("placement", "words"),
    [
        (replace(GOOD, sessions=GOOD.sessions[:2]), "pair: not there with its 3 sessions"),
        (replace(GOOD, series="pear"), "pear: no series of the problem"),
        (weekly(PAIR, slots=2), "pair: 2 slots, where its rotation asks for 1"),
        (replace(GOOD, slots=()), "pair[0]: takes place, and its series has no slot"),
        (replace(GOOD, first=1), "pair[0]: held at minute 600, and its rule says 10680"),
        (replace(GOOD, first=-1), "pair[0]: its rule has no date: it begins before the first week or month"),
        (replace(GOOD, first=10**9), "pair[0]: its rule has no date"),
        (replace(GOOD, slots=(Slot(0, TEN, 2),), first=1), "pair[2]: its regular date is outside the horizon"),
        (weekly(PAIR, TEN + 30), "pair[0]: its slot is off the grid"),
        (weekly(PAIR, DAY_MINUTES), "pair[0]: its slot is off the grid"),
        (weekly(PAIR, 8 * 60), "pair[0]: outside the hours of a"),
        (with_session(GOOD, 1, Session(TEN + WEEK_MINUTES, MOVED)), "pair[1]: called moved, and it may not move or"),
        (with_session(GOOD, 1, Session(TEN, MOVED)), "pair[1]: moved off the grid or out of its week"),
        (with_session(GOOD, 1, Session(TEN + WEEK_MINUTES + 75, MOVED)), "pair[1]: moved off the grid or out of its"),
        (with_session(GOOD, 1, Session(TEN + WEEK_MINUTES, PINNED)), "pair[1]: called pinned, and no person pinned it"),
        (with_session(GOOD, 1, Session(TEN, SKIPPED)), "pair[1]: skipped at minute 600, and its rule says 10680"),
        (with_session(GOOD, 1, Session(TEN + WEEK_MINUTES, HELD, ("b",))), "pair[1]: absent, and not optional: b"),
    ],
)
def test_each_rule_of_a_series_is_asked(placement: Placement, words: str) -> None:
    """A plan that breaks one rule has a fault that names the session and what is wrong."""
    found = faults(problem(), placement)
    assert any(fault.startswith(words) for fault in found), found


def test_a_series_that_may_not_move_does_not() -> None:
    """What is moved well in one series is a fault in another that is not movable."""
    moved = with_session(GOOD, 1, Session(TEN + WEEK_MINUTES + 60, MOVED))
    assert faults(problem(), moved) == ()
    assert len(faults(problem(replace(PAIR, movable=False)), moved)) == 1


def test_series_and_placements_meet_one_to_one() -> None:
    """A series that stands twice in a plan, and one that is not there, are faults."""
    assert faults(problem(), GOOD, GOOD) == ("pair: stands more than once in a plan",)
    assert faults(problem()) == ("pair: not there with its 3 sessions",)
    assert check(problem(), Plan(())).score.skipped == 3


def test_people_who_are_busy_or_within_their_buffer_are_not_met() -> None:
    """A busy minute next to a session is no fault; with a buffer it is."""
    busy = as_intervals([(TEN - 30, TEN)])
    assert faults(problem(a=replace(person("a"), busy=busy)), GOOD) == ()
    assert faults(problem(a=replace(person("a", buffer=1), busy=busy)), GOOD) == ("pair[0]: a is busy",)


def test_sessions_of_one_person_keep_the_buffer_apart() -> None:
    """Two sessions may touch; with a buffer they may not; on top of each other they never may."""
    asked = problem(PAIR, OTHER)
    assert faults(asked, GOOD, weekly(OTHER, TEN + 60)) == ()
    assert len(faults(asked, GOOD, weekly(OTHER, TEN))) == 3
    near = problem(PAIR, OTHER, a=person("a", buffer=5))
    assert faults(near, GOOD, weekly(OTHER, TEN + 60))[0] == "a: pair[0] and other[0] are not 5 minutes apart"


def test_caps_count_local_days_and_weeks() -> None:
    """One session a day or a week too many is a fault of that day or week."""
    both = (GOOD, weekly(OTHER, TEN + 60))
    assert faults(problem(PAIR, OTHER, a=person("a", max_per_day=2, max_per_week=2)), *both) == ()
    daily = faults(problem(PAIR, OTHER, a=person("a", max_per_day=1)), *both)
    assert daily[0] == "a: 2 sessions in the day of 2027-01-04, at most 1 wanted"
    weekly_faults = faults(problem(PAIR, OTHER, a=person("a", max_per_week=1)), *both)
    assert weekly_faults[2] == "a: 2 sessions in the week of 2027-01-18, at most 1 wanted"
    tuesday = Placement("other", 0, (Slot(1, TEN),), tuple(Session(s.start + DAY_MINUTES, HELD) for s in GOOD.sessions))
    assert len(faults(problem(PAIR, OTHER, a=person("a", max_per_week=1)), GOOD, tuesday)) == 3
    assert faults(problem(PAIR, OTHER, a=person("a", max_per_day=1)), GOOD, tuesday) == ()


def test_a_quorum_of_optional_people_comes() -> None:
    """One of two may be absent where one is the quorum; not both; and each empty seat is strain."""
    one, both = (with_session(weekly(TRIO), 0, Session(TEN, HELD, absent)) for absent in (("b",), ("b", "c")))
    assert faults(problem(TRIO), one) == ()
    assert check(problem(TRIO), Plan((one,))).score.strain == 1
    assert faults(problem(TRIO), both) == ("trio[0]: fewer optional people than its quorum of 1",)


def test_a_pinned_session_stands_where_a_person_put_it_and_nothing_else_is_asked() -> None:
    """Off the grid, outside hours and below the quorum it is good; elsewhere or under another name it is not."""
    asked = problem(replace(TRIO, pinned={0: 3, 1: None}))
    pinned = with_session(weekly(TRIO), 0, Session(3, PINNED, ("b", "c")))
    skipped = with_session(pinned, 1, Session(77, SKIPPED))
    assert faults(asked, skipped) == ()
    assert faults(asked, pinned) == ("trio[1]: not as a person pinned it",)
    for wrong in (Session(4, PINNED), Session(3, HELD), Session(3, SKIPPED)):
        assert "trio[0]: not as a person pinned it" in faults(asked, with_session(skipped, 0, wrong))


def test_two_given_sessions_may_clash_and_others_keep_clear_of_them() -> None:
    """A long pinned session is still there when a short one inside it has ended."""
    long = replace(PAIR, id="long", duration=200, sessions=1, pinned={0: TEN})
    short = replace(PAIR, id="short", duration=10, sessions=1, pinned={0: TEN + 20})
    late = replace(PAIR, id="late", sessions=1)
    given = [Placement(name, 0, (), (Session(start, PINNED),)) for name, start in (("long", TEN), ("short", TEN + 20))]
    assert faults(problem(long, short), *given) == ()
    found = faults(problem(long, short, late), *given, weekly(late, TEN + 120))
    assert found == tuple(f"{who}: long[0] and late[0] are not 0 minutes apart" for who in "ab")


def test_caps_are_not_asked_of_days_that_hold_given_sessions_alone() -> None:
    """Two pinned sessions on a day with a cap of one are nobody's fault; a third that was chosen is."""
    one, two = (replace(PAIR, id=name, sessions=1, pinned={0: start}) for name, start in (("x", 0), ("y", 120)))
    capped = {"a": person("a", max_per_day=1)}
    given = [Placement(name, 0, (), (Session(start, PINNED),)) for name, start in (("x", 0), ("y", 120))]
    assert faults(problem(one, two, **capped), *given) == ()
    third = replace(PAIR, sessions=1)
    assert len(faults(problem(one, two, third, **capped), *given, weekly(third))) == 1


def test_frozen_sessions_stay_as_they_are() -> None:
    """Before the freeze neither time nor people nor status may differ, and the new rule is not asked; after it is."""
    asked = replace(problem(TRIO), freeze_until=TEN + 1)
    old = with_session(weekly(TRIO, TEN), 0, Session(TEN, MOVED, ("b", "c")))
    previous = Plan((old,))
    new = weekly(TRIO, TEN + 60)
    assert faults(asked, with_session(new, 0, old.sessions[0]), previous=previous) == ()
    assert faults(asked, new, previous=previous) == ("trio[0]: frozen, and yet not where it was",)
    for other in (Session(TEN, HELD, ("b", "c")), Session(TEN, MOVED, ("b",))):
        found = faults(asked, with_session(new, 0, other), previous=previous)
        assert found == ("trio[0]: frozen, and yet with other people or another status",)
    assert faults(replace(asked, freeze_until=TEN), new, previous=previous) == ()
    gone = with_session(new, 0, Session(TEN, SKIPPED))
    assert faults(asked, gone, previous=previous) == ("trio[0]: frozen, and yet not where it was",)


def test_who_is_no_longer_optional_can_not_stay_absent() -> None:
    """Somebody who has become required since counts as coming to a frozen session."""
    asked = replace(problem(replace(TRIO, required=("a", "b"), optional=("c",))), freeze_until=TEN + 1)
    old = with_session(weekly(TRIO), 0, Session(TEN, HELD, ("b", "c")))
    now = with_session(weekly(TRIO), 0, Session(TEN, HELD, ("c",)))
    assert faults(asked, now, previous=Plan((old,))) == ()


def test_a_repair_is_scored_by_what_it_keeps() -> None:
    """A session that moves or is skipped is one change; keep is three for each that happens, less the changes."""
    new = with_session(GOOD, 1, Session(TEN + WEEK_MINUTES + 60, MOVED))
    new = with_session(new, 2, Session(TEN + 2 * WEEK_MINUTES, SKIPPED))
    score = check(problem(), Plan((new,)), Plan((GOOD,))).score
    assert (score.changed, score.keep) == (2, 4)
    back = check(problem(), Plan((GOOD,)), Plan((new,))).score
    assert (back.changed, back.keep) == (2, 7)
    still = with_session(new, 2, Session(0, SKIPPED))
    assert check(problem(), Plan((still,)), Plan((new,))).score.changed == 0


def test_moves_beyond_the_slack_are_strain() -> None:
    """The slack is that of each series, and a moved session costs an hour of comfort either way."""
    two = with_session(GOOD, 1, Session(TEN + WEEK_MINUTES + 60, MOVED))
    two = with_session(two, 2, Session(TEN + 2 * WEEK_MINUTES + 60, MOVED))
    scores = [check(replace(problem(), slack=slack), Plan((two,))).score for slack in (0, 1, 2)]
    assert [score.excess_moves for score in scores] == [2, 1, 0]
    assert [score.discomfort for score in scores] == [120] * 3


def test_burden_is_pain_by_the_sessions_planned_of_a_person() -> None:
    """c is an hour early each time in three of three sessions; twice as many planned halve it."""
    early = weekly(OTHER)
    assert check(problem(OTHER), Plan((early,))).score.worst_burden == 60.0
    idle = replace(OTHER, id="idle")
    nothing = Placement("idle", 0, (), (Session(0, SKIPPED),) * 3)
    score = check(problem(OTHER, idle), Plan((early, nothing))).score
    assert (score.worst_burden, score.total_pain, score.unplaced_series) == (30.0, 180, 1)


def test_a_monthly_rule_is_leafed_through() -> None:
    """The nth weekday of each month from the first; a rule without one has no date."""
    monthly = replace(PAIR, sessions=1, cadence=Cadence(monthly=True))
    second = Placement("pair", 0, (Slot(1, TEN, 2),), (Session(8 * DAY_MINUTES + TEN, HELD),))
    assert faults(problem(monthly), second) == ()
    assert "held at minute 12120" in faults(problem(monthly), replace(second, slots=(Slot(1, TEN, -1),)))[1]
    for nth in (None, 0, 5):
        wrong = faults(problem(monthly), replace(second, slots=(Slot(1, TEN, nth),)))
        assert wrong == (f"pair[0]: its rule has no date: {nth} names no week of a month",)


def test_an_empty_plan_for_an_empty_problem_is_good() -> None:
    """Nothing asked, nothing wrong, and a previous plan without series is none."""
    nothing = replace(problem(), series=())
    assert check(nothing, Plan(()), Plan(())).faults == ()
    assert check(nothing, Plan(()), Plan(())).score.keep is None


@pytest.mark.campaign(60)
@pytest.mark.parametrize("size", ["tiny", "small", "medium"])
def test_broken_plans_get_the_verdict_of_the_reference(seed: int, size: str, shared: Path) -> None:
    """The same kinds of faults in the same numbers, and the same score, for plans broken in a few places."""
    asked, previous = random_problem(seed, size=size)
    draw = Random(seed)
    reference = reference_of(shared)
    plan = greedy_plan(asked, draw)
    for times in (0, 1, 3):
        plan = broken(asked, plan, draw, times)
        assert_same(reference, asked, plan, previous)


def assert_same(reference: Reference, asked: Problem, plan: Plan, previous: Plan | None) -> None:
    """Our report is that of the reference, save where ours is stricter, and where the reference names a fault twice."""
    ours, theirs = check(asked, plan, previous), reference.check(asked, plan, previous)
    kinds = Counter(kind(fault) for fault in ours.faults if STRICTER not in fault)
    if kinds["absent"]:  # it takes strangers who are absent off the quorum, too
        kinds["quorum"] = theirs.kinds["quorum"]
    assert +kinds == theirs.kinds
    assert theirs.score == reference.figures(ours.score)


STRICTER = "with other people or another status"


def kind(fault: str) -> str:
    """The kind of one of our faults, in the words of tests/reference.py."""
    return next(kind for words, kind in OURS if words in fault)


OURS: tuple[tuple[str, str], ...] = (
    ("stands more than once", "twice"),
    ("no series of the problem", "unknown"),
    ("not there with its", "missing"),
    ("slots, where its rotation", "slots"),
    ("called pinned, and no person", "unpinned"),
    ("frozen, and yet not where", "frozen"),
    ("not as a person pinned it", "pin"),
    ("its series has no slot", "slotless"),
    ("its slot is off the grid", "slot grid"),
    ("its regular date is outside", "horizon"),
    ("and its rule says", "regular"),
    ("called moved, and it may not", "unmoved"),
    ("moved off the grid or out of", "moved"),
    ("its rule has no date", "rule"),
    ("absent, and not optional", "absent"),
    ("fewer optional people", "quorum"),
    ("outside the hours of", "hours"),
    ("is busy", "busy"),
    ("minutes apart", "apart"),
    ("in the day of", "day"),
    ("in the week of", "week"),
)


HANDS: list[Callable[[Random], object]] = [
    lambda draw: draw.randint(-(10**7), 10**7),
    lambda draw: draw.choice(["held", "moved", "skipped", "pinned"]),
    lambda draw: draw.choice([[], ["p0"], ["p0", "p1", "p2", "p3"], ["nobody"]]),
]


@pytest.mark.campaign(200)
def test_nonsense_gives_faults_and_never_an_error(seed: int) -> None:
    """Sessions anywhere in twenty years, rules far beyond the horizon, unknown people: told, not raised."""
    asked, previous = random_problem(seed, size="tiny")
    draw = Random(seed)
    entries = [
        {
            "id": draw.choice([series.id, series.id, "stranger"]),
            draw.choice(["first_week", "first_month"]): draw.randint(0, 600),
            "slots": [
                {
                    "weekday": draw.choice(["MO", "SU"]),
                    "time": draw.choice(["24:00", "00:01"]),
                    "nth": draw.choice([-1, 4]),
                }
                for _ in range(draw.randint(0, 3))
            ],
            "sessions": [
                dict(zip(("start", "status", "absent"), [hand(draw) for hand in HANDS], strict=True))
                for _ in range(series.sessions)
            ],
        }
        for series in asked.series
    ]
    plan = plan_from_json(json.dumps({"format": "rondo-plan/1", "series": entries}))
    report = check(asked, plan, previous)
    assert check(asked, plan, previous) == report
    assert report.score.planned == sum(series.sessions for series in asked.series)
