"""`linernotes worker`: background jobs without a server."""

from __future__ import annotations

import click

from linernotes.cli.state import CliState, data_option


@click.command(name="worker")
@click.option("--concurrency", type=int, help="Jobs that run at once (setting worker.concurrency).")
@data_option
@click.pass_obj
def command(state: CliState, concurrency: int | None) -> None:
    """Run background jobs without serving.

    A server does this beside its requests. Processes of this command help it until SIGTERM or Ctrl-C stops them; on
    PostgreSQL they may be on other machines.
    """
    from linernotes.app.jobs import run_worker

    settings = state.settings({"worker.concurrency": concurrency})
    click.echo(f"Running jobs, at most {settings.worker.concurrency} at once. Ctrl-C stops it.")
    run_worker(settings)
