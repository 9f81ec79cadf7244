"""What was read of calendars: when somebody is busy, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from sqlalchemy import delete, select, true
from sqlalchemy.engine import RowMapping

from scheduler.core.freebusy import CalendarCopy, FreeBusy, ReadWarning
from scheduler.core.interval import Intervals, as_intervals
from scheduler.store.rows import Rows, instant, seconds
from scheduler.store.tables import calendar_copy as table


class Copies(Rows):
    """The part of the Store port that holds copies of calendars; see ports.Store for what each promises."""

    def copies(self, *people: str) -> Mapping[tuple[str, str], CalendarCopy]:
        """Every calendar that was ever read or tried, by person and calendar; of these people, or of all."""
        theirs = table.c.person.in_(people) if people else true()
        rows = self._read(select(table).where(self._of(table), theirs))
        return {(row["person"], row["calendar"]): _copy(row) for row in rows}

    def keep_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of all that was held: calendars that are no longer listed are forgotten."""
        with self._alone() as connection:
            connection.execute(delete(table).where(self._of(table)))
            self._add(connection, table, [_row(copy) for copy in copies])

    def renew_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of what was held of the same calendars; the others stay."""
        with self._alone() as connection:
            for copy in copies:
                same = (table.c.person == copy.person) & (table.c.calendar == copy.calendar)
                connection.execute(delete(table).where(self._of(table), same))
            self._add(connection, table, [_row(copy) for copy in copies])


def _row(copy: CalendarCopy) -> dict[str, Any]:
    known = copy.free_busy or FreeBusy()
    return {
        "person": copy.person,
        "calendar": copy.calendar,
        "tried_at": seconds(copy.tried_at),
        "error": copy.error,
        "read_at": copy.read_at and seconds(copy.read_at),
        "complete": known.complete,
        "busy": _packed(known.busy),
        "unavailable": _packed(known.unavailable),
        "warnings": json.dumps([[warning.what, warning.uid, warning.line] for warning in known.warnings]),
        "tzdata": version("tzdata"),
        "token": copy.token,
    }


def _copy(row: RowMapping) -> CalendarCopy:
    known = FreeBusy(
        busy=_unpacked(row["busy"]),
        unavailable=_unpacked(row["unavailable"]),
        complete=row["complete"],
        warnings=tuple(ReadWarning(*parts) for parts in json.loads(row["warnings"])),
    )
    read = row["read_at"] is not None
    return CalendarCopy(
        person=row["person"],
        calendar=row["calendar"],
        tried_at=instant(row["tried_at"]),
        error=row["error"],
        read_at=instant(row["read_at"]) if read else None,
        free_busy=known if read else None,
        token=row["token"] or "",
    )


def _packed(intervals: Intervals) -> str:
    return json.dumps(intervals.ravel().tolist())


def _unpacked(text: str) -> Intervals:
    return as_intervals(json.loads(text))
