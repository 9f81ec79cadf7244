"""What happens at most in a few cells that are planned together."""

from threading import Event
from typing import Any

import numpy as np

from scheduler.solve.bound.ground import Ground
from scheduler.solve.bound.growth import Growth
from scheduler.solve.bound.region import Decided, Region, decided
from scheduler.solve.search import Params, Search
from tests.solve.bench import NINE, TEN, person, problem, series, tasks_of, window


def search(limit: float | None = None) -> Search:
    """A search that begins now."""
    return Search.begin(Params(time_limit=limit), Event(), 10.0)


def region_of(people: list[Any], *groups: Any, **more: Any) -> Region:
    """All cells of a problem in which something can be missing, as one region."""
    asked = problem(people, *groups, **more)
    ground = Ground.of(asked, tasks_of(asked))
    growth = Growth.of(ground, ground.standing({}))
    [name] = growth.begun()
    return growth.region(name, growth.around([name]))


def minutes(region: Region, answer: Decided) -> list[int]:
    """When the sessions of an answer begin, for one person."""
    start = dict(zip(region.seats[:, 1].tolist(), region.seats[:, 2].tolist(), strict=True))
    return sorted(start[place] for place in answer.places.tolist())


def test_sessions_of_one_person_stand_apart() -> None:
    """Three hours hold three of four sessions of an hour, and the answer says where."""
    region = region_of([person("anna")], *(series(name, "anna") for name in "stuv"))
    answer = decided(region, search())
    assert (region.free, answer.most, answer.searched) == (4, 3, True)
    assert minutes(region, answer) == [NINE, TEN, TEN + 60]


def test_a_buffer_keeps_them_apart() -> None:
    """With half an hour between them, two."""
    region = region_of([person("anna", buffer=30)], *(series(name, "anna") for name in "stu"))
    assert decided(region, search()).most == 2


def test_caps_hold() -> None:
    """Of three hours of a day two are taken, of those of a week one."""
    three = [series(name, "anna") for name in "stu"]
    assert decided(region_of([person("anna", max_per_day=2)], *three), search()).most == 2
    assert decided(region_of([person("anna", max_per_week=1)], *three), search()).most == 1


def test_series_with_a_choice_of_weeks_make_room() -> None:
    """One hour a week for two, each once in two weeks: one takes the other week, which nobody has looked at yet."""
    anna = person("anna", {0: window(9, 10)})
    region = region_of([anna], *(series(name, "anna", every=2) for name in "st"), weeks=2)
    answer = decided(region, search())
    assert (answer.most, len(answer.places)) == (2, 1)
    assert sorted(pattern for _, pattern in answer.patterns) == [0, 1]


def test_slots_of_a_rotation_begin_together() -> None:
    """Two slots by turns, monthly: the hours of two first months don't add up."""
    anna = person("anna", {0: window(9, 10)}, busy=[(20_000, 60_000)])
    pair = [series(name, "anna", monthly=True, rotation=2, sessions=2) for name in "st"]
    answer = decided(region_of([anna], *pair, weeks=9), search())
    assert answer.most == 4
    assert len({number for number, _ in answer.patterns}) == 2


def test_without_time_nothing_is_sharpened() -> None:
    """The free bound stands, and nothing is said to be searched."""
    region = region_of([person("anna")], *(series(name, "anna") for name in "stuv"))
    answer = decided(region, search(0.0))
    assert (answer.most, answer.searched, answer.places.tolist()) == (4, False, [])


def test_a_welcome_place_is_taken_before_another() -> None:
    """The one of least cost; but a session comes first."""
    region = region_of([person("anna")], series("s", "anna"), series("t", "anna"))
    cost = np.where(region.seats[np.argsort(region.seats[:, 1]), 2] == NINE, 2, 0)
    answer = decided(Region(region.cell, region.place, cost, region.seats, region.room, (), region.free), search())
    assert minutes(region, answer) == [TEN, TEN + 60]
