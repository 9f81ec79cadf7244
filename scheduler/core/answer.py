"""What somebody said of one session: an answer to where it stands, and no longer one once it stands elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Said(StrEnum):
    """Whether they come."""

    COMES = "comes"
    AWAY = "away"  # not then; whoever has to be there asked for something else


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of a person to session `session` (0 is the first) of a group, as it stood at `start`."""

    group: str
    session: int
    person: str
    start: datetime
    said: Said
    at: datetime
