"""What people said of single sessions."""

from sqlalchemy import ColumnElement, delete, select

from scheduler.core.answer import Answer, Said
from scheduler.store.rows import Rows, instant, seconds
from scheduler.store.web_tables import answer as table


class SqlAnswers(Rows):
    """The answers of a programme. Every method raises Unavailable where the database fails."""

    def all(self, person: str = "") -> tuple[Answer, ...]:
        """Everybody's, or those of one person."""
        theirs = [table.c.person == person] if person else []
        return tuple(
            Answer(
                group=row["group"],
                session=row["session"],
                person=row["person"],
                start=instant(row["start"]),
                said=Said(row["said"]),
                at=instant(row["at"]),
            )
            for row in self._read(select(table).where(self._of(table), *theirs))
        )

    def keep(self, answer: Answer) -> None:
        """Take an answer in the place of an earlier one of the same person to the same session."""
        row = {
            "group": answer.group,
            "session": answer.session,
            "person": answer.person,
            "start": seconds(answer.start),
            "said": str(answer.said),
            "at": seconds(answer.at),
        }
        with self._alone() as connection:
            connection.execute(delete(table).where(self._is(answer.group, answer.session, answer.person)))
            self._add(connection, table, [row])

    def forget(self, group: str, session: int, person: str) -> None:
        """Take an answer back."""
        with self._alone() as connection:
            connection.execute(delete(table).where(self._is(group, session, person)))

    def _is(self, group: str, session: int, person: str) -> ColumnElement[bool]:
        return self._of(table) & (table.c.group == group) & (table.c.session == session) & (table.c.person == person)
