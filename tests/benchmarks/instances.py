"""Programmes as they are in life, by kind and seed: the same on every machine, with any first Monday.

    python -m tests.benchmarks.instances KIND SEED [START] > problem.json

Matched to programmes as they were measured; tests/benchmarks/test_instances.py holds it to that: 32 zones with odd
offsets, three kinds of weekend, 26 weeks; pairs 75 %, circles of 3 to 8 25 %, 12 % of these across far regions, whose
members accept 06:00-22:30; mentors with up to 8 series, two people to a series; M plans some 3,490 sessions; busy
share of preferred hours .47 in the first four weeks and .39 over all, some 290 busy times a person; 18-30 % of the
sessions can't be held by anybody (`light`: 6 %), and about a tenth of the series have no common start. Beyond that,
in a quarter of the circles a third of the seats are optional, with a quorum.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum
from itertools import accumulate
from random import Random

from scheduler.core.interval import Horizon
from scheduler.core.problem import Problem, problem_to_json
from scheduler.core.series import Cadence, Series
from tests.benchmarks.people import CLUSTERS, FAR, Manner, Person, holidays_of, participant

WEEKS = 26
FIRST_MONDAY = date(2027, 1, 4)
ORDINARY = Manner()
MANNERS = {
    "tight": Manner(load=(9, 12), programme_days=2),
    "light": Manner(recurring=2.5, single=(1.5, 2.0)),
    "global": Manner(circles=0.5, far=0.5, rotates=0.5),
}
"""`recurring`: events that come back; `single`: others a week far ahead, and how many more in the first weeks."""
SIZES = {"S": 20, "M": 200, "L": 2_000, "XL": 10_000, **dict.fromkeys(MANNERS, 200)}
CADENCES = (0.43, 0.46, 0.11)
"""Shares of weekly, fortnightly and monthly series."""
FORTNIGHTLY, MONTHLY = 1, 2


class Shape(IntEnum):
    """What a group is, in the order of their shares."""

    PAIR = 0
    CIRCLE = 1
    FAR_CIRCLE = 2


def instance(kind: str, seed: int = 1, first_monday: date = FIRST_MONDAY) -> Problem:
    """The programme of a kind (a key of SIZES) and seed; the same people, wherever it begins."""
    return instance_of(SIZES[kind], seed, first_monday, MANNERS.get(kind, ORDINARY), kind)


def instance_of(
    size: int, seed: int = 1, first_monday: date = FIRST_MONDAY, manner: Manner = ORDINARY, name: str = ""
) -> Problem:
    """A programme of so many series."""
    name = name or str(size)
    horizon = Horizon(first_monday, WEEKS)
    groups = Groups(Random(f"{name} {seed} groups"), manner)
    series = tuple(groups.form(size))
    holidays = holidays_of(seed, horizon)
    people = [
        participant(Random(f"{name} {seed} {who.id}"), who, horizon, manner, holidays[who.zone])
        for who in groups.people
    ]
    people_by_id = {person.id: person for person in people}
    return Problem(name=f"{name} {seed} {first_monday}", horizon=horizon, people=people_by_id, series=series)


@dataclass(slots=True)
class Groups:
    """Forms groups one by one, and makes the people as they are needed, so that everybody has a group."""

    draw: Random
    manner: Manner
    people: list[Person] = field(default_factory=list)
    mentees: defaultdict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))

    def form(self, size: int) -> list[Series]:
        """The series of a programme, in an order that says nothing."""
        manner, formed = self.manner, list[Series]()
        shapes = self._dealt(size, [1 - manner.circles, manner.circles * (1 - manner.far), manner.circles * manner.far])
        cadences = self._dealt(size, CADENCES)
        while len(formed) < size:
            mentor = self._new(self.draw.randrange(len(CLUSTERS)), mentor=True)
            numbers = range(len(formed), min(size, len(formed) + self._series_of_one()))
            formed += [self._group(mentor, Shape(shapes[number]), cadences[number]) for number in numbers]
        self.draw.shuffle(formed)
        return [replace(series, id=f"series-{number}") for number, series in enumerate(formed)]

    def _dealt(self, size: int, shares: Sequence[float]) -> list[int]:
        """Numbers of shares, shuffled, each as often as its share says."""
        ends = [round(size * end) for end in accumulate(shares)]
        dealt = [sum(number >= end for end in ends[:-1]) for number in range(size)]
        self.draw.shuffle(dealt)
        return dealt

    def _series_of_one(self) -> int:
        least, most = self.manner.load
        return min(self.draw.randint(least, most) for _ in range(2))

    def _group(self, mentor: Person, shape: Shape, cadence: int) -> Series:
        far, members = shape is Shape.FAR_CIRCLE, [mentor]
        for seat in range(1 if shape is Shape.PAIR else self.draw.choice((2, 2, 3, 3, 4, 5, 6, 7))):
            members.append(self._mentee(self._cluster(mentor, seat, far), members))
        series = self._series(members, *self._cadence(cadence, far))
        for who in members:
            who.wide |= far
            who.load += 0.25 if series.cadence.monthly else 1 / series.cadence.every_weeks
        return series

    def _cluster(self, mentor: Person, seat: int, far: bool) -> int:
        if far:
            return self.draw.choice(FAR[mentor.cluster]) if seat % 2 == 0 else mentor.cluster
        step = self.draw.choices((-1, 0, 1), (2, 6, 2))[0]
        return min(max(mentor.cluster + step, 0), len(CLUSTERS) - 1)

    def _mentee(self, cluster: int, members: Sequence[Person]) -> Person:
        known = [who for who in self.mentees[cluster][-40:] if who not in members]
        return self.draw.choice(known) if known and self.draw.random() < 0.08 else self._new(cluster, mentor=False)

    def _new(self, cluster: int, *, mentor: bool) -> Person:
        who = Person(f"person-{len(self.people)}", cluster, self.draw.choice(CLUSTERS[cluster]), mentor)
        self.people.append(who)
        if not mentor:
            self.mentees[cluster].append(who)
        return who

    def _series(self, members: Sequence[Person], cadence: Cadence, sessions: int) -> Series:
        circle = len(members) > 2
        required = len(members) - (len(members) // 3 if circle and self.draw.random() < 0.25 else 0)
        return Series(
            id="",
            required=tuple(who.id for who in members[:required]),
            optional=tuple(who.id for who in members[required:]),
            quorum=(len(members) - required) // 2,
            duration=self.draw.choice((60, 60, 75, 90) if circle else (30, 45, 45, 60)),
            sessions=sessions,
            cadence=cadence,
            anchor_zone=members[0].zone,
        )

    def _cadence(self, kind: int, far: bool) -> tuple[Cadence, int]:
        if kind == MONTHLY:
            return Cadence(monthly=True), self.draw.choice((5, 6))
        rotation = 2 if far and self.draw.random() < self.manner.rotates else 1
        if kind == FORTNIGHTLY:
            return Cadence(every_weeks=2, rotation=rotation), self.draw.choice((12, 13, 13))
        return Cadence(rotation=rotation), self.draw.choice((24, 25, 26, 26, 26))


def main(arguments: Sequence[str]) -> None:
    """Print a problem."""
    kind, seed = arguments[0], int(arguments[1])
    start = date.fromisoformat(arguments[2]) if len(arguments) > 2 else FIRST_MONDAY
    json.dump(problem_to_json(instance(kind, seed, start)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
