"""One round over what stands: look, take over what people changed, bring back what no longer holds, write, tell."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from scheduler.app.programme import App
from scheduler.app.repair.adopting import adopt, vanished
from scheduler.app.repair.ground import Ground, ground_of
from scheduler.app.repair.looking import look
from scheduler.app.repair.mending import mend
from scheduler.app.repair.zones import keep_wall_times
from scheduler.core.decision import Decision, State
from scheduler.core.repairs import Mode
from scheduler.delivering import Written
from scheduler.errors import RondoError
from scheduler.telling import Told, tell_owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of a round. `faults`: by person, why a calendar could not be looked at."""

    decisions: tuple[Decision, ...] = ()
    faults: tuple[tuple[str, RondoError], ...] = ()
    stopped: str = ""
    written: Written = field(default_factory=Written)
    told: Told = field(default_factory=Told)

    @property
    def done(self) -> tuple[Decision, ...]:
        """What was changed."""
        return tuple(each for each in self.decisions if each.state is State.DONE)

    @property
    def proposed(self) -> tuple[Decision, ...]:
        """What waits for somebody's word since this round."""
        return tuple(each for each in self.decisions if each.waits)


def look_after(app: App, *, mode: Mode | None = None) -> Round:
    """Read all calendars of a programme, repair what stands of it, write that, and tell people.

    Raises ChangedElsewhere where somebody decided meanwhile: the next round goes on from there.
    """
    app.refresh()
    repaired = repair(app, mode=mode)
    written = app.write_pending()
    return replace(repaired, written=written, told=tell_owed(app.store, app.notifiers))


def repair(app: App, *, mode: Mode | None = None, people: Collection[str] | None = None) -> Round:
    """Look into the calendars of these people (None: all), and decide; what has to be written is owed.

    Nothing is decided while the programme is stopped. Raises as `look_after`.
    """
    ground = ground_of(app)
    if ground is None or app.store.stopped():
        return Round(stopped=app.store.stopped())
    decisions = keep_wall_times(ground)
    if decisions:
        ground = _again(app)
    looked = look(store=app.store, writers=app.writers, clock=app.clock, people=people)
    faults = tuple((each.place.person, each.fault) for each in looked if each.fault)
    stop = vanished(ground, looked)
    if stop:
        app.store.stop(stop.why)
        ground.note((stop,))
        return Round(decisions=(*decisions, stop), faults=faults, stopped=stop.why)
    adopted = adopt(ground, looked)
    adopted.keep()
    if adopted.touched:
        ground = _again(app)
    mended = mend(ground, mode)
    return Round(decisions=(*decisions, *adopted.decisions, *mended.done, *mended.proposed), faults=faults)


def _again(app: App) -> Ground:
    """What stands now, which was changed a moment ago."""
    ground = ground_of(app)
    assert ground is not None
    return ground
