"""pre: what sources said, turns among processes, keys, and jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
label = "pre"

# The order of bytes, whatever language the server speaks: SQLite has no other, and it is the quickest.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# SQLite counts up by itself only where the type is INTEGER.
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables with their indexes, and begin to count."""
    _make_overlay()
    _make_turns()
    _make_keys()
    _make_jobs()


def _make_overlay() -> None:
    op.create_table(
        "fact",
        sa.Column("aspect", KEY, primary_key=True),
        sa.Column("key", KEY, primary_key=True),
        sa.Column("doc", sa.LargeBinary),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("moved_to", sa.Text),
        sa.Column("missing", sa.Boolean, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("fact_oldest", "fact", ["missing", "fetched_at"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE fact ALTER COLUMN doc SET STORAGE EXTERNAL")  # it is compressed already
    op.create_table(
        "trace",
        sa.Column("id", COUNTED, primary_key=True, autoincrement=True),
        sa.Column("scheme", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mbid", sa.Text, nullable=False),
        sa.Column("aspect", KEY, nullable=False),
        sa.Column("owner", KEY, nullable=False),
    )
    op.create_index("trace_name", "trace", ["scheme", "key", "kind", "mbid"])
    op.create_index("trace_owner", "trace", ["aspect", "owner"])
    counter = op.create_table(
        "counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"name": "generation", "value": 0}])


def _make_turns() -> None:
    op.create_table(
        "claim",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "pace",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger),
    )


def _make_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )


def _make_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", COUNTED, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("run_at", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    live = sa.text("state IN ('waiting', 'running')")
    op.create_index("job_live", "job", ["kind", "key"], unique=True, sqlite_where=live, postgresql_where=live)
    op.create_index("job_next", "job", ["state", sa.text("priority DESC"), "run_at", "id"])
    op.create_table(
        "period",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )
