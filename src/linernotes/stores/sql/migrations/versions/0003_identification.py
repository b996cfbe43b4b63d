"""pre: tracks, fingerprints, their links, submissions, who sends them, and statistics."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
label = "pre"

# The order of bytes, whatever language the server speaks: SQLite has no other, and it is the quickest.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# SQLite counts up by itself only where the type is INTEGER.
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# A number that is another one each time.
CHANCE = {"sqlite": "(random())", "postgresql": "(floor(random() * 9007199254740992))::bigint"}
# AcoustID's own numbers are below.
FIRST_LOCAL_ID = 1_000_000_000
LOCAL = ("track", "fingerprint", "meta", "track_mbid", "track_puid", "track_meta", "track_foreignid")


def upgrade() -> None:
    """Make the tables with their indexes, name the database, and begin to count."""
    database = op.create_table("acoustid_database", sa.Column("name", sa.Text, primary_key=True))
    op.bulk_insert(database, [{"name": str(uuid4())}])
    _make_tracks()
    for name, value in (("mbid", sa.LargeBinary), ("puid", sa.LargeBinary)):
        _make_link(f"track_{name}", value())
    for name in ("meta", "foreignid"):
        _make_link(f"track_{name}", sa.BigInteger())
    _make_linked()
    _make_submissions()
    _make_clients()
    _make_statistics()
    _begin_to_count(op.get_context().dialect.name)


def _id() -> sa.Column[int]:
    return sa.Column("id", COUNTED, primary_key=True, autoincrement=True)


def _make_tracks() -> None:
    op.create_table(
        "acoustid_track",
        _id(),
        sa.Column("gid", sa.LargeBinary, nullable=False),
        sa.Column("new_id", sa.BigInteger),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_track_gid", "acoustid_track", ["gid"], unique=True)
    op.create_table(
        "acoustid_fingerprint",
        _id(),
        sa.Column("track", sa.BigInteger),
        sa.Column("duration", sa.Integer),
        sa.Column("submission_count", sa.BigInteger, nullable=False),
        sa.Column("bitrate", sa.Integer),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger),
        sa.Column("words", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_fingerprint_track", "acoustid_fingerprint", ["track"])
    op.create_table(
        "acoustid_fingerprint_change",
        _id(),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False, server_default=sa.text(CHANCE[op.get_context().dialect.name])),
        sqlite_autoincrement=True,
    )


def _make_link(name: str, value: sa.LargeBinary | sa.BigInteger) -> None:
    op.create_table(
        f"acoustid_{name}",
        _id(),
        sa.Column("track", sa.BigInteger, nullable=False),
        sa.Column("value", value, nullable=False),
        sa.Column("submission_count", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("merged_into", sa.BigInteger),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index(f"acoustid_{name}_once", f"acoustid_{name}", ["track", "value"], unique=True)
    op.create_index(f"acoustid_{name}_value", f"acoustid_{name}", ["value", "track"])


def _make_linked() -> None:
    op.create_table(
        "acoustid_track_mbid_change",
        _id(),
        sa.Column("track_mbid", sa.BigInteger, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_track_mbid_change_link", "acoustid_track_mbid_change", ["track_mbid"])
    op.create_table(
        "acoustid_meta",
        _id(),
        sa.Column("gid", sa.LargeBinary),
        sa.Column("track", sa.Text, nullable=False),
        sa.Column("artist", sa.Text, nullable=False),
        sa.Column("album", sa.Text, nullable=False),
        sa.Column("album_artist", sa.Text, nullable=False),
        sa.Column("track_no", sa.Integer),
        sa.Column("disc_no", sa.Integer),
        sa.Column("year", sa.Integer),
        sa.Column("created", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_meta_gid", "acoustid_meta", ["gid"], unique=True)
    op.create_table(
        "acoustid_foreignid",
        _id(),
        sa.Column("vendor", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_foreignid_name", "acoustid_foreignid", ["vendor", "name"], unique=True)


def _make_submissions() -> None:
    op.create_table(
        "acoustid_source",
        _id(),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("application", sa.BigInteger, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_source_once", "acoustid_source", ["account", "application", "version"], unique=True)
    op.create_table(
        "acoustid_submission",
        _id(),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("handled_at", sa.BigInteger),
        sa.Column("source", sa.BigInteger),
        sa.Column("fingerprint", sa.BigInteger),
        sa.Column("track", sa.BigInteger),
        sa.Column("application", sa.BigInteger, nullable=False),
        sa.Column("application_version", sa.Text, nullable=False),
        sa.Column("duration", sa.Integer, nullable=False),
        sa.Column("bitrate", sa.Integer),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("mbid", sa.LargeBinary),
        sa.Column("puid", sa.LargeBinary),
        sa.Column("foreignid", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_submission_once", "acoustid_submission", ["digest", "account"], unique=True)
    pending = sa.text("state = 'pending'")
    op.create_index(
        "acoustid_submission_pending",
        "acoustid_submission",
        ["id", "attempts", "created"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def _make_clients() -> None:
    op.create_table(
        "acoustid_application",
        _id(),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("website", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_application_key", "acoustid_application", ["digest"], unique=True)
    op.create_table(
        "acoustid_account",
        _id(),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mbuser", sa.Text),
        sa.Column("folded", KEY),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("application", sa.BigInteger),
        sa.Column("application_version", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("submission_count", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("acoustid_account_key", "acoustid_account", ["digest"], unique=True)
    op.create_index("acoustid_account_user", "acoustid_account", ["folded"], unique=True)


def _make_statistics() -> None:
    op.create_table(
        "acoustid_stats_lookups",
        sa.Column("application", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("date", KEY, primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column("hits", sa.BigInteger, nullable=False),
        sa.Column("misses", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "acoustid_stats_user_agents",
        sa.Column("application", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("date", KEY, primary_key=True),
        sa.Column("user_agent", KEY, primary_key=True),
        sa.Column("address", KEY, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "acoustid_stats",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("date", KEY, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _begin_to_count(dialect: str) -> None:
    if dialect == "postgresql":
        for name in ("fingerprint", "submission"):  # they are packed already
            op.execute(f"ALTER TABLE acoustid_{name} ALTER COLUMN words SET STORAGE EXTERNAL")
        for name in LOCAL:
            op.execute(f"ALTER SEQUENCE acoustid_{name}_id_seq START WITH {FIRST_LOCAL_ID} RESTART")
    else:
        for name in LOCAL:
            op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('acoustid_{name}', {FIRST_LOCAL_ID - 1})")
