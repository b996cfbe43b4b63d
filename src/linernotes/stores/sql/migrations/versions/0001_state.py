"""pre: the first tables, change marks and the history of imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
label = "pre"


def upgrade() -> None:
    """Make both tables with their indexes."""
    op.create_table(
        "change",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("mbid", sa.Text, primary_key=True),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("change_newest", "change", ["kind", sa.text("changed_at DESC"), "mbid"])
    op.create_table(
        "import_history",
        sa.Column("build_id", sa.Text, primary_key=True),
        sa.Column("built_at", sa.BigInteger, nullable=False),
        sa.Column("history_since", sa.BigInteger, nullable=False),
        sa.Column("schema_sequence", sa.Integer, nullable=False),
        sa.Column("replication_sequence", sa.Integer),
        sa.Column("dump_timestamp", sa.Text, nullable=False),
        sa.Column("replication_date", sa.Text),
        sa.Column("layers", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_index("import_history_newest", "import_history", [sa.text("built_at DESC"), "build_id"])
