"""The server against callers who are slow, many, or talk nonsense: others are served, and nobody crashes it."""

import socket
import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from scheduler.errors import InputError
from scheduler.web import address, application, listen, server, serving
from tests.web.conftest import SECRET, Remembering, channel, doors, raw

GOOD = (
    b"POST /hooks/google HTTP/1.1\r\nHost: x\r\nX-Goog-Channel-Id: ours\r\nX-Goog-Channel-Token: "
    + SECRET.encode()
    + b"\r\nX-Goog-Message-Number: 7\r\n"
)
CUT = (ConnectionResetError, BrokenPipeError)


def status(answer: bytes) -> bytes:
    """The status of the first answer; empty where the connection was closed without one."""
    return answer.split(b" ")[1] if answer else b""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request has a fraction of a second to arrive."""
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.3)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\n",
        GOOD + b"Content-Length: 10\r\n\r\n12345",
        GOOD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n123",
        GOOD + b"Content-Length: 0\r\n\r\n" + GOOD + b"Content-Length: 10\r\n\r\n1",
    ],
    ids=["nothing", "half of the headers", "half of the body", "half of a chunk", "half of a second request"],
)
def test_a_request_that_does_not_come_to_its_end_is_cut(
    hasty: None, url: str, service: Remembering, sent: bytes
) -> None:
    """A connection can't be held by saying nothing more."""
    began = time.monotonic()
    raw(url, sent)
    assert time.monotonic() - began < 8
    assert len(service.marked) == sent.count(b"Length: 0")
    assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    "begin",
    [b"GET /healthz HTTP/1.1\r\nHost: x\r\n", GOOD + b"Content-Length: 1000\r\n\r\n"],
    ids=["headers", "body"],
)
def test_a_request_that_drips_is_cut(hasty: None, url: str, service: Remembering, begin: bytes) -> None:
    """A byte now and then does not lengthen its time."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection, pytest.raises(CUT):  # noqa: PT012  # the loop is what raises it
        connection.sendall(begin)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            connection.sendall(b"a")
            time.sleep(0.02)
    assert service.marked == []


def test_many_slow_callers_keep_nobody_out(url: str, service: Remembering) -> None:
    """Two hundred that never finish, and others are answered beside them."""
    host, port = url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for _ in range(200):
            slow = stack.enter_context(socket.create_connection((host, int(port)), timeout=5))
            slow.sendall(GOOD)
        assert httpx.post(f"{url}/hooks/google", headers=channel(), trust_env=False).status_code == 202
        assert httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    assert service.marked == ["7"]


def test_more_connections_than_it_holds_are_turned_away(service: Remembering, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 503, which ends them; afterwards there is room again."""
    monkeypatch.setattr(server, "CONNECTIONS", 5)
    with doors(service) as url:
        host, port = url.removeprefix("http://").split(":")
        with ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(socket.create_connection((host, int(port)), timeout=5))
            assert until(f"{url}/healthz", 503) == 503
        assert until(f"{url}/healthz", 200) == 200


def until(url: str, wanted: int) -> int:
    """The status that somebody gets there in the end."""
    end = time.monotonic() + 5
    while (found := httpx.get(url, trust_env=False).status_code) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    return found


NONSENSE = {
    "an endless header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a hundred thousand headers": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 100_000 + b"\r\n",
    "an endless path": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    "the next HTTP": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a negative length": GOOD + b"Content-Length: -1\r\n\r\n",
    "a length that is none": GOOD + b"Content-Length: 1e3\r\n\r\n",
    "two lengths": GOOD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    "a chunk of no size": GOOD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a chunk of all sizes": GOOD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\nabc\r\n",
    "another encoding": GOOD + b"Transfer-Encoding: gzip\r\n\r\nabc",
    "two encodings": GOOD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a blank before the colon": GOOD + b"Content-Length : 5\r\n\r\n12345",
    "a bare carriage return": GOOD + b"X: a\rb\r\n\r\n",
    "a zero": GOOD + b"X: a\x00b\r\n\r\n",
}


@pytest.mark.parametrize("sent", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused(hasty: None, url: str, service: Remembering, sent: bytes) -> None:
    """As a bad request, or by closing the connection; nothing is taken from it, and the next caller is served."""
    assert status(raw(url, sent)) in (b"", b"400", b"404", b"501")
    assert (service.marked, service.bodies) == ([], [])
    assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200


SMUGGLED = b"POST /hooks/graph HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nsmuggled"


@pytest.mark.parametrize(
    "sent",
    [
        GOOD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (len(SMUGGLED) + 5) + SMUGGLED,
        GOOD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + SMUGGLED + b"\r\n0\r\n\r\n",
        GOOD + b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
        GOOD + b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
        GOOD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
        GOOD + b"Content-Length: +%d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    ],
    ids=["length and chunks", "chunks and length", "blank", "unknown encoding", "two lengths", "plus"],
)
def test_no_request_hides_in_another(hasty: None, url: str, service: Remembering, sent: bytes) -> None:
    """Where two readers could see different ends of a request there is one answer at most, and nothing is smuggled."""
    answer = raw(url, sent)
    assert b"smuggled" not in b"".join(service.bodies)
    assert answer.count(b"HTTP/1.1") <= 1


def test_a_thousand_requests_break_nothing(url: str, service: Remembering) -> None:
    """Each is taken or turned away, and afterwards all is as before."""
    statuses: list[int] = []

    def ask(client: httpx.Client) -> None:
        statuses.extend(client.post("/hooks/google", headers=channel()).status_code for _ in range(20))

    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=30)) for _ in range(50)]
        asking = [threading.Thread(target=ask, args=(client,)) for client in clients]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    assert len(statuses) == 1_000
    assert set(statuses) <= {202, 503}
    assert statuses.count(202) <= len(service.marked)  # what was answered too late may have been written down
    assert httpx.post(f"{url}/hooks/google", headers=channel(), trust_env=False).status_code == 202


# --- where it listens


def test_it_listens_at_any_port_that_is_free() -> None:
    """Port 0 asks for one, and the address names it."""
    with listen("127.0.0.1", 0) as listening:
        assert address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_an_address_of_six_parts_stands_in_brackets() -> None:
    """RFC 3986."""
    try:
        listening = listen("::1", 0)
    except InputError:
        pytest.skip("this machine has no IPv6: enable it on the loopback interface")
    with listening:
        assert address(listening) == f"http://[::1]:{listening.getsockname()[1]}"


@pytest.mark.parametrize("host", ["nobody.invalid", "256.0.0.1", "a" * 300, "\udc80", "192.0.2.1"])
def test_where_nobody_can_listen_is_told(host: str) -> None:
    """In one line, which names the address."""
    with pytest.raises(InputError, match=r":0: ") as error:
        listen(host, 0)
    assert "\n" not in str(error.value)


def test_a_port_that_is_taken_is_told() -> None:
    """As anything else that is in the way."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(InputError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


# --- how it ends


@pytest.fixture
def ended() -> list[str]:
    """What is told when a server ends."""
    return []


def test_who_is_being_answered_gets_the_answer_before_it_ends(service: Remembering, ended: list[str]) -> None:
    """A message that was taken is answered."""
    inside, gate, answers = threading.Event(), threading.Event(), list[int]()

    def write() -> None:
        inside.set()
        gate.wait(5)

    service.before = write
    listening = listen("127.0.0.1", 0)
    url = address(listening)
    with serving(application(service), listening, ended=lambda: ended.append("ended")):
        asking = threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{url}/hooks/google", headers=channel(), trust_env=False).status_code
            )
        )
        asking.start()
        assert inside.wait(20)
        gate.set()
    asking.join()
    assert (answers, ended) == ([202], ["ended"])


def test_who_never_finishes_does_not_hold_it_up(service: Remembering, ended: list[str]) -> None:
    """It ends within seconds, whoever is still connected."""
    listening = listen("127.0.0.1", 0)
    host, port = listening.getsockname()
    began = time.monotonic()
    with (
        serving(application(service), listening, ended=lambda: ended.append("ended")),
        socket.create_connection((host, port)) as slow,
    ):
        slow.sendall(GOOD)
    assert time.monotonic() - began < server.STOP_SECONDS
    assert ended == ["ended"]
