"""From a draft to calendars, as pages and API see it: what would change and why, publishing it, keeping what was.

Whoever publishes says which changes they saw: where others came first, nothing is written, and both can be compared.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np

from scheduler import flow
from scheduler.app.planning.undo import Undo, find_undo
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App
from scheduler.core.change import Cancel, Change, Create, Keep, Kind, SessionChange, diff
from scheduler.core.decision import Cause
from scheduler.core.explain import explain_starts
from scheduler.core.pins import Pin, with_pin, without_pin
from scheduler.core.series import Series
from scheduler.core.tongue import gettext as _
from scheduler.errors import ChangedElsewhere, InputError, RondoError, StalePlan
from scheduler.flow import Planned
from scheduler.store import SqlStamps

KEPT_SECONDS = 600
KEEP = "keep"
"""The command of pins that were made by `keep_old`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """Meetings that move, are cancelled (or skipped), are new (or come back), and stay; and how many groups change."""

    move: int
    cancel: int
    add: int
    stay: int
    groups: int

    @property
    def changes(self) -> int:
        """All meetings that change."""
        return self.move + self.cancel + self.add


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One meeting that changes; of a group that is new or ends, all its meetings together (`session` None, `count`).

    `kind` None: only people, title or link of the group's event differ. `told`: ids of those who are invited to it.
    """

    group: str
    title: str
    zone: str
    kind: Kind | None
    session: int | None
    count: int
    before: datetime | None
    after: datetime | None
    told: tuple[str, ...]

    @property
    def can_stay(self) -> bool:
        """Whether it can be kept as it was."""
        return self.session is not None and self.before is not None and self.kind in (Kind.MOVED, Kind.SKIPPED)


@dataclass(frozen=True)
class Review:
    """What publishing a draft would do. `stamp` names just these changes, `position` what stood when they were found.

    `planned` is None where nothing was planned yet; `stale`: why the draft fits no more, and there is no line.
    """

    planned: Planned | None
    decided_at: datetime | None
    changes: tuple[Change, ...]
    lines: tuple[Line, ...]
    headline: Headline
    stamp: str
    position: int
    stale: str = ""


def review(app: App) -> Review:
    """The draft against what stands, by what is remembered of calendars. Raises Unavailable."""
    position = app.home.store.position()
    draft = app.store.draft()
    if draft is None:
        return _review(app, None, None, (), position)
    try:
        planned = app.drafted(draft.plan)
    except (RondoError, KeyError) as fault:
        stale = str(fault) if isinstance(fault, RondoError) else ""
        return replace(_review(app, None, draft.decided_at, (), position), stale=stale or "the programme is another.")
    return _review(app, planned, draft.decided_at, app.changes(planned), position)


class Reviews:
    """The reviews of a service, kept until something else is planned, read or decided; ten minutes at most."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._kept: dict[str, tuple[object, Review]] = {}
        self._making: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def of(self, programme: str) -> Review:
        """A programme's. Raises Unavailable."""
        stamps = SqlStamps(self._service.database, programme).stamps()
        parts = (stamps.files, stamps.standing, stamps.draft, stamps.copies, stamps.accounts)
        key = (*parts, int(self._service.clock.now().timestamp() // KEPT_SECONDS))
        with self._making[programme]:  # it takes seconds of a large one, and others want the same
            kept = self._kept.get(programme)
            if kept is None or kept[0] != key:
                kept = self._kept[programme] = (key, review(self._service.app(programme)))
            return kept[1]


def publish(service: Service, programme: str, stamp: str) -> Review:
    """Decide the draft's changes, and have them written; answers what they are.

    Raises StalePlan where the draft no longer fits, ChangedElsewhere where its changes are others than those that
    `stamp` names; then nothing was decided. Raises InputError where there is nothing to publish.
    """
    app = service.app(programme)
    with app.writing():
        found = review(app)
        if found.stale:
            raise StalePlan(found.stale)
        if found.planned is None or not found.headline.groups:
            raise InputError(_("there is nothing to publish."))
        if found.stamp != stamp:
            raise ChangedElsewhere(_("other changes would be made than those that you saw. Nothing was written."))
        flow.decide(found.planned, found.changes, store=app.store, clock=app.clock)
    service.owes(programme)
    return found


def came_first(app: App, position: int) -> tuple[Line, ...]:
    """What others changed since `position`."""
    then = [event for event in app.home.store.events_at(position) if not event.cancelled]
    now = [event for event in app.store.events() if not event.cancelled]
    return tuple(lines(diff(then, now)))


def undoing(app: App) -> Undo | None:
    """What taking back the last publishing would do; None where it can't be taken back."""
    try:
        found = find_undo(app)
    except (InputError, StalePlan):
        return None
    return found if found.todo else None


def undo(service: Service, programme: str) -> Undo:
    """Take back what was published last, and have it written.

    Raises InputError, StalePlan with the reasons why it can't be, and ChangedElsewhere.
    """
    app = service.app(programme)
    found = find_undo(app)
    if found.todo:
        with app.writing():
            flow.record(found.standing, found.changes, found.pins, store=app.store, clock=app.clock)
        service.owes(programme)
    return found


def keep_old(app: App, group: str, session: int) -> None:
    """Have a meeting of the draft stay where it stands, by a person's word. Plan again afterwards.

    Raises ChangedElsewhere where it would not change any more.
    """
    for line in review(app).lines:
        if (line.group, line.session) == (group, session) and line.can_stay:
            pin = Pin(
                group=group,
                session=session,
                start=line.before,
                counted_from=app.programme.horizon.first_monday,
                decided_at=app.clock.now(),
                command=KEEP,
            )
            app.store.keep_pins(with_pin(app.store.pins(), pin))
            return
    raise ChangedElsewhere(_("that meeting would not change any more. Look again."))


def release(app: App, group: str, session: int) -> None:
    """Forget what was decided by hand for a meeting. Plan again afterwards."""
    app.store.keep_pins(without_pin(app.store.pins(), (group, session)))


def lines(changes: Sequence[Change]) -> Iterator[Line]:
    """Every meeting that changes, as the changes have them."""
    for change in changes:
        if not isinstance(change, Keep):
            yield from _lines(change)


def causes(found: Review, line: Line) -> tuple[Cause, ...]:
    """What keeps people from where a meeting of the draft stood: kinds of reasons, and no times of anybody.

    None where it could stay there, and moves so that the whole is better.
    """
    if found.planned is None or line.session is None or line.before is None:
        return ()
    problem, plan, notes = found.planned.posed.problem, found.planned.plan, found.planned.posed.notes
    series: Series | None = next((each for each in problem.series if each.id == line.group), None)
    if series is None:
        return ()
    told = explain_starts(problem, series, np.array([problem.horizon.minute(line.before)]), plan=plan, notes=notes)
    return () if told.holds else tuple(Cause(each.person, each.limit, each.detail) for each in told.blockers)


def _lines(change: Change) -> Iterator[Line]:
    event = change.event
    alike = partial(
        Line,
        group=event.group,
        title=event.title,
        zone=event.rule.zone,
        told=tuple(attendee.id for attendee in event.attendees),
    )
    kinds = {each.kind for each in change.sessions}
    first = next((each.start for each in event.occurrences if each.start), None)
    if isinstance(change, Create) and kinds == {Kind.ADDED}:
        yield alike(kind=Kind.ADDED, session=None, count=len(change.sessions), before=None, after=first)
    elif isinstance(change, Cancel) and kinds == {Kind.DROPPED}:
        yield alike(kind=Kind.DROPPED, session=None, count=len(change.sessions), before=first, after=None)
    elif not change.sessions:
        yield alike(kind=None, session=None, count=0, before=None, after=None)
    else:
        for each in change.sessions:
            yield alike(kind=each.kind, session=each.session, count=1, before=each.before, after=each.after)


def _review(
    app: App, planned: Planned | None, at: datetime | None, changes: tuple[Change, ...], position: int
) -> Review:
    found = tuple(lines(changes))
    kinds: list[tuple[Kind | None, int]] = [(line.kind, line.count) for line in found]
    add = sum(count for kind, count in kinds if kind in (Kind.ADDED, Kind.RESTORED))
    move = sum(count for kind, count in kinds if kind is Kind.MOVED)
    cancel = sum(count for kind, count in kinds if kind in (Kind.DROPPED, Kind.SKIPPED))
    wanted = sum(
        len([o for o in each.event.occurrences if o.start]) for each in changes if not isinstance(each, Cancel)
    )
    headline = Headline(
        move=move, cancel=cancel, add=add, stay=wanted - move - add, groups=len({line.group for line in found})
    )
    return Review(planned, at, changes, found, headline, _stamp(changes), position)


def _stamp(changes: Sequence[Change]) -> str:
    """The same for the same changes of the same events."""
    todo = [
        (each.event.uid, each.event.sequence, [_said(session) for session in each.sessions])
        for each in changes
        if not isinstance(each, Keep)
    ]
    return hashlib.sha256(repr(sorted(todo)).encode()).hexdigest()[:32]


def _said(session: SessionChange) -> tuple[int, str, str]:
    before, after = (at.isoformat() if at else "" for at in (session.before, session.after))
    return session.session, before, after
