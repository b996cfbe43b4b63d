"""Writes one tar.bz2 as concatenated bzip2 streams that are compressed on every core.

A tar header needs the size of what follows, so a table's compressed text is spooled until its end is known; the header
is then a small stream of its own in front of it. Every reader of bzip2 joins the streams.
"""

import bz2
import tarfile
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

PIECE = 4 << 20
# Levels differ by 5 % in time and 3 % in size on this text.
_LEVEL = 3
_IN_FLIGHT = 6
_SPOOL = 64 << 20
_BLOCK = 512
_RECORD = 10_240


class Pipeline:
    """Compresses pieces on a pool and hands the results on in the order in which they came in."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._waiting: deque[tuple[Future[bytes] | None, Callable[[bytes], object]]] = deque()

    def compress(self, piece: bytes | bytearray, use: Callable[[bytes], object]) -> None:
        """Compress a piece later and pass the stream to `use`; waits while too many pieces are under way."""
        self._waiting.append((self._pool.submit(bz2.compress, piece, _LEVEL), use))
        self._settle(_IN_FLIGHT)

    def then(self, use: Callable[[bytes], object]) -> None:
        """Call `use` with nothing once all that came before is handed on."""
        self._waiting.append((None, use))

    def finish(self) -> None:
        """Wait for everything."""
        self._settle(0)

    def _settle(self, limit: int) -> None:
        while self._waiting and (len(self._waiting) > limit or _done(self._waiting[0][0])):
            future, use = self._waiting.popleft()
            use(future.result() if future else b"")


def _done(future: Future[bytes] | None) -> bool:
    return future is None or future.done()


class ArchiveWriter:
    """A tar.bz2 under a temporary name until it is complete; leaving the context without error renames it."""

    def __init__(self, path: Path, *, pipeline: Pipeline, when: int) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._pipeline = pipeline
        self._when = when
        self._size = 0
        self._tail = b""
        self._spools = ExitStack()
        self._file: IO[bytes] = self._part.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._pipeline.finish()
                self._end()
        finally:
            self._spools.close()
            self._file.close()
            self._part.unlink(missing_ok=True)

    def add(self, name: str, content: bytes) -> None:
        """Add a small member."""
        self._start(name, len(content), content)

    def add_table(self, name: str, pieces: Iterable[bytes | bytearray]) -> None:
        """Add a member made of pieces of text; no member when there is no text."""
        spool = SpooledTemporaryFile(max_size=_SPOOL, dir=str(self._path.parent))  # noqa: SIM115 - the stack closes it
        self._spools.callback(spool.close)
        size = 0
        for piece in pieces:
            size += len(piece)
            self._pipeline.compress(piece, spool.write)
        self._pipeline.then(partial(self._close_table, name, size, spool))

    def _close_table(self, name: str, size: int, spool: IO[bytes], _nothing: bytes) -> None:
        if size:
            self._start(name, size)
            spool.seek(0)
            copyfileobj(spool, self._file, 1 << 20)
        spool.close()

    def _start(self, name: str, size: int, content: bytes = b"") -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, self._when, 0o644
        data = self._tail + member.tobuf(tarfile.GNU_FORMAT)
        self._file.write(bz2.compress(data + content, _LEVEL))
        self._tail = b"\0" * (-size % _BLOCK)
        self._size += len(data) + size

    def _end(self) -> None:
        end = self._tail + b"\0" * (2 * _BLOCK)
        padding = b"\0" * (-(self._size + len(end)) % _RECORD)
        self._file.write(bz2.compress(end + padding, _LEVEL))
        self._file.close()
        self._part.replace(self._path)


def gather(chunks: Iterable[bytearray]) -> Iterable[bytearray]:
    """Join small chunks to pieces of about PIECE bytes."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) >= PIECE:
            yield gathered
            gathered = bytearray()
    if gathered:
        yield gathered
