"""What would be if some cells of the folder were others: planned, and nothing written."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag

from scheduler import flow
from scheduler.app.wiring.programme import App
from scheduler.core.compare import Comparison, compared
from scheduler.errors import StalePlan
from scheduler.flow import Planned
from scheduler.programme import Overlay, load
from scheduler.programme.problem import Posed
from scheduler.solve import Params, Progress


@dataclass(frozen=True, slots=True)
class Imagined:
    """The present plan, the plan of the changed programme, and the difference between them."""

    before: Planned
    after: Planned
    difference: Comparison


def imagined(
    app: App,
    overlay: Overlay,
    *,
    params: Params,
    refresh: bool = True,
    stop: Flag | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Imagined:
    """Plan the programme with the cells of an overlay, beside what was planned last, if that still fits.

    Neither a draft nor what calendars say is kept. Raises ProgrammeErrors where the cells can't be read.
    """
    changed = app.of(load(app.folder, overlay))
    before = _present(app, app.pose(copies=app.read_all() if refresh else None), params, stop, report)
    posed = changed.pose(copies=changed.read_all() if refresh else None)
    after = flow.plan(posed, params=params, stop=stop, report=report)
    difference = compared(before.posed.problem, before.plan, posed.problem, after.plan)
    return Imagined(before, after, difference)


def _present(
    app: App, posed: Posed, params: Params, stop: Flag | None, report: Callable[[Progress], None] | None
) -> Planned:
    """What was planned last, or what would be planned now where that is no plan of this problem any more."""
    draft = app.store.draft()
    if draft is not None:
        try:
            return flow.still_fits(posed, draft.plan)
        except StalePlan:
            pass
    return flow.plan(posed, params=params, stop=stop, report=report)
