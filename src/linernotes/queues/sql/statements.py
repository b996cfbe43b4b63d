"""What the queue says to the database. All values are bound."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import CTE, ColumnElement, Select, Table, Update, and_, case, desc, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from linernotes.domain.jobs import Job, JobState
from linernotes.queues import LOST
from linernotes.queues.sql.tables import job, period

WAITING, RUNNING, DEAD = (state.value for state in (JobState.WAITING, JobState.RUNNING, JobState.DEAD))
DIALECTS = frozenset({"postgresql", "sqlite"})
IDLE = {"owner": "", "leased_until": 0}
Upsert = postgresql.Insert | sqlite.Insert


def _new(dialect: str, table: Table) -> Upsert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def add(dialect: str) -> ReturningInsert[tuple[int]]:
    """Add the jobs that are not there yet; returns the ids of those."""
    return _new(dialect, job).on_conflict_do_nothing().returning(job.c.id)


def may_run(kinds: Sequence[str], now: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return what holds for waiting jobs whose time has come, and for running ones whose lease has run out."""
    ours = job.c.kind.in_(kinds)
    waiting = and_(job.c.state == WAITING, job.c.run_at <= now, ours)
    lost = and_(job.c.state == RUNNING, job.c.leased_until <= now, ours)
    return waiting, lost


def lease(*, owner: str, kinds: Sequence[str], limit: int, now: int, until: int) -> Update:
    """Take jobs, and return them in any order. On PostgreSQL those that somebody else is taking are passed over."""
    waiting, lost = may_run(kinds, now)
    # Two questions, so that each can be answered in the order of the index.
    both = union_all(select(_first(waiting, limit, "waiting")), select(_first(lost, limit, "lost"))).subquery()
    chosen = select(both.c.id).order_by(desc(both.c.priority), both.c.run_at, both.c.id).limit(limit)
    return (
        update(job)
        .where(job.c.id.in_(chosen))
        .values(
            state=RUNNING,
            owner=owner,
            leased_until=until,
            attempts=job.c.attempts + 1,
            reason=case((job.c.state == RUNNING, LOST), else_=job.c.reason),
        )
        .returning(*job.c)
    )


def _first(condition: ColumnElement[bool], limit: int, name: str) -> CTE:
    rows = select(job.c.id, job.c.priority, job.c.run_at).where(condition)
    return _in_order(rows).limit(limit).with_for_update(skip_locked=True).cte(name)


def _in_order(rows: Select[tuple[int, int, int]]) -> Select[tuple[int, int, int]]:
    return rows.order_by(desc(job.c.priority), job.c.run_at, job.c.id)


def held(found: Job) -> ColumnElement[bool]:
    """Return what holds while a job is its owner's; an owner may have lost it and taken it anew."""
    return and_(
        job.c.id == found.id,
        job.c.state == RUNNING,
        job.c.owner == found.owner,
        job.c.attempts == found.attempts,
    )


def revive(id_: int, now: int) -> Update:
    """Let a dead job wait, unless the same work waits or runs already."""
    same = job.alias("same")
    live = select(same.c.id).where(same.c.kind == job.c.kind, same.c.key == job.c.key, same.c.state != DEAD)
    dead = and_(job.c.id == id_, job.c.state == DEAD, ~live.exists())
    return update(job).where(dead).values(state=WAITING, attempts=0, run_at=now)


def begin_period(dialect: str, name: str, *, every: int, now: int) -> ReturningInsert[tuple[str]]:
    """Begin a task's next period and return its name, where it is due."""
    new = _new(dialect, period).values(name=name, next_at=now + every)
    over = is_due(every=every, now=now)
    replace = new.on_conflict_do_update(
        index_elements=[period.c.name], set_={"next_at": new.excluded.next_at}, where=over
    )
    return replace.returning(period.c.name)


def is_due(*, every: int, now: int) -> ColumnElement[bool]:
    """Return what holds for a period that is over; two periods ahead, it was written when it was longer."""
    return (period.c.next_at <= now) | (period.c.next_at > now + 2 * every)
