"""A queue in two tables: several processes may use it at once, and every method is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from linernotes.domain.errors import Invalid
from linernotes.domain.jobs import Job, JobCount, JobState, NewJob
from linernotes.queues.sql import statements, tables
from linernotes.queues.sql.faults import translated


class SqlQueue:
    """Jobs over SQLAlchemy Core. The engine, and the tables in its database, are somebody else's."""

    def __init__(self, *, engine: Engine) -> None:
        """Raise Invalid for a database that is neither SQLite nor PostgreSQL."""
        self._engine = engine
        self._dialect = engine.dialect.name
        if self._dialect not in statements.DIALECTS:
            raise Invalid(f"jobs cannot be kept in {self._dialect}", hint="SQLite and PostgreSQL can.")

    def put(self, jobs: Sequence[NewJob], *, now: int) -> int:
        # Sorted, because two who add the same jobs in different orders would wait for each other.
        rows = [_row(new, now) for new in sorted(jobs, key=lambda new: (new.kind, new.key))]
        if not rows:
            return 0
        with self._write() as connection:
            return len(connection.execute(statements.add(self._dialect), rows).all())

    def lease(self, *, owner: str, kinds: Sequence[str], limit: int, now: int, until: int) -> list[Job]:
        if not kinds or limit <= 0 or not self._may_lease(kinds, now):
            return []
        take = statements.lease(owner=owner, kinds=kinds, limit=limit, now=now, until=until)
        with self._write() as connection:
            taken = [_job(row) for row in connection.execute(take).mappings()]
        return sorted(taken, key=lambda found: (-found.priority, found.run_at, found.id))

    def _may_lease(self, kinds: Sequence[str], now: int) -> bool:
        """Look without a lock first: on SQLite a queue without work should keep nobody from writing."""
        if self._dialect != "sqlite":
            return True
        look = select(or_(*(select(tables.job.c.id).where(each).exists() for each in statements.may_run(kinds, now))))
        with translated(), self._engine.connect() as connection:
            return bool(connection.execute(look).scalar())

    def extend(self, job: Job, *, until: int) -> bool:
        return self._change(job, {"leased_until": until})

    def finish(self, job: Job) -> bool:
        with self._write() as connection:
            return connection.execute(delete(tables.job).where(statements.held(job))).rowcount == 1

    def retry(self, job: Job, *, reason: str, run_at: int) -> bool:
        return self._change(job, {"state": statements.WAITING, "reason": reason, "run_at": run_at, **statements.IDLE})

    def bury(self, job: Job, *, reason: str) -> bool:
        return self._change(job, {"state": statements.DEAD, "reason": reason, **statements.IDLE})

    def _change(self, found: Job, values: Mapping[str, Any]) -> bool:
        with self._write() as connection:
            return connection.execute(update(tables.job).where(statements.held(found)).values(values)).rowcount == 1

    def counts(self) -> list[JobCount]:
        by_state = select(tables.job.c.kind, tables.job.c.state, func.count()).group_by(
            tables.job.c.kind, tables.job.c.state
        )
        with translated(), self._engine.connect() as connection:
            found = [JobCount(kind, JobState(state), count) for kind, state, count in connection.execute(by_state)]
        return sorted(found)  # here, and not by the database, whose collation may be another

    def jobs(self, state: JobState | None = None, *, limit: int = 100) -> list[Job]:
        soonest = select(tables.job).order_by(tables.job.c.run_at, tables.job.c.id).limit(max(limit, 0))
        if state is not None:
            soonest = soonest.where(tables.job.c.state == state.value)
        with translated(), self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(soonest).mappings()]

    def revive(self, ids: Sequence[int], *, now: int) -> int:
        with self._write() as connection:
            return sum(_revived(connection, id_, now) for id_ in sorted(set(ids)))

    def remove(self, ids: Sequence[int]) -> int:
        chosen = tables.job.c.id.in_(sorted(set(ids))) & (tables.job.c.state != statements.RUNNING)
        with self._write() as connection:
            return connection.execute(delete(tables.job).where(chosen)).rowcount

    def due(self, name: str, *, every: int, now: int) -> bool:
        known = select(statements.is_due(every=every, now=now)).where(tables.period.c.name == name)
        with translated(), self._engine.connect() as connection:
            if connection.execute(known).scalar() in (False, 0):
                return False
        with self._write() as connection:
            begin = statements.begin_period(self._dialect, name, every=every, now=now)
            return connection.execute(begin).first() is not None

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection:
            if self._dialect == "sqlite":
                # With the first word, because a reader that wants to write later may be refused.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()


def _revived(connection: Connection, id_: int, now: int) -> bool:
    try:
        with connection.begin_nested():
            return connection.execute(statements.revive(id_, now)).rowcount == 1
    except IntegrityError:
        return False  # the same work was put by somebody else in this moment


def _row(new: NewJob, now: int) -> dict[str, Any]:
    return (
        msgspec.structs.asdict(new)
        | statements.IDLE
        | {
            "state": statements.WAITING,
            "attempts": 0,
            "created_at": now,
            "run_at": max(new.run_at, now),
            "reason": "",
        }
    )


def _job(row: RowMapping) -> Job:
    return msgspec.convert({str(name): value for name, value in row.items()}, Job)
