"""The tables: text keys and UTC seconds, so that a move from SQLite to PostgreSQL is a copy.

No title has a column here, and tokens are encrypted before they come.
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
    Column("token", Text),  # what the connector wants to be shown the next time
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

delivery = Table(
    "delivery",
    metadata,
    Column("uid", String(255), primary_key=True),
    Column("place", String(100), primary_key=True),
    Column("document", Text),  # none: begun for the first time
    Column("receipt", Text),
    Column("written_at", BigInteger),
    Column("begun", String(64)),  # SHA-256 of the document whose writing began and has not ended
)

account = Table(
    "account",
    metadata,
    Column("person", String(64), primary_key=True),  # empty: the organisation's
    Column("provider", String(16), primary_key=True),
    Column("identity", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON: a list of names
    Column("everybody", Boolean, nullable=False),
    Column("schedules", Boolean, nullable=False),
    Column("calendars", Text, nullable=False),  # JSON: a list of addresses
    Column("connected_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("secret", Text, nullable=False),  # sealed by the vault
)
