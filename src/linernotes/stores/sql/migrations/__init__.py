"""The history of the tables. The only module that imports Alembic; `env.py` runs inside it.

A migration's ``label``, which is also the first word of its docstring, says when it may run: `pre`, before the new
code starts, or `post`, after the last of the old code has stopped.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def run(connection: Connection, revision: str) -> None:
    """Bring the database behind ``connection`` up to a revision, inside the caller's transaction."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
