"""connectors/_graph/push.py: subscriptions on the double, handshake and messages at a real door, and senseless ones."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._graph.push import MOST_BYTES, MOST_ITEMS, told
from connectors.outlook import OutlookPusher, OutlookWriter
from scheduler.core.account import Provider
from scheduler.core.subscription import Hint, Subscription
from scheduler.errors import CredentialsRejected, Unavailable
from scheduler.ports import Pusher
from tests.connectors.contract import tuesdays
from tests.connectors.door import Door, door
from tests.connectors.stages.outlook import NOW, OutlookStage
from tests.doubles.server import Fault

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATER = NOW + 30 * DAY
SECRET = token_urlsafe(32)
SUBSCRIPTIONS = "/v1.0/subscriptions"


@pytest.fixture
def hooks(stage: OutlookStage) -> Iterator[Door]:
    """Our door; Graph's clock stands, as ours does."""
    stage.graph.pushes.now = lambda: NOW
    with door() as opened:
        yield opened


def pusher(stage: OutlookStage, person: str = "ana") -> Pusher:
    """Somebody's."""
    return OutlookPusher(stage.session(person), person=person, now=lambda: NOW)


def subscribed(stage: OutlookStage, hooks: Door, person: str = "ana", until: datetime = LATER) -> Subscription:
    """A subscription to somebody's events, known at the door."""
    ours = pusher(stage, person)
    made = ours.subscribe(stage.address(person), id_="", door=hooks.graph, secret=SECRET, until=until)
    hooks.known[made.id] = SECRET
    return made


def kinds(stage: OutlookStage, hooks: Door) -> list[Hint]:
    """What the door took for true, once all is told."""
    stage.graph.pushes.settle()
    return [each.kind for each in hooks.accepted]


# Subscriptions


def test_a_subscription_tells_of_changes_by_anybody(stage: OutlookStage, hooks: Door) -> None:
    """By hand and by us, in its own mailbox only; Graph names what changed, and we don't ask."""
    made = subscribed(stage, hooks)
    assert (made.provider, made.person, made.calendar) == (Provider.OUTLOOK, "ana", "outlook:ana@contoso.example")
    id_ = stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED]
    stage.drop("ana", id_)
    assert kinds(stage, hooks) == [Hint.CHANGED, Hint.CHANGED]
    stage.add("ben", NOW, 30)
    assert len(kinds(stage, hooks)) == 2
    event = tuesdays(stage.email("ana"), stage.email("ben"))
    OutlookWriter(stage.session("ana"), invites=True).put(event, standing=None)
    assert len(kinds(stage, hooks)) > 2
    said = [json.loads(each.message.body)["value"][0]["changeType"] for each in stage.graph.pushes.sent]
    assert said[:3] == ["created", "deleted", "created"]
    assert {each.status for each in stage.graph.pushes.sent} == {202}


def test_changes_of_one_moment_come_in_one_call(stage: OutlookStage, hooks: Door) -> None:
    """And say the same thing once."""
    subscribed(stage, hooks)
    with stage.graph.lock:
        for minute in range(5):
            stage.add("ana", NOW + minute * MINUTE, 5)
    assert kinds(stage, hooks) == [Hint.CHANGED]
    (sent,) = stage.graph.pushes.sent
    assert len(json.loads(sent.message.body)["value"]) == 5


def test_an_app_by_itself_is_told_of_every_mailbox(app_only: OutlookStage, hooks: Door) -> None:
    """One subscription a mailbox, each with its own end."""
    both = [subscribed(app_only, hooks, person) for person in ("ana", "ben")]
    app_only.add("ben", NOW, 30)
    assert kinds(app_only, hooks) == [Hint.CHANGED]
    assert [each.id for each in hooks.accepted] == [both[1].id]
    app_only.graph.switches.out_of_scope.add(app_only.email("ben"))
    with pytest.raises(CredentialsRejected):
        subscribed(app_only, hooks, "ben")


def test_an_account_asks_for_its_own_mailbox_only(stage: OutlookStage, hooks: Door) -> None:
    """Graph would refuse, and that would look as if the account were no longer good."""
    with pytest.raises(Unavailable, match="own calendar"):
        pusher(stage).subscribe(stage.address("ben"), id_="", door=hooks.graph, secret=SECRET, until=LATER)
    assert stage.graph.count("POST", SUBSCRIPTIONS) == 0


@pytest.mark.parametrize(
    ("until", "life", "ends", "calls"),
    [
        (LATER, 10_080, NOW + 10_070 * MINUTE, 1),
        (LATER, 4_230, NOW + 4_220 * MINUTE, 2),
        (NOW + DAY, 4_230, NOW + DAY, 1),
        (NOW + MINUTE, 10_080, NOW + 45 * MINUTE, 1),
    ],
    ids=["the longest", "a tenant with the old limit", "as asked", "not so short"],
)
def test_the_end_that_graph_says_is_believed(
    stage: OutlookStage, hooks: Door, until: datetime, life: int, ends: datetime, calls: int
) -> None:
    """As late as it takes."""
    stage.graph.switches.subscription_life = life * MINUTE
    assert subscribed(stage, hooks, until=until).expires_at == ends
    assert stage.graph.count("POST", SUBSCRIPTIONS) == calls


def test_a_subscription_is_prolonged_with_its_own_secret(stage: OutlookStage, hooks: Door) -> None:
    """Its id says that it is the same; the new secret is for nothing then."""
    made = subscribed(stage, hooks, until=NOW + DAY)
    renewed = pusher(stage).renew(made, door=hooks.graph, secret="of no use", until=NOW + 2 * DAY)
    assert (renewed.id, renewed.expires_at) == (made.id, NOW + 2 * DAY)
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED]


def test_one_that_is_gone_is_made_anew(stage: OutlookStage, hooks: Door) -> None:
    """Graph forgets those whose time is over; ending such a one is no error."""
    made = subscribed(stage, hooks)
    stage.graph.subscriptions.standing.clear()
    pusher(stage).end(made)
    renewed = pusher(stage).renew(made, door=hooks.graph, secret="new", until=LATER)
    assert renewed.id != made.id
    hooks.known[renewed.id] = "new"
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED]


def test_one_that_leads_to_another_door_is_made_anew(stage: OutlookStage, hooks: Door) -> None:
    """The service moved: what is told at its old address is of no use to anybody."""
    with door() as old:
        made = subscribed(stage, old)
    renewed = pusher(stage).renew(made, door=hooks.graph, secret="new", until=LATER)
    (standing,) = stage.graph.subscriptions.standing.values()
    assert (standing.id, standing.asked["notificationUrl"]) == (renewed.id, hooks.graph)


@pytest.mark.parametrize("one", [True, False])
def test_one_of_an_earlier_run_makes_way(stage: OutlookStage, hooks: Door, one: bool) -> None:
    """Nobody knows its secret. Where Graph takes two of a kind, the first tells what nobody listens to."""
    stage.graph.switches.one_subscription = one
    first = subscribed(stage, hooks)
    del hooks.known[first.id]
    second = subscribed(stage, hooks)
    assert first.id != second.id
    assert (first.id in stage.graph.subscriptions.standing) is not one
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED]


def test_an_answer_that_was_lost_leads_to_one_subscription(stage: OutlookStage, hooks: Door) -> None:
    """Made or not, it is asked for again."""
    stage.graph.faults += [
        Fault("POST", SUBSCRIPTIONS, 504, after=True),
        Fault("POST", SUBSCRIPTIONS, 503, skip=1, headers={"Retry-After": "2"}),
    ]
    made = subscribed(stage, hooks)
    assert list(stage.graph.subscriptions.standing) == [made.id]
    assert stage.pauses()[1] == 2


def test_a_list_without_sense_names_no_subscription(stage: OutlookStage, hooks: Door) -> None:
    """What is not known to be ours is not deleted."""
    first = subscribed(stage, hooks)
    ours = {"resource": "me/events", "notificationUrl": hooks.graph}
    body = json.dumps({"value": [7, None, ours, {**ours, "id": 5}, {"id": first.id}]})
    stage.graph.faults.append(Fault("GET", SUBSCRIPTIONS, 200, body=body))
    with pytest.raises(Unavailable, match="409"):
        subscribed(stage, hooks)
    assert list(stage.graph.subscriptions.standing) == [first.id]


def test_another_installation_is_left_alone(stage: OutlookStage, hooks: Door) -> None:
    """Its subscription stands in our way, and two that delete each other's would never stop."""
    with door() as other:
        theirs = subscribed(stage, other)
    with pytest.raises(Unavailable, match="409"):
        subscribed(stage, hooks)
    assert list(stage.graph.subscriptions.standing) == [theirs.id]


def test_a_door_that_does_not_shake_hands_is_told_so(stage: OutlookStage, hooks: Door) -> None:
    """Graph asks it first; so it has to be open by then."""
    hooks.faults.append(Fault("POST", "/hooks", 200, body="another token", times=-1))
    with pytest.raises(Unavailable, match="Can it reach the address"):
        subscribed(stage, hooks)
    for address in ("http://rondo.example/hooks", "https://rondo.example/hooks"):
        with pytest.raises(Unavailable, match="Can it reach the address"):
            pusher(stage).subscribe(stage.address("ana"), id_="", door=address, secret=SECRET, until=LATER)
    assert stage.graph.subscriptions.standing == {}


def test_reading_alone_is_enough(stage: OutlookStage, hooks: Door) -> None:
    """Nobody has to let us write to be watched."""
    stage.secrets["ana"].keep(stage.graph.secret(stage.email("ana"), "Calendars.ReadBasic"))
    made = subscribed(stage, hooks)
    pusher(stage).end(made)
    assert stage.graph.subscriptions.standing == {}


@pytest.mark.parametrize("said", [{}, {"id": "x"}, {"id": "x", "expirationDateTime": "soon"}, {"id": "x", "e": 5}])
def test_an_end_without_sense_is_no_subscription(stage: OutlookStage, hooks: Door, said: dict[str, Any]) -> None:
    """Then there is polling."""
    stage.graph.faults.append(Fault("POST", SUBSCRIPTIONS, 201, body=json.dumps(said)))
    with pytest.raises(Unavailable, match="how long"):
        subscribed(stage, hooks)


# The life of a subscription


def test_graph_wants_to_see_rights_again(stage: OutlookStage, hooks: Door) -> None:
    """Prolonging is the answer to that; until then nothing may be told."""
    made = subscribed(stage, hooks)
    stage.graph.tell_of_subscriptions("reauthorizationRequired", stage.email("ana"))
    assert kinds(stage, hooks) == [Hint.LAPSING]
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.LAPSING]
    pusher(stage).renew(made, door=hooks.graph, secret="of no use", until=LATER)
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.LAPSING, Hint.CHANGED]


def test_graph_removes_a_subscription_or_misses_changes(stage: OutlookStage, hooks: Door) -> None:
    """The one has to be made anew, the other is as good as a change."""
    made = subscribed(stage, hooks)
    stage.graph.tell_of_subscriptions("missed", stage.email("ana"))
    stage.graph.tell_of_subscriptions("subscriptionRemoved", stage.email("ana"))
    assert kinds(stage, hooks) == [Hint.CHANGED, Hint.LOST]
    assert pusher(stage).renew(made, door=hooks.graph, secret=SECRET, until=LATER).id != made.id


def test_nothing_comes_after_the_end(stage: OutlookStage, hooks: Door) -> None:
    """And nobody says so."""
    subscribed(stage, hooks, until=NOW + DAY)
    stage.graph.pushes.now = lambda: NOW + DAY
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == []


def test_a_door_that_is_unwell_is_called_again(stage: OutlookStage, hooks: Door) -> None:
    """After any answer but a success."""
    subscribed(stage, hooks)
    hooks.faults.append(Fault("POST", "/hooks", 404, times=2))
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED]
    assert [(each.status, each.tries) for each in stage.graph.pushes.sent] == [(202, 3)]


def test_forged_and_doubled_messages_are_known(stage: OutlookStage, hooks: Door) -> None:
    """By their secret; a true one may come twice."""
    made = subscribed(stage, hooks)
    stage.graph.pushes.faults.forge = stage.graph.pushes.faults.double = 1
    stage.add("ana", NOW, 30)
    assert kinds(stage, hooks) == [Hint.CHANGED, Hint.CHANGED]
    forged = [each for each in hooks.heard if each not in hooks.accepted]
    assert [(each.id == made.id, each.secret == SECRET) for each in forged] == [(True, False), (False, True)]


# What the door understands

ITEM = {"subscriptionId": "0fc0d6db-0073-42e5-a186-853da75fb308", "clientState": "s", "changeType": "updated"}


def said(*items: object) -> bytes:
    """A call."""
    return json.dumps({"value": items}).encode()


def test_a_call_may_hold_many_things(stage: OutlookStage) -> None:
    """Each counts once; what makes no sense among them is skipped."""
    events = ("reauthorizationRequired", "subscriptionRemoved", "missed", "more", 5, ["missed"], None)
    heard = told(
        said(ITEM, *({**ITEM, "lifecycleEvent": each} for each in events), {**ITEM, "clientState": "t"}, 7, [])
    )
    assert [(each.secret, each.kind) for each in heard] == [
        ("s", Hint.CHANGED),
        ("s", Hint.LAPSING),
        ("s", Hint.LOST),
        ("t", Hint.CHANGED),
    ]
    assert {(each.provider, each.id) for each in heard} == {(Provider.OUTLOOK, ITEM["subscriptionId"])}
    assert len(told(said(*[ITEM] * MOST_ITEMS))) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"5",
        b'{"value": null}',
        b'{"value": {}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"value": [' + b"[" * 100_000,
        b'{"value": [' + b"9" * 5000 + b"]}",
        said(*[ITEM] * (MOST_ITEMS + 1)),
        said({**ITEM, "more": "x" * MOST_BYTES}),
        said({**ITEM, "clientState": None}),
        said({**ITEM, "clientState": ""}),
        said({**ITEM, "clientState": "s" * 129}),
        said({**ITEM, "clientState": "\ud800"}),
        said({**ITEM, "clientState": "s\n"}),
        said({**ITEM, "subscriptionId": "a/../b"}),
        said({**ITEM, "subscriptionId": 5}),
        said({"subscriptionId": "x"}),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_call_that_makes_no_sense_says_nothing(body: bytes) -> None:
    """Whoever sent it."""
    assert told(body) == ()


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda more: st.lists(more) | st.dictionaries(st.text(), more))
)
def test_no_call_is_an_error(value: object) -> None:
    """Nor is one of which only half makes sense."""
    for each in (*told(json.dumps(value).encode()), *told(said(value, {**ITEM, "lifecycleEvent": value}))):
        assert each.secret == "s"
        assert "secret" not in repr(each)
