"""The tables of a build. Each belongs to one part of the compile, which makes it, fills it and indexes it at once.

Every table has an entity's MBID or a foreign name as its key, and nothing refers to row numbers, so that tables can
be distributed by it. ``<kind>_merged`` leads from an MBID that was merged to the entity's own.
"""

from __future__ import annotations

import re
from typing import LiteralString

import msgspec
from psycopg import sql

FORMAT = 1
"""Raised whenever an older reader could not read a build, or a newer one would misread an old one."""

PREFIX = "catalogue_"
_LONGEST_NAME = 63
_DOC: LiteralString = "doc bytea NOT NULL"


class Table(msgspec.Struct, frozen=True):
    """A table: its columns, the column that is its primary key if any, and its other indexes."""

    name: str
    columns: LiteralString
    key: LiteralString = ""
    indexes: tuple[LiteralString, ...] = ()


def _documents(name: str, more: LiteralString = "") -> Table:
    return Table(name, f"mbid uuid NOT NULL, {more}{_DOC}", "mbid")


def _merged(kind: str) -> Table:
    return Table(f"{kind}_merged", "old uuid NOT NULL, mbid uuid NOT NULL", "old")


def _urls(kind: str) -> Table:
    return Table(f"{kind}_url", "key bigint NOT NULL, mbid uuid NOT NULL", "", ("key, mbid",))


def _changes(kind: str) -> Table:
    return Table(
        f"{kind}_change", "mbid uuid NOT NULL, changed_at bigint NOT NULL", "", ("changed_at DESC, mbid", "mbid")
    )


def _codes(name: str, of: LiteralString) -> Table:
    return Table(name, f'code text COLLATE "C" NOT NULL, {of} uuid NOT NULL', "", (f"code, {of}",))


ARTISTS = (
    _documents("artist", "digest bigint NOT NULL, "),
    _documents("discography"),
    _documents("label"),
    _documents("series"),
    *(_merged(kind) for kind in ("artist", "label", "series")),
    *(_urls(kind) for kind in ("artist", "label")),
    _changes("artist"),
)
ALBUMS = (
    _documents("release_group", "digest bigint NOT NULL, "),
    # ``ordinal`` orders the releases of a group as they are given, and is the release's number in the dump.
    Table(
        "release",
        f"mbid uuid NOT NULL, release_group uuid NOT NULL, ordinal integer NOT NULL, tracks integer NOT NULL, {_DOC}",
        "mbid",
        ("release_group, ordinal",),
    ),
    *(_merged(kind) for kind in ("release_group", "release")),
    *(_urls(kind) for kind in ("release_group", "release")),
    _changes("release_group"),
)
RECORDINGS = (
    # ``releases`` has one entry per track; ``doc`` is what the first track does not say.
    Table(
        "recording",
        "mbid uuid NOT NULL, releases uuid[] NOT NULL, doc bytea",
        "mbid",
    ),
    _merged("recording"),
    Table("track", "mbid uuid NOT NULL, release uuid NOT NULL", "mbid"),
    _codes("isrc", "recording"),
    _codes("barcode", "release"),
    _codes("catalog_number", "release"),
    _codes("disc_id", "release"),
    _urls("recording"),
)
# What is searchable, some thousand records in one row: a search engine elsewhere reads all of it and nothing less.
NAMES = (Table("name", "part integer NOT NULL, doc bytea NOT NULL", "part"),)


def schema_name(build_id: str) -> str:
    """Return the schema of a build; also safe to stand in SQL unquoted."""
    return (PREFIX + re.sub(r"[^a-z0-9_]", "_", build_id.lower()))[:_LONGEST_NAME]


def table(schema: str, name: str) -> sql.Identifier:
    """Return a table's full name for a statement."""
    return sql.Identifier(schema, name)


def create(schema: str, made: Table) -> list[sql.Composed]:
    """Return the statements that make a table."""
    name = table(schema, made.name)
    statements = [sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(made.columns))]
    if "doc bytea" in made.columns:  # compressed already, so PostgreSQL need not try
        statements.append(sql.SQL("ALTER TABLE {} ALTER COLUMN doc SET STORAGE EXTERNAL").format(name))
    return statements


def index(schema: str, made: Table) -> list[sql.Composed]:
    """Return the statements that make a filled table quick to read."""
    name = table(schema, made.name)
    statements = [sql.SQL("CREATE INDEX ON {} ({})").format(name, sql.SQL(columns)) for columns in made.indexes]
    if made.key:
        statements.append(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(name, sql.SQL(made.key)))
    return [*statements, sql.SQL("ANALYZE {}").format(name)]
