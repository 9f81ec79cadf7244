"""Telling people: who hears of what, each of it at most once, whatever is killed, refused or away."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as hooks

from connectors.notices import MailNotifier, MailServer
from scheduler.core.decision import Action, Cause, Decision, State
from scheduler.core.delivery import Channel, Reach
from scheduler.core.explain import Limit
from scheduler.core.notice import Notice, NoticeState
from scheduler.errors import InputError, RondoError, Unavailable
from scheduler.ports import Store
from scheduler.programme import Programme
from scheduler.store import SqlStore, open_database, open_store
from scheduler.telling import Audience, Notifiers, Told, digests, mailed_by_group, notices_for, tell_owed
from tests.core.test_delivery import ANA, BEN, event
from tests.desks import SECRETS, At, Desk
from tests.mailbox import Mailbox, mail_server
from tests.postgres import Postgres

Opened = Callable[..., Store]
FORK = multiprocessing.get_context("fork")
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
THURSDAY, FRIDAY = datetime(2027, 3, 4, 10, tzinfo=UTC), datetime(2027, 3, 5, 14, tzinfo=UTC)
AUDIENCE = Audience(scope="spring", coordinators=("office@example.org", "eva@example.org"), services=("team",))
MOVED = Decision(
    id="d1",
    at=NOW,
    action=Action.MOVE,
    state=State.DONE,
    group="pair",
    session=0,
    before=THURSDAY,
    after=FRIDAY,
    causes=(Cause("amara", Limit.CALENDAR),),
)
SKIPPED = replace(MOVED, id="d2", action=Action.SKIP, session=1, before=THURSDAY + timedelta(days=7), after=None)
CIRCLE = replace(MOVED, id="d3", group="circle")
ASKED = replace(
    MOVED, id="d4", state=State.PROPOSED, why="it begins within 48 hours", options=(FRIDAY, FRIDAY + timedelta(hours=1))
)
STOPPED = Decision(id="d5", at=NOW, action=Action.STOP, state=State.PROPOSED, why="a fifth of all events is gone")


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """amara and chen are a pair; ela, who has no address, amara and dev a circle."""
    return Desk(tmp_path_factory.mktemp("telling") / "programme").app.programme


def told(programme: Programme, *decisions: Decision, **audience: object) -> dict[str, Notice]:
    """Notices by receiver: people by id, the others by address."""
    found = notices_for(programme, decisions, replace(AUDIENCE, **audience))  # type: ignore[arg-type]  # fields of the dataclass
    people = {person.id for person in programme.people}
    named = {notice.person if notice.person in people else notice.address: notice for notice in found}
    assert len(named) == len(found) == len({notice.key for notice in found})
    return named


# --- who is told what


def test_two_by_themselves_are_told_and_asked_each_by_the_other(programme: Programme) -> None:
    """Whoever wishes hears nothing of their own wish, and no coordinator is named."""
    alone = {"private": True, "coordinators": (), "services": ()}
    wish = replace(ASKED, by="amara", causes=())
    found = told(programme, wish, **alone)
    assert list(found) == ["chen"]
    assert "Thu 4 Mar 05:00 New York could move to Fri 5 Mar 09:00 New York" in found["chen"].text
    assert "tell Amara N." in told(programme, MOVED, **alone)["chen"].text
    assert told(programme, wish, **alone, people="none") == told(programme, wish, **alone, mails=False) == {}


def test_those_whose_session_changed_are_told_on_their_own_clock(programme: Programme) -> None:
    """And whom they meet; the others hear nothing."""
    found = told(programme, MOVED)
    assert list(found) == ["amara", "chen"]
    assert found["amara"].address == "amara@example.org"
    assert found["amara"].subject == "Moved: Thu 4 Mar 10:00 London to Fri 5 Mar 14:00 London (Spring)"
    assert found["chen"].subject == "Moved: Thu 4 Mar 05:00 New York to Fri 5 Mar 09:00 New York (Spring)"
    assert "With Amara N.: " in found["chen"].text
    assert "Fri 5 Mar 09:00 New York" in found["chen"].text
    assert "can be undone" in found["chen"].text


def test_nobody_hears_whose_calendar_is_in_the_way(programme: Programme) -> None:
    """Neither at whom it lies nor why, but of themselves."""
    found = told(programme, MOVED)
    assert "your calendar is taken" in found["amara"].text
    assert "not everybody is free" in found["chen"].text
    assert "calendar" not in found["chen"].text
    assert "Amara" not in found["chen"].text.replace("With Amara N.: ", "")


def test_several_decisions_of_a_round_are_one_notice_to_each(programme: Programme) -> None:
    """Each is told those that concern them."""
    found = told(programme, MOVED, SKIPPED, CIRCLE)
    assert list(found) == ["amara", "chen", "dev"]
    assert found["amara"].subject == "3 changes to your meetings (Spring)"
    assert found["chen"].subject == "2 changes to your meetings (Spring)"
    assert found["dev"].subject.startswith("Moved: Thu 4 Mar 15:30 Kolkata to ")
    assert [len(found[who].decision.split()) for who in found] == [3, 2, 1]


@pytest.mark.parametrize(
    ("decision", "subject"),
    [
        (SKIPPED, "Not taking place: Thu 11 Mar 10:00 London (Spring)"),
        (replace(SKIPPED, action=Action.UNDO, before=None, after=FRIDAY), "Taking place again: Fri 5 Mar 14:00 London"),
        (replace(MOVED, action=Action.ADOPT, by="chen"), "Moved: Thu 4 Mar 10:00 London to Fri 5 Mar 14:00 London"),
        (replace(MOVED, action=Action.SHIFT, session=None), "New time: With Chen L. (Spring)"),
        (replace(MOVED, action=Action.PAUSE, session=None, after=None), "Paused: With Chen L. (Spring)"),
        (replace(MOVED, action=Action.RESUME, session=None, before=None), "Resumed: With Chen L. (Spring)"),
    ],
)
def test_each_change_is_told_in_a_few_words(programme: Programme, decision: Decision, subject: str) -> None:
    """The subject says it where there is one."""
    assert told(programme, decision)["amara"].subject.startswith(subject)


@pytest.mark.parametrize("state", [State.DONE, State.ACCEPTED])
def test_what_is_done_is_told_whether_it_was_proposed_before_or_not(programme: Programme, state: State) -> None:
    """An accepted proposal is a change like any other."""
    assert list(told(programme, replace(MOVED, state=state))) == ["amara", "chen"]


@pytest.mark.parametrize("action", [Action.CLASH, Action.DECLINE])
def test_what_was_accepted_is_told_as_what_it_came_to(programme: Programme, action: Action) -> None:
    """A session that no longer held, or to which somebody said no, was moved or left out in the end."""
    asked = replace(MOVED, action=action, state=State.ACCEPTED, by="coordinator")
    assert told(programme, asked)["chen"].subject.startswith("Moved: Thu 4 Mar 05:00 New York to Fri 5 Mar 09:00")
    assert "moves to Fri 5 Mar 09:00 New York" in told(programme, asked)["chen"].text
    assert told(programme, replace(asked, after=None))["chen"].subject.startswith("Not taking place: Thu 4 Mar")
    assert told(programme, replace(asked, state=State.DONE)) == {}


@pytest.mark.parametrize("state", [State.REFUSED, State.LAPSED, State.UNDONE])
def test_what_changes_nothing_is_told_nobody(programme: Programme, state: State) -> None:
    """What was undone is told by the decision that undid it."""
    assert told(programme, replace(MOVED, state=state)) == {}


def test_who_did_it_is_not_told(programme: Programme) -> None:
    """They know; the others don't."""
    assert list(told(programme, replace(MOVED, action=Action.ADOPT, by="amara"))) == ["chen"]


def test_whom_an_invitation_tells_gets_no_second_mail(programme: Programme) -> None:
    """Unless the settings ask for one; or for none at all."""
    mailed = {"pair": frozenset({"chen"})}
    assert list(told(programme, MOVED, mailed=mailed)) == ["amara"]
    assert list(told(programme, MOVED, mailed=mailed, people="all")) == ["amara", "chen"]
    assert list(told(programme, MOVED, mailed=mailed, people="none")) == []


def test_new_clocks_concern_those_who_live_by_others(programme: Programme) -> None:
    """In the series' own zone the time on the wall stays."""
    anchor = next(group.anchor for group in programme.groups if group.id == "pair")
    [only] = told(programme, replace(MOVED, action=Action.CLOCKS))
    assert only == {"Europe/London": "chen", "America/New_York": "amara"}[anchor]


def test_a_group_that_is_gone_has_nobody_to_tell(programme: Programme) -> None:
    """But those who have to say are asked."""
    assert list(told(programme, replace(MOVED, group="gone"))) == []
    assert list(told(programme, replace(ASKED, group="gone"))) == ["office@example.org", "eva@example.org", "team"]


def test_coordinators_and_services_are_asked(programme: Programme) -> None:
    """What waits, why, what else would do, and by which command to answer."""
    found = told(programme, ASKED)
    assert list(found) == ["office@example.org", "eva@example.org", "team"]
    notice = found["team"]
    assert notice.person == ""
    assert notice.subject == "A change waits for your word (Spring)"
    assert "pair: Thu 4 Mar 10:00 London could move to Fri 5 Mar 14:00 London: Amara N.'s calendar" in notice.text
    assert "It waits: it begins within 48 hours" in notice.text
    assert "Fri 5 Mar 14:00 London; Fri 5 Mar 15:00 London" in notice.text
    assert "rondo proposals DIR --accept d4" in notice.text


def test_where_there_are_pages_coordinators_are_led_there(programme: Programme) -> None:
    """Instead of being told a command."""
    page = "https://rondo.example.org/p/spring/changes"
    notice = told(programme, ASKED, page=page)["team"]
    assert f"Say so here: {page}" in notice.text
    assert "rondo proposals" not in notice.text


def test_a_stop_is_told_as_one(programme: Programme) -> None:
    """Nothing is written until somebody says so."""
    notice = told(programme, ASKED, STOPPED)["office@example.org"]
    assert notice.subject == "Writing is stopped (Spring)"
    assert "a fifth of all events is gone" in notice.text


def test_without_a_mail_server_nobody_is_owed_a_mail(programme: Programme) -> None:
    """Services are told."""
    assert list(told(programme, MOVED, ASKED, mails=False)) == ["team"]


def test_the_same_round_owes_the_same_notices(programme: Programme) -> None:
    """However often it is come to; other decisions, another programme, another receiver: another one."""
    keys = {notice.key for notice in told(programme, MOVED, ASKED).values()}
    assert keys == {notice.key for notice in told(programme, MOVED, ASKED).values()}
    others = [told(programme, MOVED, ASKED, scope="autumn"), told(programme, SKIPPED, replace(ASKED, id="d9"))]
    assert all(notice.key not in keys for other in others for notice in other.values())


def test_a_long_round_is_told_shortly(programme: Programme) -> None:
    """The first of so many, and how many more there are."""
    many = [replace(SKIPPED, id=f"d{number}", session=number) for number in range(100)]
    text = told(programme, *many)["amara"].text
    assert "and 60 more." in text
    assert len(text.splitlines()) < 50


def test_no_title_is_told(programme: Programme) -> None:
    """Neither of what stands in calendars, which decisions don't know, nor of the groups."""
    titled = replace(programme, groups=tuple(replace(group, title="CANARY") for group in programme.groups))
    found = told(titled, MOVED, CIRCLE, ASKED, STOPPED)
    assert len(found) == 6
    assert not any(secret in repr(found) for secret in ("CANARY", *SECRETS))


def test_who_is_mailed_anyway() -> None:
    """Whom the organiser's provider invites, and whom we invite by mail; not who has a copy of their own."""
    google = Reach(Channel.GOOGLE, mails=True)
    series, copies = event(ANA, BEN), {"ana": Reach(Channel.CALDAV), "ben": Reach(Channel.CALDAV)}
    assert mailed_by_group([series], {"ana": google}, mails=True) == {"g": {"ben"}}
    assert mailed_by_group([series], copies, mails=True) == {"g": set()}
    assert mailed_by_group([series], {}, mails=True) == {"g": {"ana", "ben"}}
    assert mailed_by_group([series], {}, mails=False) == {"g": set()}
    assert mailed_by_group([series, replace(series, attendees=(ANA,))], {}, mails=True) == {"g": {"ana", "ben"}}


# --- the week


def week(programme: Programme, *trail: Decision, now: datetime = NOW, **known: object) -> tuple[Notice, ...]:
    """The digest of a trail."""
    others: dict[str, object] = {"unread": (), "missing": 0}
    return digests(programme, trail, AUDIENCE, now=now, **others | known)  # type: ignore[arg-type]  # its keywords


def test_the_week_tells_what_changed_what_waits_and_who_is_not_read(programme: Programme) -> None:
    """To each coordinator and service."""
    found = week(programme, MOVED, SKIPPED, ASKED, unread=("dev", "ela"), missing=1)
    assert [notice.address for notice in found] == ["office@example.org", "eva@example.org", "team"]
    assert found[0].subject == "The week: 2 changes, 1 waiting for your word (Spring)"
    for words in ("2 changes:", "rondo proposals", "it begins within 48 hours", "Dev R. and Ela B.", "1 notice may"):
        assert words in found[0].text


def test_a_week_in_which_nothing_happened_is_not_told(programme: Programme) -> None:
    """Nor is what happened before it, or was refused."""
    assert week(programme) == ()
    assert week(programme, MOVED, now=NOW + timedelta(days=7)) == ()
    assert week(programme, replace(ASKED, state=State.REFUSED)) == ()
    assert week(programme, ASKED, now=NOW + timedelta(days=70)) != ()


def test_there_is_one_digest_a_week(programme: Programme, tmp_path: Path) -> None:
    """Whatever it says by then; on the turn of the year, too."""
    store = open_store(tmp_path)
    for hours in (0, 1, 30, 6 * 24):
        store.note(
            (), week(programme, MOVED, ASKED, now=datetime(2026, 12, 28, 7, tzinfo=UTC) + timedelta(hours=hours))
        )
        assert len(store.notices()) == 3
    store.note((), week(programme, ASKED, now=datetime(2027, 1, 4, 7, tzinfo=UTC)))
    assert len(store.notices()) == 6


# --- telling it


@dataclass
class Said:
    """A notifier that remembers what it said, and fails as it is told to."""

    said: list[str] = field(default_factory=list)
    tried: int = 0
    faults: list[BaseException | None] = field(default_factory=list)

    def send(self, notice: Notice) -> None:
        """Say it, or fail."""
        self.tried += 1
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.said.append(notice.key)


def owing(store: Store, count: int = 3) -> Store:
    """The store, which owes so many mails."""
    one = Notice(key="", decision="d1", person="ana", address="", subject="Moved", text="Moved.\n")
    store.note((), [replace(one, key=f"k{n}", address=f"ana{n}@example.org") for n in range(count)])
    return store


def states(store: Store) -> list[str]:
    """How far each came."""
    return [str(notice.state) for notice in store.notices()]


def test_each_notice_is_sent_once_in_order(tmp_path: Path) -> None:
    """And not again by the next run."""
    store, mail = owing(open_store(tmp_path)), Said()
    assert tell_owed(store, Notifiers(mail=mail)) == Told(sent=3)
    assert tell_owed(store, Notifiers(mail=mail)) == Told()
    assert mail.said == ["k0", "k1", "k2"]
    assert states(store) == ["sent"] * 3


def test_what_surely_was_not_sent_is_sent_later(tmp_path: Path) -> None:
    """And stops no other."""
    store, mail = owing(open_store(tmp_path)), Said(faults=[None, Unavailable("away")])
    assert tell_owed(store, Notifiers(mail=mail)) == Told(sent=2, waiting=1)
    assert states(store) == ["sent", "owed", "sent"]
    assert tell_owed(store, Notifiers(mail=mail)) == Told(sent=1)
    assert mail.said == ["k0", "k2", "k1"]


def test_a_server_that_is_away_is_not_asked_for_each(tmp_path: Path) -> None:
    """After three in vain the others wait for another time."""
    store, mail = owing(open_store(tmp_path), 50), Said(faults=[Unavailable("away")] * 50)
    assert tell_owed(store, Notifiers(mail=mail)) == Told(waiting=50)
    assert mail.tried == 3
    assert states(store) == ["owed"] * 50


def test_what_is_refused_is_given_up_and_shown(tmp_path: Path) -> None:
    """With the reason."""
    store, mail = owing(open_store(tmp_path)), Said(faults=[InputError("it has no address.")])
    found = tell_owed(store, Notifiers(mail=mail))
    assert (found.sent, [(notice.key, why) for notice, why in found.failed]) == (2, [("k0", "it has no address.")])
    assert tell_owed(store, Notifiers(mail=mail)) == Told()
    assert states(store) == ["failed", "sent", "sent"]


def test_what_may_have_come_is_not_sent_again_and_shown(tmp_path: Path) -> None:
    """At this time, and at each later one."""
    store, mail = owing(open_store(tmp_path)), Said(faults=[RondoError("broke off")])
    for sent in (2, 0):
        found = tell_owed(store, Notifiers(mail=mail))
        assert (found.sent, [notice.key for notice in found.missing]) == (sent, ["k0"])
    assert states(store) == ["begun", "sent", "sent"]
    assert mail.tried == 3


def test_what_nobody_sends_stays_owed(tmp_path: Path) -> None:
    """Until the settings name who does; services and mail stand for themselves."""
    store, services = owing(open_store(tmp_path)), Said()
    assert tell_owed(store, Notifiers(services=services)) == Told(waiting=3)
    store.note((), [Notice(key="s", decision="d1", person="", address="team", subject="", text="")])
    assert tell_owed(store, Notifiers(services=services)) == Told(sent=1, waiting=3)
    assert services.said == ["s"]


# --- killed


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database of either kind."""
    if request.param == "sqlite":
        return tmp_path / "state.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.database("telling")


@pytest.fixture
def opened(where: Path | str) -> Iterator[Opened]:
    """Opens the state of a programme, as each process does."""
    engines = []

    def again(programme: str = "") -> Store:
        engines.append(open_database(where))
        return SqlStore(engines[-1], programme)

    yield again
    for engine in engines:
        engine.dispose()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real server."""
    with mail_server() as server:
        yield server


def notifiers(mailbox: Mailbox) -> Notifiers:
    """By mail alone."""
    server = MailServer(host=mailbox.host, port=mailbox.port, security="none", sender="rondo@example.org")
    return Notifiers(mail=MailNotifier(server, At()))


def forked(work: Callable[[], object]) -> int:
    """A process of its own does it: how it ended."""
    process = FORK.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def die(*_: object) -> None:
    """As by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Dying:
    """Sends as the real one does, and dies before or after."""

    mail: MailNotifier
    after: bool

    def send(self, notice: Notice) -> None:
        """The last thing that it does."""
        if self.after:
            self.mail.send(notice)
        die()


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_around_the_sending_never_doubles_a_mail(opened: Opened, mailbox: Mailbox, after: bool) -> None:
    """Whether it came or not can't be told: it is shown as maybe missing, and the others are sent."""
    owing(opened())
    real = notifiers(mailbox)
    assert isinstance(real.mail, MailNotifier)
    dying = Notifiers(mail=Dying(real.mail, after))
    assert forked(lambda: tell_owed(opened(), dying)) == -signal.SIGKILL
    found = tell_owed(opened(), real)
    assert (found.sent, [notice.key for notice in found.missing]) == (2, ["k0"])
    came = Counter(mail.to for mail in mailbox.mails)
    assert came == {"ana1@example.org": 1, "ana2@example.org": 1} | ({"ana0@example.org": 1} if after else {})


@pytest.mark.parametrize("step", ["before_cursor_execute", "commit"])
def test_a_kill_at_any_step_of_the_store_never_doubles_a_mail(opened: Opened, step: str) -> None:
    """What did not come is shown as maybe missing: nothing is lost in silence."""

    def work(mailbox: Mailbox, number: int) -> None:
        count = Counter[str]()

        def fuse(*_: object) -> None:
            count["steps"] += 1
            if count["steps"] == number:
                die()

        store = opened(str(number))
        hooks.listen(Engine, step, fuse)
        tell_owed(store, notifiers(mailbox))

    number, killed = 0, True
    while killed:
        number += 1
        store = owing(opened(str(number)), 2)
        with mail_server() as mailbox:
            killed = forked(partial(work, mailbox, number)) != 0
            found = tell_owed(store, notifiers(mailbox))
            _told_at_most_once(mailbox, store, found)
    assert number > 4


def _told_at_most_once(mailbox: Mailbox, store: Store, found: Told) -> None:
    """No address got two; who got none is among those who may be missing."""
    came = Counter(mail.to for mail in mailbox.mails)
    assert set(came.values()) <= {1}
    missing = {notice.address for notice in found.missing}
    assert {notice.address for notice in store.notices()} == set(came) | missing
    assert {notice.state for notice in store.notices()} <= {NoticeState.SENT, NoticeState.BEGUN}
    assert len(missing) <= 1


def test_two_processes_at_once_tell_each_once(opened: Opened, mailbox: Mailbox) -> None:
    """Whoever begins a notice sends it."""
    owing(opened(), 30)
    workers = [FORK.Process(target=lambda: tell_owed(opened(), notifiers(mailbox))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert Counter(mail.to for mail in mailbox.mails) == {f"ana{n}@example.org": 1 for n in range(30)}
    assert states(opened()) == ["sent"] * 30
