"""Somebody's own meetings, one after the other: when, with whom, what became of each, and what they said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.app.meetings.overview import Overview
from scheduler.app.wiring.programme import App
from scheduler.core.answer import Answer, Said
from scheduler.core.decision import Action, Decision, State
from scheduler.core.delivery import as_told
from scheduler.core.event import Event, Occurrence
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.words import Shift, one_line, shifts
from scheduler.errors import ChangedElsewhere, InputError
from scheduler.store import SqlAnswers

ATTENDS = ("chair", "required", "optional")
ELSEWHERE = noted("This meeting was changed meanwhile.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session for one of its people.

    `start`: where it stands, of one that is skipped where its rule has it; `usual`: where its rule has it. `others`:
    names. `needed`: without the reader it can't take place. `soon`: so near that others may be on their way. `waits`:
    what is proposed about it; `moved`: what the reader themself did about it, and can take back.
    """

    group: str
    session: int
    title: str
    start: datetime
    usual: datetime
    minutes: int
    others: tuple[str, ...]
    link: str
    skipped: bool
    needed: bool
    soon: bool
    said: Said | None = None
    waits: Decision | None = None
    moved: Decision | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether it stands where its rule does not have it."""
        return not self.skipped and self.start != self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What is ahead of somebody, in the order of time. `clocks`: of each series, when their clock shows another time
    than usual."""

    ahead: tuple[Meeting, ...]
    clocks: tuple[tuple[str, tuple[Shift, ...]], ...]

    @property
    def next(self) -> Meeting | None:
        """The first that takes place."""
        return next((each for each in self.ahead if not each.skipped), None)


def answers_of(app: App) -> SqlAnswers:
    """What people of a programme said."""
    return SqlAnswers(app.home.engine, app.home.programme)


def agenda(overview: Overview, person: str) -> Agenda:
    """All meetings of somebody that are ahead. Raises Unavailable."""
    now, zone = overview.app.clock.now(), overview.app.person(person).boundary.zone
    mine = [event for event in overview.events.get(person, ()) if _attends(event, person)]
    found = sorted(_meetings(overview, person, mine, now), key=lambda each: (each.start, each.group))
    starts = {event.uid: sorted(each.recurrence_id for each in event.occurrences) for event in mine}
    clocks = ((one_line(event.title), shifts(starts[event.uid], zone)) for event in mine if starts[event.uid])
    return Agenda(ahead=tuple(found), clocks=tuple((title, told) for title, told in clocks if told))


def meeting(overview: Overview, person: str, group: str, session: int) -> Meeting:
    """One that is ahead. Raises InputError where there is none."""
    found = (each for each in agenda(overview, person).ahead if (each.group, each.session) == (group, session))
    one = next(found, None)
    if one is None:
        raise InputError(_("There is no such meeting ahead of you."), hint=_("It may be past, or was taken out."))
    return one


def confirm(overview: Overview, person: str, group: str, session: int, start: datetime) -> Meeting:
    """Note that somebody comes. Raises InputError, and ChangedElsewhere where it no longer stands at `start`."""
    return _say(overview.app, person, meeting(overview, person, group, session), start, Said.COMES)


def stay_away(overview: Overview, person: str, group: str, session: int, start: datetime) -> Meeting:
    """Note that somebody does not come who need not. Raises as `confirm`."""
    found = meeting(overview, person, group, session)
    if found.needed:
        raise InputError(_("This meeting can't be held without you."), hint=_("Ask for another time, or to skip it."))
    return _say(overview.app, person, found, start, Said.AWAY)


def unsay(app: App, person: str, group: str, session: int) -> None:
    """Take back what somebody said, and nothing else."""
    answers_of(app).forget(group, session, person)


def _say(app: App, person: str, found: Meeting, start: datetime, said: Said) -> Meeting:
    if found.skipped or found.start != start:
        raise ChangedElsewhere(_(ELSEWHERE))
    answer = Answer(group=found.group, session=found.session, person=person, start=start, said=said, at=app.clock.now())
    answers_of(app).keep(answer)
    return found


def _meetings(overview: Overview, person: str, mine: Sequence[Event], now: datetime) -> Iterator[Meeting]:
    app, trail = overview.app, overview.decisions
    said = {(each.group, each.session, each.start): each.said for each in answers_of(app).all(person)}
    groups = {group.id: group for group in app.programme.groups}
    waits = {(each.group, each.session): each for each in trail if each.waits}
    moved = {
        (each.group, each.session, each.after): each
        for each in trail
        if each.by == person and each.action is Action.MOVE and each.state is State.DONE and _ahead(each, now)
    }
    for event in mine:
        told = as_told(event, app.store.deliveries(event.uid))
        needed = event.group in groups and person in groups[event.group].always_there
        for each in event.occurrences:
            start = each.start or each.recurrence_id
            if start + timedelta(minutes=event.duration) > now and person not in each.absent:
                yield Meeting(
                    group=event.group,
                    session=each.session,
                    title=one_line(event.title),
                    start=start,
                    usual=each.recurrence_id,
                    minutes=event.duration,
                    others=tuple(_others(event, each, person)),
                    link=told.conference if told.conference.startswith("https://") else "",
                    skipped=each.start is None,
                    needed=needed,
                    soon=start - now < app.rules.freeze_for,
                    said=said.get((event.group, each.session, start)) if each.start else None,
                    waits=waits.get((event.group, each.session)) or waits.get((event.group, None)),
                    moved=moved.get((event.group, each.session, start)),
                )


def _ahead(decision: Decision, now: datetime) -> bool:
    """Whether it can still be taken back."""
    return decision.before is not None and decision.before > now


def _attends(event: Event, person: str) -> bool:
    return any(each.id == person and each.role in ATTENDS for each in event.attendees)


def _others(event: Event, at: Occurrence, person: str) -> Iterator[str]:
    for each in event.attendees:
        if each.id != person and each.role in ATTENDS and each.id not in at.absent:
            yield one_line(each.name) or each.id
