"""Nothing that is another's business leaves a connector: not what appointments are about, and no credential.

Providers are made to say CANARY wherever they can: in events, and in all that goes wrong. The credentials are those
that really travelled, as the provider's double saw them.
"""

import base64
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from scheduler.errors import RondoError
from scheduler.ports import Asked
from tests.connectors.contract import CONNECTORS, WINDOW, Scene, changed, with_session
from tests.connectors.stage import CANARY
from tests.connectors.test_contract import ODD, TUESDAY
from tests.doubles.server import Call, Fault

BEHIND = [each for each in CONNECTORS if each.name not in {"files", "mail"}]
GOOGLE = (
    f'{{"error": {{"code": 400, "message": "{CANARY}", "errors": [{{"reason": "{CANARY}", "message": "{CANARY}"}}]}}}}'
)
GRAPH = f'{{"error": {{"code": "{CANARY}", "message": "{CANARY}"}}}}'
OAUTH = f'{{"error": "{CANARY}", "error_description": "{CANARY}"}}'
DAV = f'<?xml version="1.0"?><error xmlns="DAV:"><{CANARY}/><responsedescription>{CANARY}</responsedescription></error>'
PAGE = f"<html><title>{CANARY}</title>{CANARY}</html>"
KINDS = {"json": "application/json", "xml": "application/xml", "html": "text/html"}
HOSTILE = [(GOOGLE, "json"), (GRAPH, "json"), (OAUTH, "json"), (DAV, "xml"), (PAGE, "html"), (CANARY, "json")]
STATUSES = (200, 302, 400, 401, 403, 404, 409, 410, 412, 429, 500)
LEAST = 8  # signs; what is shorter could be anything


@dataclass(slots=True)
class Said:
    """All that a connector said to us: answers, receipts, and errors with how they came about."""

    texts: list[str] = field(default_factory=list)

    def hear(self, call: Callable[[], object]) -> None:
        """What came of a call."""
        try:
            self.texts.append(repr(call()))
        except RondoError as error:
            self.texts += [str(error), repr(error), repr(error.__dict__), *traceback.format_exception(error)]


def _everything(scene: Scene, said: Said) -> None:
    """All that a connector can be asked to do, once."""
    calendar = scene.stage.address("ana")
    if scene.connector.reads:
        asked = [Asked(calendar=each) for each in (calendar, scene.nobody())]
        said.hear(lambda: _told(scene, asked))
    if scene.connector.tells:
        said.hear(lambda: _changes(scene, calendar))
    if scene.connector.home:
        event = scene.event()
        moved = with_session(changed(event, title="Circle"), 2, TUESDAY + timedelta(days=1))
        said.hear(lambda: scene.put(event).receipt)
        said.hear(lambda: scene.writer().put(moved, standing=None))
        said.hear(lambda: scene.writer().cancel(replace(moved, cancelled=True), standing=None))


def _told(scene: Scene, asked: list[Asked]) -> list[object]:
    """Answers, and how their errors came about."""
    answers = scene.reader().free_busy(asked, window=WINDOW)
    return [*answers, *("".join(traceback.format_exception(each.error)) for each in answers if each.error)]


def _changes(scene: Scene, calendar: str) -> object:
    feed = scene.stage.feed()
    assert feed is not None
    return feed.changes(calendar, "")


def _credentials(scene: Scene) -> set[str]:
    """What must never be seen: all tokens and passwords that came to the double, and addresses that are secrets."""
    double = scene.stage.double()
    assert double is not None
    found = {secret for call in double.calls for secret in _sent(call)}
    if scene.connector.home is None:
        found.add(urlsplit(scene.stage.address("ana")).path)
    return {secret for secret in found if len(secret) >= LEAST}


def _sent(call: Call) -> Iterator[str]:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    yield value
    if scheme == "Basic":
        yield base64.b64decode(value).decode().partition(":")[2]
    if re.search("(?i)token", call.path):
        form = parse_qs(call.body.decode())
        yield from (
            value
            for name in ("refresh_token", "client_secret", "assertion", "code", "code_verifier")
            for value in form.get(name, [])
        )


@contextmanager
def _listening(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], said: Said) -> Iterator[None]:
    """Also what is logged, however much of it, and what is printed."""
    caplog.set_level(logging.DEBUG)
    yield
    said.texts += [caplog.text, *capfd.readouterr()]


@pytest.mark.parametrize("scene", BEHIND, indirect=True, ids=lambda each: each.name)
def test_nothing_leaves_where_all_is_well(
    scene: Scene, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither what appointments say nor what accounts are opened with."""
    said = Said()
    for person in ("ana", "ben"):
        scene.add(person, ODD, 53)
    with _listening(caplog, capfd, said):
        _everything(scene, said)
    _clean(said, scene)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("scene", BEHIND, indirect=True, ids=lambda each: each.name)
def test_nothing_leaves_where_all_goes_wrong(
    scene: Scene, status: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A provider that says in every way of failing what nobody may hear: at all calls, or after the second."""
    said = Said()
    double = scene.stage.double()
    assert double is not None
    scene.add("ana", ODD, 53)
    with _listening(caplog, capfd, said):
        for body, kind in HOSTILE:
            for skip in (0, 2):
                headers = {"Content-Type": KINDS[kind], "Location": f"http://127.0.0.1:9/{CANARY}"}
                double.faults.append(Fault(status=status, body=body, headers=headers, times=-1, skip=skip))
                _everything(scene, said)
                double.faults.clear()
    _clean(said, scene)


def _clean(said: Said, scene: Scene) -> None:
    whole = "\n".join(said.texts)
    assert len(whole) > LEAST
    credentials = _credentials(scene)
    assert credentials
    assert not [match[0] for match in re.finditer(f".*{CANARY}.*", whole)]
    leaked = {secret for secret in credentials if secret in whole}
    assert not leaked, [line for line in whole.splitlines() if any(secret in line for secret in leaked)]
