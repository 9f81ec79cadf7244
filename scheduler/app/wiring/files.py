"""Calendar files that somebody names, without a programme around them."""

from collections.abc import Sequence
from pathlib import Path

from connectors.collection import read_collection
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval


def read_files(files: Sequence[Path], *, zone: str, window: Interval) -> FreeBusy:
    """Their free/busy as one collection. Raises Unavailable, InputError."""
    return read_collection(files, zone=zone, window=window)
