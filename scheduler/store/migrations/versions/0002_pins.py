"""Pins, and how far the writes were with each plan, so that the plan before the standing one can come back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table, and note how far the writes are with the plan that stands."""
    op.create_table(
        "pin",
        sa.Column("group", sa.String(200), primary_key=True),
        sa.Column("session", sa.Integer, primary_key=True),
        sa.Column("start", sa.BigInteger),
        sa.Column("counted_from", sa.String(10), nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("command", sa.String(16), nullable=False),
    )
    op.add_column("plan", sa.Column("position", sa.Integer))
    op.execute(
        "UPDATE plan SET position = (SELECT coalesce(max(position), 0) FROM outbound_write) WHERE kind = 'standing'"
    )


def downgrade() -> None:
    """Drop both, and the plan that would be unknown."""
    op.execute("DELETE FROM plan WHERE kind = 'before'")
    op.drop_column("plan", "position")
    op.drop_table("pin")
