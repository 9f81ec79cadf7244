"""Long work of a service, a row each: how far it is, and whether somebody wants it to stop."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.job import OPEN, Job, JobState
from scheduler.store.rows import changing, instant, seconds
from scheduler.store.web_tables import job as table

STATES = [str(state) for state in OPEN]
TRIES = "tries"
"""In `progress`: how often the work was taken up."""


class SqlJobs:
    """Jobs by programme and id. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: Job) -> Job:
        """Keep a new one. One of the same kind and arguments that waits or runs already is answered in its place."""
        with changing(self._engine, new.programme) as connection:
            mine = (table.c.programme == new.programme) & (table.c.kind == new.kind) & table.c.state.in_(STATES)
            for row in connection.execute(select(table).where(mine)).mappings():
                if json.loads(row["arguments"]) == new.arguments and not row["stop"]:
                    return _job(row)
            connection.execute(insert(table), _row(new))
        return new

    def get(self, programme: str, id_: str) -> Job | None:
        """One of them."""
        with self._engine.connect() as connection:
            return _found(connection, programme, id_)

    def of(self, programme: str, most: int = 20) -> tuple[Job, ...]:
        """A programme's, the newest first."""
        query = select(table).where(table.c.programme == programme).order_by(table.c.at.desc(), table.c.id).limit(most)
        with self._engine.connect() as connection:
            return tuple(_job(row) for row in connection.execute(query).mappings())

    def open(self) -> tuple[tuple[str, str], ...]:
        """Programme and id of every one that is not over."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(table.c.programme, table.c.id).where(table.c.state.in_(STATES)))
            return tuple((programme, id_) for programme, id_ in rows)

    def take(self, programme: str, id_: str, at: datetime) -> Job | None:
        """Begin with one, once more where somebody died in its midst; None where it is over."""
        with changing(self._engine, programme) as connection:
            found = _found(connection, programme, id_)
            if found is None or not found.is_open:
                return None
            progress = {TRIES: int(found.progress.get(TRIES, 0)) + 1}
            values = {"state": str(JobState.RUNNING), "started_at": seconds(at), "progress": json.dumps(progress)}
            connection.execute(update(table).where(_is(programme, id_)).values(values))
            return _found(connection, programme, id_)

    def note(self, programme: str, id_: str, progress: Mapping[str, Any]) -> bool:
        """Say how far it is; answers whether somebody wants it to stop."""
        with changing(self._engine, programme) as connection:
            connection.execute(update(table).where(_is(programme, id_)).values(progress=json.dumps(progress)))
            return bool(connection.execute(select(table.c.stop).where(_is(programme, id_))).scalar())

    def ask_stop(self, programme: str, id_: str) -> None:
        """Have one stop."""
        with changing(self._engine, programme) as connection:
            connection.execute(update(table).where(_is(programme, id_)).values(stop=True))

    def end(self, programme: str, id_: str, state: JobState, at: datetime, told: str = "") -> None:
        """Say what became of it; WAITING: somebody else is to take it up."""
        values = {"state": str(state), "ended_at": None if state in OPEN else seconds(at), "told": told}
        with changing(self._engine, programme) as connection:
            connection.execute(update(table).where(_is(programme, id_), table.c.state.in_(STATES)).values(values))

    def tidy(self, now: datetime, kept: timedelta) -> None:
        """Forget those that ended long ago."""
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.ended_at < seconds(now - kept)))


def _is(programme: str, id_: str) -> Any:
    return (table.c.programme == programme) & (table.c.id == id_)


def _found(connection: Connection, programme: str, id_: str) -> Job | None:
    row = connection.execute(select(table).where(_is(programme, id_))).mappings().first()
    return _job(row) if row else None


def _row(job: Job) -> dict[str, Any]:
    return {
        "programme": job.programme,
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "arguments": json.dumps(dict(job.arguments)),
        "progress": json.dumps(dict(job.progress)),
        "stop": job.stop,
        "by": job.by,
        "at": seconds(job.at),
        "started_at": None,
        "ended_at": None,
        "told": job.told,
    }


def _job(row: RowMapping) -> Job:
    started, ended = row["started_at"], row["ended_at"]
    return Job(
        programme=row["programme"],
        id=row["id"],
        kind=row["kind"],
        state=JobState(row["state"]),
        by=row["by"],
        at=instant(row["at"]),
        arguments=json.loads(row["arguments"]),
        progress=json.loads(row["progress"]),
        stop=row["stop"],
        started_at=None if started is None else instant(started),
        ended_at=None if ended is None else instant(ended),
        told=row["told"],
    )
