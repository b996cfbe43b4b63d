"""The tables of the state, as the newest migration leaves them. Times are unix milliseconds, UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    desc,
)

metadata = MetaData()
# The order of bytes, whatever language the server speaks: SQLite has no other, and it is the quickest.
_KEY = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite counts up by itself only where the type is INTEGER.
_COUNTED = BigInteger().with_variant(Integer, "sqlite")

change = Table(
    "change",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("mbid", Text, primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("change_newest", change.c.kind, desc(change.c.changed_at), change.c.mbid)

import_history = Table(
    "import_history",
    metadata,
    Column("build_id", Text, primary_key=True),
    Column("built_at", BigInteger, nullable=False),
    Column("history_since", BigInteger, nullable=False),
    Column("schema_sequence", Integer, nullable=False),
    Column("replication_sequence", Integer),
    Column("dump_timestamp", Text, nullable=False),
    Column("replication_date", Text),
    Column("layers", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
)
Index("import_history_newest", desc(import_history.c.built_at), import_history.c.build_id)

fact = Table(
    "fact",
    metadata,
    Column("aspect", _KEY, primary_key=True),
    Column("key", _KEY, primary_key=True),
    Column("doc", LargeBinary),
    Column("source", Text, nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("moved_to", Text),
    Column("missing", Boolean, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
Index("fact_oldest", fact.c.missing, fact.c.fetched_at)

trace = Table(
    "trace",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("scheme", _KEY, nullable=False),
    Column("key", _KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("mbid", Text, nullable=False),
    # The fact it came from.
    Column("aspect", _KEY, nullable=False),
    Column("owner", _KEY, nullable=False),
)
Index("trace_name", trace.c.scheme, trace.c.key, trace.c.kind, trace.c.mbid)
Index("trace_owner", trace.c.aspect, trace.c.owner)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("last_at", BigInteger),
    Column("not_before", BigInteger),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("revoked_at", BigInteger),
)
