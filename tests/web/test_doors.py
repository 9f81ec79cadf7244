"""The doors for providers: durable before 202, the same answer for everybody, and limits on what is taken in."""

import json
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from scheduler.web import admission, doors
from tests.web.conftest import SECRET, Remembering, channel

NOTICE = json.dumps({"value": [{"subscriptionId": "7", "clientState": SECRET, "changeType": "updated"}]}).encode()
TOLD = {"/hooks/google": "google", "/hooks/graph": "graph"}


def send(client: httpx.Client, door: str) -> httpx.Response:
    """A good message at one of the doors."""
    if door == "/hooks/google":
        return client.post(door, headers=channel())
    return client.post(door, content=NOTICE, headers={"Content-Type": "application/json"})


# --- what comes in


def test_a_message_of_google_is_written_down_before_it_is_answered(client: httpx.Client, service: Remembering) -> None:
    """Its headers reach the service, and then there is an empty 202."""
    answer = send(client, "/hooks/google")
    assert (answer.status_code, answer.content, service.marked) == (202, b"", ["7"])


def test_a_message_of_graph_is_written_down_before_it_is_answered(client: httpx.Client, service: Remembering) -> None:
    """Its body reaches the service byte for byte, and then there is an empty 202."""
    answer = send(client, "/hooks/graph")
    assert (answer.status_code, answer.content, service.bodies) == (202, b"", [NOTICE])


@pytest.mark.parametrize("door", TOLD)
def test_there_is_no_yes_before_the_message_is_durable(client: httpx.Client, service: Remembering, door: str) -> None:
    """While the database is writing nothing is answered."""
    inside, written = threading.Event(), threading.Event()

    def write() -> None:
        inside.set()
        written.wait(10)

    service.before = write
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(send(client, door).status_code))
    asking.start()
    assert inside.wait(10)
    time.sleep(0.1)
    assert answers == []
    written.set()
    asking.join()
    assert answers == [202]


@pytest.mark.parametrize("door", TOLD)
def test_what_the_database_can_not_take_is_to_be_sent_again(
    client: httpx.Client, service: Remembering, door: str
) -> None:
    """503 with Retry-After, and no word of why; the next message is taken."""
    service.before = service.fail
    answer = send(client, door)
    assert (answer.status_code, answer.headers["retry-after"], answer.content) == (503, "30", b"")
    service.before = lambda: None
    assert send(client, door).status_code == 202


@pytest.mark.parametrize("door", TOLD)
def test_an_error_that_nobody_thought_of_is_a_503_too(client: httpx.Client, service: Remembering, door: str) -> None:
    """The provider sends it again, and learns nothing."""

    def broken() -> None:
        raise ZeroDivisionError("CANARY")

    service.before = broken
    answer = send(client, door)
    assert (answer.status_code, answer.content) == (503, b"")


# --- forged ones


FORGED = {
    "a wrong secret": channel(token="guessed"),
    "a beginning of the secret": channel(token=SECRET[:-1]),
    "no secret": {name: value for name, value in channel().items() if "token" not in name},
    "an unknown channel": channel(id="another"),
    "nothing of Google": {},
    "words in a header": channel(id="' OR 1=1 --%s{0.__class__}\t{{7*7}}"),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_message_is_answered_as_a_good_one(
    client: httpx.Client, service: Remembering, forged: dict[str, str]
) -> None:
    """Status, headers and body say nothing of whether a channel exists; and nothing is marked."""

    def shown(answer: httpx.Response) -> tuple[object, ...]:
        return answer.status_code, answer.content, [line for line in answer.headers.items() if line[0] != "date"]

    assert shown(client.post("/hooks/google", headers=forged)) == shown(send(client, "/hooks/google"))
    assert (service.strangers, service.marked) == (1, ["7"])


def test_a_secret_that_comes_twice_is_no_secret(client: httpx.Client, service: Remembering) -> None:
    """Neither the first nor the last of two headers is picked."""
    for tokens in ([SECRET, "other"], ["other", SECRET], [SECRET, SECRET]):
        headers = [line for line in channel().items() if "token" not in line[0]]
        client.post("/hooks/google", headers=[*headers, *(("X-Goog-Channel-Token", token) for token in tokens)])
    assert (service.strangers, service.marked) == (3, [])


def test_a_stranger_waits_as_long_as_a_known_channel(
    client: httpx.Client, service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is answered before the same time has passed, which is longer than either takes."""
    monkeypatch.setattr(doors, "SAME_SECONDS", 0.25)
    slow = iter([0.15, 0.0])
    service.before = lambda: time.sleep(next(slow))
    took = []
    for headers in (channel(), channel(id="another")):
        began = time.monotonic()
        client.post("/hooks/google", headers=headers)
        took.append(time.monotonic() - began)
    assert min(took) >= 0.25


def test_the_same_message_a_hundred_times_is_taken_each_time(client: httpx.Client, service: Remembering) -> None:
    """Marking twice is harmless, so nothing is told apart here."""
    assert {send(client, "/hooks/google").status_code for _ in range(5)} == {202}
    assert len(service.marked) == 5


# --- Graph's handshake


@pytest.mark.parametrize(
    "token",
    [
        "Validation: Testing client application reachability for subscription Request-Id: 1a",
        "<script>alert(1)</script>",
        "a+b&c=d%41",
        "{{7*7}} %s {0.__class__}",
        "žluťoučký kůň",
    ],
)
def test_graph_gets_its_token_back_as_plain_text(client: httpx.Client, service: Remembering, token: str) -> None:
    """Decoded, and never as a page, whatever stands in it."""
    answer = client.post(
        f"/hooks/graph?validationToken={quote(token, safe='')}", headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.text) == (200, token)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert service.bodies == []


@pytest.mark.parametrize(
    "query", ["=%00", "=a%0d%0aSet-Cookie:b", "=%1b[31m", "=a&validationToken=b", f"={'a' * 2001}"]
)
def test_what_can_be_no_token_is_not_repeated(client: httpx.Client, query: str) -> None:
    """Control characters, two of them, or a long one."""
    answer = client.post(f"/hooks/graph?validationToken{query}")
    assert (answer.status_code, answer.content) == (400, b"")


def test_a_token_in_another_request_is_not_repeated(client: httpx.Client) -> None:
    """The handshake is a POST."""
    answer = client.get("/hooks/graph?validationToken=abc")
    assert answer.status_code == 405
    assert "abc" not in answer.text


# --- bodies


@pytest.mark.parametrize("door", TOLD)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b"\xff\xfe\x00",
        json.dumps({"value": [{}] * 10_000}).encode(),
        b"[" * 100_000,
        b"a" * 1_000_000,
    ],
    ids=["empty", "null", "cut", "bytes", "many", "deep", "largest"],
)
def test_a_body_of_any_kind_is_handed_on(client: httpx.Client, service: Remembering, door: str, body: bytes) -> None:
    """What it means is the connector's to say; of Google's nothing is read at all."""
    assert client.post(door, content=body).status_code == 202
    assert service.bodies == ([body] if door == "/hooks/graph" else [])


@pytest.mark.parametrize("door", TOLD)
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "streamed"])
def test_a_body_of_100_mb_is_cut(client: httpx.Client, service: Remembering, door: str, is_told: bool) -> None:
    """Whether its length is told before or not."""

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 1_000_000

    headers = {"Content-Length": "100000000"} if is_told else {}
    answer = client.post(door, content=chunks(), headers=headers)
    assert (answer.status_code, answer.content) == (413, b"")
    assert (service.bodies, service.strangers) == ([], 0)
    assert send(client, door).status_code == 202


def test_large_bodies_at_once_are_bounded_together(
    url: str, service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be more memory than all may hold is to be sent again, and room comes back."""
    monkeypatch.setattr(doors, "HELD", 500_000)
    with httpx.Client(base_url=url, trust_env=False) as client:
        assert client.post("/hooks/graph", content=b"a" * 600_000).status_code == 503
        assert client.post("/hooks/graph", content=b"a" * 400_000).status_code == 202
        assert client.post("/hooks/graph", content=b"a" * 400_000).status_code == 202


# --- load


def test_too_many_at_once_are_turned_away_at_once(url: str, service: Remembering) -> None:
    """Those inside are few; the others hear 503 while these still wait, and all who are inside get their answer."""
    gate = threading.Event()
    service.before = lambda: gate.wait(10)
    answers: list[int] = []
    over = 10

    def ask() -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            answers.append(send(client, "/hooks/google").status_code)

    asking = [threading.Thread(target=ask) for _ in range(admission.MOST + over)]
    for each in asking:
        each.start()
    end = time.monotonic() + 8
    while len(answers) < over and time.monotonic() < end:
        time.sleep(0.01)
    assert answers == [503] * over
    assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    gate.set()
    for each in asking:
        each.join()
    assert sorted(answers) == [202] * admission.MOST + [503] * over


def send_until_taken(client: httpx.Client) -> int:
    """As a provider does."""
    for _ in range(100):
        if (status := send(client, "/hooks/google").status_code) != 503:
            return status
        time.sleep(0.02)
    return 503


def test_what_takes_too_long_is_to_be_sent_again(
    client: httpx.Client, service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that waits for seconds slows its messages down, or gives us up; what was begun may still be done."""
    monkeypatch.setattr(admission, "SECONDS", 0.1)
    gate = threading.Event()
    service.before = lambda: gate.wait(10)
    assert send(client, "/hooks/google").status_code == 503
    gate.set()
    service.before = lambda: None
    monkeypatch.setattr(admission, "SECONDS", 10.0)
    assert send_until_taken(client) == 202
