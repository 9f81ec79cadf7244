"""Answers in which something is of another type than Google says: an error of ours, never a traceback."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors._google.transport import Transport
from connectors.google import GoogleWriter, grant_of, listed
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event
from scheduler.core.interval import Interval, as_intervals
from scheduler.errors import RondoError
from scheduler.ports import Asked, Own
from tests.connectors.contract import changed, with_session
from tests.connectors.stages.google import GoogleStage

START = datetime(2027, 3, 9, 10, 30, tzinfo=UTC)
WINDOW = Interval(START - timedelta(days=3), START + timedelta(days=40))
ODD: tuple[Any, ...] = (None, 7, True, "x", "", [], [None], ["x"], [7], {}, {"x": 1}, "2027-03-09", 1e308)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in JSON that holds something: the container, and the key there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from places(inner)


def odd(body: bytes, chance: random.Random) -> bytes:
    """The JSON with one thing in it changed for something else."""
    said = json.loads(body)
    found = list(places(said))
    if not found:
        return body
    where, key = chance.choice(found)
    where[key] = chance.choice(ODD)
    return json.dumps(said).encode()


@pytest.mark.campaign(100)
def test_no_answer_of_another_form_is_a_traceback(
    stage: GoogleStage, event: Event, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is asked of Google, with every answer a little wrong."""
    chance = random.Random(seed)
    wanted = with_session(changed(event, meeting="meet", conference=""), 2, START + timedelta(days=15))
    standing = Delivery(
        event=wanted, receipt=GoogleWriter(stage.session("ana"), invites=True).put(wanted, standing=None)
    )
    stage.add("ana", START, 30)
    session, writer = stage.session("ana"), GoogleWriter(stage.session("ana"), invites=True)
    session.granted()
    secret = stage.google.user_json("ana@example.org")
    real = Transport.send

    def send(*asked: Any) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = real(*asked)
        return status, headers, odd(body, chance) if body.startswith(b"{") else body

    monkeypatch.setattr(Transport, "send", send)
    own = Own(sessions=as_intervals([(START.timestamp(), START.timestamp() + 3000)]))
    steps: list[Callable[[], object]] = [
        lambda: stage.reader().free_busy([Asked(calendar="google:ana@example.org")], window=WINDOW),
        lambda: stage.reader().free_busy([Asked(calendar="google:ana@example.org", own=own)], window=WINDOW),
        lambda: stage.feed().changes("google:ana@example.org", ""),
        lambda: listed(session),
        lambda: grant_of(secret, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri),
        lambda: writer.put(changed(wanted, title="Circle 8"), standing=standing),
        lambda: writer.put(with_session(wanted, 3, None), standing=standing),
        lambda: writer.cancel(wanted, standing=standing),
    ]
    for step in steps:
        with suppress(RondoError):
            step()
    assert stage.masters("ana") <= 1
    stage.google.broken.clear()  # an id that was none of Google's may have come back to it
