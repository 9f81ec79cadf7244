"""iCalendar files as calendars. The files are strangers' work, and are read in a process of their own."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors._ical.files import read_below
from connectors._ical.guard import read_guarded
from scheduler.core.interval import Interval
from scheduler.errors import RondoError
from scheduler.ports import Answer, Asked

AT_ONCE = min(4, os.cpu_count() or 1)  # each waits for a process that reads, and has a second and a half for it


class IcsFiles:
    """The calendar files below a folder (a CalendarReader); a calendar is named by its path from there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """What each file says; Unavailable, or InputError where a path leads out of the folder, is its answer."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda each: self._answer(each, window), asked))

    def _answer(self, asked: Asked, window: Interval) -> Answer:
        try:
            reading = read_guarded([read_below(self._root, asked.calendar)], zone=asked.zone, window=window)
        except RondoError as fault:
            return Answer(error=fault)
        return Answer(free_busy=reading.free_busy(asked.own.uids.__contains__))
