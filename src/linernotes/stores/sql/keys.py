"""Keys in SQL: what is kept is never enough to make a key's text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from linernotes.domain.errors import Conflict
from linernotes.domain.keys import ApiKey, Scope
from linernotes.stores.sql.engines import writing
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.tables import api_key
from linernotes.stores.sql.texts import check_key, storable


class SqlKeys:
    """Keys by id. May be used from several threads."""

    def __init__(self, *, engine: Engine) -> None:
        """Keep them where the engine leads; the table must be there."""
        self._engine = engine

    def add(self, key: ApiKey) -> None:
        row = {
            "id": check_key(key.id),
            "name": check_key(key.name),
            "scopes": " ".join(key.scopes),
            "created_at": key.created_at,
            "hash": key.hash,
            "revoked_at": key.revoked_at,
        }
        with writing(self._engine) as connection:
            try:
                connection.execute(insert(api_key), row)
            except IntegrityError as exc:
                raise Conflict(f"there is a key {key.id} already") from exc

    def get(self, key_id: str) -> ApiKey | None:
        if storable(key_id) is None:
            return None
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(api_key).where(api_key.c.id == key_id)).first()
        return None if row is None else _key(row)

    def keys(self) -> list[ApiKey]:
        oldest = select(api_key).order_by(api_key.c.created_at, api_key.c.id)
        with translated(), self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(oldest)]

    def revoke(self, key_id: str, *, now: int) -> bool:
        if storable(key_id) is None:
            return False
        still_valid = update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(still_valid.values(revoked_at=now)).rowcount == 1


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(Scope(scope) for scope in row.scopes.split()),
        created_at=row.created_at,
        hash=bytes(row.hash),
        revoked_at=row.revoked_at,
    )
