"""`linernotes doctor`: the checks of /health/ready, and what to do about each that does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.config import Settings
    from linernotes.web.health import Finding

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Check that everything works, and say what to do if not.

    These are the checks behind /health/ready. Exits with 1 when one of them fails; a warning is no failure.
    """
    import msgspec

    from linernotes.web.health import Level, worst

    state: CliState = context.obj
    findings = _examine(state.settings())
    level = worst(findings)
    if as_json:
        click.echo(msgspec.json.encode({"level": level, "checks": findings}).decode())
    else:
        click.echo("\n".join(_lines(findings)))
    context.exit(1 if level is Level.FAILED else 0)


def _examine(settings: Settings) -> list[Finding]:
    import logging

    from linernotes.app.checks import all_checks, run_checks
    from linernotes.app.compose import live_catalogue
    from linernotes.app.growing import source_titles
    from linernotes.app.logs import configure
    from linernotes.app.stores import state_place
    from linernotes.web.leases import Leases

    configure(settings.log)
    # What goes wrong with the catalogue is a finding here; a log line would only say it twice.
    logging.getLogger("linernotes.live").setLevel(logging.CRITICAL)
    live = live_catalogue(settings, Leases())
    live.look()
    try:
        sources = source_titles(settings)
        state = state_place(settings)
        return run_checks(all_checks(data_dir=settings.data_dir, state=state, live=live, sources=sources))
    finally:
        live.close()


def _lines(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.level]}  {finding.name}: {finding.message}")
        if finding.hint:
            lines.append(f"         → {finding.hint}")
    return lines
