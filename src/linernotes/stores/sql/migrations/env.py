"""Run by Alembic: hands it the connection and the tables."""

from __future__ import annotations

from alembic import context

from linernotes.stores.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
