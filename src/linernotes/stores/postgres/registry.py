"""The table of builds, and the statements that read and write it."""

from __future__ import annotations

from typing import LiteralString

IMPORT_LOCK = 7_811_879_346_211_504_993
"""Any number, the same in all versions: key of the advisory lock that an import holds."""

CREATE: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS linernotes_catalogue",
    """
    CREATE TABLE IF NOT EXISTS linernotes_catalogue.build (
        build_id text PRIMARY KEY,
        schema_name text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('building', 'live', 'old')),
        format integer NOT NULL,
        info jsonb,
        begun_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS build_live ON linernotes_catalogue.build (state) WHERE state = 'live'",
)
REGISTERED = b"SELECT to_regclass('linernotes_catalogue.build') IS NOT NULL"
LIVE = b"SELECT build_id, schema_name, format, info::text FROM linernotes_catalogue.build WHERE state = 'live'"
PUBLISHED = b"""
SELECT build_id, schema_name, format, info::text FROM linernotes_catalogue.build
WHERE build_id = %s::text AND state <> 'building'
"""
BUILDS_KNOWN = b"SELECT build_id, state FROM linernotes_catalogue.build ORDER BY build_id"
DROPPABLE: LiteralString = "SELECT schema_name FROM linernotes_catalogue.build WHERE state <> 'live' ORDER BY build_id"
FORGET: LiteralString = "DELETE FROM linernotes_catalogue.build WHERE schema_name = %s"
BEGIN: LiteralString = """
INSERT INTO linernotes_catalogue.build (build_id, schema_name, state, format) VALUES (%s, %s, 'building', %s)
"""
RETIRE: LiteralString = "UPDATE linernotes_catalogue.build SET state = 'old' WHERE state = 'live'"
PUBLISH: LiteralString = """
UPDATE linernotes_catalogue.build SET state = 'live', info = %s::text::jsonb, published_at = now()
WHERE build_id = %s AND state = 'building'
"""
