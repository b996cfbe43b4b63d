"""The state as the ports see it: change marks and imports here, what has a port of its own as an attribute."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Engine, desc, select
from sqlalchemy.dialects import postgresql, sqlite

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.identification.change_log import SqlChangeLog
from linernotes.stores.sql.identification.clients import SqlClients
from linernotes.stores.sql.identification.counts import SqlCounts
from linernotes.stores.sql.identification.opening import sessions_of
from linernotes.stores.sql.identification.public_data import SqlPublicData
from linernotes.stores.sql.identification.submissions import SqlSubmissions
from linernotes.stores.sql.identification.tracks import SqlTracks
from linernotes.stores.sql.keys import SqlKeys
from linernotes.stores.sql.overlay import SqlOverlay
from linernotes.stores.sql.tables import change, import_history
from linernotes.stores.sql.turns import SqlClaims, SqlPace


class SqlState:
    """Change marks and the history of imports. May be used from several threads at once."""

    def __init__(self, *, engine: Engine) -> None:
        """Take over the engine, whose database has the newest tables."""
        self.engine = engine
        self.overlay = SqlOverlay(engine=engine)
        self.claims = SqlClaims(engine=engine)
        self.pace = SqlPace(engine=engine)
        self.keys = SqlKeys(engine=engine)
        self.sessions = sessions_of(engine)
        self.tracks = SqlTracks(read=self.sessions.read, remote=self.sessions.remote)
        self.submissions = SqlSubmissions(sessions=self.sessions)
        self.change_log = SqlChangeLog(sessions=self.sessions)
        self.clients = SqlClients(sessions=self.sessions)
        self.counts = SqlCounts(sessions=self.sessions)
        self.public_data = SqlPublicData(engine=engine, sessions=self.sessions)
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def close(self) -> None:
        """Let go of the connections."""
        self.overlay.close()
        self.sessions.close()
        self.engine.dispose()

    def mark(self, entities: Sequence[EntityRef], *, changed_at: int, reason: str) -> None:
        rows = [
            {"kind": e.kind.value, "mbid": e.mbid, "changed_at": changed_at, "reason": reason}
            for e in sorted(set(entities))
        ]
        if not rows:
            return
        new = self._insert(change)
        replace = new.on_conflict_do_update(
            index_elements=[change.c.kind, change.c.mbid],
            set_={"changed_at": new.excluded.changed_at, "reason": new.excluded.reason},
        )
        with translated(), self.engine.begin() as connection:
            connection.execute(replace, rows)

    def marked_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        newest = (
            select(change.c.mbid, change.c.changed_at)
            .where(change.c.kind == kind.value, change.c.changed_at > since)
            .order_by(desc(change.c.changed_at), change.c.mbid)
            .limit(limit)
        )
        with translated(), self.engine.connect() as connection:
            return [Change(kind, MBID(mbid), changed_at) for mbid, changed_at in connection.execute(newest)]

    def record(self, build: BuildInfo) -> None:
        row = msgspec.to_builtins(build)
        new = self._insert(import_history)
        replace = new.on_conflict_do_update(index_elements=[import_history.c.build_id], set_=row)
        with translated(), self.engine.begin() as connection:
            connection.execute(replace, row)

    def imports(self, limit: int = 20) -> list[BuildInfo]:
        newest = select(import_history).order_by(desc(import_history.c.built_at), import_history.c.build_id)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(newest.limit(limit)).mappings().all()
        return [msgspec.convert({str(name): value for name, value in row.items()}, BuildInfo) for row in rows]
