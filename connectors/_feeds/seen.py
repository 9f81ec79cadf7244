"""What was seen of a feed at its last good reading: the token of its answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version

from pydantic import TypeAdapter

from scheduler.core.interval import Interval
from scheduler.ports import Asked

STAMP = re.compile(rb"^DTSTAMP[;:].*\n?", re.MULTILINE | re.IGNORECASE)
EVENT = re.compile(rb"^BEGIN:VEVENT", re.MULTILINE | re.IGNORECASE)
VISIBLE = re.compile(r"[ -~]*")
LONGEST = 256
FORM = 1  # grows when what we read out of the same text changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A feed's validators (RFC 9110, 8.8), the digest and size of its text, and the question that it answered.

    `doubted` is the digest of a text that came since, and had lost too much to be believed at once.
    """

    etag: str = ""
    modified: str = ""
    digest: str = ""
    size: int = 0
    events: int = 0
    fits: str = ""
    doubted: str = ""

    @property
    def token(self) -> str:
        """As text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def conditions(self) -> Mapping[str, str]:
        """Headers with which a server need not send the same again."""
        sent = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in sent.items() if value}

    def doubts(self, new: "Seen") -> bool:
        """Whether a new text has lost so much that it may be a fault of the server; the same one twice is believed."""
        if new.digest in (self.digest, self.doubted):
            return False
        return 2 * new.size < self.size or (self.events > 0 and new.events == 0)


_SEEN = TypeAdapter(Seen)


def seen_in(token: str) -> Seen:
    """What a token says; nothing where it is none of ours."""
    try:
        return _SEEN.validate_json(token, strict=True) if token else Seen()
    except ValueError:
        return Seen()


def seen_of(text: bytes, headers: Mapping[str, str]) -> Seen:
    """What is to be remembered of a text: not when it was made, which some servers write into every event."""
    return Seen(
        etag=_echoed(headers.get("etag", "")),
        modified=_echoed(headers.get("last-modified", "")),
        digest=sha256(STAMP.sub(b"", text)).hexdigest(),
        size=len(text),
        events=len(EVENT.findall(text)),
    )


def _echoed(validator: str) -> str:
    """A validator that can be sent back as it came; nothing in place of any other."""
    return validator if len(validator) <= LONGEST and VISIBLE.fullmatch(validator) else ""


def question(asked: Asked, window: Interval) -> str:
    """A digest of all that an answer depends on beside the text."""
    parts = [asked.calendar, asked.zone, sorted(asked.own.uids), window.seconds, version("tzdata"), FORM]
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]
