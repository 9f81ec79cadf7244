"""From a draft to calendars, as pages and API do it: publishing it, keeping what was, and taking it back.

Whoever publishes says which changes they saw: where others came first, nothing is written, and both can be compared.
"""

from scheduler import flow
from scheduler.app.planning.reviewing import Line, Review, lines, reviewed
from scheduler.app.planning.undo import Undo, find_undo
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App
from scheduler.core.change import diff
from scheduler.core.pins import Pin, with_pin, without_pin
from scheduler.core.tongue import gettext as _
from scheduler.errors import ChangedElsewhere, InputError, StalePlan

KEEP = "keep"
"""The command of pins that were made by `keep_old`."""


def publish(service: Service, programme: str, stamp: str) -> Review:
    """Decide the draft's changes, and have them written; answers what they are.

    Raises StalePlan where the draft no longer fits, ChangedElsewhere where its changes are others than those that
    `stamp` names; then nothing was decided. Raises InputError where there is nothing to publish.
    """
    app = service.app(programme)
    with app.writing():
        found, planned, changes = reviewed(app)
        if found.stale:
            raise StalePlan(found.stale)
        if planned is None or not found.headline.groups:
            raise InputError(_("there is nothing to publish."))
        if found.stamp != stamp:
            raise ChangedElsewhere(_("other changes would be made than those that you saw. Nothing was written."))
        flow.decide(planned, changes, store=app.store, clock=app.clock)
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
    for line in reviewed(app)[0].lines:
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
