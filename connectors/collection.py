"""Calendar files that somebody names, wherever they are; apart from the ports, so that it loads in a moment."""

from collections.abc import Sequence
from pathlib import Path

from connectors._ical.files import read_file
from connectors._ical.guard import read_guarded
from scheduler.core.freebusy import FreeBusy, ReadWarning
from scheduler.core.icaltime import shown
from scheduler.core.interval import Interval
from scheduler.errors import Unavailable


def read_collection(paths: Sequence[Path], *, zone: str, window: Interval) -> FreeBusy:
    """What several files say that are one calendar, sharing UIDs and time zones, wherever they are.

    A file that can't be opened is a warning, and leaves `complete` False. Raises Unavailable where none can.
    """
    texts, lost = [], []
    for path in paths:
        try:
            texts.append(read_file(path))
        except Unavailable as error:
            lost.append(ReadWarning(f"{shown(path.name)}: {error}"))
    if not texts:
        raise Unavailable(" ".join(map(str, lost)) or "There is no file to read.")
    try:
        found = read_guarded(texts, zone=zone, window=window).free_busy(lambda uid: False)
    except Unavailable as error:
        raise Unavailable(f"{', '.join(shown(path.name) for path in paths)}: {error}") from None
    return FreeBusy(found.busy, found.unavailable, found.complete and not lost, (*lost, *found.warnings))
