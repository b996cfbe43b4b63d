"""One import's hold on a database: what it may drop, where it writes, and the moment in which its build goes live."""

from __future__ import annotations

import msgspec
from psycopg import errors, sql

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Conflict
from linernotes.stores.postgres import registry
from linernotes.stores.postgres.database import Connection
from linernotes.stores.postgres.schema import FORMAT, schema_name

# Somebody may be reading a build for hours, a backup for one: then it is the next import that drops it.
_PATIENCE = "SET lock_timeout = '10s'"


class Publication:
    """Given out by ``PostgresBuilds.importing`` for as long as the lock is held, on the connection that holds it."""

    def __init__(self, connection: Connection) -> None:
        """Make the table of builds if it is not there."""
        self._connection = connection
        for statement in registry.CREATE:
            connection.execute(statement)

    def drop_old(self) -> None:
        """Drop every build but the live one."""
        self._connection.execute(_PATIENCE)
        for (schema,) in self._connection.execute(registry.DROPPABLE).fetchall():
            try:
                with self._connection.transaction():
                    self._connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
                    self._connection.execute(registry.FORGET, [schema])
            except errors.LockNotAvailable:
                continue

    def begin(self, build_id: str) -> str:
        """Make an empty schema for a build and return its name."""
        schema = schema_name(build_id)
        with self._connection.transaction():
            self._connection.execute(registry.BEGIN, [build_id, schema, FORMAT])
            self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        return schema

    def publish(self, info: BuildInfo) -> None:
        """Make a build live in place of the one before, durably. Raises ``Conflict`` if it was not begun here."""
        with self._connection.transaction():
            self._connection.execute("SET LOCAL synchronous_commit = on")
            self._connection.execute(registry.RETIRE)
            told = msgspec.json.encode(info).decode()
            if self._connection.execute(registry.PUBLISH, [told, info.build_id]).rowcount != 1:
                raise Conflict(f"build {info.build_id} is not there any more", hint="Run `linernotes import` again.")
