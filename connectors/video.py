"""Video rooms: each is an address, and none needs a call to anybody; implements `scheduler.ports.Conferencing`.

A Jitsi room has no lock but its name: whoever knows it is in. So the name is a secret of its own for each group, of
at least 128 bits, and says nothing of who meets there.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from json import dumps
from urllib.parse import urlsplit

from scheduler.core.suggest import quoted
from scheduler.errors import InputError

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*(?::\d{{1,5}})?", re.IGNORECASE | re.ASCII)
NO_URI = re.compile(r"[^!-~]|[\"<>\\^`{|}]")  # beyond these, RFC 3986 knows no sign that stands for itself
NAME_LENGTH = 26  # signs of five bits
LEAST_SECRET = 16


class JitsiRooms:
    """A room of its own for each group on a Jitsi server; the same for as long as the secret is.

    `secret`: random bytes, kept by the caller. Raises InputError for what is no host, ValueError for a short secret.
    """

    def __init__(self, host: str, secret: bytes) -> None:
        if not HOST.fullmatch(host):
            raise InputError(f"{quoted(host)} is no host of video rooms.", hint="Write it like meet.example.org.")
        if len(secret) < LEAST_SECRET:
            raise ValueError("a short secret makes rooms that can be guessed")
        self._host, self._secret = host, secret

    def room(self, programme: str, group: str) -> str:
        """The address of a group's room."""
        digest = hmac.digest(self._secret, dumps([programme, group]).encode(), "sha256")
        return f"https://{self._host}/{b32encode(digest).decode().lower()[:NAME_LENGTH]}"


@dataclass(frozen=True, slots=True)
class FixedRoom:
    """One address for every group. Raises InputError for what is no https address."""

    url: str

    def __post_init__(self) -> None:
        if not _is_https(self.url):
            raise InputError(f"{quoted(self.url)} is no address.", hint="Write it like https://meet.example.org/room.")

    def room(self, programme: str, group: str) -> str:
        """The address."""
        return self.url


class NoVideo:
    """No rooms at all."""

    def room(self, programme: str, group: str) -> str:
        """Nothing."""
        return ""


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and HOST.fullmatch(parts.netloc) is not None and not NO_URI.search(url)
