"""Random series, and what becomes of them, through every connector and back: the same instants, or a refusal.

Each series is written, changed one to three times, and cancelled, and what the provider shows is compared with the plan
after every step. The provider's expansion is its own, or that of a library that knows nothing of ours.
"""

import pytest

from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event
from scheduler.errors import InputError
from scheduler.ports import CalendarWriter
from tests.connectors.contract import CONNECTORS, Scene, cancelled, plan
from tests.connectors.random_series import Emails, random_versions

SERIES, COPIES = 2000, 200
ALIKE = ("xandikos", "cyrus")  # through the same connector as Radicale: every eighth series


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A tenth of the series in short runs, through every connector; all of them with --long."""
    step = 1 if metafunc.config.getoption("--long") else 10
    copy = "copy" in metafunc.function.__name__
    cases = [
        pytest.param(each, seed, id=f"{each.name}-{seed}")
        for each in CONNECTORS
        if (each.copies if copy else each.home)
        for seed in range(0, COPIES if copy else SERIES, step * 8 if each.name in ALIKE else step)
    ]
    metafunc.parametrize(("scene", "seed"), cases, indirect=["scene"])


def _through(scene: Scene, versions: list[Event], *, copy: bool) -> None:
    """Write the versions of one series, one after the other, and take it back."""
    person = "ben" if copy else scene.connector.at
    writer = scene.writer(copy=copy)
    standing: Delivery | None = None
    for event in versions:
        receipt = _put_or_refused(writer, event, standing)
        if receipt is not None:
            assert receipt.differences == ()
            standing = Delivery(event=event, receipt=receipt)
        assert scene.seen(person) == (plan(standing.event) if standing else [])
    assert scene.masters(person) <= 1
    writer.cancel(cancelled(versions[-1]), standing=standing)
    assert scene.seen(person) == []
    if not scene.connector.edited:  # files keep what was cancelled, and would grow with every series
        scene.stage.delete_by_hand(person)


def _put_or_refused(writer: CalendarWriter, event: Event, standing: Delivery | None) -> Receipt | None:
    """What came of a write; None: it was refused, which only a series without any session may be."""
    try:
        return writer.put(event, standing=standing)
    except InputError:
        if event.sessions:
            raise
        return None


def test_random_series_stand_on_exactly_their_instants(scene: Scene, seed: int) -> None:
    """In the organiser's calendar, in the files, and in what a mail program makes of our mails."""
    versions = random_versions(seed, Emails(ana=scene.stage.email("ana"), ben=scene.stage.email("ben")))
    if scene.connector.at == "ben":
        versions = [event.seen_by("ben") for event in versions]
    _through(scene, versions, copy=False)


def test_a_copy_stands_on_exactly_the_sessions_of_its_owner(scene: Scene, seed: int) -> None:
    """In an attendee's own calendar, without the sessions at which they are absent."""
    emails = Emails(ana=scene.stage.email("ana"), ben=scene.stage.email("ben"))
    _through(scene, [event.seen_by("ben") for event in random_versions(seed + 5000, emails)], copy=True)
