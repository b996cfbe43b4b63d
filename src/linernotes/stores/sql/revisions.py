"""Which schema a state database has, read without Alembic, whose import takes seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from linernotes import __version__
from linernotes.domain.errors import Conflict, Invalid
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.location import Location, is_server, name_of

LABELS = {"0001": "pre", "0002": "pre", "0003": "pre", "0004": "pre"}
"""The migrations, oldest first, and when each may run. A test compares this with the migrations folder."""
REVISIONS = tuple(LABELS)
HEAD = REVISIONS[-1]
PROGRAMS = {"0.1.0": "0004"}
"""The newest revision that each version of the program knows."""


def current_revision(where: Location) -> str | None:
    """Return the revision of the database there, None where there is none yet.

    Raises Conflict when the database was written by a newer linernotes, and Corrupt when it is no database.
    """
    revision = _on_server(where) if is_server(where) else _in_file(Path(where))
    if revision is not None:
        check_known(where, revision)
    return revision


def check_known(where: Location, revision: str) -> None:
    """Raise Conflict for a schema that this version does not know."""
    if revision not in REVISIONS:
        raise Conflict(
            f"{name_of(where)} has schema {revision}, which this version does not know (it knows up to {HEAD})",
            hint="Run the version of linernotes that wrote it, or a newer one.",
        )


def _in_file(path: Path) -> str | None:
    if not path.exists():
        return None
    with translated(), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _on_server(where: Location) -> str | None:
    from linernotes.stores.sql.engines import make_engine, revision_inside  # noqa: PLC0415 - a file needs no engine

    engine = make_engine(where)
    try:
        with translated(), engine.connect() as connection:
            return revision_inside(connection)
    finally:
        engine.dispose()


def pending(revision: str | None, only: str | None = None, *, labels: Mapping[str, str] = LABELS) -> tuple[str, ...]:
    """Return the revisions that are still to be applied, oldest first; with a label, up to the first of the other.

    Raises Conflict where some have that label, but others have to come first.
    """
    left = tuple(one for one in labels if revision is None or one > revision)
    if only is None:
        return left
    end = next((place for place, one in enumerate(left) if labels[one] != only), len(left))
    if end == 0 and any(labels[one] == only for one in left):
        first = labels[left[0]]
        raise Conflict(f"schema {left[0]}, labelled {first}, has to come first", hint=f"Run it with --only {first}.")
    return left[:end]


def needed(revision: str | None, *, labels: Mapping[str, str] = LABELS) -> tuple[str, ...]:
    """Return the pending revisions without which this version cannot run: all up to the last *pre*."""
    left = pending(revision, labels=labels)
    last = max((place for place, one in enumerate(left) if labels[one] == "pre"), default=-1)
    return left[: last + 1]


def check_program(
    where: Location,
    revision: str | None,
    program: str = __version__,
    *,
    programs: Mapping[str, str] = PROGRAMS,
    labels: Mapping[str, str] = LABELS,
) -> str:
    """Return in a sentence that a version of the program can run on a schema; raise Conflict where it cannot.

    Raises Invalid for a version that this one does not know.
    """
    if program not in programs:
        raise Invalid(f"linernotes {program} is not known here", hint=f"Known are {', '.join(programs)}.")
    if revision is None:
        return f"linernotes {program} can run: there is no schema at {name_of(where)} yet"
    head = programs[program]
    if revision > head:
        raise Conflict(
            f"linernotes {program} knows schemas up to {head}, and {name_of(where)} has {revision}",
            hint="Restore a backup that was made before the upgrade, or run a newer version.",
        )
    if is_server(where) and any(label == "pre" for one, label in labels.items() if revision < one <= head):
        raise Conflict(
            f"linernotes {program} needs schema {head}, and {name_of(where)} has {revision}",
            hint="Run `linernotes db upgrade`.",
        )
    return f"linernotes {program} can run on schema {revision} of {name_of(where)}"
