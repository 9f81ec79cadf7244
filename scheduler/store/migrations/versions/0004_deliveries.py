"""What was written where; and the token that a connector is shown when it reads a calendar again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, with what stood in published files until now."""
    op.create_table(
        "delivery",
        sa.Column("uid", sa.String(255), primary_key=True),
        sa.Column("place", sa.String(100), primary_key=True),
        sa.Column("document", sa.Text),
        sa.Column("receipt", sa.Text),
        sa.Column("written_at", sa.BigInteger),
        sa.Column("begun", sa.String(64)),
    )
    op.add_column("calendar_copy", sa.Column("token", sa.Text))
    op.execute(
        "INSERT INTO delivery (uid, place, document, receipt, written_at) "
        "SELECT uid, 'files:', document, '{}', done_at FROM outbound_write AS written WHERE done_at IS NOT NULL "
        "AND document NOT LIKE '%\"cancelled\"\\:true%' "
        "AND sequence = (SELECT max(sequence) FROM outbound_write WHERE uid = written.uid AND done_at IS NOT NULL)"
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_column("calendar_copy", "token")
    op.drop_table("delivery")
