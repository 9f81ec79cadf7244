"""What the tests of looking after share: a programme that is published at a provider in memory."""

import copy
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scheduler.app.repair.proposals import waiting
from scheduler.app.repair.round import Round, look_after
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Action, Decision, State
from scheduler.core.repairs import Mode
from scheduler.programme import load
from scheduler.settings import Notify, Settings, Smtp
from scheduler.telling import Notifiers
from tests.app.repair.calendars import Calendars, Sent
from tests.desks import Busy, Desk, at, once, weekly

DAY = timedelta(days=1)
OWN: dict[str, tuple[Busy, ...]] = {
    "amara": (weekly("2027-03-02T09:00", 120),),
    "chen": (weekly("2027-03-03T14:00", 90), once("2027-03-24T12:00", 600)),
    "dev": (),
}
"""What is in their calendars when the programme is published (tests/desks.py)."""


@dataclass
class House:
    """A published programme, the provider of everybody's calendars, and what was told to whom."""

    desk: Desk
    provider: Calendars
    sent: Sent

    @property
    def app(self) -> App:
        """The application, opened afresh as by every command."""
        notify = Notify.model_validate({"coordinators": ["desk@example.org"]})
        settings = Settings().model_copy(update={"notify": notify, "smtp": Smtp(host="mail.example")})
        app = App(self.desk.path, load(self.desk.path), settings, self.desk.clock)
        app.__dict__["writers"] = self.provider
        app.__dict__["notifiers"] = Notifiers(mail=self.sent)
        return app

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.desk.clock.instant

    def round(self, mode: Mode | None = None) -> Round:
        """The service looks after it once."""
        return look_after(self.app, mode=mode)

    def busy(self, person: str, *starts: datetime, minutes: int = 30) -> None:
        """Somebody has appointments over these instants, beside what is always in their calendar."""
        self.desk.calendar(person, *OWN[person], *(at(start, minutes) for start in starts))

    def start(self, group: str, session: int) -> datetime:
        """When a session is to be held."""
        start = self.starts(group)[session]
        assert start
        return start

    def starts(self, group: str) -> dict[int, datetime | None]:
        """When each session of a group is to be held, as the store says."""
        events = [event for event in self.app.store.events() if event.group == group and not event.cancelled]
        return {each.session: each.start for event in events for each in event.occurrences}

    def waiting(self) -> tuple[Decision, ...]:
        """The proposals that wait."""
        return waiting(self.app)

    def trail(self, *actions: Action) -> list[tuple[Action, State]]:
        """What was decided, oldest first; of these actions alone, where any are given."""
        return [(each.action, each.state) for each in self.app.store.decisions() if each.action in (actions or Action)]

    def calls(self) -> Sequence[tuple[str, str]]:
        """The writes since this was asked last."""
        done, self.provider.calls = self.provider.calls, []
        return done

    def agree(self) -> None:
        """That the provider shows what the store says, and nothing is owed."""
        assert not self.app.store.pending()
        for event in self.app.store.events():
            if not event.cancelled and event.sessions:
                held = self.provider.stand[event.uid].sessions
                wanted = {each.session: each.start for each in event.occurrences}
                assert {number: span and span[0] for number, span in held.items()} == wanted


@pytest.fixture(scope="session")
def _house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(Desk(tmp_path_factory.mktemp("watched") / "spring"), Calendars(), Sent())
    planned = house.desk.plan()
    app = house.app
    app.apply(planned, app.changes(planned))
    house.calls()
    return house


@pytest.fixture
def house(_house: House, tmp_path: Path) -> House:
    """A programme that is published: a weekly pair of amara and chen, and a weekly circle of ela, amara and dev."""
    shutil.copytree(_house.desk.path, tmp_path / "spring")
    desk = Desk.__new__(Desk)
    desk.path, desk.clock = tmp_path / "spring", type(_house.desk.clock)(_house.desk.clock.instant)
    return House(desk, copy.deepcopy(_house.provider), Sent())
