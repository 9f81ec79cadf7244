"""What a group allows Rondo to change by itself."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What becomes of a repair: it is made, announced, and can be undone; or it waits for somebody's word."""

    AUTO = "auto"
    SUGGEST = "suggest"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRules:
    """Beyond these limits a repair becomes a proposal.

    `most_a_month`: automatic moves of one series in 30 days; `most_of_one`: of one session ever; and at most one of a
    session a day.
    """

    mode: Mode = Mode.AUTO
    most_a_month: int = 1
    most_of_one: int = 2
