"""What people are told: at most once for each decision and receiver."""

from dataclasses import dataclass
from enum import StrEnum


class NoticeState(StrEnum):
    """How far a notice came. One that was begun and never ended may be missing: it is shown, and never sent again."""

    OWED = "owed"
    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to one person (`person`, by mail to `address`) or to a service (`person` is empty, `address` is an
    Apprise address's label, never the address itself). `key`: the decision (or digest) and the receiver."""

    key: str
    decision: str
    person: str
    address: str
    subject: str
    text: str
    state: NoticeState = NoticeState.OWED
