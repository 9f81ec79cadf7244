"""Plans in words: tables and lines for people."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from rich.console import Console
from rich.table import Table

from scheduler.app.wiring.programme import App
from scheduler.cli.console import bound_in_words
from scheduler.core.burden import burdens
from scheduler.core.change import Cancel, Change, Create, Keep, Kind, SessionChange, counts
from scheduler.core.explain import explain_starts
from scheduler.core.interval import Horizon
from scheduler.core.plan import Status
from scheduler.core.reasons import reasons
from scheduler.core.story import SIGNS, SKIPPED_BY_HAND, GroupStory
from scheduler.core.words import place, when
from scheduler.documents.plans import stories_of
from scheduler.flow import Planned

MARKS = {Kind.ADDED: "+", Kind.MOVED: "~", Kind.SKIPPED: "-", Kind.RESTORED: "+", Kind.DROPPED: "-"}
NO_BREAK = "\u00a0"
TIMES_WIDTH = 62
LEGEND = (
    f"{SIGNS[Status.HELD]} holds  {SIGNS[Status.MOVED]} moves  {SIGNS[Status.PINNED]} by hand  "
    f"{SIGNS[Status.SKIPPED]} no time  {SIGNS[None]} none due"
)


def show_plan(to: Console, app: App, planned: Planned) -> None:
    """Groups with their times, the weeks of each, clock changes, missing sessions and why, and the whole in figures."""
    told = stories_of(app, planned)
    to.print(_group_table(told))
    to.print(_week_table(planned.posed.problem.horizon, told))
    _print_lines(to, "When clocks change", _clock_lines(told))
    _print_lines(to, "By hand", _hand_lines(planned))
    _print_lines(to, "Without a time", _missing_lines(told))
    _print_lines(to, "Not known", [f"{who}: {why}" for who, why in planned.posed.notes.unknown.items()])
    show_figures(to, app, planned)


def show_figures(to: Console, app: App, planned: Planned) -> None:
    """How much of the programme takes place, against what is possible, and who carries most."""
    score, meta = planned.report.score, planned.plan.meta
    by_hand = f", {score.pinned} put where they stand by hand" if score.pinned else ""
    share = f" ({score.happen / score.planned:.1%})" if score.planned else ""
    to.print(
        f"{score.happen} of {score.planned} sessions take place{share}: {score.held} at their usual time, "
        f"{score.moved} moved in their week{by_hand}. {bound_in_words(score.happen, meta.get('bound'))}",
        soft_wrap=True,
    )
    worst = next(iter(burdens(planned.posed.problem, planned.plan).items()), None)
    if worst and worst[1]:
        name = app.names.get(worst[0], worst[0])
        to.print(f"Furthest from preferred hours: {name}, {worst[1]:.0f} minutes a session on average.", markup=False)


def show_changes(to: Console, app: App, planned: Planned | None, changes: Sequence[Change]) -> None:
    """Every session that changes in calendars, old and new on one line, and the sum of it.

    With what was planned, the reason stands under each.
    """
    show_changed(to, app, planned, changes)
    people = {attendee.id for change in _todo(changes) for attendee in change.event.attendees}
    to.print(f"Plan: {counts(changes)}. {len(people)} calendars would be written.", soft_wrap=True)


def show_changed(to: Console, app: App, planned: Planned | None, changes: Sequence[Change]) -> None:
    """As `show_changes`, without the sum."""
    for change in _todo(changes):
        to.print(_change_line(change), soft_wrap=True)
        for session in () if isinstance(change, Create) else change.sessions:
            to.print(f"  {_session_line(session, change.event.rule.zone)}", soft_wrap=True)
            for reason in _reasons(app, planned, change, session) if planned else ():
                to.print(f"      {reason}", soft_wrap=True)


def _todo(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if not isinstance(change, Keep)]


def _change_line(change: Change) -> str:
    event = change.event
    if isinstance(change, Create):
        usual = when(event.occurrences[0].recurrence_id, event.rule.zone)
        return f"+ {event.group}: {len(event.sessions)} sessions, usually {usual}"
    if isinstance(change, Cancel):
        return f"- {event.group}: cancelled"
    return f"~ {event.group}" + ("" if change.sessions else ": people, title or link")


def _reasons(app: App, planned: Planned, change: Change, session: SessionChange) -> list[str]:
    """Why a session can't stay where it was."""
    problem, plan = planned.posed.problem, planned.plan
    series = next((each for each in problem.series if each.id == change.event.group), None)
    if series is None or session.before is None:
        return []
    at = np.array([problem.horizon.minute(session.before)])
    told = explain_starts(problem, series, at, plan=plan, notes=planned.posed.notes)
    return reasons(told, problem, app.names)


def _group_table(told: Sequence[GroupStory]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Group", "Usual time", "Holds", "Moves", "None"):
        table.add_column(heading, justify="left" if heading in ("Group", "Usual time") else "right")
    for story in told:
        figures = [str(story.count(status)) for status in (Status.HELD, Status.MOVED, Status.SKIPPED)]
        slots = [listed_times(story, number) for number in range(len(story.slots))] or ["no time found"]
        table.add_row(story.placement.series, slots[0], *figures)
        for slot in slots[1:]:
            table.add_row("  in turn with", slot, "", "", "")
    return table


def listed_times(story: GroupStory, number: int) -> str:
    """A slot on the clocks of all its zones: `Tue 14:30 London, Tue 09:30 New York`; lines break between them only."""
    times = [f"{time} {place(zone)}" for zone, time in story.slots[number].times.items()]
    together = ", ".join(time.replace(" ", NO_BREAK) for time in times)
    return fill(together, TIMES_WIDTH).replace(NO_BREAK, " ")


def _week_table(horizon: Horizon, told: Sequence[GroupStory]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Weeks")
    by_hand = f"  {SKIPPED_BY_HAND} skipped" if any(SKIPPED_BY_HAND in story.strip for story in told) else ""
    table.add_column(f"{horizon.weeks} from {horizon.first_monday:%d %b %Y}    {LEGEND}{by_hand}", no_wrap=True)
    for story in told:
        table.add_row(story.placement.series, story.strip)
    return table


def _clock_lines(told: Sequence[GroupStory]) -> list[str]:
    return [
        f"{story.placement.series}: in {place(zone)} {'; '.join(str(shift) for shift in shifts)}"
        for story in told
        for slot in story.slots
        for zone, shifts in slot.shifts.items()
        if shifts
    ]


def _hand_lines(planned: Planned) -> list[str]:
    """What people decided of which sessions."""
    problem, placements = planned.posed.problem, planned.plan.by_series()
    return [
        f"{series.id} #{number + 1}: {when(problem.horizon.instant(session.start), series.anchor_zone, dated=True)}"
        + ("" if session.takes_place else " is skipped")
        for series in problem.series
        for number, session in enumerate(placements[series.id].sessions)
        if number in series.pinned
    ]


def _missing_lines(told: Sequence[GroupStory]) -> list[str]:
    return [f"{story.placement.series}: {reason}" for story in told for reason in story.why]


def _print_lines(to: Console, heading: str, lines: Sequence[str]) -> None:
    if lines:
        to.print(f"\n{heading}", style="bold")
        for line in lines:
            to.print(f"  {line}", soft_wrap=True)


def _session_line(session: SessionChange, zone: str) -> str:
    before = when(session.before, zone, dated=True) if session.before else ""
    after = when(session.after, zone, dated=True) if session.after else ""
    if before and after:
        return f"{MARKS[session.kind]} {before} -> {after}"
    return f"{MARKS[session.kind]} {before or after}{' no longer takes place' if before else ''}"
