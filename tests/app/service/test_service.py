"""What the engine and the doors call, step by step: nothing is lost, and all may be done again."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from scheduler.app.repair.proposals import accept
from scheduler.app.service.importing import bring_in
from scheduler.app.service.outbox import LATEST, SOON
from scheduler.app.service.service import Service, open_service
from scheduler.app.wiring.programme import App
from scheduler.core.account import Provider
from scheduler.core.decision import Action, State
from scheduler.core.freebusy import Knowledge
from scheduler.core.notice import Notice, NoticeState
from scheduler.core.subscription import Subscription
from scheduler.engine import Engine
from scheduler.errors import ChangedElsewhere, CredentialsRejected, InputError, Unavailable
from scheduler.settings import Settings
from scheduler.solve import Params
from scheduler.store import SqlSubscriptions
from tests.app.repair.calendars import Calendars
from tests.app.repair.conftest import OWN
from tests.desks import NOW, SETTINGS, Desk, at

PERIOD = timedelta(minutes=5)


class Served:
    """A service with one programme, whose calendars are in memory."""

    def __init__(self, desk: Desk, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.data, self.provider = desk, data, Calendars()
        self.folder = bring_in(desk.path, data, "spring", Settings(), desk.clock).folder
        monkeypatch.setattr(App, "writers", self.provider)
        self.service = open_service(data, desk.clock)
        self.round()
        app = self.service.app("spring")
        planned = app.plan(app.pose(), params=Params())
        app.apply(planned, app.changes(planned))
        self.provider.calls.clear()

    @property
    def app(self) -> App:
        """The programme as the service has it."""
        return self.service.app("spring")

    def busy(self, person: str, session: int) -> None:
        """Somebody has an appointment over a session of the pair; nobody is told of it."""
        desk = Desk.__new__(Desk)
        desk.path = self.folder
        desk.calendar(person, *OWN[person], at(self.start(session), 30))

    def start(self, session: int) -> datetime:
        """When a session of the pair is to be held."""
        [event] = [each for each in self.app.store.events() if each.group == "pair"]
        start = event.occurrences[session].start
        assert start
        return start

    def later(self, by: timedelta = PERIOD) -> None:
        """Time passes: by default all is due to be read."""
        self.desk.clock.instant += by

    def round(self) -> None:
        """What the engine does where something is due."""
        if "spring" in self.service.due():
            self.service.read("spring")
            self.service.repair("spring")
            self.write()
            self.service.tell("spring")

    def write(self) -> list[str]:
        """What is owed is written; the groups of it."""
        owed = self.service.owed("spring")
        for each in owed:
            self.service.write("spring", each.uid)
        return [each.uid for each in owed]

    def moves(self) -> list[State]:
        """The moves that were decided."""
        return [each.state for each in self.app.store.decisions() if each.action is Action.MOVE]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A published programme under a service."""
    return Served(Desk(tmp_path / "spring"), tmp_path / "data", monkeypatch)


def test_polling_finds_what_nobody_tells(served: Served) -> None:
    """Within one period; until then nothing is due."""
    served.busy("chen", 2)
    assert served.service.due() == []
    served.later()
    stood = served.start(2)
    served.round()
    assert served.moves() == [State.DONE]
    assert served.start(2) != stood
    assert served.provider.calls == [("put", "pair")]
    assert served.service.due() == []


def test_a_change_between_reading_and_deciding_is_not_lost(served: Served) -> None:
    """What is told meanwhile leaves the calendar to be read again."""
    served.later()
    served.service.read("spring")
    served.busy("chen", 2)
    served.service._marks.dirty("spring", "chen")
    served.service.repair("spring")
    assert served.moves() == []
    assert list(served.service.due()) == ["spring"]
    served.round()
    assert served.moves() == [State.DONE]


def test_who_dies_between_reading_and_deciding_leaves_all_to_another(served: Served) -> None:
    """The calendars count as read only afterwards."""
    served.busy("chen", 2)
    served.later()
    served.service.read("spring")
    other = open_service(served.data, served.desk.clock)
    assert list(other.due()) == ["spring"]
    other.repair("spring")
    assert served.moves() == [State.DONE]


def test_every_step_may_be_repeated(served: Served) -> None:
    """By any process, at any time."""
    served.busy("chen", 2)
    served.later()
    for act in (served.service.read, served.service.read, served.service.repair, served.service.repair):
        act("spring")
    [owed] = served.service.owed("spring")
    for _ in range(3):
        served.service.write("spring", owed.uid)
        served.service.tell("spring")
    assert (served.moves(), served.provider.calls) == ([State.DONE], [("put", "pair")])
    assert served.service.owed("spring") == []


def test_a_write_that_fails_is_tried_again_after_a_time_that_doubles(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """At the latest after an hour; how often it failed tells the engine which try it is, and each is logged."""
    served.busy("chen", 2)
    served.later()
    served.service.read("spring")
    served.service.repair("spring")
    served.provider.faults["amara"] = Unavailable("it is down.")
    for number in range(11):
        [owed] = served.service.owed("spring")
        assert owed.attempt == number
        served.service.write("spring", owed.uid)
        wait = min(SOON * 2**number, LATEST)
        served.desk.clock.instant += wait - timedelta(seconds=1)
        assert served.service.owed("spring") == []
        served.desk.clock.instant += timedelta(seconds=1)
    served.provider.faults.clear()
    assert len(served.write()) == 1
    assert (served.service.owed("spring"), served.provider.calls) == ([], [("put", "pair")])
    logged = [(each.__dict__["uid"], each.__dict__["fault"]) for each in caplog.records if each.msg == "write_failed"]
    assert logged == [(owed.uid, "Unavailable")] * 11


def test_a_rejected_account_holds_up_nobody_and_goes_on_when_it_is_connected_again(served: Served) -> None:
    """The write stays owed meanwhile."""
    served.busy("chen", 2)
    served.later()
    served.service.read("spring")
    served.service.repair("spring")
    served.provider.faults["amara"] = CredentialsRejected("amara has to sign in again.")
    served.write()
    assert len(served.app.store.pending()) == 1
    assert served.write() == []
    served.provider.faults.clear()
    served.later()
    served.round()
    assert (served.app.store.pending(), served.provider.calls) == ((), [("put", "pair")])


def test_a_stopped_programme_owes_nobody_a_write(served: Served) -> None:
    """Until somebody says so."""
    served.busy("chen", 2)
    served.later()
    served.service.read("spring")
    served.service.repair("spring")
    served.app.store.stop("somebody looks into it")
    assert not served.service.owed("spring")
    served.later()
    served.round()
    assert served.provider.calls == []
    served.app.store.stop("")
    assert len(served.write()) == 1


def test_what_a_person_decides_is_written_by_the_service(served: Served) -> None:
    """A proposal that was accepted on the command line, and not written there."""
    (served.folder / "programme.toml").write_text(SETTINGS + '[repair]\nmode = "suggest"\n')
    served.busy("chen", 2)
    served.later()
    served.round()
    [asked] = served.app.store.decisions()
    accept(served.app, asked.id, None, "coordinator")
    assert list(served.service.due()) == ["spring"]
    served.round()
    assert (served.start(2), served.provider.calls) == (asked.after, [("put", "pair")])


def test_a_calendar_that_is_not_read_for_a_day_is_unknown(served: Served) -> None:
    """Then nothing is moved by it, or into it."""
    (served.folder / "calendars" / "chen.ics").unlink()
    for _ in range(25):
        served.later(timedelta(hours=1))
        served.round()
    app = served.app
    assert app.knowledge(app.person("chen")) is Knowledge.UNKNOWN
    served.busy("amara", 2)
    served.later()
    served.round()
    assert served.provider.calls == []


def test_a_clock_that_goes_back_leaves_nothing_unread(served: Served) -> None:
    """What was due a day ahead is due now."""
    served.desk.clock.instant += timedelta(days=1)
    served.round()
    served.desk.clock.instant -= timedelta(days=1)
    served.busy("chen", 2)
    served.round()
    assert served.moves() == [State.DONE]


def test_two_programmes_of_one_service_stay_apart(served: Served, tmp_path: Path) -> None:
    """Events, accounts and keys are each one's own; one that can't be opened holds up no other."""
    other = Desk(tmp_path / "autumn")
    folder = bring_in(other.path, served.data, "autumn", Settings(), other.clock).folder
    served.service.read("autumn")
    served.service.repair("autumn")
    app = served.service.app("autumn")
    planned = app.plan(app.pose(), params=Params())
    app.apply(planned, app.changes(planned))
    mine, theirs = ({event.uid for event in each.store.events()} for each in (served.app, app))
    assert mine
    assert theirs
    assert not mine & theirs
    assert served.app.home.key != app.home.key
    (folder / "programme.toml").write_text("no settings")
    served.service.renew()
    served.service.digest()
    with pytest.raises(InputError):
        served.service.read("autumn")
    served.busy("chen", 2)
    served.later()
    served.round()
    assert served.moves() == [State.DONE]


def test_what_was_decided_elsewhere_is_gone_on_from(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step fails, the calendars go on to be due, and the next try decides by what stands then."""
    served.busy("chen", 2)
    served.later()
    served.service.read("spring")
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.app.service.service.bring_back", _changed_elsewhere)
        with pytest.raises(ChangedElsewhere):
            served.service.repair("spring")
    assert list(served.service.due()) == ["spring"]
    served.round()
    assert served.moves() == [State.DONE]


def _changed_elsewhere(_: App) -> None:
    raise ChangedElsewhere("somebody decided meanwhile.")


def test_where_there_is_no_service_it_is_said(tmp_path: Path) -> None:
    """With the command that makes one."""
    with pytest.raises(InputError, match="no service's data"):
        open_service(tmp_path)


def test_without_its_keys_a_service_does_not_begin(served: Served) -> None:
    """It would find out at the first write."""
    (served.data / "keys").unlink()
    with pytest.raises(CredentialsRejected):
        open_service(served.data)


def test_a_folder_that_is_gone_is_unpacked_again(served: Served) -> None:
    """The database has all of it."""
    shutil.rmtree(served.folder)
    again: Service = open_service(served.data, served.desk.clock)
    assert [group.id for group in again.app("spring").programme.groups] == ["pair", "circle"]


def test_what_people_were_told_is_forgotten(served: Served) -> None:
    """After the days of the settings, by the hour at which it is tidied; what is owed to them is not."""
    store = served.app.store
    told = Notice(key="a", decision="d", person="ana", address="ana@example.org", subject="s", text="t")
    store.note((), [told, replace(told, key="b")])
    store.begin_notice("a")
    store.end_notice("a", NoticeState.SENT)
    served.service.tidy()
    served.later(timedelta(days=29))
    served.service.tidy()
    assert [each.key for each in store.notices()] == ["a", "b"]
    served.later(timedelta(days=2))
    served.service.tidy()
    assert [each.key for each in store.notices()] == ["b"]
    assert (served.data / "rondo.db-wal").stat().st_size == 0  # what was deleted is not in the log either


def test_a_service_whose_engine_stands_still_is_not_ready(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one that was never started."""
    assert not served.service.healthy().ready
    try:
        served.service.start("here-1")
        assert served.service.healthy().ready
        monkeypatch.setattr(Engine, "lives", lambda _: False)
        health = served.service.healthy()
        assert (health.database, health.engine, health.ready) == (True, False, False)
    finally:
        served.service.stop()


def test_what_comes_through_a_door_is_read_if_it_is_known(served: Served) -> None:
    """For everybody who lists that calendar; what is forged is counted, and marks nothing."""
    held, calendar = SqlSubscriptions(served.service.database), "calendars/chen.ics"
    kept = Subscription(
        id="c1", provider=Provider.GOOGLE, person="amara", calendar=calendar, expires_at=NOW + timedelta(days=6)
    )
    held.keep("spring", kept, sha256(b"right").hexdigest())
    headers = {"X-Goog-Channel-Id": "c1", "X-Goog-Channel-Token": "right", "X-Goog-Resource-State": "exists"}
    for forged in ({}, headers | {"X-Goog-Channel-Token": "wrong"}, headers | {"X-Goog-Channel-Id": "c2"}):
        served.service.google_told(forged)
    served.service.graph_told(b"no JSON")
    served.service.google_told(headers | {"X-Goog-Resource-State": "sync"})
    assert (served.service.forged, served.service.due()) == (4, [])
    served.busy("chen", 2)
    for _ in range(3):
        served.service.google_told(headers)
    assert list(served.service.due()) == ["spring"]
    served.round()
    assert (served.moves(), served.service.due()) == ([State.DONE], [])
