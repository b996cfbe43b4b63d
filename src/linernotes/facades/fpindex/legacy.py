"""fpindex's legacy protocol: a line asks, a line answers; about the index `main` alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np

from linernotes.domain.errors import LinernotesError
from linernotes.facades.fpindex.bodies import Search
from linernotes.facades.fpindex.collection import Collection
from linernotes.facades.fpindex.dialects import U32, decimal
from linernotes.facades.fpindex.errors import Refusal
from linernotes.facades.fpindex.served import Served
from linernotes.fingerprint.index.values import make_update
from linernotes.fingerprint.values import Words

INDEX = "main"
_NUMERIC = b"0123456789,+-_"


class LineError(Exception):
    """A line ends with an error of this text."""


class Session:
    """What one connection has set and begun."""

    def __init__(self, collection: Collection) -> None:
        """Begin with fpindex's attributes and outside a transaction."""
        self._collection = collection
        self._attributes = {b"max_results": 500, b"top_score_percent": 10, b"timeout": 0, b"idle_timeout": 60_000}
        self._inserts: dict[int, Words] | None = None
        self._metadata: dict[str, str] = {}
        self._commands: dict[bytes, Callable[[list[bytes]], Awaitable[bytes]]] = {
            b"echo": self._echo,
            b"search": self._search,
            b"begin": self._begin,
            b"insert": self._insert,
            b"commit": self._commit,
            b"rollback": self._rollback,
            b"optimize": self._nothing,
            b"cleanup": self._nothing,
            b"get": self._get,
            b"set": self._set,
        }

    @property
    def idle_seconds(self) -> float | None:
        """How long to wait for the next line; None for ever."""
        return self._attributes[b"idle_timeout"] / 1000 or None

    async def answer(self, line: bytes) -> bytes:
        """Answer a line."""
        words = [word for word in line.rstrip(b"\r\n").split(b" ") if word]
        if not words:
            return _ok()
        command = self._commands.get(words[0])
        if command is None:
            return _error("unknown command")
        try:
            return _ok(await command(words[1:]))
        except LineError as exc:
            return _error(str(exc))

    def too_long(self) -> bytes:
        """Say that a line is too long."""
        return _error("line too long")

    def idle(self) -> bytes:
        """Say that nothing was heard for too long."""
        return _error("timeout")

    async def _echo(self, words: list[bytes]) -> bytes:
        return b" ".join(words)

    async def _search(self, words: list[bytes]) -> bytes:
        if len(words) != 1:
            raise LineError("expected one argument")
        query = fingerprint(words[0])
        limit = self._attributes[b"max_results"]
        if not limit:
            return b""
        asked = Search(
            query,
            limit=limit,
            min_score=1,
            score_pct=self._attributes[b"top_score_percent"],
            timeout=self._attributes[b"timeout"],
        )
        try:
            served = self._served()
            hits = served.search_now(asked)
            if hits is None:
                hits = await served.search(asked)
        except Refusal as exc:
            raise LineError("timeout exceeded" if exc.name == "SearchTimeout" else "search failed") from exc
        return b" ".join([b"%d:%d" % hit for hit in hits])

    async def _begin(self, _: list[bytes]) -> bytes:
        if self._inserts is not None:
            raise LineError("already in transaction")
        self._inserts, self._metadata = {}, {}
        return b""

    async def _insert(self, words: list[bytes]) -> bytes:
        inserts = self._transaction()
        if len(words) != 2:
            raise LineError("expected two arguments")
        id_ = decimal(words[0], U32)
        if id_ is None:
            raise LineError("invalid document id")
        inserts[id_] = fingerprint(words[1])
        return b""

    async def _commit(self, _: list[bytes]) -> bytes:
        inserts = self._transaction()
        try:
            await self._served().write(make_update(inserts.items(), metadata=self._metadata))
        except (Refusal, LinernotesError) as exc:
            raise LineError("commit failed") from exc
        self._inserts = None
        return b""

    async def _rollback(self, _: list[bytes]) -> bytes:
        self._transaction()
        self._inserts = None
        return b""

    async def _nothing(self, _: list[bytes]) -> bytes:
        self._transaction()
        return b""

    async def _get(self, words: list[bytes]) -> bytes:
        if len(words) == 2 and words[0] == b"attribute":
            words = words[1:]
        if len(words) != 1:
            raise LineError("expected one argument")
        if words[0] in self._attributes:
            return b"%d" % self._attributes[words[0]]
        try:
            metadata = self._served().index.metadata
        except Refusal:
            return b""
        return metadata.get(words[0].decode(errors="replace"), "").encode()

    async def _set(self, words: list[bytes]) -> bytes:
        if len(words) == 3 and words[0] == b"attribute":
            words = words[1:]
        if len(words) != 2:
            raise LineError("expected two arguments")
        name, value = words
        if name in self._attributes:
            number = decimal(value, U32)
            if number is None:
                raise LineError("invalid value")
            self._attributes[name] = number
            return b""
        self._transaction()
        try:
            self._metadata[name.decode()] = value.decode()
        except UnicodeDecodeError as exc:
            raise LineError("invalid value") from exc
        return b""

    def _transaction(self) -> dict[int, Words]:
        if self._inserts is None:
            raise LineError("not in transaction")
        return self._inserts

    def _served(self) -> Served:
        return self._collection.get(INDEX)


def fingerprint(written: bytes) -> Words:
    """Return comma-separated numbers of 64 bits as hashes, their low 32 bits. `LineError` for what is none."""
    # int() takes more than digits: spaces, and digits of other scripts.
    if written.translate(None, _NUMERIC):
        raise LineError("invalid fingerprint")
    try:
        return np.array([int(one) for one in written.split(b",")], dtype=np.int64).astype(np.uint32)
    except (ValueError, OverflowError) as exc:
        raise LineError("invalid fingerprint") from exc


def _ok(text: bytes = b"") -> bytes:
    return b"OK " + text + b"\r\n"


def _error(text: str) -> bytes:
    return f"ERR {text}\r\n".encode()
