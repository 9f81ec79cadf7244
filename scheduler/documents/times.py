"""The best recurring times of a few people."""

from collections.abc import Sequence
from typing import Any

from scheduler.app.planning.times import TimeOption
from scheduler.core.plan import Status
from scheduler.core.words import dates_in_words, place
from scheduler.documents.moments import instant


def slots_document(options: Sequence[TimeOption]) -> dict[str, Any]:
    """Options, best first, with every date of each."""
    return {"schema": "rondo/slots/1", "slots": [_option(option) for option in options]}


def story(option: TimeOption) -> list[str]:
    """What the clocks do, what stands in the way, and which dates move or have no time."""
    lines = [f"clocks in {place(clock.zone)}: {shift}" for clock in option.zones for shift in clock.shifts]
    lines += option.reasons
    for status, words in (
        (Status.MOVED, "another time is kept in the week of"),
        (Status.SKIPPED, "no time in the week of"),
    ):
        days = option.dates(status)
        lines += [f"{words} {dates_in_words(days)}"] if days else []
    return lines or [f"free for both on all {len(option.cells)} dates"]


def _option(option: TimeOption) -> dict[str, Any]:
    return {
        "local": {clock.person: str(clock.usual) for clock in option.clocks},
        "anchor_zone": option.anchor,
        "holds": option.count(Status.HELD),
        "moves": option.count(Status.MOVED),
        "none": option.count(Status.SKIPPED),
        "outside_minutes": option.outside,
        "sessions": [
            {"start": instant(cell.start or cell.regular), "status": str(cell.status)} for cell in option.cells
        ],
        "why": story(option),
    }
