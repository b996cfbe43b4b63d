"""Turns among all processes on one database. Each is one statement, so that the database decides who was first."""

from __future__ import annotations

from sqlalchemy import Engine, text

from linernotes.stores.sql.engines import writing
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.texts import check_key, storable

CLAIM = text(
    "INSERT INTO claim (name, owner, until) VALUES (:name, :owner, :until)"
    " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until"
    " WHERE claim.owner = excluded.owner OR claim.until <= :now RETURNING name"
)
RELEASE = text("DELETE FROM claim WHERE name = :name AND owner = :owner")
HELD = text("SELECT 1 FROM claim WHERE name = :name AND until > :now")
_MOMENT = "{max}(:now, coalesce(pace.last_at + :interval, :now), coalesce(pace.not_before, :now))"
RESERVE = (
    "INSERT INTO pace (name, last_at) VALUES (:name, :now)"
    f" ON CONFLICT (name) DO UPDATE SET last_at = {_MOMENT} WHERE {_MOMENT} <= :latest RETURNING last_at"
)
HOLD = (
    "INSERT INTO pace (name, not_before) VALUES (:name, :until)"
    " ON CONFLICT (name) DO UPDATE SET not_before = {max}(excluded.not_before, coalesce(pace.not_before, 0))"
)
GREATEST = {"sqlite": "max", "postgresql": "greatest"}


class SqlClaims:
    """Names that processes hold for a while. May be used from several threads."""

    def __init__(self, *, engine: Engine) -> None:
        """Keep them where the engine leads; the table must be there."""
        self._engine = engine

    def claim(self, name: str, *, owner: str, now: int, until: int) -> bool:
        values = {"name": check_key(name), "owner": owner, "now": now, "until": until}
        with writing(self._engine) as connection:
            return connection.execute(CLAIM, values).first() is not None

    def release(self, name: str, *, owner: str) -> None:
        if storable(name) is None:
            return
        with writing(self._engine) as connection:
            connection.execute(RELEASE, {"name": name, "owner": owner})

    def held(self, name: str, *, now: int) -> bool:
        with translated(), self._engine.connect() as connection:
            return connection.execute(HELD, {"name": storable(name), "now": now}).first() is not None


class SqlPace:
    """The last moment reserved under each name. May be used from several threads."""

    def __init__(self, *, engine: Engine) -> None:
        """Keep it where the engine leads; the table must be there."""
        self._engine = engine
        greatest = GREATEST[engine.dialect.name]
        self._reserve = text(RESERVE.format(max=greatest))
        self._hold = text(HOLD.format(max=greatest))

    def reserve(self, name: str, *, interval: int, now: int, latest: int) -> int | None:
        if now > latest:
            return None
        values = {"name": check_key(name), "interval": interval, "now": now, "latest": latest}
        with writing(self._engine) as connection:
            moment = connection.execute(self._reserve, values).scalar()
        return None if moment is None else int(moment)

    def hold(self, name: str, *, until: int) -> None:
        with writing(self._engine) as connection:
            connection.execute(self._hold, {"name": check_key(name), "until": until})
