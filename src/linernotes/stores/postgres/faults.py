"""Turns PostgreSQL's errors into ours. No message ever holds a connection URL, for there is a password in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from linernotes.domain.errors import Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.domain.secret import Secret

RETRY_SECONDS = 2.0
SOURCE = "postgres"
_SCHEMES = ("postgresql://", "postgres://")
_HINTS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.DiskFull, "The server's disk is full."),
    (errors.InsufficientPrivilege, "Give the user of the setting `database` the right to CREATE in its database."),
    (errors.QueryCanceled, "The server took too long."),
    (errors.UndefinedTable, "The build was removed meanwhile; ask again."),
)
_DAMAGE = (errors.DataCorrupted, errors.IndexCorrupted, errors.InternalError_)


def place_of(url: Secret) -> str:
    """Return host, port and database of a connection URL, for messages. Raises ``Invalid`` for what is no such URL."""
    text = url.reveal()
    try:
        parts = conninfo_to_dict(text) if text.startswith(_SCHEMES) else None
    except (psycopg.ProgrammingError, UnicodeError):
        parts = None
    if parts is None or "@" in str(parts.get("host", "")):  # the tail of a password that was not percent-encoded
        # Without libpq's reason: it repeats the URL, and the password with it.
        raise Invalid(
            "the setting `database` is no PostgreSQL URL",
            hint="It looks like postgresql://user:password@host:5432/name; special characters are percent-encoded.",
        )
    host, port = parts.get("host") or "local socket", parts.get("port") or "5432"
    return f"{host}:{port}/{parts.get('dbname') or parts.get('user') or ''}"


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise ``Unavailable`` or ``Corrupt`` where psycopg raises; ``place`` says which server."""
    try:
        yield
    except PoolTimeout as exc:
        raise Unavailable(
            f"no connection to PostgreSQL at {place} is free",
            hint="It is down, or more is asked of it than it can answer.",
            source=SOURCE,
            retry_after=RETRY_SECONDS,
        ) from exc
    except TooManyRequests as exc:
        raise Unavailable(f"too many wait for PostgreSQL at {place}", source=SOURCE, retry_after=RETRY_SECONDS) from exc
    except PoolClosed as exc:
        raise Unavailable(f"the connections to PostgreSQL at {place} are closed", source=SOURCE) from exc
    except psycopg.Error as exc:
        raise ours(exc, place) from exc


def ours(exc: psycopg.Error, place: str) -> LinernotesError:
    """Return our error for one of psycopg's."""
    said = exc.diag.message_primary or (str(exc).strip().splitlines() or [type(exc).__name__])[0]
    if isinstance(exc, errors.UniqueViolation):
        return Corrupt(
            f"PostgreSQL at {place}: {said}",
            hint="The dump has one MBID twice: compare its checksums, or take the next one.",
            source=SOURCE,
        )
    if isinstance(exc, _DAMAGE):
        return Corrupt(f"PostgreSQL at {place}: {said}", hint="Run `linernotes import` again.", source=SOURCE)
    if isinstance(exc, psycopg.DataError):
        return Invalid(f"PostgreSQL at {place} does not take this value: {said}", source=SOURCE)
    hint = next((hint for kind, hint in _HINTS if isinstance(exc, kind)), "")
    if not hint and isinstance(exc, psycopg.OperationalError) and exc.sqlstate is None:
        hint = "Is it running, and does the setting `database` name it rightly? `linernotes doctor` tries it."
    return Unavailable(f"PostgreSQL at {place}: {said}", hint=hint, source=SOURCE, retry_after=RETRY_SECONDS)
