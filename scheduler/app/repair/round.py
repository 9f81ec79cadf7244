"""One round over what stands: take over what people changed, read, bring back what no longer holds, write, tell."""

from collections.abc import Collection
from dataclasses import dataclass, field

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
    """What came of a round. `faults`: by person, why a calendar could not be looked at; `disturbed`: people whose
    meetings somebody moved."""

    decisions: tuple[Decision, ...] = ()
    faults: tuple[tuple[str, RondoError], ...] = ()
    disturbed: frozenset[str] = frozenset()
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
    """One round over a whole programme. Raises ChangedElsewhere where somebody decided meanwhile: the next goes on."""
    taken = take_over(app)
    app.refresh()
    mended = Round() if taken.stopped else bring_back(app, mode=mode)
    return Round(
        decisions=(*taken.decisions, *mended.decisions),
        faults=taken.faults,
        stopped=taken.stopped,
        written=app.write_pending(),
        told=tell_owed(app.store, app.notifiers),
    )


def take_over(app: App, people: Collection[str] | None = None) -> Round:
    """Look into the calendars of these people (None: all), and take over what was changed there.

    This comes before calendars are read: where only busy times are told, a session that somebody moved is known as ours
    by then. `disturbed` names whose calendars are to be read for it. Nothing is done while the programme is stopped.
    """
    ground = ground_of(app)
    if ground is None or app.store.stopped():
        return Round(stopped=app.store.stopped())
    clocks = keep_wall_times(ground)
    ground = _again(app) if clocks else ground
    looked = look(store=app.store, lookers=app.writers, clock=app.clock, people=people)
    faults = tuple((each.place.person, each.fault) for each in looked if each.fault)
    stop = vanished(ground, looked)
    if stop:
        app.store.stop(stop.why)
        ground.note((stop,))
        return Round(decisions=(*clocks, stop), faults=faults, stopped=stop.why)
    adopted = adopt(ground, looked)
    adopted.keep()
    members = {who for group in adopted.touched for who in ground.groups[group].members}
    return Round(decisions=(*clocks, *adopted.decisions), faults=faults, disturbed=frozenset(members))


def bring_back(app: App, *, mode: Mode | None = None) -> Round:
    """Decide about what no longer holds, by what was read; what has to be written is owed."""
    ground = ground_of(app)
    if ground is None or app.store.stopped():
        return Round(stopped=app.store.stopped())
    mended = mend(ground, mode)
    return Round(decisions=(*mended.done, *mended.proposed))


def _again(app: App) -> Ground:
    """What stands now, which was changed a moment ago."""
    ground = ground_of(app)
    assert ground is not None
    return ground
