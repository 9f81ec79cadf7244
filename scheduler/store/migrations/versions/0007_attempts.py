"""What was begun to be written, and may stand half-written."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing was begun yet, as far as is known."""
    op.add_column("delivery", sa.Column("attempted", sa.Text))


def downgrade() -> None:
    """Impossible: our own half-written meetings would be taken for what people did."""
    raise NotImplementedError(downgrade.__doc__)
