"""The tables: text keys and UTC seconds, so that a move from SQLite to PostgreSQL is a copy.

Rows of a programme name it; "" is the programme of a folder that has a database of its own. No title has a column
here, and tokens are encrypted before they come.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()


def programme_column() -> Column[str]:
    """Whose row it is."""
    return Column("programme", Text, primary_key=True, server_default="")


calendar_copy = Table(
    "calendar_copy",
    metadata,
    programme_column(),
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
    programme_column(),
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
    programme_column(),
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
    programme_column(),
    Column("uid", String(255), primary_key=True),
    Column("document", Text, nullable=False),
)

outbound_write = Table(
    "outbound_write",
    metadata,
    programme_column(),
    Column("uid", String(255), primary_key=True),  # with the sequence: the same decision is never owed twice
    Column("sequence", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),  # how often it failed
    Column("retry_at", BigInteger),  # not before; none: as soon as may be
)
Index("outbound_write_pending", outbound_write.c.done_at, outbound_write.c.programme, outbound_write.c.position)

delivery = Table(
    "delivery",
    metadata,
    programme_column(),
    Column("uid", String(255), primary_key=True),
    Column("place", String(100), primary_key=True),
    Column("document", Text),  # none: begun for the first time
    Column("receipt", Text),
    Column("written_at", BigInteger),
    Column("begun", String(64)),  # SHA-256 of the document whose sending began and has not ended
    Column("attempted", Text),  # JSON: the documents whose writing began, and of whose end nothing is known
)

account = Table(
    "account",
    metadata,
    programme_column(),
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

decision = Table(
    "decision",
    metadata,
    programme_column(),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # what became of it; the document says what it was at first
    Column("group", String(200), nullable=False),
    Column("session", Integer),  # none: the whole series, or all of them
    Column("document", Text, nullable=False),
)
Index("decision_in_order", decision.c.programme, decision.c.position)

notice = Table(
    "notice",
    metadata,
    programme_column(),
    Column("key", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("document", Text, nullable=False),  # empty: it was forgotten
    Column("ended_at", BigInteger),  # by then it was under way or at its end; none: owed, or not looked at since
)
Index("notice_owed", notice.c.state)

programme = Table(
    "programme",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # how often its documents changed; 0: it has none here
    Column("stopped", Text, nullable=False),  # why nothing may be written; empty: it may
    Column("sealed_key", Text, nullable=False),  # sealed by the vault
    Column("imported_at", BigInteger),  # none: it never was
    Column("kind", String(16), nullable=False, server_default="programme"),  # or "pair", which two people began
)

document = Table(
    "document",
    metadata,
    programme_column(),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

calendar_mark = Table(
    "calendar_mark",
    metadata,
    programme_column(),
    Column("person", String(64), primary_key=True),
    Column("calendar", Text, primary_key=True),
    Column("dirty_seq", BigInteger, nullable=False),  # how often it was told to have changed
    Column("synced_seq", BigInteger, nullable=False),  # how much of that was read
    Column("due_at", BigInteger, nullable=False),  # when it is read even if nobody tells anything
)

subscription = Table(
    "subscription",
    metadata,
    Column("provider", String(16), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("person", String(64), nullable=False),
    Column("calendar", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("secret_hash", Text, nullable=False),
)

executor = Table(
    "executor",
    metadata,
    Column("id", Text, primary_key=True),
    Column("beat_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),  # when somebody began to take over its work; none: nobody did
)
