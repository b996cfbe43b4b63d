"""The tables of the state, as the newest migration leaves them. Times are unix milliseconds, UTC."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, Table, Text, desc

metadata = MetaData()

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
