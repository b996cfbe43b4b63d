"""The tables of identification, as the newest migration leaves them; AcoustID's model under names of its own.

Times are unix milliseconds, UTC, and UUIDs 16 bytes. There are no foreign keys: public data bring rows in any order.
What is searched or counted stands before ``words``, which are long.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, FetchedValue, Index, Integer, LargeBinary, Table, Text, text

from linernotes.stores.sql.tables import metadata

# The order of bytes, whatever language the server speaks: SQLite has no other, and it is the quickest.
_KEY = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite counts up by itself only where the type is INTEGER.
_COUNTED = BigInteger().with_variant(Integer, "sqlite")
LINKS = ("track_mbid", "track_puid", "track_meta", "track_foreignid")


def _id() -> Column[int]:
    return Column("id", _COUNTED, primary_key=True, autoincrement=True)


def _loaded() -> tuple[Column[int], Column[int]]:
    """Return the last change by AcoustID, and the sources that it counted then; None for a row that was made here."""
    return Column("stamp", BigInteger), Column("loaded_count", BigInteger)


def _link(name: str, value: type[LargeBinary | BigInteger], *loaded: Column[int]) -> Table:
    """Return the table of links between tracks and MBIDs, PUIDs, rows of metadata or foreign ids."""
    table = Table(
        f"acoustid_{name}",
        metadata,
        _id(),
        Column("track", BigInteger, nullable=False),
        Column("value", value, nullable=False),
        Column("submission_count", BigInteger, nullable=False),
        Column("disabled", Boolean, nullable=False),
        # The link of the same track that took its place.
        Column("merged_into", BigInteger),
        Column("created", BigInteger, nullable=False),
        Column("updated", BigInteger),
        *loaded,
        sqlite_autoincrement=True,
    )
    Index(f"acoustid_{name}_once", table.c.track, table.c.value, unique=True)
    Index(f"acoustid_{name}_value", table.c.value, table.c.track)
    return table


database = Table("acoustid_database", metadata, Column("name", Text, primary_key=True))

track = Table(
    "acoustid_track",
    metadata,
    _id(),
    Column("gid", LargeBinary, nullable=False),
    # The track that this one was merged into.
    Column("new_id", BigInteger),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger),
    sqlite_autoincrement=True,
)
Index("acoustid_track_gid", track.c.gid, unique=True)

fingerprint = Table(
    "acoustid_fingerprint",
    metadata,
    _id(),
    # Public data bring words and duration in one file, track and count in another.
    Column("track", BigInteger),
    Column("duration", Integer),
    Column("submission_count", BigInteger, nullable=False),
    Column("bitrate", Integer),
    Column("format", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger),
    Column("words", LargeBinary),
    *_loaded(),
    sqlite_autoincrement=True,
)
Index("acoustid_fingerprint_track", fingerprint.c.track)

fingerprint_change = Table(
    "acoustid_fingerprint_change",
    metadata,
    _id(),
    Column("fingerprint", BigInteger, nullable=False),
    # Drawn by the database for each line.
    Column("mark", BigInteger, nullable=False, server_default=FetchedValue()),
    sqlite_autoincrement=True,
)

track_mbid = _link("track_mbid", LargeBinary, *_loaded())
track_puid = _link("track_puid", LargeBinary, *_loaded())
track_meta = _link("track_meta", BigInteger, *_loaded())
track_foreignid = _link("track_foreignid", BigInteger)

track_mbid_change = Table(
    "acoustid_track_mbid_change",
    metadata,
    _id(),
    Column("track_mbid", BigInteger, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_track_mbid_change_link", track_mbid_change.c.track_mbid)

meta = Table(
    "acoustid_meta",
    metadata,
    _id(),
    # None for a second row of public data that says the same.
    Column("gid", LargeBinary),
    Column("track", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("album", Text, nullable=False),
    Column("album_artist", Text, nullable=False),
    Column("track_no", Integer),
    Column("disc_no", Integer),
    Column("year", Integer),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_meta_gid", meta.c.gid, unique=True)

foreignid = Table(
    "acoustid_foreignid",
    metadata,
    _id(),
    Column("vendor", _KEY, nullable=False),
    Column("name", _KEY, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_foreignid_name", foreignid.c.vendor, foreignid.c.name, unique=True)

source = Table(
    "acoustid_source",
    metadata,
    _id(),
    Column("account", BigInteger, nullable=False),
    Column("application", BigInteger, nullable=False),
    Column("version", _KEY, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_source_once", source.c.account, source.c.application, source.c.version, unique=True)

# Kept for ever, so that it also says which sources a fingerprint or a link has.
submission = Table(
    "acoustid_submission",
    metadata,
    _id(),
    Column("account", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("handled_at", BigInteger),
    Column("source", BigInteger),
    Column("fingerprint", BigInteger),
    Column("track", BigInteger),
    Column("application", BigInteger, nullable=False),
    Column("application_version", Text, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("bitrate", Integer),
    Column("format", Text, nullable=False),
    Column("mbid", LargeBinary),
    Column("puid", LargeBinary),
    Column("foreignid", Text, nullable=False),
    # What is said of UserMetadata, as JSON.
    Column("metadata", Text),
    Column("words", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
_PENDING = text("state = 'pending'")
Index("acoustid_submission_once", submission.c.digest, submission.c.account, unique=True)
Index(
    "acoustid_submission_pending",
    submission.c.id,
    submission.c.attempts,
    submission.c.created,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)

application = Table(
    "acoustid_application",
    metadata,
    _id(),
    Column("digest", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("account", BigInteger),
    Column("active", Boolean, nullable=False),
    Column("email", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_application_key", application.c.digest, unique=True)

account = Table(
    "acoustid_account",
    metadata,
    _id(),
    Column("digest", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("mbuser", Text),
    # The same, whatever the case.
    Column("folded", _KEY),
    Column("anonymous", Boolean, nullable=False),
    Column("application", BigInteger),
    Column("application_version", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("submission_count", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("acoustid_account_key", account.c.digest, unique=True)
Index("acoustid_account_user", account.c.folded, unique=True)

stats_lookups = Table(
    "acoustid_stats_lookups",
    metadata,
    Column("application", BigInteger, primary_key=True, autoincrement=False),
    Column("date", _KEY, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("hits", BigInteger, nullable=False),
    Column("misses", BigInteger, nullable=False),
)

stats_user_agents = Table(
    "acoustid_stats_user_agents",
    metadata,
    Column("application", BigInteger, primary_key=True, autoincrement=False),
    Column("date", _KEY, primary_key=True),
    Column("user_agent", _KEY, primary_key=True),
    Column("address", _KEY, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

stats = Table(
    "acoustid_stats",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("date", _KEY, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
