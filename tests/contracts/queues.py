"""Opens the queue under test, also for the processes that tests start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.schema import CreateSchema

from linernotes.queues.sql import SqlQueue
from linernotes.queues.sql.tables import metadata
from linernotes.stores.sql.location import SCHEMA, Location
from linernotes.stores.sql.opening import make_engine


def place(url: str) -> Location:
    """Return where the state is that ``sqlite:///path`` or ``postgresql://…`` means."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else url


def queue_engine(url: str) -> Engine:
    """Return an engine of the state's kind, with the queue's tables and no others: that is quicker than migrations."""
    engine = make_engine(place(url))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
        metadata.create_all(connection)
    return engine


@contextmanager
def sql_queue(url: str) -> Iterator[SqlQueue]:
    """Give a queue in that database."""
    engine = queue_engine(url)
    try:
        yield SqlQueue(engine=engine)
    finally:
        engine.dispose()
