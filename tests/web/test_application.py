"""Health checks, and what every answer has and has not."""

import threading
import time

import httpx
import pytest

from scheduler.core.health import Health
from scheduler.web import readiness
from tests.web.conftest import Remembering, channel

PATHS = ("/healthz", "/readyz", "/hooks/google", "/hooks/graph")


def until_ready(client: httpx.Client, *, ready: bool) -> httpx.Response:
    """The answer of /readyz once what was known before is no longer fresh."""
    end = time.monotonic() + 5
    while (answer := client.get("/readyz")).json() != {"ready": ready} and time.monotonic() < end:
        time.sleep(0.02)
    return answer


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays known from one question to the next."""
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)


def test_a_process_that_lives_says_so(client: httpx.Client, service: Remembering) -> None:
    """Whatever else is broken: who restarts on /healthz must not restart for a database that is away."""
    service.before = service.fail
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert client.head("/healthz").status_code == 200


def test_a_service_that_can_work_is_ready(client: httpx.Client) -> None:
    """200, and nothing but that."""
    answer = until_ready(client, ready=True)
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


@pytest.mark.parametrize(
    "health",
    [Health(database=False, engine=True), Health(database=True, engine=False, counts={"failed": 3})],
    ids=["no database", "no engine"],
)
def test_a_service_that_can_not_work_is_not_ready(client: httpx.Client, service: Remembering, health: Health) -> None:
    """503, without a word of what is wrong; once it works again it is ready again."""
    service.health = health
    answer = until_ready(client, ready=False)
    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    service.health = Health(database=True, engine=True)
    assert until_ready(client, ready=True).status_code == 200


def test_a_service_that_can_not_say_is_not_ready(client: httpx.Client, service: Remembering) -> None:
    """An error is an answer too, and its words stay inside."""
    service.before = service.fail
    answer = until_ready(client, ready=False)
    assert answer.status_code == 503
    assert "CANARY" not in answer.text


def test_a_service_that_hangs_is_asked_once(
    client: httpx.Client, service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask: each hears 503 in time, and one thread waits."""
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.5)
    gate, asked = threading.Event(), list[int]()

    def hang() -> None:
        asked.append(1)
        gate.wait(20)

    service.before = hang
    answers: list[int] = []
    asking = [
        threading.Thread(
            target=lambda: answers.append(httpx.get(f"{client.base_url}/readyz", trust_env=False).status_code)
        )
        for _ in range(10)
    ]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert answers == [503] * 10
    assert len(asked) == 1
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 2.0)
    service.before = lambda: None
    gate.set()
    assert until_ready(client, ready=True).status_code == 200


def test_what_was_answered_just_now_is_not_asked_again(
    client: httpx.Client, service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public address may be asked a thousand times a second; the database is not."""
    asked = list[int]()
    service.before = lambda: asked.append(1)
    client.get("/readyz")
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 60.0)
    for _ in range(20):
        assert client.get("/readyz").status_code == 200
    assert len(asked) == 1


@pytest.mark.parametrize("path", [*PATHS, "/", "/nothing"])
def test_every_answer_is_kept_by_nobody_and_shown_as_nothing(client: httpx.Client, path: str) -> None:
    """Neither cached, framed, taken for a page, nor followed from; and no cookie, and no word of what serves it."""
    for answer in (client.get(path), client.post(path)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not {"set-cookie", "server", "location", "access-control-allow-origin"} & set(answer.headers)


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/openapi.json", "/", "/hooks", "/hooks/zoom", "/healthz/", "/hooks/google/", "//healthz"],
)
def test_there_is_nothing_else(client: httpx.Client, path: str) -> None:
    """No pages of the library, and no redirect: it would be made of a Host header that anybody may send."""
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path in PATHS for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")]
    + [("GET", "/hooks/google"), ("GET", "/hooks/graph"), ("POST", "/healthz"), ("POST", "/readyz")],
)
def test_no_door_takes_another_method(client: httpx.Client, service: Remembering, method: str, path: str) -> None:
    """Nor one in a header's clothes."""
    answer = client.request(method, path, headers=channel() | {"X-HTTP-Method-Override": "POST"})
    assert answer.status_code == 405
    assert (service.marked, service.strangers, service.bodies) == ([], 0, [])


def test_who_is_named_as_host_or_sender_changes_nothing(client: httpx.Client, service: Remembering) -> None:
    """Neither header is read."""
    odd = {
        "Host": "evil.example:99999",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "' OR 1",
        "Forwarded": "x",
    }
    answer = client.post("/hooks/google", headers=channel() | odd)
    assert answer.status_code == 202
    assert "evil" not in answer.text + str(answer.headers)
    assert service.marked == ["7"]
