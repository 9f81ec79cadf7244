"""What a plan says of one group, ready for words or JSON: its times on everybody's clock, and why sessions are missing.

One telling for the command line, the pages and the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.core.explain import Notes, closest_slot, explain_slot, missing_sessions
from scheduler.core.plan import Placement, Plan, Status
from scheduler.core.problem import Problem
from scheduler.core.reasons import reasons
from scheduler.core.series import Series, regular_starts
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import local_time
from scheduler.core.words import Shift, WeekTime, place, shifts, usual_time

SKIPPED_BY_HAND = "–"
SIGNS: Mapping[Status | None, str] = {
    Status.HELD: "●",
    Status.MOVED: "↷",
    Status.PINNED: "◆",
    Status.SKIPPED: "✕",
    None: "·",
}
"""One sign a week: held, moved, put there by a person, without a time, and no session due."""


@dataclass(frozen=True, slots=True)
class SlotStory:
    """One slot: what the clocks of each zone usually show, and when they show something else."""

    times: Mapping[str, WeekTime]
    shifts: Mapping[str, tuple[Shift, ...]]


@dataclass(frozen=True, slots=True)
class GroupStory:
    """A group's placement told: slots, one sign a week, and reasons in sentences for what is missing."""

    placement: Placement
    zones: tuple[str, ...]
    slots: tuple[SlotStory, ...]
    strip: str
    why: tuple[str, ...]

    def count(self, status: Status) -> int:
        """How many sessions end up so."""
        return sum(session.status is status for session in self.placement.sessions)


def stories(problem: Problem, plan: Plan, notes: Notes, names: Mapping[str, str]) -> tuple[GroupStory, ...]:
    """The stories of all series, in the order of the problem."""
    placements = plan.by_series()
    return tuple(_story(problem, series, placements[series.id], plan, notes, names) for series in problem.series)


def starts_of_slot(problem: Problem, series: Series, placement: Placement, number: int) -> tuple[datetime, ...]:
    """The instants at which sessions of one slot of a rotation are held at their regular time.

    Of a slot that holds none: where its rule puts them. Frozen sessions may stand by an older rule.
    """
    regular = regular_starts(series, placement.first, placement.slots, problem.horizon).tolist()
    mine = list(zip(placement.sessions, regular, strict=True))[number :: len(placement.slots)]
    held = [start for session, start in mine if session.status is Status.HELD and session.start == start]
    return tuple(problem.horizon.instant(start) for start in held or [start for _, start in mine])


def _story(
    problem: Problem, series: Series, placement: Placement, plan: Plan, notes: Notes, names: Mapping[str, str]
) -> GroupStory:
    zones = tuple(dict.fromkeys(problem.people[who].boundary.zone for who in series.members))
    starts = [starts_of_slot(problem, series, placement, number) for number in range(len(placement.slots))]
    slots = tuple(_slot_story(zones, mine) for mine in starts if mine)
    asked = replace(placement, sessions=tuple(s for i, s in enumerate(placement.sessions) if i not in series.pinned))
    missing = any(session.status is Status.SKIPPED for session in asked.sessions)
    why = _why(problem, series, asked, plan, notes, names) if missing else ()
    return GroupStory(placement, zones, slots, _strip(problem, series, placement), why)


def _slot_story(zones: tuple[str, ...], starts: tuple[datetime, ...]) -> SlotStory:
    return SlotStory({zone: usual_time(starts, zone) for zone in zones}, {zone: shifts(starts, zone) for zone in zones})


def _why(
    problem: Problem, series: Series, placement: Placement, plan: Plan, notes: Notes, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Why sessions are missing; of a series without any slot, why the closest one is none."""
    if placement.slots:
        told = missing_sessions(problem, series, placement, plan, notes)
        return tuple(reasons(told, problem, names))
    found = closest_slot(problem, series)
    if found is None:
        asked = {"sessions": series.sessions, "weeks": problem.horizon.weeks}
        return (_("%(sessions)s sessions don't fit into %(weeks)s weeks") % asked,)
    first, slot = found
    told = explain_slot(problem, series, [slot], first, plan=plan, notes=notes)
    at = f"{WeekTime(slot.weekday, slot.minute)} {place(series.anchor_zone)}"
    return (_("closest: %(at)s") % {"at": at}, *reasons(told, problem, names))


def _strip(problem: Problem, series: Series, placement: Placement) -> str:
    """Weeks are those of the anchor zone's calendar, as the rule counts them."""
    weeks: dict[int, str] = {}
    for number, session in enumerate(placement.sessions):
        day = local_time(problem.horizon.instant(session.start), series.anchor_zone).day
        by_hand = number in series.pinned and not session.takes_place
        sign = SKIPPED_BY_HAND if by_hand else SIGNS[session.status]
        weeks[(day - problem.horizon.first_monday).days // 7] = sign
    return "".join(weeks.get(week, SIGNS[None]) for week in range(problem.horizon.weeks))
