"""Servers that speak no proper http: the guard ends in time, in words, and without a traceback."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from connectors._http.guard import fetch, guarded_client
from connectors._http.retry import Later
from scheduler.errors import RondoError, Unavailable

Answer = Callable[[socket.socket], None]
SECONDS = 0.3
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def _serving(answer: Answer) -> Iterator[int]:
    """A server that answers every connection in its own way; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        if not over.is_set():
                            answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        try:
            yield port
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                pass
            thread.join(10)


def _dripped(begin: bytes, again: bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(begin)
        while True:
            connection.sendall(again)
            time.sleep(0.01)

    return answer


def _said(text: bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(text)

    return answer


def _silent(connection: socket.socket) -> None:
    while connection.recv(10_000):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        _silent,
        _dripped(b"", b" "),
        _dripped(OK + b"X-Long: ", b"x"),
        _dripped(OK + b"X-A: b\r\n", b"X-A: b\r\n"),
        _dripped(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        _dripped(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        _dripped(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        _dripped(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        _dripped(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        _dripped(
            OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", b"\x00\x00\x00\xff\xff"
        ),
    ],
    ids=["silent", "blanks", "header", "headers", "continue", "hints", "chunks", "length", "body", "packed"],
)
def test_whoever_drips_is_left_when_the_time_is_over(answer: Answer) -> None:
    """Wherever the drip is: one limit holds for the whole answer, not for each read."""
    with _serving(answer) as port, guarded_client(allow=["127.0.0.1"]) as client:
        began = time.monotonic()
        with pytest.raises((Later, Unavailable)):
            fetch(client, f"http://127.0.0.1:{port}/", seconds=SECONDS)
        assert time.monotonic() - began < SECONDS + 1


def test_a_silent_handshake_ends_with_the_time() -> None:
    """TLS that never comes."""
    with _serving(_silent) as port, guarded_client(allow=["127.0.0.1"]) as client:
        began = time.monotonic()
        with pytest.raises(Later, match="more than"):
            fetch(client, f"https://127.0.0.1:{port}/", seconds=SECONDS)
        assert time.monotonic() - began < SECONDS + 1


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200\x00 OK\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        OK + b"Content-Length: -5\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        OK + b"Bad Header\r\n\r\n",
        OK + b": nameless\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe://\x80\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
    ids=lambda said: repr(said.removeprefix(OK)[:32]),
)
def test_what_is_no_http_is_an_error(said: bytes) -> None:
    """One of ours, of one line, which repeats nothing of it."""
    with _serving(_said(said)) as port, guarded_client(allow=["127.0.0.1"]) as client:
        with pytest.raises((RondoError, Later)) as caught:
            fetch(client, f"http://127.0.0.1:{port}/", seconds=5)
        assert len(str(caught.value).splitlines()) == 1
        assert caught.value.__cause__ is None


def test_a_text_that_ends_with_its_connection_is_whole() -> None:
    """HTTP/1.0 without a length: only the text itself can tell."""
    with _serving(_said(b"HTTP/1.0 200 OK\r\n\r\nabc")) as port, guarded_client(allow=["127.0.0.1"]) as client:
        assert fetch(client, f"http://127.0.0.1:{port}/").body == b"abc"
