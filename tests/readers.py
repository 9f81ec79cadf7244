"""Readers of calendar files by other hands, for what we publish: recurring-ical-events, and ical.js under node."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import recurring_ical_events

Span = tuple[datetime, datetime]
SCRIPT = Path(__file__).parent / "doubles" / "icaljs_expand.mjs"
WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC))


def expanded_in_python(calendar: bytes) -> list[Span]:
    """Start and end of every occurrence that is not cancelled, sorted: by recurring-ical-events."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(calendar)).between(*WINDOW)
    live = (event for event in found if event.get("STATUS") != "CANCELLED")
    return sorted((event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)) for event in live)


class IcalJs:
    """ical.js in one node process; it knows no zones but those of the file."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def expanded(self, calendar: bytes) -> list[Span]:
        """Start and end of every occurrence that is not cancelled, sorted."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(calendar.decode()) + "\n")
        self._process.stdin.flush()
        spans = json.loads(self._process.stdout.readline())
        return sorted((_instant(start), _instant(end)) for start, end in spans)


@contextmanager
def running_icaljs(folder: Path) -> Iterator[IcalJs]:
    """A node process in a folder where `import "ical.js"` works."""
    command = ["node", "--input-type=module", "--eval", SCRIPT.read_text()]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        yield IcalJs(process)
        assert process.stdin is not None
        process.stdin.close()


def _instant(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
