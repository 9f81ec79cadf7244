"""Connections that are made only to addresses that were checked, and that end at an instant.

A name may lead elsewhere each time it is looked up. So it is looked up once, every address that it has is checked, and
the connection is made to one of these and to no name; TLS still asks for the name's certificate.

Where httpcore passes a timeout on, this network is given an instant of the monotonic clock: a timeout a read would let
an answer that comes byte by byte go on for hours.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from connectors._http.addresses import Address, Allowed
from scheduler.errors import Unavailable

Resolve = Callable[[str, int, float], Sequence[Address]]
"""The addresses of a host, for a port, found within so many seconds. Raises Unavailable, httpcore.ConnectError."""

SocketOption = Any  # httpcore's own type for it is private
UNKNOWN = (socket.EAI_NONAME, socket.EAI_NODATA)


def addresses_of(host: str, port: int, seconds: float) -> Sequence[Address]:
    """The addresses that the system's resolver knows; it takes no limit of time, so it is asked by another thread."""
    answers: SimpleQueue[list[Address] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([ip_address(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as fault:
            answers.put(fault)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout("no answer of the resolver") from None
    if isinstance(answer, UnicodeError) or (isinstance(answer, socket.gaierror) and answer.errno in UNKNOWN):
        raise Unavailable(f"There is no server called {host}.")
    if isinstance(answer, OSError):
        raise httpcore.ConnectError("no answer of the resolver")
    return answer


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to what is allowed and to nothing else."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._allowed, self._resolve, self._network = allowed, resolve, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to an address of the host. Raises Unavailable where any of its addresses is not allowed."""
        addresses = tuple(dict.fromkeys(self._resolve(host, port, _left(timeout))))
        if not addresses:
            raise Unavailable(f"There is no server called {host}.")
        if not all(self._allowed.reaches(host, port, each) for each in addresses):
            raise Unavailable(
                f"{host} leads into a network that is not public; outbound.allow can name what is allowed."
            )
        fault: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses:
            try:
                stream = self._network.connect_tcp(str(address), port, timeout=_left(timeout))
                return _EndingStream(stream, host)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                fault = refused
        raise fault or httpcore.ConnectError("no connection")


class _EndingStream(httpcore.NetworkStream):
    """A stream whose reads and writes all end at the instant that is given as their timeout."""

    def __init__(self, stream: httpcore.NetworkStream, host: str) -> None:
        self._stream, self._host = stream, host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            return _EndingStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)), self._host)
        except httpcore.ConnectError as fault:
            if isinstance(fault.__cause__, ssl.SSLCertVerificationError):
                raise Unavailable(f"The certificate of {self._host} is not valid.") from None
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float | None) -> float:
    """Seconds until an instant; a network without an end is a mistake of ours."""
    if until is None:
        raise ValueError("a call without an end")
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left
