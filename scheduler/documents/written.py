"""What came of writing to calendars."""

from typing import Any

from scheduler.delivering import Written


def outcome_document(written: Written) -> dict[str, Any]:
    """What failed, what is late, and what stands otherwise than planned."""
    return {
        "written": written.events,
        "channels": [str(channel) for channel in written.channels],
        "failed": [
            {"group": event.group, "place": str(place), "error": str(fault)}
            for event, outcome in written.outcomes
            for place, fault in outcome.failed
        ],
        "late": [
            {"group": event.group, "place": str(place)} for event, outcome in written.outcomes for place in outcome.late
        ],
        "differences": [
            {"group": event.group, "place": str(place), "difference": told}
            for event, outcome in written.outcomes
            for place, told in outcome.differences
        ],
    }
