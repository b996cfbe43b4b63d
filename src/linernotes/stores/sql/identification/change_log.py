"""Which fingerprints an index has to know. Lines are written by who has the turn to import, so they come in order."""

from __future__ import annotations

from linernotes.domain.identification import FingerprintChange
from linernotes.stores.sql.identification.sessions import Sessions
from linernotes.stores.sql.identification.values import within

SOURCE = "SELECT name FROM acoustid_database"
LAST = "SELECT coalesce(max(id), 0) FROM acoustid_fingerprint_change"
MARK = "SELECT mark FROM acoustid_fingerprint_change WHERE id = ?"
CHANGES = (
    "SELECT chosen.id, chosen.fingerprint, f.words, chosen.mark"
    " FROM (SELECT id, fingerprint, mark FROM acoustid_fingerprint_change"
    " WHERE id > ? ORDER BY id LIMIT ?) chosen LEFT JOIN acoustid_fingerprint f ON f.id = chosen.fingerprint"
)


class SqlChangeLog:
    """The change log. May be used from several threads."""

    def __init__(self, *, sessions: Sessions) -> None:
        """Read it in this database."""
        self._sessions = sessions

    def source(self) -> str:
        return str(self._sessions.read(lambda session: session.ask(SOURCE))[0][0])

    def last(self) -> int:
        return int(self._sessions.read(lambda session: session.ask(LAST))[0][0])

    def mark(self, line: int) -> int | None:
        rows = self._sessions.read(lambda session: session.ask(MARK, (within(line),)))
        return int(rows[0][0]) if rows else None

    def changes(self, after: int, *, limit: int) -> list[FingerprintChange]:
        bounds = within(after), within(limit)
        rows = self._sessions.read(lambda session: session.ask(CHANGES, bounds))
        rows.sort()  # here: a database would carry the words along
        return [FingerprintChange(*row) for row in rows]
