"""Every fault of a provider at every one of its calls: nothing lost, nothing doubled, unknown stays unknown.

An operation is first done undisturbed, to count its calls; then again for each of them, with a fault in that place.
Whatever came of it, once the fault is over the same operation is repeated, as the next run would; all is as planned.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pkgutil import resolve_name
from random import Random
from unittest.mock import patch

import httpx
import pytest
import requests

from connectors._http.retry import LONGEST, MOST, TRIES
from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import CredentialsRejected, RondoError, Unavailable
from scheduler.ports import Answer
from tests.connectors.contract import (
    CONNECTORS,
    Connector,
    Scene,
    changed,
    lengthened,
    plan,
    staged,
    with_session,
)
from tests.connectors.stage import Stage
from tests.connectors.test_contract import ODD, TUESDAY, busy, seconds
from tests.doubles.server import Fault

HTML = "<!doctype html><html><body><h1>Sign in</h1></body></html>"
QUOTA = '{"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}}'
TEN_DAYS, IN_2038, IN_1970 = str(10 * 24 * 3600), "Fri, 01 Jan 2038 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"
AT = "a time in forty seconds"  # is written out when the fault is scripted

FAULTS: dict[str, Fault] = {
    "429": Fault(status=429),
    "429, in 3 seconds": Fault(status=429, headers={"Retry-After": "3"}),
    "429, before now": Fault(status=429, headers={"Retry-After": "-5"}),
    "429, at a time": Fault(status=429, headers={"Retry-After": AT}),
    "429, in ten days": Fault(status=429, headers={"Retry-After": TEN_DAYS}),
    "403 for its quota": Fault(status=403, body=QUOTA, headers={"Content-Type": "application/json"}),
    "403": Fault(status=403),
    "404": Fault(status=404),
    "409": Fault(status=409),
    "410": Fault(status=410),
    "412": Fault(status=412),
    "500": Fault(status=500),
    "500, and done": Fault(status=500, after=True),
    "502, with a page": Fault(status=502, body=HTML, headers={"Content-Type": "text/html"}),
    "503, in 2 seconds": Fault(status=503, headers={"Retry-After": "2"}),
    "504, and done": Fault(status=504, after=True),
    "cut": Fault(status=0),
    "cut, and done": Fault(status=0, after=True),
    "the answer cut short": Fault(truncate=20),
    "a page with 200": Fault(status=200, body=HTML, headers={"Content-Type": "text/html"}),
    "a page with 200, and done": Fault(status=200, body=HTML, headers={"Content-Type": "text/html"}, after=True),
    "half of its JSON": Fault(status=200, body='{"items": [{"id": ', headers={"Content-Type": "application/json"}),
    "other JSON": Fault(status=200, body="[]", headers={"Content-Type": "application/json"}),
    "nothing with 200": Fault(status=200, body="", after=True),
    "a redirection": Fault(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
}
API = r"^(?!.*(?i:token|oauth|openid|discovery)).*"
"""Paths of calendars, and not of signing in: of that, libraries of the providers tell us little."""
BEHIND = [each for each in CONNECTORS if each.name not in {"files", "mail"}]
WRITING = [each for each in BEHIND if each.home]


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that is done to a calendar: what stands before, and what is wanted."""

    begin: Callable[[Event], Event | None]
    want: Callable[[Event], Event | None]

    def prepare(self, scene: Scene) -> tuple[Event, Delivery | None]:
        """A fresh event with what stands of it."""
        event = scene.event()
        first = self.begin(event)
        return event, scene.put(first) if first else None

    def do(self, scene: Scene, event: Event, standing: Delivery | None) -> Delivery | None:
        """Do it, with a connector opened anew."""
        wanted = self.want(event)
        if wanted is None:
            assert standing is not None
            scene.cancel(standing)
            return None
        return scene.put(wanted, standing)

    def check(self, scene: Scene, event: Event) -> None:
        """All is as it should be."""
        wanted = self.want(event)
        assert scene.seen() == (plan(wanted) if wanted else [])
        assert scene.masters() == (1 if wanted else 0)


def _much(event: Event) -> Event:
    """A change of all kinds: longer, a session moved, one skipped, one back, and another title."""
    more = with_session(with_session(lengthened(event, 8), 2, TUESDAY + timedelta(days=2)), 4, None)
    return changed(more, title="Circle 7, spring")


def _with_exceptions(event: Event) -> Event:
    return with_session(with_session(event, 1, None), 3, TUESDAY + timedelta(days=8))


def _across_changes(event: Event) -> Event:
    """Sundays at 3:00 in Chatham for 50 minutes: on 4 April 2027 the clocks go back within them."""
    rule = RecurrenceRule(zone="Pacific/Chatham", first=WallTime(date(2027, 3, 21), 180))
    instants = rule.instants(4)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(instants))
    return replace(event, rule=rule, occurrences=occurrences)


OPERATIONS = {
    "create": Operation(begin=lambda event: None, want=_with_exceptions),
    "create across changes": Operation(begin=lambda event: None, want=_across_changes),
    "change": Operation(begin=lambda event: event, want=_much),
    "change across changes": Operation(
        begin=_across_changes, want=lambda event: changed(_across_changes(event), title="Circle 7, spring")
    ),
    "cancel": Operation(begin=_with_exceptions, want=lambda event: None),
}


def _script(fault: Fault, **changes: int) -> Fault:
    """The fault, ready to be met: it counts down as it is."""
    if fault.headers.get("Retry-After") == AT:
        fault = replace(fault, headers={"Retry-After": _in_forty_seconds()})
    return replace(fault, **changes)  # type: ignore[arg-type]  # `skip` and `times` are its numbers


def _in_forty_seconds() -> str:
    return format_datetime((datetime.now(UTC) + timedelta(seconds=40)).replace(microsecond=0), usegmt=True)


def _calls_of(scene: Scene, operation: Operation) -> int:
    """How many calls an operation makes when all is well."""
    event, standing = operation.prepare(scene)
    double = scene.stage.double()
    assert double is not None
    before = len(double.calls)
    operation.do(scene, event, standing)
    calls = len(double.calls) - before
    scene.clear()
    return calls


def _strike(scene: Scene, operation: Operation, faults: list[Fault]) -> RondoError | None:
    """An operation with faults, and after them once more; what the first try raised."""
    event, standing = operation.prepare(scene)
    double = scene.stage.double()
    assert double is not None
    double.faults.extend(faults)
    scene.stage.pauses().clear()
    raised: RondoError | None = None
    try:
        operation.do(scene, event, standing)
    except RondoError as error:
        raised = error
    double.faults.clear()
    _bounded(scene.stage.pauses())
    operation.do(scene, event, standing)
    operation.check(scene, event)
    return raised


def _bounded(pauses: list[float]) -> None:
    """No wait is longer than we ever wait, and there are not many."""
    assert all(0 <= seconds <= max(LONGEST, MOST) for seconds in pauses)
    assert len(pauses) <= 4 * TRIES


def of(connectors: list[Connector]) -> pytest.MarkDecorator:
    """The test, once for each of these."""
    return pytest.mark.parametrize("scene", connectors, indirect=True, ids=lambda each: each.name)


CASES = [(each, name, fault) for each in WRITING for name in OPERATIONS for fault in FAULTS]
Random(1).shuffle(CASES)  # so that every tenth of them are of all kinds
Stages = Callable[[Connector], Stage]


@contextmanager
def case(number: int, stages: Stages) -> Iterator[tuple[Scene, Operation, Fault]]:
    """A connector, something that is done, and what goes wrong."""
    connector, operation, fault = CASES[number]
    with staged(connector, stages(connector)) as scene:
        yield scene, OPERATIONS[operation], FAULTS[fault]


@pytest.mark.campaign(len(CASES))
def test_a_fault_at_any_call_of_a_write_loses_and_doubles_nothing(seed: int, stages: Stages) -> None:
    """Once at each call in turn; the repetition converges, and what is raised is one of our own errors."""
    with case(seed, stages) as (scene, operation, fault):
        for call in range(_calls_of(scene, operation)):
            _strike(scene, operation, [_script(fault, skip=call)])
            scene.clear()


@pytest.mark.campaign(len(CASES))
def test_a_storm_of_faults_ends_in_an_error_of_ours(seed: int, stages: Stages) -> None:
    """All calls fail until we give up: after a bounded number of them, within bounded waits."""
    with case(seed, stages) as (scene, operation, fault):
        double = scene.stage.double()
        assert double is not None
        before = len(double.calls)
        _strike(scene, operation, [_script(fault, times=-1)])
        assert len(double.calls) - before < 20 * TRIES


@of(BEHIND)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_calendar_that_fails_is_unknown_and_never_free(scene: Scene, fault: Fault) -> None:
    """Once or at every call: the answer is right or says why not, and afterwards it is right."""
    if not scene.connector.reads:
        return
    scene.add("ana", ODD, 53)
    double = scene.stage.double()
    assert double is not None
    for script in (_script(fault), _script(fault, skip=1), _script(fault, times=-1)):
        double.faults.append(script)
        scene.stage.pauses().clear()
        _right_or_unknown(scene.read("ana"))
        _bounded(scene.stage.pauses())
        double.faults.clear()
        assert busy(scene.read("ana")) == seconds((ODD, 53))


def _right_or_unknown(answer: Answer) -> None:
    if answer.error is None:
        assert busy(answer) == seconds((ODD, 53))
    else:
        assert answer.free_busy is None
        assert isinstance(answer.error, RondoError)


# Waiting

BUSY = {"too many calls": 429, "no service": 503}


@of(WRITING)
@pytest.mark.parametrize("status", BUSY.values(), ids=list(BUSY))
def test_what_a_server_asks_us_to_wait_is_waited(scene: Scene, status: int) -> None:
    """To the second where it says seconds; at most to the second where it says a time."""
    create = OPERATIONS["create"]
    assert _strike(scene, create, [Fault(path=API, status=status, headers={"Retry-After": "17"}, times=2)]) is None
    assert scene.stage.pauses()[:2] == pytest.approx([17, 17], abs=0.1)
    scene.clear()
    assert (
        _strike(scene, create, [Fault(path=API, status=status, headers={"Retry-After": _in_forty_seconds()})]) is None
    )
    assert 30 < scene.stage.pauses()[0] <= 40


@of(WRITING)
@pytest.mark.parametrize("retry_after", [TEN_DAYS, "3601", IN_2038])
def test_who_asks_for_too_long_a_wait_is_left_alone(scene: Scene, retry_after: str) -> None:
    """That is for a later run: there is no wait at all, and no second call."""
    storm = Fault(path=API, status=429, headers={"Retry-After": retry_after}, times=-1)
    raised = _strike(scene, OPERATIONS["create"], [storm])
    assert isinstance(raised, Unavailable)
    assert scene.stage.pauses() == []


@of(WRITING)
@pytest.mark.parametrize("retry_after", [None, "-5", "soon", "", IN_1970])
def test_who_says_nothing_of_use_is_asked_less_and_less(scene: Scene, retry_after: str | None) -> None:
    """Waits grow at random to their bound, and end after a few."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    raised = _strike(scene, OPERATIONS["create"], [Fault(path=API, status=429, headers=headers, times=-1)])
    assert isinstance(raised, Unavailable)
    assert len(scene.stage.pauses()) == TRIES - 1
    assert sum(scene.stage.pauses()) > 0


@of(BEHIND)
def test_rejected_credentials_are_not_tried_again(scene: Scene) -> None:
    """The owner has to connect again; nothing is waited for, and there is no loop."""
    double = scene.stage.double()
    assert double is not None
    double.faults += [
        Fault(path=r"(?i)token", status=400, body='{"error": "invalid_grant"}', times=-1),
        Fault(path=API, status=401, times=-1),
    ]
    before = len(double.calls)
    scene.stage.pauses().clear()
    if scene.connector.home:
        with pytest.raises(CredentialsRejected):
            scene.put(scene.event())
    if scene.connector.reads:
        assert isinstance(scene.read("ana").error, RondoError)
    assert scene.stage.pauses() == []
    assert len(double.calls) - before < 2 * TRIES


# Crashes


class Crash(BaseException):
    """The process ends here; nothing catches it."""


TOO_SLOW: dict[str, Callable[[], BaseException]] = {
    "httpx.Client.send": lambda: httpx.ReadTimeout("too slow"),
    "requests.Session.send": lambda: requests.ReadTimeout("too slow"),
    "smtplib.SMTP.data": lambda: TimeoutError("too slow"),
}
"""By one of these each connector speaks to its provider; and what it raises when an answer takes too long."""


@contextmanager
def struck(at: int, fault: Callable[[str], BaseException], *, after: bool) -> Iterator[list[str]]:
    """Raise at the call of this number, from 1: before it is made, or when its answer is there; yields the calls."""
    made: list[str] = []

    def failing(name: str) -> Callable[..., object]:
        real = resolve_name(name)

        def call(*args: object, **named: object) -> object:
            made.append(name)
            if len(made) == at and not after:
                raise fault(name)
            answer = real(*args, **named)
            if len(made) == at:
                getattr(answer, "close", lambda: None)()  # as the system closes what a dead process had open
                raise fault(name)
            return answer

        return call

    with ExitStack() as patches:
        for name in TOO_SLOW:
            patches.enter_context(patch(name, failing(name)))
        yield made


SPEAKING = [each for each in CONNECTORS if each.home and each.name not in {"files", "xandikos", "cyrus"}]
"""Each way of speaking to a provider once: CalDAV by Radicale alone."""
both = pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
operations = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))


@of(SPEAKING)
@operations
@both
def test_a_crash_between_any_two_calls_is_made_good(scene: Scene, operation: Operation, *, after: bool) -> None:
    """The process ends, and the next run does the same again: one event, on the right dates."""
    _at_every_call(scene, operation, lambda name: Crash(), after=after)


@of(SPEAKING)
@operations
@both
def test_a_call_that_takes_too_long_may_have_happened(scene: Scene, operation: Operation, *, after: bool) -> None:
    """Nobody knows whether it did; it is looked up, and there is one event, on the right dates."""
    _at_every_call(scene, operation, lambda name: TOO_SLOW[name](), after=after)


def _at_every_call(scene: Scene, operation: Operation, fault: Callable[[str], BaseException], *, after: bool) -> None:
    for at in range(1, 60):
        event, standing = operation.prepare(scene)
        with struck(at, fault, after=after) as made, suppress(Crash, RondoError):
            operation.do(scene, event, standing)
        operation.do(scene, event, standing)
        operation.check(scene, event)
        scene.clear()
        if len(made) < at:
            assert at > 1, "it called nobody"
            return
    raise AssertionError("it never came to its end")
