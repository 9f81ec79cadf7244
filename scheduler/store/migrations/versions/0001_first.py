"""First tables: copies of calendars, plans, events that were published, and writes that are decided."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "calendar_copy",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("calendar", sa.Text, primary_key=True),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("complete", sa.Boolean),
        sa.Column("busy", sa.Text),
        sa.Column("unavailable", sa.Text),
        sa.Column("warnings", sa.Text),
        sa.Column("tzdata", sa.String(16)),
    )
    op.create_table(
        "plan",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("uid", sa.String(255), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "outbound_write",
        sa.Column("uid", sa.String(255), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
    )
    op.create_index("outbound_write_pending", "outbound_write", ["done_at", "position"])


def downgrade() -> None:
    """Drop them."""
    for table in ("outbound_write", "event", "plan", "calendar_copy"):
        op.drop_table(table)
