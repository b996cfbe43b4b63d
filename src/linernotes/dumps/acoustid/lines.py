"""The lines of a file, plain or gzip, in bounded memory whatever its bytes are."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Self

import xxhash

from linernotes.domain.errors import Corrupt

LONGEST_LINE = 16 << 20
"""Bytes that a line has at most: a fingerprint of a million words."""

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 18


class LineFile:
    """An open file. Iterating gives the number, from 1 on, and the bytes of each line that is not empty.

    Of a line that is too long, one byte more comes than it may have. ``count`` is the number of lines so far, with the
    empty ones. Iterating raises ``Corrupt`` for broken gzip.
    """

    def __init__(self, path: Path, *, advance: Callable[[int], None] = lambda _: None) -> None:
        """Open it; ``advance`` hears of bytes of the file. Raises ``OSError``."""
        self.count = 0
        self._path = path
        with ExitStack() as opened:
            file = opened.enter_context(path.open("rb", buffering=0))
            self._raw = _Watched(file, advance)
            buffered = opened.enter_context(io.BufferedReader(self._raw, _CHUNK))
            self._lines: io.BufferedIOBase = buffered
            if buffered.peek(2)[:2] == _GZIP:
                self._lines = opened.enter_context(gzip.GzipFile(fileobj=buffered))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        try:
            while line := self._lines.readline(LONGEST_LINE + 1):
                self.count += 1
                rest = line
                while len(line) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
                    rest = self._lines.readline(LONGEST_LINE)
                if not line.isspace():
                    yield self.count, line
        except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
            raise Corrupt(
                f"{self._path}: the compressed data is damaged or cut off after line {self.count}: {exc}",
                hint="Fetch the file again, and run the same command: it goes on where it ended.",
            ) from exc

    def digest(self) -> str:
        """Return a digest of the bytes read so far: those of the file, after its last line."""
        return self._raw.digest.hexdigest()


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _Watched(io.RawIOBase):
    """A file whose bytes are digested and counted as they are read."""

    def __init__(self, file: BinaryIO | io.FileIO, advance: Callable[[int], None]) -> None:
        self.digest = xxhash.xxh3_128()
        self._file = file
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer)) or b""
        buffer[: len(data)] = data
        self.digest.update(data)
        self._advance(len(data))
        return len(data)
