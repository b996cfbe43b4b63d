"""The table of the files of public data: how far each is loaded."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from linernotes.stores.sql.tables import metadata

public_file = Table(
    "acoustid_public_file",
    metadata,
    Column("name", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    # Unix nanoseconds.
    Column("modified", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
    # Of all its bytes; empty until all of it is loaded.
    Column("digest", Text, nullable=False),
)
