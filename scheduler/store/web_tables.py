"""The tables of pages and API: who may come in, what they are shown it in, and what is under way.

Of whatever opens a door (sessions, links, tokens) only the SHA-256 is kept; secrets of others are sealed by the vault.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from scheduler.store.tables import metadata, programme_column

identity = Table(
    "identity",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("issuer", Text, nullable=False),  # of OpenID Connect; "mail" for a mailbox, "here" for who runs the service
    Column("subject", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("issuer", "subject"),
)

coordinator = Table(
    "coordinator",
    metadata,
    programme_column(),
    Column("identity", String(32), primary_key=True),
    Column("since", BigInteger, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("identity", String(32)),  # none: of participants alone
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

seat = Table(
    "seat",
    metadata,
    programme_column(),
    Column("session", String(64), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("link", String(64), nullable=False),  # by which it was taken: it ends with that link
)
Index("seat_of_session", seat.c.session)

link = Table(
    "link",
    metadata,
    programme_column(),
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("person", String(64), nullable=False),  # whose limits and meetings it opens; empty: a coordinator's
    Column("email", Text, nullable=False),  # to which it was sent; empty: handed over by somebody
    Column("single", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
)

sign_in = Table(
    "sign_in",  # at a provider, under way: for a session, or to connect calendars
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("session", String(64), nullable=False),  # SHA-256 of the cookie that began it
    Column("provider", String(16), nullable=False),
    Column("programme", Text, nullable=False),  # empty: to come in, not to connect
    Column("person", String(64), nullable=False),
    Column("sealed", Text, nullable=False),  # verifier and nonce, sealed by the vault
    Column("next", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

reader = Table(
    "reader",
    metadata,
    Column("who", Text, primary_key=True),  # "identity/ID" or "person/PROGRAMME/ID"
    Column("locale", String(35), nullable=False),  # empty: as the browser asks
    Column("clock", String(2), nullable=False),  # "12", "24", or empty: as the locale has it
    Column("zone", Text, nullable=False),  # empty: that of people.csv, else UTC
)

feed = Table(
    "feed",
    metadata,
    programme_column(),
    Column("owner", Text, primary_key=True),  # "person/ID" or "group/ID"
    Column("generation", Integer, nullable=False),  # counted up, an address that was handed out ends
)

api_token = Table(
    "api_token",
    metadata,
    programme_column(),
    Column("id", String(32), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON: a list of names
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
)

idempotent_request = Table(
    "idempotent_request",
    metadata,
    programme_column(),
    Column("key", String(64), primary_key=True),  # SHA-256 of token and key
    Column("request", String(64), nullable=False),  # SHA-256 of method, path and body
    Column("status", Integer),  # none: under way
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

webhook = Table(
    "webhook",
    metadata,
    programme_column(),
    Column("id", String(32), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),  # JSON: a list of names; empty: all
    Column("sealed_secrets", Text, nullable=False),  # JSON: a list, the newest first; two while they are rotated
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)

webhook_message = Table(
    "webhook_message",
    metadata,
    programme_column(),
    Column("id", String(64), primary_key=True),
    Column("webhook", String(32), primary_key=True),
    Column("event", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("answer", Text, nullable=False),  # of the last attempt: a status, or what went wrong
)
Index("webhook_owed", webhook_message.c.done_at, webhook_message.c.retry_at)

job = Table(
    "job",
    metadata,
    programme_column(),
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("arguments", Text, nullable=False),  # JSON
    Column("progress", Text, nullable=False),  # JSON
    Column("stop", Boolean, nullable=False),  # somebody asked for that
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("told", Text, nullable=False),  # what went wrong, for people
)

upload = Table(
    "upload",
    metadata,
    programme_column(),
    Column("id", String(32), primary_key=True),
    Column("by", Text, nullable=False),
    Column("documents", Text, nullable=False),  # JSON: text by name
    Column("at", BigInteger, nullable=False),
)

choice = Table(
    "choice",  # a pair books when everybody of it chose the same
    metadata,
    programme_column(),
    Column("group", String(200), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("slot", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    programme_column(),
    Column("group", String(200), primary_key=True),
    Column("session", Integer, primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("start", BigInteger, nullable=False),  # of which time: another time has no answer yet
    Column("said", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
)
