"""`linernotes jobs`: what waits to be done beside requests, and what was given up."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.domain.jobs import Job
    from linernotes.ports.queue import JobQueue

STATES = ["waiting", "running", "dead"]
EVERY = 10_000_000
AT_ONCE = 1000

ids_argument = click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@click.group(name="jobs")
def command() -> None:
    """List, retry and remove background jobs."""


@command.command(name="list")
@click.option("--state", "job_state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Most that are shown.")
@as_json_option
@data_option
@click.pass_obj
def list_(state: CliState, job_state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, those that run soonest first.

    Lines of id, kind, key, state, attempts, the time to run and the reason of the last failure, with tabs between
    them; a table on a terminal.
    """
    from linernotes.domain.jobs import JobState

    with _queue(state) as queue:
        jobs = queue.jobs(JobState(job_state) if job_state else None, limit=limit)
    if as_json:
        _tell_json({"jobs": jobs})
    elif not jobs:
        click.echo("no jobs", err=True)
    else:
        _tell_rows(("id", "kind", "key", "state", "attempts", "runs at", "reason"), [_cells(job) for job in jobs])


@command.command()
@as_json_option
@data_option
@click.pass_obj
def counts(state: CliState, as_json: bool) -> None:
    """Count jobs by kind and state."""
    with _queue(state) as queue:
        found = queue.counts()
    if as_json:
        _tell_json({"counts": found})
    elif not found:
        click.echo("no jobs", err=True)
    else:
        _tell_rows(("kind", "state", "jobs"), [(row.kind, row.state.value, str(row.count)) for row in found])


@command.command()
@ids_argument
@click.option("--all", "every", is_flag=True, help="All dead jobs.")
@as_json_option
@dry_run_option
@data_option
@click.pass_obj
def retry(state: CliState, ids: tuple[int, ...], every: bool, as_json: bool, dry_run: bool) -> None:
    """Let dead jobs run again, as if they had never been tried.

    A dead job stays where it is while the same work waits or runs.
    """
    from linernotes.app.jobs import unix_milliseconds

    _choose_one(bool(ids), every, "IDs or --all")
    with _queue(state) as queue:
        able = _revivable(queue, None if every else set(ids))
        done = len(able) if dry_run else _in_parts(able, lambda part: queue.revive(part, now=unix_milliseconds()))
    _conclude("retried", "would retry", done, ids, as_json=as_json, dry_run=dry_run)


@command.command()
@ids_argument
@click.option("--state", "job_state", type=click.Choice(["waiting", "dead"]), help="All jobs in this state.")
@as_json_option
@dry_run_option
@data_option
@click.pass_obj
def remove(state: CliState, ids: tuple[int, ...], job_state: str | None, as_json: bool, dry_run: bool) -> None:
    """Remove jobs that wait or are dead; one that runs is left alone."""
    from linernotes.domain.jobs import JobState

    _choose_one(bool(ids), job_state is not None, "IDs or --state")
    states = [JobState(job_state)] if job_state else [JobState.WAITING, JobState.DEAD]
    with _queue(state) as queue:
        found = [job.id for each in states for job in queue.jobs(each, limit=EVERY)]
        able = [id_ for id_ in found if not ids or id_ in ids]
        done = len(able) if dry_run else _in_parts(able, queue.remove)
    _conclude("removed", "would remove", done, ids, as_json=as_json, dry_run=dry_run)


@contextmanager
def _queue(state: CliState) -> Iterator[JobQueue]:
    from linernotes.app.jobs import open_queue

    with open_queue(state.settings()) as queue:
        yield queue


def _choose_one(one: bool, other: bool, names: str) -> None:
    if one == other:
        raise click.UsageError(f"Say which jobs: {names}.")


def _revivable(queue: JobQueue, ids: set[int] | None) -> list[int]:
    """Return the dead jobs, of those asked for, that can wait again: the first of each that is the same work."""
    from linernotes.domain.jobs import JobState

    taken = {_work(job) for each in (JobState.WAITING, JobState.RUNNING) for job in queue.jobs(each, limit=EVERY)}
    able: list[int] = []
    for job in sorted(queue.jobs(JobState.DEAD, limit=EVERY), key=lambda job: job.id):
        if (ids is None or job.id in ids) and _work(job) not in taken:
            taken.add(_work(job))
            able.append(job.id)
    return able


def _work(job: Job) -> tuple[str, str]:
    return job.kind, job.key


def _in_parts(ids: Sequence[int], do: Any) -> int:
    """Do it to a part after the other, so that no transaction is long; return how many it was done to."""
    return sum(do(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE))


def _conclude(did: str, would: str, done: int, ids: Sequence[int], *, as_json: bool, dry_run: bool) -> None:
    from linernotes.domain.errors import NotFound

    if ids and not done:
        raise NotFound(f"no job was {did}", hint="See them with: linernotes jobs list")
    if as_json:
        _tell_json({"dry_run": dry_run, did: done})
    else:
        click.echo(f"{would if dry_run else did} {done} job{'' if done == 1 else 's'}")


def _cells(job: Job) -> tuple[str, ...]:
    from datetime import UTC, datetime

    runs_at = datetime.fromtimestamp(job.run_at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (str(job.id), job.kind, job.key, job.state.value, str(job.attempts), runs_at, job.reason)


def _tell_json(document: dict[str, Any]) -> None:
    import msgspec

    click.echo(msgspec.json.encode(document).decode())


def _tell_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if sys.stdout.isatty():
        _print_table(head, rows)
        return
    for row in rows:
        click.echo("\t".join(" ".join(cell.split()) for cell in row))


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in head:
        numeric = name in {"id", "attempts", "jobs"}
        table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
