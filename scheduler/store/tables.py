"""The tables: text keys and UTC seconds, so that a move from SQLite to PostgreSQL is a copy.

No title and no token has a column here.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

calendar_copy = Table(
    "calendar_copy",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("calendar", Text, primary_key=True),
    Column("tried_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("read_at", BigInteger),
    Column("complete", Boolean),
    Column("busy", Text),  # JSON: start, end, start, end ... in seconds since 1970
    Column("unavailable", Text),
    Column("warnings", Text),
    Column("tzdata", String(16)),
)

plan = Table(
    "plan",
    metadata,
    Column(
        "kind", String(16), primary_key=True
    ),  # draft: planned last; standing: applied last; before: stood until then
    Column("decided_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("position", Integer),  # of what stands or stood: the last of the outbound writes that it took
)

pin = Table(
    "pin",
    metadata,
    Column("group", String(200), primary_key=True),
    Column("session", Integer, primary_key=True),
    Column("start", BigInteger),  # seconds since 1970; none: skipped
    Column("counted_from", String(10), nullable=False),  # the programme's first Monday, YYYY-MM-DD
    Column("decided_at", BigInteger, nullable=False),
    Column("command", String(16), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("uid", String(255), primary_key=True),
    Column("document", Text, nullable=False),
)

outbound_write = Table(
    "outbound_write",
    metadata,
    Column("uid", String(255), primary_key=True),  # with the sequence: the same decision is never owed twice
    Column("sequence", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
)
Index("outbound_write_pending", outbound_write.c.done_at, outbound_write.c.position)
