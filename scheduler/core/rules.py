"""Every rule of a series at once: the starts at which each would hold the sessions that are still open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.core.candidates import NOWHERE, rule_dates
from scheduler.core.interval import DAY_MINUTES, Int64Array
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.walltime import days_as_wall, resolve


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule of a series, as rows of `starts` (minutes, all dates and times of the horizon).

    `places` has for each of `firsts`, and each place of the rotation, the rows of the open sessions, shape (rule,
    session); `days` has the days that the rules of a place name, each at all `times` of the day.
    """

    starts: Int64Array
    times: tuple[int, ...]
    firsts: tuple[int, ...]
    places: tuple[tuple[Int64Array, ...], ...]
    days: tuple[tuple[tuple[Slot, ...], ...], ...]

    def slots(self, first: int, chosen: Sequence[int]) -> tuple[Slot, ...]:
        """The slots of a rule for each place."""
        named = [divmod(rule, len(self.times)) for rule in chosen]
        days = zip(self.days[first], named, strict=True)
        return tuple(replace(place[day], minute=self.times[time]) for place, (day, time) in days)

    def rows(self, first: int, chosen: Sequence[int]) -> list[int]:
        """The rows at which a rule for each place puts the open sessions."""
        return [row for table, rule in zip(self.places[first], chosen, strict=True) for row in table[rule].tolist()]


def all_rules(problem: Problem, series: Series, given: Collection[int], at: Slot | None) -> Rules:
    """The rules that keep every open session in the horizon."""
    horizon = problem.horizon
    times = np.array([at.minute]) if at else np.arange(0, DAY_MINUTES, problem.grid_minutes)
    every_day = horizon.first_monday.toordinal() + np.arange(horizon.weeks * 7)
    starts = horizon.minutes(resolve(days_as_wall(every_day[:, None], times), series.anchor_zone)).ravel()
    choices, dates = rule_dates(series.cadence, series.sessions, horizon)
    named = [c for c, slot in enumerate(choices) if at is None or replace(slot, minute=at.minute) == at]
    rotation = series.cadence.rotation
    firsts, places, days = [], [], []
    for first in range(len(dates)):
        rows, labels = [], []
        for place in range(rotation):
            mine = [i for i in range(place, series.sessions, rotation) if i not in given]
            inside = [c for c in named if (dates[first, c, mine] != NOWHERE).all()]
            table = dates[first][np.ix_(inside, mine)][:, None, :] * len(times) + np.arange(len(times))[:, None]
            rows.append(table.reshape(len(inside) * len(times), len(mine)))
            labels.append(tuple(choices[c] for c in inside))
        if all(labels):
            firsts.append(first)
            places.append(tuple(rows))
            days.append(tuple(labels))
    return Rules(starts, tuple(times.tolist()), tuple(firsts), tuple(places), tuple(days))
