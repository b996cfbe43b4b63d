"""pre: which files of public data are loaded, and how far; what of a row is as it was loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
label = "pre"

COUNTED = ("fingerprint", "track_mbid", "track_puid", "track_meta")


def upgrade() -> None:
    """Make the table, and the columns."""
    op.create_table(
        "acoustid_public_file",
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("bad", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    for name in COUNTED:
        for column in ("stamp", "loaded_count"):
            op.add_column(f"acoustid_{name}", sa.Column(column, sa.BigInteger))
