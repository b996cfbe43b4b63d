"""`linernotes acoustid`: AcoustID's public data in and out, and who may look up and submit."""

from __future__ import annotations

import click

from linernotes.cli.acoustid.clients import account, application
from linernotes.cli.acoustid.exporting import export
from linernotes.cli.acoustid.importing import import_


@click.group(name="acoustid")
def command() -> None:
    """Load AcoustID's public data, write ours as such, and make keys for programs and users."""


for _each in (import_, export, application, account):
    command.add_command(_each)
