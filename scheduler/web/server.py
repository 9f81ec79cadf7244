"""uvicorn with limits against callers who are slow, many, or talk nonsense; in a thread, so that signals stay ours."""

import asyncio
import ipaddress
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from scheduler.errors import InputError, Unavailable

REQUEST_SECONDS = 10.0  # for a whole request to arrive
CONNECTIONS = 1_000
STOP_SECONDS = 5
SWITCH_SECONDS = 0.0005  # threads that calculate hold up the one that answers no longer; 5 ms each is Python's default


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0: any that is free. Raises InputError."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server((str(where[0]), int(where[1])), family=family)
    except (OSError, UnicodeError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise InputError(why.partition(" (while ")[0], where=f"{host}:{port}") from None
    # asyncio does this for sockets that it made itself: without, half of an answer waits 40 ms for the other's receipt
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(listening: socket.socket) -> str:
    """Where a socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ipaddress.ip_address(host).version == 6 else f"http://{host}:{port}"


@contextmanager
def serving(app: FastAPI, listening: socket.socket, *, ended: Callable[[], object]) -> Iterator[None]:
    """Answer on a socket as long as the block lasts; `ended` is called should it end by itself. Raises Unavailable."""
    config = uvicorn.Config(
        app,
        http=Hasty,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = uvicorn.Server(config)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)

    def run() -> None:
        try:
            server.run([listening])
        finally:
            ended()

    thread = threading.Thread(target=run, name="web")
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise Unavailable("the web server did not start.")
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
        sys.setswitchinterval(before)


class Hasty(H11Protocol):
    """HTTP where each request has to arrive whole, headers and body, within a time, however busily it drips."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Somebody is there; nothing may come of it."""
        super().connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        """The last bytes of a request end its time."""
        super().data_received(data)
        self._end_if_whole()

    def on_response_complete(self) -> None:
        """The next request's time begins; a part of it may be there already."""
        self._end()
        self._begin()
        super().on_response_complete()
        self._end_if_whole()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _end_if_whole(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._end()

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
