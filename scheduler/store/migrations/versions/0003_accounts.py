"""Accounts that people connected, each with its sealed secret."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "account",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("provider", sa.String(16), primary_key=True),
        sa.Column("identity", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("everybody", sa.Boolean, nullable=False),
        sa.Column("schedules", sa.Boolean, nullable=False),
        sa.Column("calendars", sa.Text, nullable=False),
        sa.Column("connected_at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it, and with it what the accounts are opened with."""
    op.drop_table("account")
