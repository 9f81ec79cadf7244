"""What publishing a draft would do, as pages and API show it: each meeting that changes, and the kind of reason."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from scheduler.app.service.apart import LARGE
from scheduler.app.service.service import Service, open_service
from scheduler.app.wiring.programme import App
from scheduler.app.wiring.reaching import unreached
from scheduler.core.change import Cancel, Change, Create, Keep, Kind, SessionChange
from scheduler.core.decision import Cause
from scheduler.core.explain import explain_starts
from scheduler.core.series import by_member
from scheduler.core.verify import Report
from scheduler.errors import RondoError, Unavailable
from scheduler.flow import Planned
from scheduler.ports import Clock
from scheduler.settings import Settings
from scheduler.store import SqlStamps

KEPT_SECONDS = 600
AT_ONCE = 4
SOON_SECONDS = 0.1


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
    `causes`: what keeps people from where it stood, kinds of reasons and no times of anybody; none where it could stay
    there, and moves so that the whole is better.
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
    causes: tuple[Cause, ...] = ()

    @property
    def can_stay(self) -> bool:
        """Whether it can be kept as it was."""
        return self.session is not None and self.before is not None and self.kind in (Kind.MOVED, Kind.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What publishing a draft would do. `stamp` names just these changes, `position` what stood when they were found.

    `decided_at` is None where nothing was planned yet; `stale`: why the draft fits no more, and there is neither line
    nor report. `unreached`: how many who are invited are neither written nor mailed to.
    """

    decided_at: datetime | None = None
    lines: tuple[Line, ...] = ()
    headline: Headline = Headline(move=0, cancel=0, add=0, stay=0, groups=0)  # it is frozen
    stamp: str
    position: int
    report: Report | None = None
    stale: str = ""
    unreached: int = 0


class Reviews:
    """The reviews of a service, kept until something else is planned, read or decided; ten minutes at most."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="review")
        self._kept: dict[str, tuple[object, Future[Review]]] = {}

    def of(self, programme: str) -> Review:
        """A programme's. Raises Unavailable."""
        return self._making(programme).result()

    def soon(self, app: App, programme: str) -> Review | None:
        """A programme's; None where it is a large one and takes seconds: it is there a little later.

        Raises Unavailable.
        """
        try:
            return self._making(programme).result(None if len(app.programme.groups) < LARGE else SOON_SECONDS)
        except TimeoutError:
            return None

    def _making(self, programme: str) -> Future[Review]:
        """One for all who want it: that of a large programme takes seconds, and they would hold up everybody else."""
        stamps = SqlStamps(self._service.database, programme).stamps()
        parts = (stamps.files, stamps.standing, stamps.draft, stamps.copies, stamps.accounts)
        key = (*parts, int(self._service.clock.now().timestamp() // KEPT_SECONDS))
        with self._lock:
            held, found = self._kept.get(programme, (None, None))
            if found is None or held != key or (found.done() and found.exception()):
                found = self._threads.submit(copy_context().run, self._made, programme)
                self._kept[programme] = key, found
            return found

    def _made(self, programme: str) -> Review:
        app = self._service.app(programme)
        if len(app.programme.groups) < LARGE:
            return review(app)
        found = self._service.apart.call(_reviewed, programme)
        if found is None:
            raise Unavailable("the service is ending.")
        return found


def review(app: App) -> Review:
    """The draft against what stands, by what is remembered of calendars. Raises Unavailable."""
    found, planned, _ = reviewed(app)
    return replace(found, lines=tuple(_with_causes(planned, found.lines))) if planned else found


def reviewed(app: App) -> tuple[Review, Planned | None, tuple[Change, ...]]:
    """The same without causes, but with the plan and its changes; no plan where there is none or it fits no more."""
    position = app.home.store.position()
    draft = app.store.draft()
    if draft is None:
        return Review(stamp=_stamp(()), position=position), None, ()
    try:
        planned = app.drafted(draft.plan)
    except (RondoError, KeyError) as fault:
        why = (str(fault) if isinstance(fault, RondoError) else "") or "the programme is another."
        return Review(decided_at=draft.decided_at, stale=why, stamp=_stamp(()), position=position), None, ()
    changes = app.changes(planned)
    found = tuple(lines(changes))
    told = Review(
        decided_at=draft.decided_at,
        lines=found,
        headline=_headline(changes, found),
        stamp=_stamp(changes),
        position=position,
        report=planned.report,
        unreached=len(unreached(app, (each.event for each in changes))),
    )
    return told, planned, changes


def lines(changes: Sequence[Change]) -> Iterator[Line]:
    """Every meeting that changes, as the changes have them."""
    for change in changes:
        if not isinstance(change, Keep):
            yield from _lines(change)


def _reviewed(data: Path, settings: Settings, clock: Clock, programme: str) -> Review:
    """What `Apart` does in its process."""
    return review(open_service(data, clock, settings).app(programme))


def _with_causes(planned: Planned, found: Sequence[Line]) -> Iterator[Line]:
    """The same lines, each with what keeps people from where it stood; asked once for all of a group."""
    problem, notes = planned.posed.problem, planned.posed.notes
    series, mine = {each.id: each for each in problem.series}, by_member(problem.series)
    stood = [
        (line.group, problem.horizon.minute(line.before)) if line.session is not None and line.before else None
        for line in found
    ]
    starts = defaultdict[str, list[int]](list)
    for group, minute in filter(None, stood):
        starts[group].append(minute)
    causes: dict[tuple[str, int], tuple[Cause, ...]] = {}
    for group in starts.keys() & series.keys():
        near = {each.id: each for who in series[group].members for each in mine[who]}
        part, minutes = replace(problem, series=tuple(near.values())), np.array(starts[group], dtype=np.int64)
        told = explain_starts(part, series[group], minutes, plan=planned.plan, notes=notes)
        for minute in set(starts[group]) - set(told.holds):
            blockers = (each for each in told.blockers if minute in each.starts)
            causes[group, minute] = tuple(Cause(each.person, each.limit, each.detail) for each in blockers)
    return (replace(line, causes=causes.get(at, ())) if at else line for line, at in zip(found, stood, strict=True))


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


def _headline(changes: Sequence[Change], found: Sequence[Line]) -> Headline:
    counts = {kind: sum(line.count for line in found if line.kind is kind) for kind in Kind}
    add, move = counts[Kind.ADDED] + counts[Kind.RESTORED], counts[Kind.MOVED]
    wanted = sum(
        len([o for o in each.event.occurrences if o.start]) for each in changes if not isinstance(each, Cancel)
    )
    return Headline(
        move=move,
        cancel=counts[Kind.DROPPED] + counts[Kind.SKIPPED],
        add=add,
        stay=wanted - move - add,
        groups=len({line.group for line in found}),
    )


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
