"""A plan with some of its sessions elsewhere."""

from dataclasses import replace

from scheduler.core.plan import Plan, Session, Status
from scheduler.core.rearrange import replaced
from scheduler.core.verify import check
from tests.core.test_disturbed import CIRCLE, OTHER, PAIR, TEN, at, person, posed, weekly


def test_sessions_stand_where_they_are_put_and_all_others_stay() -> None:
    """Moved, skipped where the rule has it, or held where the rule puts it."""
    problem, plan = posed(PAIR, OTHER), Plan((weekly(PAIR), weekly(OTHER, TEN + 120)))
    moved = replaced(problem, plan, {("pair", 1): at(1) + 60, ("pair", 2): None})
    assert moved.placements[0].sessions[1:3] == (Session(at(1) + 60, Status.MOVED), Session(at(2), Status.SKIPPED))
    assert moved.placements[1] == plan.placements[1]
    assert replaced(problem, moved, {("pair", 1): at(1), ("pair", 2): at(2)}) == plan


def test_a_session_stands_as_a_person_put_it_where_one_did() -> None:
    """And is called so."""
    problem = posed(replace(PAIR, pinned={1: at(1) + 60}))
    [pair] = replaced(problem, Plan((weekly(PAIR),)), {("pair", 1): at(1) + 60}).placements
    assert pair.sessions[1] == Session(at(1) + 60, Status.PINNED)


def test_optional_people_come_where_they_can() -> None:
    """Not where they are busy, outside their hours, in another session of the plan, or in one that is put beside it."""
    bo = person("bo", (at(1) + 60, at(1) + 90))
    problem = posed(CIRCLE, OTHER, people=[bo])
    plan = Plan((weekly(CIRCLE), weekly(OTHER, TEN + 180)))
    for hours, absent in ((1, ("bo",)), (2, ()), (3, ("bo", "cy")), (-2, ("bo", "cy"))):
        new = replaced(problem, plan, {("pair", 1): at(1) + 60 * hours})
        assert new.placements[0].sessions[1].absent == absent, hours
    both = replaced(problem, plan, {("other", 2): at(2) + 60, ("pair", 2): at(2) + 60})
    assert both.placements[0].sessions[2].absent == ("bo", "cy")
    assert not any("minutes apart" in fault for fault in check(problem, both, plan).faults)
