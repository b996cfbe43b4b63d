"""`linernotes index`: the fingerprint indexes of a folder, beside the server or in its place."""

from __future__ import annotations

import click

from linernotes.cli.index.adding import add
from linernotes.cli.index.asking import search, stats
from linernotes.cli.index.caring import merge, repair, verify
from linernotes.cli.index.making import create, delete
from linernotes.cli.index.moving import export, import_


@click.group(name="index")
def command() -> None:
    """Make, load, search, check and repair fingerprint indexes.

    They are in the folder `fingerprints` of the data folder, or in the one that --dir names, such as fpindex's. What
    only reads may be run beside a server, and so may `add`; what else writes needs the folder for itself.
    """


for _each in (add, create, stats, search, import_, export, verify, repair, merge, delete):
    command.add_command(_each)
