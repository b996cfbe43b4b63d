"""The history of the tables. The only module that imports Alembic; `env.py` runs inside it.

The first word of a migration's docstring says when it may run: `pre`, before the new code starts, or `post`, after
the last of the old code has stopped.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def run(connection: Connection) -> None:
    """Bring the database behind ``connection`` to the newest revision, inside the caller's transaction."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
