"""Opens the queue under test, also for the processes that tests start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url

from linernotes.queues.sql import SqlQueue
from linernotes.queues.sql.tables import metadata
from linernotes.stores.sql.opening import make_engine


def queue_engine(url: str) -> Engine:
    """Return an engine for ``sqlite:///path`` or ``postgresql://…`` whose tables are there."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        engine = make_engine(Path(found.database or ""))
    else:
        engine = create_engine(found.set(drivername="postgresql+psycopg"), pool_size=10)
    metadata.create_all(engine)
    return engine


@contextmanager
def sql_queue(url: str) -> Iterator[SqlQueue]:
    """Give a queue in that database."""
    engine = queue_engine(url)
    try:
        yield SqlQueue(engine=engine)
    finally:
        engine.dispose()
