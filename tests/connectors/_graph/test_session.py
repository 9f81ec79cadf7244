"""Calls to Graph: patient within bounds, in one mailbox at a time, and nothing of its errors repeated."""

import logging
import threading
import time

import pytest

from connectors._graph.session import GraphSession, Refusal
from connectors._http.secret import Held
from connectors.outlook import APP_ONLY
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from tests.connectors.stage import CANARY
from tests.connectors.stages.outlook import OutlookStage
from tests.doubles.graph import CLIENT
from tests.doubles.server import Fault

CALENDAR = "/me/calendar"


def ask(session: GraphSession) -> dict[str, object]:
    """One patient call."""
    return session.call("GET", CALENDAR)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=200, body=f"<html>{CANARY}</html>", headers={"Content-Type": "text/html"}),
        Fault(status=200, body='{"value": ['),
        Fault(status=200, body="[]"),
        Fault(status=200, body="[" * 100_000),
        Fault(status=200, body=b"\xff\xfe"),
        Fault(status=302, headers={"Location": "http://127.0.0.1:9/"}),
        Fault(status=0),
        Fault(truncate=10),
        Fault(status=503, body=CANARY),
    ],
    ids=["a page", "half", "a list", "deep", "no text", "elsewhere", "cut", "cut short", "busy"],
)
def test_what_cannot_be_read_ends_in_a_plain_error(stage: OutlookStage, fault: Fault) -> None:
    """After a few tries, and without its words."""
    session = stage.session("ana")
    fault.path, fault.times = "calendar$", -1
    stage.graph.faults.append(fault)
    with pytest.raises(Unavailable) as raised:
        ask(session)
    assert CANARY not in repr(raised.value)
    assert 1 <= stage.graph.count("GET", "calendar$") <= 6


def test_an_answer_that_trickles_is_given_up(stage: OutlookStage) -> None:
    """The bound is for the whole answer; each byte comes in time."""
    session = GraphSession(
        stage.secrets["ana"],
        endpoint=stage.graph.endpoint,
        authority=stage.graph.authority,
        client_id=CLIENT,
        pause=stage.pauses().append,
        seconds=0.1,
    )
    stage.graph.faults.append(Fault(path="calendar$", status=200, body=" " * 30, delay=0.02, drip=True, times=-1))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="slowly"):
        ask(session)
    assert time.monotonic() - began < 3


def test_one_mailbox_that_is_busy_is_left_alone_by_all(stage: OutlookStage) -> None:
    """While one call waits as it was asked to, others in that mailbox wait behind it; other mailboxes don't."""
    waiting, go_on = threading.Event(), threading.Event()

    def pause(seconds: float) -> None:
        stage.pauses().append(seconds)
        waiting.set()
        assert go_on.wait(10)

    stage.by_itself = True
    session = stage.session("ana")
    session.pause = pause
    stage.graph.faults.append(Fault(path="ana@contoso.example/calendar$", status=429, headers={"Retry-After": "7"}))
    threads = [threading.Thread(target=session.call, args=("GET", f"{session.root()}/calendar")) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert waiting.wait(10)
    assert session.call("GET", f"{session.root('ben@contoso.example')}/calendar")
    go_on.set()
    for thread in threads:
        thread.join()
    assert stage.pauses()[0] == pytest.approx(7, abs=1)
    assert stage.graph.count("GET", "ana@contoso.example/calendar$") == 4


def test_a_token_that_is_no_longer_taken_is_renewed_once(stage: OutlookStage) -> None:
    """And kept, since the refresh token is another one now; the old one is spent."""
    session = stage.session("ana")
    before = stage.secrets["ana"].text
    stage.graph.entra.passes.clear()
    assert ask(session)
    kept = stage.secrets["ana"].text
    assert kept != before
    stage.graph.entra.passes.clear()
    assert ask(stage.session("ana"))
    stage.secrets["ana"].text = before
    stage.graph.entra.passes.clear()
    with pytest.raises(CredentialsRejected, match="rondo connect outlook"):
        ask(stage.session("ana"))


def test_who_took_back_their_consent_is_asked_to_connect_again(stage: OutlookStage) -> None:
    """At once: a revoked token is never tried twice."""
    stage.graph.entra.revoke("ana@contoso.example")
    with pytest.raises(CredentialsRejected, match="rondo connect outlook DIR --person ana"):
        ask(stage.session("ana"))
    assert stage.pauses() == []
    assert stage.graph.count("POST", "/token") == 1


@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_words_of_the_sign_in_are_heard_by_nobody(
    stage: OutlookStage, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """msal would log them, whatever they are; and no token is in a log where all is well."""
    caplog.set_level(logging.DEBUG)
    stage.graph.entra.passes.clear()
    body = f'{{"error": "{CANARY}", "error_description": "{CANARY}", "message": "{CANARY}"}}'
    stage.graph.faults.append(Fault(path="/token", status=status, body=body, times=-1))
    with pytest.raises(RondoError) as raised:
        ask(stage.session("ana"))
    stage.graph.faults.clear()
    assert ask(stage.session("ana"))
    assert CANARY not in caplog.text + repr(raised.value)
    tokens = [*stage.graph.entra.passes, *stage.graph.entra.refreshes]
    assert tokens
    assert not [token for token in tokens if token in caplog.text]


def test_a_refusal_is_told_by_its_code_and_no_word_of_it(stage: OutlookStage) -> None:
    """And its code only where it is one that Microsoft names."""
    session = stage.session("ana")
    for code, told in (("ErrorInvalidRequest", "ErrorInvalidRequest"), (CANARY, "400")):
        stage.graph.faults.append(
            Fault(path="calendar$", status=400, body=f'{{"error": {{"code": "{code}", "message": "{CANARY}"}}}}')
        )
        with pytest.raises(Refusal) as raised:
            session.once("GET", CALENDAR)
        assert raised.value.words == f"Outlook refuses it ({told})."
        assert CANARY not in repr(raised.value)


def test_what_is_not_to_be_kept_is_never_read(stage: OutlookStage) -> None:
    """At any depth of an answer."""
    told = stage.session("ana").call("GET", CALENDAR, keep=("owner", "address"))
    assert told == {"owner": {"address": "ana@contoso.example"}}


def test_a_list_that_does_not_end_is_given_up(stage: OutlookStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that leads to itself, for instance."""
    monkeypatch.setattr("connectors._graph.session.MOST_PAGES", 5)
    body = f'{{"value": [], "@odata.nextLink": "{stage.graph.endpoint}{CALENDAR}s"}}'
    stage.graph.faults.append(Fault(path="calendars$", status=200, body=body, times=-1))
    with pytest.raises(Unavailable, match="does not end"):
        list(stage.session("ana").pages(f"{CALENDAR}s"))


def test_an_endpoint_without_a_path_is_that_of_version_1(stage: OutlookStage) -> None:
    """As the settings may have it."""
    session = GraphSession(
        stage.secrets["ana"], endpoint=stage.graph.url, authority=stage.graph.authority, client_id=CLIENT
    )
    assert ask(session)


@pytest.mark.parametrize("secret", ["", "{}", "[]", '{"kind": "delegated"}', '{"kind": "other"}', f"{CANARY}"])
def test_what_is_no_secret_of_ours_is_told_without_its_content(stage: OutlookStage, secret: str) -> None:
    """As after a repair of the store by hand."""
    with pytest.raises(CredentialsRejected) as raised:
        GraphSession(
            Held(secret), endpoint=stage.graph.endpoint, authority=stage.graph.authority, client_id=CLIENT, owner="ana"
        )
    assert CANARY not in str(raised.value)


def test_an_app_by_itself_needs_a_mailbox(stage: OutlookStage) -> None:
    """There is no /me for it."""
    session = GraphSession(
        Held(APP_ONLY), endpoint=stage.graph.endpoint, authority=stage.graph.authority, client_id=CLIENT
    )
    with pytest.raises(InputError, match="mailbox"):
        session.root()


def test_where_nobody_listens_it_is_unavailable(stage: OutlookStage) -> None:
    """Neither Graph nor the sign-in."""
    for endpoint, authority in (
        ("http://127.0.0.1:9/v1.0", stage.graph.authority),
        (stage.graph.endpoint, "http://127.0.0.1:9/tenant"),
    ):
        session = GraphSession(
            stage.secrets["ana"], endpoint=endpoint, authority=authority, client_id=CLIENT, pause=stage.pauses().append
        )
        with pytest.raises(RondoError) as raised:
            ask(session)
        assert isinstance(raised.value, Unavailable)
