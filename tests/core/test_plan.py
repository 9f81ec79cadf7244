"""Plans in their JSON form: there and back, what is refused, and what their figures mean."""

import json
from random import Random
from typing import Any

import pytest

from scheduler.core.plan import Placement, Plan, Score, Session, Status, plan_from_json, plan_to_json
from scheduler.core.series import Slot
from scheduler.errors import InputError
from tests.greedy import greedy_plan
from tests.problems import random_problem


def document() -> dict[str, Any]:
    """A plan of a weekly, a monthly and an unplaced series."""
    return {
        "format": "rondo-plan/1",
        "meta": {"bound": 4, "bound_by": "lp", "optimal": False, "seed": 1, "tzdata": "2026.6"},
        "series": [
            {
                "id": "weekly",
                "first_week": 1,
                "slots": [{"weekday": "TU", "time": "15:00"}, {"weekday": "SU", "time": "00:00"}],
                "sessions": [
                    {"start": 12420, "status": "held", "absent": ["a", "b"]},
                    {"start": -5, "status": "moved", "absent": []},
                    {"start": 90001, "status": "pinned", "absent": []},
                ],
            },
            {
                "id": "monthly",
                "first_month": 2,
                "slots": [{"weekday": "FR", "time": "23:45", "nth": -1}],
                "sessions": [{"start": 52740, "status": "skipped", "absent": []}],
            },
            {"id": "none", "first_week": 0, "slots": [], "sessions": []},
        ],
    }


def test_a_plan_comes_back_as_it_went() -> None:
    """Writing what was read gives the same document."""
    assert plan_to_json(plan_from_json(json.dumps(document()))) == document()


@pytest.mark.campaign(100)
def test_random_plans_come_back_as_they_went(seed: int) -> None:
    """Reading what was written gives the same plan."""
    problem, _ = random_problem(seed)
    plan = greedy_plan(problem, Random(seed))
    assert plan_from_json(json.dumps(plan_to_json(plan))) == plan


def test_placements_are_found_by_series_and_say_whether_there_is_a_slot() -> None:
    """A plan answers by the id of a series; one without slots is unplaced."""
    found = plan_from_json(json.dumps(document())).by_series()
    assert [found[name].is_unplaced for name in ("weekly", "monthly", "none")] == [False, False, True]
    assert found["monthly"].slots == (Slot(4, 1425, -1),)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("format",), "rondo-plan/2", "format: "),
        (("meta", "bound"), float("nan"), "NaN"),
        (("series", 0, "first_week"), -1, "first_week: "),
        (("series", 0, "first_week"), 10**9, "first_week: "),
        (("series", 0, "slots", 0, "weekday"), "Tuesday", "slots.0.weekday: "),
        (("series", 0, "slots", 0, "time"), "15h", "weekly: '15h' is no time of day"),
        (("series", 1, "slots", 0, "nth"), 5, "slots.0.nth: "),
        (("series", 0, "sessions", 0, "start"), None, "sessions.0.start: "),
        (("series", 0, "sessions", 0, "start"), 10**18, "sessions.0.start: "),
        (("series", 0, "sessions", 0, "start"), "9", "sessions.0.start: "),
        (("series", 0, "sessions", 0, "status"), "cancelled", "sessions.0.status: "),
        (("series", 0, "sessions", 0, "absent"), "a", "sessions.0.absent: "),
        (("series", 0, "sessions"), None, "sessions: "),
        (("series",), {}, "series: "),
    ],
)
def test_what_is_no_plan_is_refused_with_its_place(path: tuple[str | int, ...], value: object, words: str) -> None:
    """A message names the key, and how the value should look."""
    changed: Any = document()
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        plan_from_json(json.dumps(changed), "plan.json")
    assert words in str(caught.value)
    assert str(caught.value).startswith("plan.json: ")
    assert len(str(caught.value)) < 300


def test_a_session_takes_place_unless_it_is_skipped() -> None:
    """Held, moved and pinned sessions bring people together."""
    assert [Session(0, status).takes_place for status in Status] == [True, True, False, True]


def test_a_score_sums_up_what_the_format_says() -> None:
    """Happen counts three kinds, strain adds excess moves and absences, a moved session costs an hour of comfort."""
    score = Score(
        planned=12,
        held=5,
        moved=2,
        pinned=1,
        skipped=4,
        unplaced_series=0,
        changed=3,
        absences=4,
        excess_moves=1,
        worst_burden=7.5,
        total_pain=200,
        keep=21,
    )
    assert (score.happen, score.strain, score.discomfort) == (8, 5, 320)


def test_placements_are_values() -> None:
    """Two plans with the same content are the same plan."""
    one, other = (Plan((Placement("a", 0, (Slot(0, 540),), (Session(540, Status.HELD),)),)) for _ in range(2))
    assert one == other
