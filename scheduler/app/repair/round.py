"""One round over what stands: take over what people changed, read, bring back what no longer holds, write, tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from scheduler.app.repair.adopting import adopt, vanished
from scheduler.app.repair.ground import Ground, ground_of
from scheduler.app.repair.looking import Looked, look
from scheduler.app.repair.mending import mend
from scheduler.app.repair.zones import keep_wall_times
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Decision, State
from scheduler.core.repairs import Mode
from scheduler.delivering import Written
from scheduler.errors import RondoError
from scheduler.telling import Told, tell_owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of a round. `faults`: by person, why a calendar could not be looked at; `disturbed`: people whose
    meetings somebody moved; `unseen`: groups at which nobody could look."""

    decisions: tuple[Decision, ...] = ()
    faults: tuple[tuple[str, RondoError], ...] = ()
    disturbed: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
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
    stop = vanished(ground, looked)
    if stop:
        app.store.stop(stop.why)
        ground.note((stop,))
        return Round(decisions=(*clocks, stop), stopped=stop.why)
    taken = _taken(ground, looked)
    return replace(taken, decisions=(*clocks, *taken.decisions))


def bring_back(app: App, *, mode: Mode | None = None) -> Round:
    """Decide about what no longer holds, by what was read; what has to be written is owed.

    Its meetings are looked at once more before: nobody's session is moved away from under their hand. A group of which
    that can't be seen now waits.
    """
    ground = ground_of(app)
    if ground is None or app.store.stopped():
        return Round(stopped=app.store.stopped())
    broken = {each.group for each in ground.disturbed}
    taken = (
        _taken(ground, look(store=app.store, lookers=app.writers, clock=app.clock, groups=broken))
        if broken
        else Round()
    )
    if taken.disturbed:
        app.refresh_of(taken.disturbed)
        ground = _again(app)
    return Round(decisions=(*taken.decisions, *_mended(ground, mode, taken.unseen)), faults=taken.faults)


def _mended(ground: Ground, mode: Mode | None, unseen: Collection[str]) -> tuple[Decision, ...]:
    mended = mend(ground, mode, but=unseen)
    return (*mended.done, *mended.proposed)


def _taken(ground: Ground, looked: Sequence[Looked]) -> Round:
    """What people changed is taken over."""
    adopted = adopt(ground, looked)
    adopted.keep()
    return Round(
        decisions=adopted.decisions,
        faults=tuple((each.place.person, each.fault) for each in looked if each.fault),
        unseen=frozenset(each.event.group for each in looked if each.fault),
        disturbed=frozenset(who for group in adopted.touched for who in ground.groups[group].members),
    )


def _again(app: App) -> Ground:
    """What stands now, which was changed a moment ago."""
    ground = ground_of(app)
    assert ground is not None
    return ground
