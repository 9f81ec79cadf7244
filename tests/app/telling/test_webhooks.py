"""Webhooks: what is told of is owed with it, signed, delivered at least once, and given up after days."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from scheduler.app.planning.steering import look, put
from scheduler.app.service.importing import bring_in
from scheduler.app.service.service import Service
from scheduler.app.telling.webhooks import MOST, WAITS, Courier, Webhooks
from scheduler.app.wiring.home import open_data
from scheduler.core.account import Account, Provider
from scheduler.core.webhook import HookEvent, HookMessage
from scheduler.errors import InputError
from scheduler.programme.sample import PLANNED_AT, write_sample
from scheduler.settings import Outbound, Settings
from scheduler.solve import Params
from scheduler.store import SqlAccounts, SqlEngine, open_database
from scheduler.vault import Vault, new_key
from tests.connectors._http.forms import NAME_TABLE, forms
from tests.connectors._http.internet import Internet
from tests.receiver import ALLOW, Receiver, receiving

PAIR = "pair-amara-chen"
SETTINGS = Settings().model_copy(update={"outbound": Outbound(allow=ALLOW)})
ACCOUNT = Account(
    person="amara",
    provider=Provider.GOOGLE,
    identity="sub",
    address="amara@example.org",
    connected_at=PLANNED_AT,
)


@dataclass
class Clock:
    """Stands until it is set."""

    at: datetime = PLANNED_AT

    def now(self) -> datetime:
        """As it was set."""
        return self.at


@dataclass
class Desk:
    """Webhooks in a database, and a receiver of them."""

    hooks: Webhooks
    courier: Courier
    clock: Clock
    receiver: Receiver

    def make(self, *events: HookEvent) -> str:
        """A webhook at the receiver; its secret."""
        secret, self.hook = self.hooks.make("spring", self.receiver.url, events)
        return secret

    def test(self) -> str:
        """Owe it a message."""
        return self.hooks.test("spring", self.hook.id)

    def log(self) -> HookMessage:
        """The one message that it was sent."""
        [message] = self.hooks.log("spring", self.hook.id)
        return message

    def types(self) -> list[str]:
        """What the receiver was told of."""
        return sorted(json.loads(body)["type"] for _, body in self.receiver.got)


def desk_of(engine: SqlEngine, settings: Settings, clock: Clock, receiver: Receiver, vault: Vault) -> Desk:
    """What a service has of webhooks."""
    both = engine, settings, clock, lambda _: vault
    return Desk(Webhooks(*both), Courier(*both), clock, receiver)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that answers 204."""
    with receiving() as each:
        yield each


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlEngine]:
    """A database for all tests."""
    engine = open_database(tmp_path_factory.mktemp("webhooks") / "state.db")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: SqlEngine, receiver: Receiver) -> Iterator[Desk]:
    """Webhooks of a service with nothing else."""
    desk = desk_of(engine, SETTINGS, Clock(), receiver, Vault([new_key()]))
    yield desk
    for hook in desk.hooks.of("spring"):
        desk.hooks.remove("spring", hook.id)


@pytest.fixture
def stand(tmp_path: Path, receiver: Receiver) -> tuple[Service, Desk]:
    """The sample, planned and published before any webhook was made."""
    clock = Clock()
    write_sample(tmp_path / "spring")
    (tmp_path / "data" / "programmes").mkdir(parents=True)
    bring_in(tmp_path / "spring", tmp_path / "data", "spring", SETTINGS, clock)
    service = Service(tmp_path / "data", open_data(tmp_path / "data", SETTINGS), SETTINGS, clock)
    app = service.app("spring")
    app.refresh()
    planned = app.plan(app.pose(), params=Params(seed=1))
    app.apply(planned, app.changes(planned))
    return service, Desk(service.webhooks, service.courier, clock, receiver)


def test_a_message_is_signed_as_the_specification_has_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference library takes it, and takes no other body; it names ids alone."""
    secret = desk.make()
    desk.clock.at = datetime.now(UTC)  # the library wants it to be of now
    desk.test()
    assert desk.courier.round() == 1
    [(headers, body)] = desk.receiver.got
    told = Verifier(secret).verify(body, headers)
    assert told["type"] == "test"
    assert told["data"] == {"programme": "spring", "webhook": desk.hook.id}
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace("spring", "summer"), headers)


def test_what_is_planned_moved_skipped_and_applied_is_told(stand: tuple[Service, Desk]) -> None:
    """Once each, with the ids that the API takes, and no name; what was before the webhook is not."""
    service, desk = stand
    desk.make()
    app = service.app("spring")
    planned = app.plan(app.pose(replan=True), params=Params(seed=2))
    app.apply(planned, app.changes(planned))
    seen = look(app, PAIR, 2)
    decision = put(app, seen, seen.options[0])
    put(app, look(app, PAIR, 3), None)
    for _ in range(2):
        desk.courier.round()
    assert desk.types() == ["meeting.moved", "meeting.skipped", "plan.applied", "plan.ready"]
    told = [json.loads(body) for _, body in desk.receiver.got]
    moved = next(each["data"] for each in told if each["type"] == "meeting.moved")
    assert moved == {"programme": "spring", "decision": decision.id, "group": PAIR, "session": 3}
    assert "Amara" not in str(desk.receiver.got)


def test_a_calendar_that_wants_its_owner_is_told_once(desk: Desk, engine: SqlEngine) -> None:
    """Until it works again; and only whoever asked for that."""
    desk.make(HookEvent.CALENDAR_DISCONNECTED)
    desk.make(HookEvent.MEETING_MOVED)
    accounts = SqlAccounts(engine, "spring")
    accounts.keep(ACCOUNT, "sealed", alone=True)
    for error in ("sign in again", "sign in again", ""):
        accounts.note(ACCOUNT, error)
    assert desk.courier.round() == 1
    assert json.loads(desk.receiver.got[0][1])["data"] == {
        "programme": "spring",
        "person": "amara",
        "provider": "google",
    }


def test_one_that_fails_is_tried_again_ever_more_rarely(desk: Desk) -> None:
    """With the same id, also where it leads elsewhere: a redirect is not followed."""
    desk.make()
    desk.receiver.answers = [500, 302, 204]
    desk.test()
    for wait in (timedelta(), WAITS[0], WAITS[1]):
        desk.clock.at += wait
        assert desk.courier.round() == 1
        assert desk.courier.round() == 0
    message = desk.log()
    assert (message.delivered, message.attempts, message.answer) == (True, 3, "204")
    assert {headers["webhook-id"] for headers, _ in desk.receiver.got} == {message.id}


def test_one_that_failed_for_days_is_left_alone(desk: Desk) -> None:
    """Until somebody says that it works again, and has a message sent once more."""
    desk.make()
    desk.receiver.answers = [500]
    desk.test()
    for wait in (timedelta(), *WAITS):
        desk.clock.at += wait
        desk.courier.round()
    assert desk.clock.at - PLANNED_AT > timedelta(days=2)
    assert desk.hooks.get("spring", desk.hook.id).disabled_at == desk.clock.at
    message = desk.log()
    assert (message.delivered, message.answer) == (False, "500")
    desk.receiver.answers = [204]
    desk.hooks.enable("spring", desk.hook.id, on=True)
    desk.hooks.resend("spring", desk.hook.id, message.id)
    assert desk.courier.round() == 1
    assert desk.hooks.log("spring", desk.hook.id)[0].delivered


def test_one_that_is_gone_is_disabled_at_once(desk: Desk) -> None:
    """410 says so."""
    desk.make()
    desk.receiver.answers = [410]
    desk.test()
    desk.courier.round()
    assert desk.hooks.get("spring", desk.hook.id).disabled_at
    desk.test()
    assert desk.courier.round() == 0


def test_one_that_does_not_answer_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as failed."""
    monkeypatch.setattr("scheduler.app.telling.webhooks.SECONDS", 0.2)
    desk.make()
    desk.receiver.waits = threading.Event()
    desk.test()
    desk.courier.round()
    message = desk.log()
    assert message.done_at is None
    assert "took more than" in message.answer


def test_while_a_secret_is_changed_both_sign(desk: Desk) -> None:
    """For a day; then the old one does no more."""
    old = desk.make()
    new = desk.hooks.rotate("spring", desk.hook.id)
    desk.clock.at = datetime.now(UTC)
    for sign in (old, new):
        desk.test()
        desk.courier.round()
        headers, body = desk.receiver.got[-1]
        assert Verifier(sign).verify(body, headers)
    desk.hooks.rotate("spring", desk.hook.id)
    desk.clock.at += timedelta(days=1)
    desk.test()
    desk.courier.round()
    assert len(desk.receiver.got[-1][0]["webhook-signature"].split()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://user:pass@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://example.org:25/",
        "https://2130706433/",
        "https://0x7f.1/",
        "gopher://example.org",
        "nonsense",
        "",
        "https://exa mple.org/",
    ],
)
def test_an_address_that_is_not_called_is_refused(desk: Desk, url: str) -> None:
    """When it is typed."""
    with pytest.raises(InputError):
        desk.hooks.make("spring", url)


def test_no_form_of_an_address_leads_inside(
    engine: SqlEngine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is not refused when it is typed is when it is called: no socket is told to connect."""
    internet = Internet(names={name: list(lists) for name, lists in NAME_TABLE.items()})
    internet.install(monkeypatch)
    desk = desk_of(engine, Settings(), Clock(), receiver, Vault([new_key()]))
    tried, told = list(dict.fromkeys(forms())), list[str]()
    for begin in range(0, len(tried), MOST):
        for form in tried[begin : begin + MOST]:
            with suppress(InputError):
                _, hook = desk.hooks.make("spring", form)
                desk.hooks.test("spring", hook.id)
        desk.courier.round()
        for hook in desk.hooks.of("spring"):
            told += [message.answer for message in desk.hooks.log("spring", hook.id)]
            desk.hooks.remove("spring", hook.id)
    assert told
    assert not [answer for answer in told if not answer or answer.isdigit()]
    assert internet.connected == []


def test_an_address_that_leads_inside_is_not_called(engine: SqlEngine, receiver: Receiver) -> None:
    """A private address that nobody allowed: its receiver hears nothing."""
    desk = desk_of(engine, Settings(), Clock(), receiver, Vault([new_key()]))
    _, desk.hook = desk.hooks.make("spring", receiver.url.replace("http:", "https:"))
    desk.test()
    desk.courier.round()
    assert receiver.got == []
    assert desk.log().done_at is None
    desk.hooks.remove("spring", desk.hook.id)
