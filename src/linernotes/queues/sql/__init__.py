"""Jobs in the state database, SQLite or PostgreSQL: what was put stays, whoever crashes."""

from linernotes.queues.sql.queue import SqlQueue

__all__ = ["SqlQueue"]
