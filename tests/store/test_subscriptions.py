"""Subscriptions: kept under the provider's id, found by it, and listed by their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.core.account import Provider
from scheduler.core.subscription import Subscription
from scheduler.store import SqlEngine, SqlSubscriptions
from tests.store.samples import NOW

CHANNEL = Subscription(
    id="1", provider=Provider.GOOGLE, person="ana", calendar="google:a", expires_at=NOW, resource="r"
)
OTHER = Subscription(
    id="1", provider=Provider.OUTLOOK, person="ben", calendar="outlook:b", expires_at=NOW - timedelta(days=1)
)


@pytest.fixture
def subscriptions(engine: SqlEngine) -> SqlSubscriptions:
    """Two, of two programmes, which have the same id at their providers."""
    subscriptions = SqlSubscriptions(engine)
    subscriptions.keep("circles", CHANNEL, "hash")
    subscriptions.keep("pairs", OTHER, "other hash")
    return subscriptions


def test_one_is_found_by_its_provider_and_id(subscriptions: SqlSubscriptions, another: Callable[[], SqlEngine]) -> None:
    """With the programme and the hash of its secret, also by another process."""
    again = SqlSubscriptions(another())
    assert again.find(Provider.GOOGLE, "1") == ("circles", CHANNEL, "hash")
    assert again.find(Provider.OUTLOOK, "1") == ("pairs", OTHER, "other hash")
    assert again.find(Provider.GOOGLE, "2") is None


def test_those_that_end_first_come_first(subscriptions: SqlSubscriptions) -> None:
    """All of them, or those that end before an instant."""
    assert subscriptions.all() == (("pairs", OTHER), ("circles", CHANNEL))
    assert subscriptions.ending(NOW) == (("pairs", OTHER),)


def test_one_that_is_renewed_takes_its_own_place(subscriptions: SqlSubscriptions) -> None:
    """And one that has ended is gone, once or twice."""
    renewed = replace(CHANNEL, expires_at=NOW + timedelta(days=7))
    subscriptions.keep("circles", renewed, "new hash")
    assert subscriptions.find(Provider.GOOGLE, "1") == ("circles", renewed, "new hash")
    subscriptions.drop(Provider.GOOGLE, "1")
    subscriptions.drop(Provider.GOOGLE, "1")
    assert subscriptions.all() == (("pairs", OTHER),)
