"""connectors/_google/push.py: channels on the double, their messages at a real door, and such as make no sense."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._google.push import told
from connectors._http.pace import Pace
from connectors._http.retry import TRIES
from connectors._http.secret import Held
from connectors.google import READING, GooglePusher, GoogleSession, GoogleWriter
from scheduler.core.account import Provider
from scheduler.core.event import Event
from scheduler.core.subscription import Hint, Subscription
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.ports import Pusher
from tests.connectors.door import Door, door
from tests.connectors.stages.google import GoogleStage
from tests.doubles.google import usage_fault
from tests.doubles.server import Fault

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
SECRET = token_urlsafe(32)
WATCH, STOP = "/events/watch", "/channels/stop"


@pytest.fixture
def hooks(stage: GoogleStage) -> Iterator[Door]:
    """Our door; Google's clock stands."""
    stage.google.pushes.now = lambda: NOW
    with door() as opened:
        yield opened


def subscribed(stage: GoogleStage, hooks: Door, person: str = "ana", until: datetime = NOW + WEEK) -> Subscription:
    """A channel for somebody's calendar, known at the door, with its first message told."""
    pusher = GooglePusher(stage.session(person), person=person)
    made = pusher.subscribe(stage.address(person), id_=str(uuid4()), door=hooks.google, secret=SECRET, until=until)
    hooks.known[made.id] = SECRET
    stage.google.pushes.settle()
    return made


def kinds(hooks: Door) -> list[Hint]:
    """What the door took for true."""
    return [each.kind for each in hooks.accepted]


# Channels


def test_a_channel_tells_of_changes_by_anybody(stage: GoogleStage, hooks: Door, event: Event) -> None:
    """First that it is there; then of changes by hand and of our own, in its own calendar only."""
    subscribed(stage, hooks)
    assert kinds(hooks) == [Hint.SYNC]
    id_ = stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    stage.google.change("ana@example.org", id_, summary="another")
    stage.google.pushes.settle()
    stage.google.delete("ana@example.org", id_)
    stage.google.pushes.settle()
    assert kinds(hooks) == [Hint.SYNC, *[Hint.CHANGED] * 3]
    stage.add("ben", NOW, 30)
    stage.google.pushes.settle()
    assert len(hooks.heard) == 4
    GoogleWriter(stage.session("ana"), invites=True).put(event, standing=None)
    stage.google.pushes.settle()
    assert kinds(hooks)[4:]
    assert {each.status for each in stage.google.pushes.sent} == {202}


def test_a_guest_is_told_of_what_the_organiser_does(stage: GoogleStage, hooks: Door) -> None:
    """It stands in their calendar too; and so does that it no longer does."""
    subscribed(stage, hooks, "ben")
    guests = [{"email": stage.email("ben")}]
    id_ = stage.google.add_event(stage.email("ana"), NOW, NOW + HOUR, attendees=guests)
    stage.google.pushes.settle()
    assert kinds(hooks) == [Hint.SYNC, Hint.CHANGED]
    stage.google.change(stage.email("ana"), id_, attendees=[])
    stage.google.pushes.settle()
    assert kinds(hooks) == [Hint.SYNC, Hint.CHANGED, Hint.CHANGED]


@pytest.mark.parametrize(
    ("asked", "life", "ends"),
    [(WEEK, WEEK, WEEK), (4 * WEEK, WEEK, WEEK), (WEEK, HOUR, HOUR), (HOUR, WEEK, HOUR)],
)
def test_the_end_that_google_says_is_believed(
    stage: GoogleStage, hooks: Door, asked: timedelta, life: timedelta, ends: timedelta
) -> None:
    """Whatever was asked for."""
    stage.google.switches.channel_life = life
    assert subscribed(stage, hooks, until=NOW + asked).expires_at == NOW + ends


def test_a_renewed_channel_is_another_beside_the_first(stage: GoogleStage, hooks: Door) -> None:
    """Both tell until the first is ended; a channel that has ended can be ended again."""
    first = subscribed(stage, hooks)
    pusher: Pusher = GooglePusher(stage.session("ana"), person="ana")
    other = "another-secret"
    second = pusher.renew(first, door=hooks.google, secret=other, until=NOW + WEEK)
    hooks.known[second.id] = other
    assert stage.google.count("POST", WATCH) == 2
    assert (second.id != first.id, second.resource, second.calendar) == (True, first.resource, first.calendar)
    assert second.person == "ana"
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    assert {each.id for each in hooks.accepted if each.kind is Hint.CHANGED} == {first.id, second.id}
    pusher.end(first)
    pusher.end(first)
    hooks.heard.clear()
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    assert [each.id for each in hooks.accepted] == [second.id]


def test_nothing_comes_after_the_end(stage: GoogleStage, hooks: Door) -> None:
    """By Google's clock, or whenever it likes; it says nothing of that."""
    subscribed(stage, hooks)
    stage.google.end_channels()
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    subscribed(stage, hooks)
    stage.google.pushes.now = lambda: NOW + WEEK
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    assert kinds(hooks) == [Hint.SYNC, Hint.SYNC]


@pytest.mark.parametrize("after", [True, False])
def test_an_answer_that_was_lost_leads_to_a_channel_under_another_id(
    stage: GoogleStage, hooks: Door, after: bool
) -> None:
    """Whether the first was made, nobody knows; what comes through it is of no channel that we know."""
    stage.google.faults.append(Fault("POST", WATCH, 503, after=after))
    made = subscribed(stage, hooks)
    assert len(stage.google.api.living()) == 1 + after
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    assert [each.kind for each in hooks.accepted if each.id == made.id] == [Hint.SYNC, Hint.CHANGED]
    assert all(each.id == made.id for each in hooks.accepted)


def test_an_id_that_an_earlier_run_used_is_left_to_it(stage: GoogleStage, hooks: Door) -> None:
    """It crashed before it saw the answer."""
    first = subscribed(stage, hooks)
    pusher = GooglePusher(stage.session("ana"))
    again = pusher.subscribe(first.calendar, id_=first.id, door=hooks.google, secret=SECRET, until=NOW + WEEK)
    assert again.id != first.id
    assert stage.google.count("POST", WATCH) == 3


def test_ids_that_are_always_taken_come_to_an_end(stage: GoogleStage, hooks: Door) -> None:
    """Whatever Google means by that."""
    fault = usage_fault(400, "channelIdNotUnique", times=-1)
    stage.google.faults.append(fault)
    with pytest.raises(Unavailable, match="of that id"):
        subscribed(stage, hooks)
    assert len({json.loads(each.body)["id"] for each in stage.google.calls if WATCH in each.path}) == TRIES


def test_a_busy_google_is_asked_again(stage: GoogleStage, hooks: Door) -> None:
    """When making and when ending."""
    stage.google.faults.append(usage_fault(429, times=2, retry_after="3"))
    made = subscribed(stage, hooks)
    assert stage.pauses() == [3, 3]
    stage.google.faults += [usage_fault(), Fault("POST", STOP, 500, after=True)]
    GooglePusher(stage.session("ana")).end(made)
    assert stage.google.api.living() == []


def test_what_the_account_may_not_watch_is_told(stage: GoogleStage, hooks: Door) -> None:
    """Without the scope its owner has to allow more; a calendar that it does not see; one that is none of Google's."""
    few = GoogleSession(
        Held(stage.google.user_json(stage.email("ana"), ("https://www.googleapis.com/auth/calendar.freebusy",))),
        endpoint=stage.google.endpoint,
        token_uri=stage.google.token_uri,
        pause=stage.pauses().append,
        pace=Pace(calls=10**9, span=1, at_once=8),
    )
    what = {"id_": "c1", "door": hooks.google, "secret": SECRET}
    with pytest.raises(CredentialsRejected, match="has not allowed"):
        GooglePusher(few).subscribe(stage.address("ana"), until=NOW + WEEK, **what)
    stage.google.switches.private.add(stage.email("ben"))
    with pytest.raises(Unavailable, match="404"):
        GooglePusher(stage.session("ana")).subscribe(stage.address("ben"), until=NOW + WEEK, **what)
    with pytest.raises(InputError):
        GooglePusher(stage.session("ana")).subscribe("ics:https://x.example/y", until=NOW + WEEK, **what)
    assert hooks.calls == []


def test_reading_alone_is_enough_for_a_service_account_too(stage: GoogleStage, hooks: Door) -> None:
    """It asks for the least that changes are told with."""
    secret = stage.google.service_json("robot@rondo.example", delegated=READING)
    session = GoogleSession(
        Held(secret),
        endpoint=stage.google.endpoint,
        subject=stage.email("ana"),
        token_uri=stage.google.token_uri,
        pause=stage.pauses().append,
    )
    pusher = GooglePusher(session)
    made = pusher.subscribe(stage.address("ana"), id_=str(uuid4()), door=hooks.google, secret=SECRET, until=NOW + WEEK)
    pusher.end(made)
    assert stage.google.api.living() == []


@pytest.mark.parametrize(("address", "foreign"), [("http://rondo.example/hooks", False), ("https://r.example", True)])
def test_a_door_that_google_does_not_call_is_no_fault_of_the_account(
    stage: GoogleStage, address: str, foreign: bool
) -> None:
    """Even where Google answers 401: nobody has to sign in again for it."""
    stage.google.switches.foreign_doors |= {address} if foreign else set()
    pusher = GooglePusher(stage.session("ana"))
    with pytest.raises(InputError, match="public_url") as raised:
        pusher.subscribe(stage.address("ana"), id_="c1", door=address, secret=SECRET, until=NOW + WEEK)
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize("said", ["", "soon", "9" * 30, "9" * 5000])
def test_an_end_without_sense_is_no_channel(stage: GoogleStage, hooks: Door, said: str) -> None:
    """Then there is polling."""
    stage.google.answer_by("events.watch", lambda asking: {"id": "c1", "resourceId": "r", "expiration": said})
    with pytest.raises(Unavailable, match="how long"):
        subscribed(stage, hooks)


# Messages on their way


def test_messages_are_lost_doubled_and_out_of_order(stage: GoogleStage, hooks: Door) -> None:
    """A hint is all that they are; the door hears no more than the double says that it sent."""
    pushes = stage.google.pushes
    subscribed(stage, hooks)

    def numbers(count: int) -> list[str]:
        before = len(pushes.sent)
        for minute in range(count):
            stage.add("ana", NOW + timedelta(minutes=minute), 5)
            pushes.settle(held=False)  # so that each has a message of its own
        pushes.settle()
        return [each.message.headers["X-Goog-Message-Number"] for each in pushes.sent[before:]]

    pushes.faults.lose = 2
    assert numbers(3) == ["3"]  # the second and the fourth were lost
    assert [each.headers["X-Goog-Message-Number"] for each in pushes.lost] == ["2", "4"]
    pushes.faults.lose, pushes.faults.double = 0, 3
    assert numbers(2) == ["5", "6", "6"]
    pushes.faults.double, pushes.faults.reorder = 0, 2
    assert numbers(3) == ["7", "9", "8"]
    pushes.faults.reorder = 1
    assert numbers(1) == ["10"]
    assert len(hooks.accepted) == len(pushes.sent)


def test_forged_messages_are_known_by_their_secret(stage: GoogleStage, hooks: Door) -> None:
    """With the right id and a guessed secret, or of a channel that nobody opened."""
    made = subscribed(stage, hooks)
    stage.google.pushes.faults.forge = 1
    stage.add("ana", NOW, 30)
    stage.google.pushes.settle()
    assert [each.message.forged for each in stage.google.pushes.sent] == [False, True, True, False]
    forged = [each for each in hooks.heard if each not in hooks.accepted]
    assert [(each.id == made.id, each.secret == SECRET) for each in forged] == [(True, False), (False, True)]
    assert kinds(hooks) == [Hint.SYNC, Hint.CHANGED]


@pytest.mark.parametrize(("status", "tries"), [(200, 1), (503, 4), (404, 1)])
def test_google_tries_again_where_a_door_is_unwell(stage: GoogleStage, hooks: Door, status: int, tries: int) -> None:
    """With a few codes only."""
    hooks.status = status
    subscribed(stage, hooks)
    assert [(each.status, each.tries) for each in stage.google.pushes.sent] == [(status, tries)]


# What the door understands

GOOD = {"X-Goog-Channel-ID": "c1", "X-Goog-Channel-Token": "t", "X-Goog-Resource-State": "exists"}


def test_headers_count_however_they_are_written() -> None:
    """HTTP's names have no case, and proxies change it."""
    for headers in (GOOD, {name.lower(): value for name, value in GOOD.items()}):
        said = told(headers)
        assert said is not None
        assert (said.provider, said.id, said.secret, said.kind) == (Provider.GOOGLE, "c1", "t", Hint.CHANGED)
    assert (said := told({**GOOD, "X-Goog-Resource-State": "not_exists"})) is not None
    assert said.kind is Hint.CHANGED


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: ""} for name in GOOD),
        {"X-Goog-Channel-ID": "c" * 65},
        {"X-Goog-Channel-ID": "c 1"},
        {"X-Goog-Channel-ID": "c1\n"},
        {"X-Goog-Channel-Token": "t" * 257},
        {"X-Goog-Channel-Token": "tö"},
        {"X-Goog-Channel-Token": "t\x00"},
        {"X-Goog-Resource-State": "EXISTS"},
        {"X-Goog-Resource-State": "add"},
    ],
    ids=repr,
)
def test_headers_that_make_no_sense_say_nothing(wrong: dict[str, str]) -> None:
    """Whoever sent them."""
    assert told({**GOOD, **wrong}) is None
    assert told({name: value for name, value in GOOD.items() if name not in wrong}) is None


@given(st.dictionaries(st.sampled_from([*GOOD, "Host"]), st.text(max_size=300)))
def test_no_headers_are_an_error(headers: dict[str, str]) -> None:
    """What is understood can be compared, kept and logged."""
    said = told(headers)
    assert said is None or (said.id.isascii() and said.secret.isascii() and said.secret not in repr(said))
