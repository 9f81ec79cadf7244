"""The audit trail, what people are told of it, and the switch that stops all writes of a programme."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.decision import Decision, State, decision_from_json, decision_to_json
from scheduler.core.notice import Notice, NoticeState
from scheduler.core.webhook import happening_of
from scheduler.errors import ChangedElsewhere
from scheduler.store.rows import Row, Rows, seconds
from scheduler.store.tables import decision, notice, programme
from scheduler.store.webhooks import owe_messages

LATER = {State.PROPOSED: set(State) - {State.PROPOSED}, State.DONE: {State.UNDONE}, State.ACCEPTED: {State.UNDONE}}
"""What may become of a decision; of a state that is not here, nothing."""
NO_PROGRAMME: Row = {"name": "", "revision": 0, "stopped": "", "sealed_key": ""}
"""What is known of a programme that has no documents here."""
_NOTICE = TypeAdapter(Notice)
SETTLED = "somebody has decided this before: look at it again."


class Trail(Rows):
    """The part of the Store port that remembers decisions and notices; see ports.Store for what each promises."""

    def decisions(self) -> tuple[Decision, ...]:
        """The audit trail, oldest first."""
        query = select(decision).where(self._of(decision)).order_by(decision.c.position)
        return tuple(_decision(row) for row in self._read(query))

    def note(self, decisions: Sequence[Decision], notices: Sequence[Notice] = ()) -> tuple[Decision, ...]:
        """Add decisions that change no event, and owe notices; answers the decisions that are new."""
        with self._alone() as connection:
            held = self._states(connection, [each.id for each in decisions])
            new = tuple({each.id: each for each in decisions if each.id not in held}.values())
            self._record(connection, new)
            self._owe_notices(connection, notices)
        return new

    def settle(self, id_: str, state: State) -> None:
        """What became of a decision. Raises ChangedElsewhere where a proposal was settled before."""
        with self._alone() as connection:
            before = self._states(connection, [id_]).get(id_)
            if before is None or state not in LATER.get(before, ()):
                raise ChangedElsewhere(SETTLED)
            self._change(connection, id_, {"state": str(state)})
            mine = self._of(decision) & (decision.c.id == id_)
            settled = connection.execute(select(decision).where(mine)).mappings().one()
            self._owe_messages(connection, [_decision(settled)])

    def notices(self) -> tuple[Notice, ...]:
        """All that people were told or are owed, oldest first; without what was forgotten."""
        query = select(notice).where(self._of(notice), notice.c.document != "").order_by(notice.c.position)
        return tuple(_notice(row) for row in self._read(query))

    def begin_notice(self, key: str) -> bool:
        """Note that sending begins; False: it was begun, or ended, before."""
        mine = self._of(notice) & (notice.c.key == key) & (notice.c.state == str(NoticeState.OWED))
        with self._alone() as connection:
            begun = connection.execute(update(notice).where(mine).values(state=str(NoticeState.BEGUN)))
            return begun.rowcount == 1

    def end_notice(self, key: str, state: NoticeState) -> None:
        """Note how sending ended; OWED: it surely was not sent, and is tried again."""
        with self._alone() as connection:
            mine = self._of(notice) & (notice.c.key == key) & (notice.c.document != "")
            connection.execute(update(notice).where(mine).values(state=str(state), ended_at=None))

    def forget_notices(self, before: datetime, now: datetime) -> None:
        """Forget whom those that ended before an instant went to, and what they said; one that is owed stays.

        Their keys stay, or somebody might be told again. The time of an end is that of the first call that saw it.
        """
        ended = self._of(notice) & (notice.c.state != str(NoticeState.OWED))
        with self._alone() as connection:
            new = update(notice).where(ended, notice.c.ended_at.is_(None))
            connection.execute(new.values(ended_at=seconds(now)))
            connection.execute(update(notice).where(ended, notice.c.ended_at < seconds(before)).values(document=""))

    def stopped(self) -> str:
        """Why nothing may be written at the moment; empty: it may."""
        with self._engine.connect() as connection:
            query = select(programme.c.stopped).where(programme.c.id == self.programme)
            return connection.execute(query).scalar() or ""

    def stop(self, why: str) -> None:
        """Let nothing be written until somebody says so; with "" it may be written again."""
        with self._alone() as connection:
            put_stop(connection, self.programme, why)

    def _record(self, connection: Connection, decisions: Sequence[Decision]) -> None:
        """Add decisions; one that is there already and waits gives its place, one that is settled does not.

        Raises ChangedElsewhere for that.
        """
        held, new = self._states(connection, [each.id for each in decisions]), []
        for each in decisions:
            before = held.get(each.id)
            if before is None:
                new.append(each)
            elif before is State.PROPOSED:
                self._change(connection, each.id, _row(each))
            else:
                raise ChangedElsewhere(SETTLED)
        last = self._last(connection, decision)
        rows = [_row(each) | {"position": position} for position, each in enumerate(new, start=last + 1)]
        self._add(connection, decision, rows)
        self._owe_messages(connection, decisions)

    def _owe_messages(self, connection: Connection, decisions: Sequence[Decision]) -> None:
        """Have programs told of decisions, too."""
        owe_messages(connection, self.programme, [each for each in map(happening_of, decisions) if each])

    def _owe_notices(self, connection: Connection, notices: Sequence[Notice]) -> None:
        """Owe notices; those whose key is there already stay as they are."""
        same = notice.c.key.in_([each.key for each in notices])
        held = set(connection.execute(select(notice.c.key).where(self._of(notice), same)).scalars())
        new = {each.key: each for each in notices if each.key not in held}
        last = self._last(connection, notice)
        rows = [
            {
                "key": each.key,
                "position": position,
                "state": str(each.state),
                "document": _NOTICE.dump_json(each).decode(),
            }
            for position, each in enumerate(new.values(), start=last + 1)
        ]
        self._add(connection, notice, rows)

    def _states(self, connection: Connection, ids: Sequence[str]) -> Mapping[str, State]:
        query = select(decision.c.id, decision.c.state).where(self._of(decision), decision.c.id.in_(ids))
        return {id_: State(state) for id_, state in connection.execute(query)}

    def _change(self, connection: Connection, id_: str, values: Row) -> None:
        mine = self._of(decision) & (decision.c.id == id_)
        connection.execute(update(decision).where(mine).values(dict(values)))


def put_stop(connection: Connection, id_: str, why: str) -> None:
    """Let nothing of a programme be written, or with "" let it; in whatever transaction this is."""
    if not connection.execute(update(programme).where(programme.c.id == id_).values(stopped=why)).rowcount:
        connection.execute(insert(programme), {**NO_PROGRAMME, "id": id_, "stopped": why})


def _row(each: Decision) -> dict[str, object]:
    return {
        "id": each.id,
        "at": seconds(each.at),
        "state": str(each.state),
        "group": each.group,
        "session": each.session,
        "document": decision_to_json(each),
    }


def _decision(row: RowMapping) -> Decision:
    return replace(decision_from_json(row["document"]), state=State(row["state"]))


def _notice(row: RowMapping) -> Notice:
    return replace(_NOTICE.validate_json(row["document"]), state=NoticeState(row["state"]))
