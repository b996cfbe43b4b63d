"""Where a state database is: a file's path, or the URL of a PostgreSQL server, whose password is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linernotes.domain.errors import Invalid
from linernotes.domain.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import URL

STATE_FILE = "state.sqlite"
SCHEMA = "linernotes_state"
Location = Path | str
"""A path, or a URL ``postgresql://…``."""
_SERVERS = ("postgresql://", "postgres://")
# Nobody waits without end: not for the network, not for a lock, and not for a process that stopped in a transaction.
_CONNECT_SECONDS = "10"
_SILENCE_MILLISECONDS = "30000"
_TIMEOUTS = "-cstatement_timeout=60s -clock_timeout=30s -cidle_in_transaction_session_timeout=60s"


def state_location(data_dir: Path, database: Secret) -> Location:
    """Return where the state is: on the server, if one is set, and otherwise in the data folder."""
    return database.reveal() or data_dir / STATE_FILE


def is_server(where: Location) -> bool:
    """Whether it is a URL. Raises Invalid for text that is none of PostgreSQL's."""
    if isinstance(where, Path):
        return False
    if not where.startswith(_SERVERS):
        raise _unusable()
    return True


def name_of(where: Location) -> str:
    """Return how to speak of it: the path, or the URL with neither password nor options."""
    if not is_server(where):
        return str(where)
    url = server_url(where)
    bare = url.create("postgresql", url.username, host=url.host, port=url.port, database=url.database)
    return bare.render_as_string()


def server_url(where: Location) -> URL:
    """Return a server's URL for SQLAlchemy: psycopg, our schema, and an end to waiting. Raises Invalid."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - a file needs no URL
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    try:
        url = make_url(str(where))
    except (ArgumentError, ValueError):
        # Without its cause, which may hold a piece of the password.
        raise _unusable() from None
    if "@" in (url.host or ""):
        raise _unusable()  # the end of a password that was not written as it should be
    given = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    ours = {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _SILENCE_MILLISECONDS,
        "application_name": "linernotes",
        **given,
        "options": " ".join([_TIMEOUTS, *filter(None, [given.get("options")]), f"-csearch_path={SCHEMA}"]),
    }
    return url.set(drivername="postgresql+psycopg", query=ours)


def _unusable() -> Invalid:
    return Invalid(
        "the setting `database` is no address of a PostgreSQL database",
        hint="It looks like postgresql://user:password@host:5432/name; write % and @ in a password as %25 and %40.",
    )
