"""Which schema a state database has, read without Alembic, whose import takes seconds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from linernotes.domain.errors import Conflict
from linernotes.stores.sql.faults import translated

# Oldest first. A test compares this with the migrations folder.
REVISIONS = ("0001",)
HEAD = REVISIONS[-1]


def current_revision(path: Path) -> str | None:
    """Return the revision of the database at ``path``, None where there is none yet.

    Raises Conflict when the database was written by a newer linernotes, and Corrupt when it is no database.
    """
    if not path.exists():
        return None
    with translated(), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is not None and row[0] not in REVISIONS:
        raise Conflict(
            f"{path} has schema {row[0]}, which this version does not know (it knows up to {HEAD})",
            hint="Run the version of linernotes that wrote it, or a newer one.",
        )
    return str(row[0]) if row else None


def pending(revision: str | None) -> tuple[str, ...]:
    """Return the revisions that are still to be applied, oldest first."""
    return REVISIONS if revision is None else REVISIONS[REVISIONS.index(revision) + 1 :]
