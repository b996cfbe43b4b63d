"""The builds in a database: one is live, and another becomes so in one transaction.

linernotes_catalogue.build      a row for each build that is there: being made, live, or live before
catalogue_<build id>            a build, complete and never changed
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Conflict, Corrupt, LinernotesError, Unavailable
from linernotes.domain.ids import MBID
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.catalogue import PostgresCatalogue
from linernotes.stores.postgres.database import CONNECTIONS, WAIT_SECONDS, Database, Row
from linernotes.stores.postgres.publishing import Publication
from linernotes.stores.postgres.registry import BUILDS_KNOWN, IMPORT_LOCK, LIVE, PUBLISHED, REGISTERED
from linernotes.stores.postgres.schema import FORMAT

_NOBODY = MBID("00000000-0000-0000-0000-000000000000")
_AGAIN = "Run `linernotes import` again."


class LiveRow(msgspec.Struct, frozen=True):
    """What the database says of a build that is or was live."""

    build_id: str
    schema: str
    format: int
    info: BuildInfo


class PostgresBuilds:
    """The builds of one database, and the connections to it."""

    def __init__(self, url: Secret, *, connections: int = CONNECTIONS, wait_seconds: float = WAIT_SECONDS) -> None:
        """Connect to nothing yet. Raises ``Invalid`` for what is no PostgreSQL URL."""
        self.database = Database(url, connections=connections, wait_seconds=wait_seconds)
        self._registered = False

    @property
    def place(self) -> str:
        """Host, port and database, for messages."""
        return self.database.place

    def live_id(self) -> str | None:
        """Return which build is live, None when there is none; one small read."""
        live = self.live()
        return None if live is None else live.build_id

    def live(self) -> LiveRow | None:
        """Return what is known of the live build. Raises ``Corrupt`` for a row that makes no sense."""
        return self._one(LIVE)

    def open(self, build_id: str) -> PostgresCatalogue:
        """Open a build that is or was live. Raises ``Unavailable`` when it is gone or its format is not ours."""
        found = self._one(PUBLISHED, build_id)
        if found is None:
            raise Unavailable(f"build {build_id} is not in PostgreSQL at {self.place}", hint=_AGAIN)
        return self._open(found)

    def usable(self) -> LiveRow | None:
        """Return the live build if this version can read it; a damaged one is as good as none."""
        live = self.live()
        if live is None:
            return None
        try:
            self._open(live).artists([_NOBODY])
        except LinernotesError:
            return None
        return live

    def builds(self) -> list[tuple[str, str]]:
        """Return all builds that take up room, as id and state ("building", "live", "old"), by id."""
        return [(build_id, state) for build_id, state in self._rows(BUILDS_KNOWN)]

    @contextmanager
    def importing(self) -> Iterator[Publication]:
        """Hold the import lock of the database; all builds but the live one are dropped first.

        Raises ``Conflict`` while another import is running, from wherever.
        """
        self.live_id()  # which also asks for the server's version
        with self.database.connection() as connection:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", [IMPORT_LOCK]).fetchone()
            if not taken or not taken[0]:
                raise Conflict(
                    f"another import into PostgreSQL at {self.place} is running", hint="Wait until it is done."
                )
            publication = Publication(connection)
            publication.drop_old()
            yield publication

    def close(self) -> None:
        """Close all connections; snapshots cannot be read after."""
        self.database.close()

    def _rows(self, statement: bytes, *values: object) -> list[Row]:
        # Asking for a table that is not there would leave an error in the server's log each time.
        self._registered = self._registered or bool(self.database.rows(REGISTERED)[0][0])
        return self.database.rows(statement, *values) if self._registered else []

    def _one(self, statement: bytes, *values: object) -> LiveRow | None:
        rows = self._rows(statement, *values)
        if not rows:
            return None
        try:
            build_id, schema, form, info = rows[0]
            return LiveRow(build_id, schema, form, msgspec.json.decode(info, type=BuildInfo))
        except (msgspec.MsgspecError, TypeError) as exc:
            raise Corrupt(f"PostgreSQL at {self.place} does not know its own builds", hint=_AGAIN) from exc

    def _open(self, live: LiveRow) -> PostgresCatalogue:
        if live.format != FORMAT:
            raise Unavailable(
                f"the catalogue in PostgreSQL at {self.place} has format {live.format}, this version reads {FORMAT}",
                hint="Run `linernotes import` with this version.",
            )
        return PostgresCatalogue(database=self.database, schema=live.schema, info=live.info)
