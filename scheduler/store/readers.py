"""How people want to read, by who they are: it outlives their sessions."""

from collections.abc import Sequence

from sqlalchemy import Engine, delete, insert, select

from scheduler.core.reader import Reader
from scheduler.store.database import alone
from scheduler.store.web_tables import reader as table


class SqlReaders:
    """Every method raises Unavailable where the database fails. `who` is "identity/ID" or "person/PROGRAMME/ID"."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(self, who: Sequence[str]) -> Reader | None:
        """What the first of them chose who chose anything."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).where(table.c.who.in_(who))).mappings().all()
        found = {row["who"]: Reader(locale=row["locale"], clock=row["clock"], zone=row["zone"]) for row in rows}
        return next((found[each] for each in who if each in found), None)

    def keep(self, who: Sequence[str], chosen: Reader) -> None:
        """Take it in the place of what they chose before."""
        values = {"locale": chosen.locale, "clock": chosen.clock, "zone": chosen.zone}
        with alone(self._engine, "readers") as connection:
            connection.execute(delete(table).where(table.c.who.in_(who)))
            if who:
                connection.execute(insert(table), [{"who": each, **values} for each in who])
