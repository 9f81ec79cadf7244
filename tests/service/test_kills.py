"""The service is killed at any instant, around each call to each provider: nothing is lost, and nothing comes twice."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.app.repair.proposals import take_back
from scheduler.core.decision import Action, State
from scheduler.errors import RondoError
from tests.service.killing import MAIL, WHENS, Point, survive, traps
from tests.service.sound import wrong
from tests.service.stage import GROUPS, Nursery, Stage, stage

Call = tuple[str, str, str]
PUBLISHING: tuple[Call, ...] = (
    ("Google", "POST", "/token$"),
    ("Google", "GET", "/events/[^/]+$"),
    ("Google", "POST", "/events$"),
    ("Google", "GET", "/instances$"),
    ("GraphDouble", "GET", "/events$"),
    ("GraphDouble", "POST", "/events$"),
    ("GraphDouble", "GET", "/instances$"),
    ("ZoomDouble", "POST", "/token$"),
    ("ZoomDouble", "GET", "/meetings$"),
    ("ZoomDouble", "POST", "/meetings$"),
    ("Proxy", "PROPFIND", ""),
    ("Proxy", "REPORT", ""),
    ("Proxy", "PUT", ""),
    ("Proxy", "GET", ""),
    (MAIL, "MAIL", ""),
    (MAIL, "DATA", ""),
    (MAIL, "QUIT", ""),
)
REPAIRING: tuple[Call, ...] = (
    ("Google", "GET", "/events$"),
    ("Google", "PATCH", ""),
    ("GraphDouble", "POST", "/getSchedule$"),
    ("GraphDouble", "PATCH", ""),
    ("ZoomDouble", "GET", "/meetings/"),
    ("Proxy", "GET", ""),
    ("Proxy", "REPORT", ""),
    ("Proxy", "PUT", ""),
    (MAIL, "MAIL", ""),
    (MAIL, "DATA", ""),
    (MAIL, "QUIT", ""),
)
CANCELLING: tuple[Call, ...] = (
    ("Google", "DELETE", ""),
    ("GraphDouble", "POST", "/cancel$"),
    ("ZoomDouble", "DELETE", ""),
    ("Proxy", "DELETE", ""),
    (MAIL, "MAIL", ""),
    (MAIL, "DATA", ""),
    (MAIL, "QUIT", ""),
)
DISTURBED = {"google": "ana", "outlook": "ben", "caldav": "cy", "files": "eli", "circle": "ben"}
"""Who is busy where a session of a group was."""


def nothing(stage: Stage) -> None:
    """The writing is owed already."""


def disturb_all(stage: Stage) -> None:
    """A session of each group no longer holds."""
    events = stage.live()
    for (group, person), number in zip(DISTURBED.items(), itertools.count(2)):
        start = events[group].sessions[number].start
        assert start is not None
        stage.disturb(person, start)


def cancel_all(stage: Stage) -> None:
    """The pairs end, the circle stays."""
    stage.end(*(group for group in GROUPS if group != "circle"))


ACTS: tuple[tuple[tuple[Call, ...], Callable[[Stage], None], tuple[str, ...]], ...] = (
    (
        PUBLISHING,
        nothing,
        (
            *("commit:INSERT workflow_status:1", "commit:INSERT operation_outputs:1", "commit:INSERT calendar_copy:1"),
            *("sql:INSERT delivery:1", "file:before:1", "file:half:1", "file:after:1"),
            *("commit:INSERT delivery:1", "sql:UPDATE outbound_write SET done_at:1"),
            "commit:UPDATE outbound_write SET done_at:1",
        ),
    ),
    (
        REPAIRING,
        disturb_all,
        (
            *("sql:INSERT calendar_copy:1", "sql:INSERT outbound_write:1", "sql:INSERT decision:1"),
            *("sql:INSERT notice:1", "commit:INSERT decision:1", "sql:UPDATE calendar_mark SET due_at:1"),
            "commit:UPDATE calendar_mark SET due_at:1",
            *("sql:UPDATE notice SET state:1", "commit:UPDATE notice SET state:1", "commit:UPDATE notice SET state:2"),
            *("file:before:1", "file:half:1", "file:after:1", "commit:UPDATE outbound_write SET done_at:1"),
        ),
    ),
    (CANCELLING, cancel_all, ("file:half:1", "file:after:1", "sql:DELETE delivery:1", "commit:DELETE delivery:1")),
)
"""What happens, which calls the service makes for it, and the steps of its own at which it dies."""


@pytest.fixture
def killed(tmp_path: Path, nursery: Nursery, database: str) -> Iterator[Stage]:
    """A programme whose publishing is owed."""
    with stage(tmp_path, nursery, database) as made:
        made.begin()
        yield made


@pytest.mark.campaign(4)
def test_around_each_call_and_step(killed: Stage, seed: int, pytestconfig: pytest.Config) -> None:
    """As it publishes, repairs and cancels: before a call takes effect, after that, or once it is answered.

    And inside of it: before a statement, after its commit, and around the files that it publishes.
    """
    with traps(killed) as armed:
        for number, (calls, act, fuses) in enumerate(ACTS):
            act(killed)
            points = [Point(*call, when) for when in WHENS for call in calls]
            if not pytestconfig.getoption("--long"):
                missed = survive(armed, points[3 + number :: 10], fuses[3:4])
            elif seed == len(WHENS):
                missed = survive(armed, [], fuses)
            else:
                missed = survive(armed, points[seed * len(calls) :][: len(calls)])
            assert (missed, wrong(killed)) == ([], [])


@pytest.mark.campaign(10)
def test_at_random_moments(killed: Stage, seed: int) -> None:
    """Ten times, while much changes; a hundred times in all."""
    chance = random.Random(seed)
    for _ in range(10):
        running = killed.serve()
        for _ in range(chance.randint(1, 3)):
            chance.choices((be_busy, drag, take_one_back), (6, 2, 1))[0](killed, chance)
        running.ended.wait(chance.uniform(0.2, 3))
        running.kill()
        killed.kills += 1
    killed.mails_cut = True
    killed.serve()
    killed.until_quiet()
    assert wrong(killed) == []


def be_busy(stage: Stage, chance: random.Random) -> None:
    """Somebody has an appointment where a session of theirs is, by our books of this moment."""
    group, event = chance.choice(sorted(stage.live().items()))
    start = chance.choice(event.sessions[1:]).start
    assert start is not None
    stage.disturb(chance.choice(GROUPS[group]), start)


def drag(stage: Stage, chance: random.Random) -> None:
    """An organiser drags a session by half an hour, if it stands by now."""
    group = chance.choice(("google", "outlook", "caldav"))
    calendar = stage.calendar(GROUPS[group][0])
    assert calendar is not None
    held = [each.receipt.id for place, each in stage.deliveries(group) if not place.copy]
    for key in [key for key in calendar.series() if any(each.endswith(key) for each in held)]:
        date = chance.choice(calendar.dates(key)[1:])
        calendar.move(key, date, date.start + timedelta(minutes=30))
        stage.tell(GROUPS[group][0])


def take_one_back(stage: Stage, chance: random.Random) -> None:
    """A coordinator undoes one of our moves, unless it is too late for that."""
    moves = [each for each in stage.store.decisions() if each.action is Action.MOVE and each.state is State.DONE]
    if moves:
        with suppress(RondoError):
            take_back(stage.app(), chance.choice(moves).id, "coordinator")
