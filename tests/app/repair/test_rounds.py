"""A coordinator's months at random: decisions, busy people, applies and their taking back, in any order."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

import pytest

from scheduler.app.planning.moving import Chosen, choose, decide, plan_again, take_back
from scheduler.app.planning.undo import find_undo, write_undo
from scheduler.core.event import Event
from scheduler.core.plan import Status
from scheduler.errors import InputError, StalePlan
from scheduler.solve import Params
from tests.desks import Desk, at
from tests.readers import expanded_in_python

STEPS = 10


class Coordinator:
    """Somebody who does this and that, and what must hold after each of it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.draw, self.done = desk, Random(seed), list[str]()
        self.seen: dict[str, Event] = {}

    def step(self) -> None:
        """One thing, as the seed has it."""
        act = self.draw.choice([self.move, self.move, self.skip, self.back, self.busy, self.wait, self.undo])
        self.done.append(act.__name__)
        self.desk.app.refresh()
        try:
            act()
        except (InputError, StalePlan) as refused:
            self.done.append(str(refused))
        self.check()

    def move(self) -> None:
        """A session to one of its best times, or somewhere else in the programme."""
        chosen = self._chosen()
        times = [each.start for each in chosen.alternatives(3)]
        anywhere = chosen.session.start + self.draw.randrange(-2000, 2000)
        decide(self.desk.app, chosen, self.draw.choice([*times, max(anywhere, self._now() + 1)]), "move")
        self.apply()

    def skip(self) -> None:
        """One does not take place."""
        decide(self.desk.app, self._chosen(), None, "skip")
        self.apply()

    def back(self) -> None:
        """What was decided last is decided no more."""
        pins = self.desk.app.store.pins()
        if pins:
            take_back(self.desk.app, choose(self.desk.app, pins[-1].group, str(pins[-1].session + 1)))
            self.apply()

    def busy(self) -> None:
        """Somebody can't come to a session any more."""
        start = self._chosen().start
        self.desk.calendar(self.draw.choice(["amara", "chen", "dev"]), at(start, 30))
        self.desk.app.refresh()
        self.apply()

    def wait(self) -> None:
        """Days go by."""
        self.desk.later(days=self.draw.randint(1, 9))
        self.apply()

    def undo(self) -> None:
        """The last apply is taken back; taking that back leads to where it began."""
        before = self.live()
        write_undo(self.desk.app, find_undo(self.desk.app))
        self.check()
        if self.draw.random() < 0.5:
            write_undo(self.desk.app, find_undo(self.desk.app))
            assert self.live() == before

    def apply(self) -> None:
        """Plan and write; every pin of a session that is ahead is kept."""
        app = self.desk.app
        planned = plan_again(app, Params())
        app.apply(planned, app.changes(planned))
        for series in planned.posed.problem.series:
            for number, start in series.pinned.items():
                session = planned.plan.by_series()[series.id].sessions[number]
                stands = session.start if session.status is Status.PINNED else None
                assert (start, session.takes_place) == (stands, start is not None)

    def check(self) -> None:
        """Files say what events say, events what the plan says; SEQUENCE grows; what is cancelled stays so."""
        standing = self.desk.app.store.standing()
        for event in self.desk.app.store.events():
            before = self.seen.get(event.uid, event)
            assert event.sequence >= before.sequence, self.done
            assert event.cancelled or not before.cancelled, self.done
            assert event == before or event.sequence > before.sequence, self.done
            self.seen[event.uid] = event
        placements = standing.plan.placements if standing else ()
        for placement in placements:
            starts = [session.start for session in placement.sessions if session.takes_place]
            instants = sorted(standing.problem.horizon.instant(start) for start in starts) if standing else []
            assert self.live().get(placement.series, []) == instants, self.done
        assert self.published() == self.live(), self.done

    def live(self) -> Mapping[str, list[datetime]]:
        """When each group meets, as the store says."""
        met: dict[str, list[datetime]] = {}
        for event in self.desk.app.store.events():
            if not event.cancelled:
                met.setdefault(event.group, []).extend(each.start for each in event.sessions if each.start)
        return {group: sorted(starts) for group, starts in met.items() if starts}

    def published(self) -> Mapping[str, list[datetime]]:
        """When each group meets, as another reader understands the files."""
        files = (self.desk.path / "published" / "groups").glob("*.ics")
        met = {file.stem: [start for start, _ in expanded_in_python(file.read_bytes())] for file in files}
        return {group: starts for group, starts in met.items() if starts}

    def _chosen(self) -> Chosen:
        return choose(self.desk.app, self.draw.choice(["pair", "circle"]), str(self.draw.randint(1, 8)))

    def _now(self) -> int:
        return self.desk.app.programme.horizon.minute(self.desk.clock.now())


@pytest.mark.campaign(60)
def test_calendars_plan_and_decisions_agree_whatever_is_done(published: Desk, seed: int) -> None:
    """After each step of many."""
    coordinator = Coordinator(published, seed)
    for _ in range(STEPS):
        coordinator.step()
    assert len(coordinator.done) >= STEPS
