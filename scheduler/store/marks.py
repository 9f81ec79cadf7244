"""Which calendars are to be read: those that are told to have changed, and those that nobody read for long.

Being told only counts up `dirty_seq`; reading sets `synced_seq` to what was counted before it began. So a change that
comes while a calendar is being read leaves it to be read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, select, union, update

from scheduler.core.notice import NoticeState
from scheduler.store.outbox import due_by
from scheduler.store.rows import changing, seconds
from scheduler.store.tables import calendar_mark as table
from scheduler.store.tables import notice, outbound_write


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A calendar that is to be read, and how often it was told to have changed until now."""

    person: str
    calendar: str
    dirty_seq: int


class SqlMarks:
    """Marks by programme, person and calendar. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine, longest: timedelta = timedelta(days=1)) -> None:
        """`longest`: from one reading to the next; what is due later than that was noted before a clock went back."""
        self._engine, self._longest = engine, longest

    def agree(self, programme: str, calendars: Sequence[tuple[str, str]], at: datetime) -> None:
        """Have marks for exactly these, by person and calendar; new ones are to be read at once."""
        with changing(self._engine, programme) as connection:
            query = select(table.c.person, table.c.calendar).where(table.c.programme == programme)
            held = {(who, what) for who, what in connection.execute(query)}
            for person, calendar in held - set(calendars):
                connection.execute(delete(table).where(_is(programme, person, calendar)))
            new = {"programme": programme, "dirty_seq": 1, "synced_seq": 0, "due_at": seconds(at)}
            rows = [{**new, "person": who, "calendar": what} for who, what in sorted(set(calendars) - held)]
            if rows:
                connection.execute(insert(table), rows)

    def dirty(self, programme: str, person: str = "", calendar: str = "") -> None:
        """Note that calendars changed: those of a programme, or of a person, or one."""
        with changing(self._engine, programme) as connection:
            mine = _is(programme, person, calendar)
            connection.execute(update(table).where(mine).values(dirty_seq=table.c.dirty_seq + 1))

    def due(self, now: datetime) -> tuple[str, ...]:
        """Programmes with a calendar to be read, or an event to be written."""
        query = union(
            select(table.c.programme).where(self._to_be_read(now)),
            select(outbound_write.c.programme).where(due_by(seconds(now))),
        )
        with self._engine.connect() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def telling(self) -> tuple[str, ...]:
        """Programmes of which somebody is owed a notice."""
        query = select(notice.c.programme).where(notice.c.state == str(NoticeState.OWED)).distinct()
        with self._engine.connect() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def of(self, programme: str, now: datetime) -> tuple[Mark, ...]:
        """The calendars of a programme that are to be read."""
        query = select(table.c.person, table.c.calendar, table.c.dirty_seq)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(table.c.programme == programme, self._to_be_read(now)))
            marks = [Mark(person=who, calendar=what, dirty_seq=seq) for who, what, seq in rows]
        return tuple(sorted(marks, key=lambda mark: (mark.person, mark.calendar)))

    def synced(self, programme: str, marks: Sequence[Mark], due_at: datetime) -> None:
        """Note that these were read, as far as they say, and are to be read again at the latest then."""
        with changing(self._engine, programme) as connection:
            for mark in marks:
                mine = _is(programme, mark.person, mark.calendar)
                connection.execute(update(table).where(mine).values(due_at=seconds(due_at)))
                behind = mine & (table.c.synced_seq < mark.dirty_seq)
                connection.execute(update(table).where(behind).values(synced_seq=mark.dirty_seq))

    def _to_be_read(self, now: datetime) -> ColumnElement[bool]:
        due = (table.c.due_at <= seconds(now)) | (table.c.due_at > seconds(now + self._longest))
        return due | (table.c.dirty_seq > table.c.synced_seq)


def _is(programme: str, person: str, calendar: str) -> ColumnElement[bool]:
    """The marks of a programme; of one person, and one calendar, where these are given."""
    given = {table.c.programme: programme, table.c.person: person, table.c.calendar: calendar}
    return and_(*(column == value for column, value in given.items() if value or column is table.c.programme))
