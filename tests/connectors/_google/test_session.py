"""connectors/_google/session.py and what it stands on: tokens, pace, patience, and answers that are none."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from connectors._google.credentials import parse_key
from connectors._google.session import GOOGLE
from connectors._http.retry import TRIES
from connectors._http.secret import Held
from connectors.google import GoogleSession
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from tests.connectors.stages.google import GoogleStage
from tests.doubles.google import EVERYTHING, SECRET, Google, usage_fault
from tests.doubles.server import Fault, serving

LIST = "/primary/events"


def ask(session: GoogleSession) -> dict[str, object]:
    """Any call that reads."""
    return session.read(session.calendar.events().list(calendarId="primary", fields="items(id)"))


def opened(stage: GoogleStage, secret: str, **more: str | float) -> GoogleSession:
    """A session for a secret."""
    kept, uri = Held(secret), more.pop("token_uri", stage.google.token_uri)
    return GoogleSession(kept, endpoint=stage.google.endpoint, token_uri=uri, pause=stage.pauses().append, **more)  # type: ignore[arg-type]  # names and values of tests


# Tokens


def test_a_token_that_died_early_is_renewed_once(stage: GoogleStage) -> None:
    """A server that says 401 all the same is believed after the second time."""
    session = stage.session("ana")
    ask(session)
    stage.google.expire_access()
    ask(session)
    assert stage.google.count("POST", "/token") == 2
    stage.google.faults.append(Fault(path=LIST, status=401, times=-1))
    before = stage.google.count()
    with pytest.raises(CredentialsRejected, match="rondo connect google"):
        ask(session)
    assert stage.google.count() - before == 3


def test_many_threads_renew_a_token_once(stage: GoogleStage) -> None:
    """They share one session, and no more are on the wire at once than Google likes."""
    session = stage.session("ana")
    ask(session)
    stage.google.expire_access()
    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = list(pool.map(lambda _: ask(session), range(64)))
    assert len(answers) == 64
    assert stage.google.count("POST", "/token") == 2
    assert stage.google.most_at_once["ana@example.org"] <= 8


def test_consent_that_was_taken_back_is_never_retried(stage: GoogleStage) -> None:
    """The owner is named, and neither their token nor Google's words."""
    session = stage.session("ana")
    ask(session)
    stage.google.revoke(stage.email("ana"))
    before = stage.google.count("POST", "/token")
    with pytest.raises(CredentialsRejected, match="ana") as raised:
        ask(session)
    assert stage.google.count("POST", "/token") - before == 1
    assert stage.pauses() == []
    assert "CANARY" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_refresh_token_that_was_changed_is_kept(stage: GoogleStage) -> None:
    """Else the next run could not sign in."""
    stage.google.oauth.rotate = True
    kept = Held(stage.google.user_json(stage.email("ana")))
    before = json.loads(kept.text)
    ask(GoogleSession(kept, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri))
    after = json.loads(kept.text)
    assert after["refresh_token"] != before["refresh_token"]
    assert after["client_id"] == before["client_id"]
    ask(opened(stage, kept.text))


def test_tokens_that_can_not_be_had_now_are_waited_for(stage: GoogleStage) -> None:
    """By our own patience, and not by the library's sleep."""
    stage.google.faults.append(Fault(path="/token", status=503, headers={"Retry-After": "7"}, times=2))
    began = time.monotonic()
    ask(stage.session("ana"))
    assert stage.pauses() == [7, 7]
    assert time.monotonic() - began < 5


def test_a_service_account_asks_for_the_least(stage: GoogleStage) -> None:
    """For each step what it needs, and no more; with a token for each."""
    secret = stage.google.service_json("robot@project.iam.gserviceaccount.com")
    session = opened(stage, secret, subject=stage.email("ana"))
    ask(session)
    held = {scope.rsplit("/", 1)[-1] for token in stage.google.oauth.access.values() for scope in token.scopes}
    assert held == {"calendar.freebusy", "calendar.events.freebusy"}
    assert session.is_service


def test_a_service_account_that_may_not_is_told_what_to_do(stage: GoogleStage) -> None:
    """Delegation is given by an admin, scope by scope."""
    secret = stage.google.service_json("robot@project.iam.gserviceaccount.com", delegated=())
    with pytest.raises(InputError, match="domain-wide delegation"):
        ask(opened(stage, secret, subject=stage.email("ana")))


def test_a_scope_that_was_not_granted_is_said(stage: GoogleStage) -> None:
    """Signing in again with it is what helps."""
    with pytest.raises(CredentialsRejected, match="not allowed that"):
        ask(opened(stage, stage.google.user_json(stage.email("ana"), EVERYTHING[:3])))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ("{" * 50_000, "no JSON object"),
        ('{"type": "external_account"}', "no known type"),
        ('{"type": ["x"]}', "no known type"),
        ('{"installed": {"client_id": "CANARY"}}', "of an app"),
        ('{"type": "authorized_user", "client_id": "CANARY"}', "no client_secret"),
        ('{"type": "service_account", "client_email": "CANARY", "private_key": 7}', "no private_key"),
        ('{"type": "service_account", "client_email": "CANARY", "private_key": "CANARY"}', "private_key"),
    ],
)
def test_json_that_is_none_of_googles_is_refused(stage: GoogleStage, text: str, said: str) -> None:
    """It is named what is wrong, and nothing of what stands there."""
    with pytest.raises(InputError, match=said) as raised:
        ask(opened(stage, text))
    assert "CANARY" not in str(raised.value)


def test_a_file_does_not_say_where_its_secret_is_sent(stage: GoogleStage) -> None:
    """The settings do; but to this machine, where no setting is."""
    held = json.loads(stage.google.user_json(stage.email("ana")))
    elsewhere = json.dumps(held | {"token_uri": "https://evil.example/token"})
    ask(opened(stage, elsewhere))
    ask(opened(stage, json.dumps(held | {"token_uri": stage.google.token_uri}), token_uri=GOOGLE))
    with pytest.raises(InputError, match="https"):
        ask(opened(stage, elsewhere, token_uri="http://evil.example/token"))


def test_a_key_shows_nothing_of_itself() -> None:
    """Not in a traceback either."""
    text = json.dumps({"client_id": "i", "client_secret": SECRET, "refresh_token": "CANARY"})
    assert repr(parse_key(text)) == "Key(authorized_user)"


def test_an_endpoint_without_a_path_is_googles(stage: GoogleStage) -> None:
    """Its usual path is meant."""
    secret = Held(stage.google.user_json(stage.email("ana")))
    ask(GoogleSession(secret, endpoint=stage.google.url, token_uri=stage.google.token_uri))
    assert stage.google.count("GET", "/calendar/v3/calendars/primary/events") == 1


# Patience and pace


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (usage_fault(403, times=2, retry_after="3"), [3, 3]),
        (usage_fault(429, times=2, retry_after="3"), [3, 3]),
        (usage_fault(403, "userRateLimitExceeded", times=1), None),
        (usage_fault(403, "quotaExceeded", times=1), None),
    ],
)
def test_limits_of_use_are_waited_out(stage: GoogleStage, fault: Fault, pauses: list[float] | None) -> None:
    """403 and 429 alike."""
    stage.google.faults.append(fault)
    ask(stage.session("ana"))
    assert pauses in (None, stage.pauses())
    assert stage.pauses()


def test_other_refusals_are_not_repeated(stage: GoogleStage) -> None:
    """403 for another reason; which is named only where it is one of Google's."""
    for reason in ("forbidden", "CANARY-7f3d"):
        stage.google.faults.append(usage_fault(403, reason))
        with pytest.raises(Unavailable, match="403") as raised:
            ask(stage.session("ana"))
        assert ("forbidden" in str(raised.value)) == (reason == "forbidden")
        assert "CANARY" not in str(raised.value)
    assert stage.pauses() == []


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (Fault(path=LIST, status=200, body="<html>Sign in</html>", times=-1), 1),
        (Fault(path=LIST, status=200, body='{"items": [', times=-1), 1),
        (Fault(path=LIST, status=200, body="[]", times=-1), 1),
        (Fault(path=LIST, status=200, body="[" * 100_000, times=-1), 1),
        (Fault(path=LIST, status=302, headers={"Location": "http://127.0.0.1:9/"}, times=-1), 1),
        (Fault(path=LIST, status=0, times=-1), TRIES),
        (Fault(path=LIST, truncate=5, times=-1), TRIES),
        (Fault(path=LIST, status=200, body="{" + " " * 60, drip=True, delay=0.02, times=-1), TRIES),
        (Fault(path=LIST, status=200, body="{}", delay=0.8, times=-1), TRIES),
    ],
    ids=["a page", "half of it", "a list", "brackets", "elsewhere", "cut", "too short", "dripping", "slow"],
)
def test_answers_that_are_none_end_in_an_error_of_ours(stage: GoogleStage, fault: Fault, tries: int) -> None:
    """Nothing is followed, nothing is waited for without end, and no traceback is of a library."""
    session = opened(stage, stage.google.user_json(stage.email("ana")), timeout=0.4)
    ask(session)
    stage.google.faults.append(fault)
    before = stage.google.count("GET", LIST)
    with pytest.raises(RondoError) as raised:
        ask(session)
    assert isinstance(raised.value, Unavailable)
    assert stage.google.count("GET", LIST) - before <= tries


@dataclass
class Clock:
    """Time that passes when somebody waits, and a little with each look."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        self.now += 0.001
        return self.now

    def wait(self, seconds: float) -> None:
        """Wait so long, and not a moment less."""
        self.now += seconds + 0.01


def test_there_are_never_more_calls_a_minute_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,300 calls take two minutes, and Google has nothing to refuse; the clock is ours."""
    clock = Clock()
    monkeypatch.setattr("connectors._http.pace.time.monotonic", clock)
    google = Google(clock=lambda: clock.now)
    google.add_person("ana@example.org")
    with serving(google):
        secret = Held(google.user_json("ana@example.org"))
        session = GoogleSession(secret, endpoint=google.endpoint, token_uri=google.token_uri, pause=clock.wait)
        session.read(session.calendar.events().list(calendarId="primary", fields="items(id)"))
        monkeypatch.setattr(session._transport, "send", lambda *asked: counted(google))  # no need for the wire
        for _ in range(1300):
            ask(session)
    assert google.over_quota == 0
    assert 590 < google.most_in_a_minute["ana@example.org"] <= 600
    assert clock.now > 1000 + 120


def counted(google: Google) -> tuple[int, dict[str, str], bytes]:
    """An answer of the double, which counts it."""
    google.over_quota += google._counted("ana@example.org") > google.quota
    return 200, {}, b"{}"
