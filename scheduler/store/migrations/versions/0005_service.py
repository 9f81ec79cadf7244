"""Many programmes in one database, and what an unattended service remembers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEYS = {
    "calendar_copy": ("person", "calendar"),
    "plan": ("kind",),
    "pin": ("group", "session"),
    "event": ("uid",),
    "outbound_write": ("uid", "sequence"),
    "delivery": ("uid", "place"),
    "account": ("person", "provider", "identity"),
}


def upgrade() -> None:
    """Give every row its programme, and create the tables."""
    op.drop_index("outbound_write_pending", "outbound_write")
    for table, keys in KEYS.items():
        if op.get_bind().dialect.name == "sqlite":
            _remake(table)
        else:
            _alter(table, keys)
    op.add_column("outbound_write", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbound_write", sa.Column("retry_at", sa.BigInteger))
    op.create_index("outbound_write_pending", "outbound_write", ["done_at", "programme", "position"])
    _create_trail()
    _create_programmes()
    _create_watching()


def downgrade() -> None:
    """Impossible: rows of several programmes have no place in the tables of before."""
    raise NotImplementedError(downgrade.__doc__)


def _programme() -> sa.Column[str]:
    return sa.Column("programme", sa.Text, primary_key=True, server_default="")


def _remake(name: str) -> None:
    """SQLite can't change a primary key: a new table takes the rows and then the name."""
    old = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    new = old.to_metadata(sa.MetaData(), name=f"{name}_new")
    new.append_column(_programme())
    new.create(op.get_bind())
    columns = [column.name for column in old.columns]
    op.execute(new.insert().from_select(columns, old.select()))
    op.drop_table(name)
    op.rename_table(new.name, name)


def _alter(table: str, keys: tuple[str, ...]) -> None:
    op.add_column(table, sa.Column("programme", sa.Text, nullable=False, server_default=""))
    op.drop_constraint(f"{table}_pkey", table)
    op.create_primary_key(f"{table}_pkey", table, ["programme", *keys])


def _create_trail() -> None:
    op.create_table(
        "decision",
        _programme(),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("group", sa.String(200), nullable=False),
        sa.Column("session", sa.Integer),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("decision_in_order", "decision", ["programme", "position"])
    op.create_table(
        "notice",
        _programme(),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("notice_owed", "notice", ["state"])


def _create_programmes() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stopped", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("imported_at", sa.BigInteger),
    )
    op.create_table(
        "document",
        _programme(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _create_watching() -> None:
    op.create_table(
        "calendar_mark",
        _programme(),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("calendar", sa.Text, primary_key=True),
        sa.Column("dirty_seq", sa.BigInteger, nullable=False),
        sa.Column("synced_seq", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "subscription",
        sa.Column("provider", sa.String(16), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
    )
    op.create_table(
        "executor",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("beat_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_at", sa.BigInteger),
    )
