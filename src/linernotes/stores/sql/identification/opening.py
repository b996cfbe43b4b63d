"""Chooses the kind of sessions that a database needs."""

from __future__ import annotations

from sqlalchemy import Engine

from linernotes.stores.sql.identification.sessions import Sessions


def sessions_of(engine: Engine) -> Sessions:
    """Return sessions on the database that an engine leads to, whose tables must be there."""
    if engine.dialect.name == "sqlite":
        from linernotes.stores.sql.identification.sqlite_sessions import SqliteSessions  # noqa: PLC0415 - one of two

        return SqliteSessions(path=str(engine.url.database))
    from linernotes.stores.sql.identification.postgres_sessions import PostgresSessions  # noqa: PLC0415 - as above

    return PostgresSessions(engine=engine)
