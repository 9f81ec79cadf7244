"""Pages and API: who may come in, and what is under way there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables; a programme gets its kind."""
    kind = sa.Column("kind", sa.String(16), nullable=False, server_default="programme")
    op.add_column("programme", kind)
    _create_access()
    _create_doors()


def downgrade() -> None:
    """Impossible: what people were handed to come in would be lost."""
    raise NotImplementedError(downgrade.__doc__)


def _programme() -> sa.Column[str]:
    return sa.Column("programme", sa.Text, primary_key=True, server_default="")


def _create_access() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "coordinator",
        _programme(),
        sa.Column("identity", sa.String(32), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("identity", sa.String(32)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "seat",
        _programme(),
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.create_index("seat_of_session", "seat", ["session"])
    op.create_table(
        "link",
        _programme(),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("single", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "sign_in",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("next", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def _create_doors() -> None:
    op.create_table(
        "reader",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("clock", sa.String(2), nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
    )
    op.create_table(
        "feed",
        _programme(),
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
    )
    op.create_table(
        "api_token",
        _programme(),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "idempotent_request",
        _programme(),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "webhook",
        _programme(),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("sealed_secrets", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
    )
    op.create_table(
        "webhook_message",
        _programme(),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("webhook", sa.String(32), primary_key=True),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("webhook_owed", "webhook_message", ["done_at", "retry_at"])
    op.create_table(
        "job",
        _programme(),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("stop", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_table(
        "upload",
        _programme(),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "choice",
        _programme(),
        sa.Column("group", sa.String(200), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "answer",
        _programme(),
        sa.Column("group", sa.String(200), primary_key=True),
        sa.Column("session", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("said", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
