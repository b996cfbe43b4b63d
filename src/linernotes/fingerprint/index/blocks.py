"""A segment's file as blocks of 64 KiB, each with its own checksum, so that what is not read need not be verified."""

from __future__ import annotations

from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.index.directory import Directory, Output

BLOCK = 1 << 16
ALIGNMENT = 64
_SYNC_AFTER = 1 << 26


class BlockWriter:
    """Writes sections of a file one after the other and sums up its blocks as it goes."""

    def __init__(self, output: Output) -> None:
        self.size = 0
        self._output = output
        self._sums: list[int] = []
        self._hasher = xxhash.xxh3_64()
        self._unsynced = 0

    def write(self, array: NDArray[Any]) -> None:
        """Append an array's bytes."""
        data = np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")
        self._output.write(data)
        at = 0
        while at < len(data):
            step = min(BLOCK - self.size % BLOCK, len(data) - at)
            self._hasher.update(data[at : at + step])
            self.size += step
            at += step
            if self.size % BLOCK == 0:
                self._sums.append(self._hasher.intdigest())
                self._hasher.reset()
        self._pace(len(data))

    def align(self) -> int:
        """Fill up to where a section may begin; return the place."""
        self.write(np.zeros(-self.size % ALIGNMENT, dtype=np.uint8))
        return self.size

    def sums(self) -> NDArray[np.uint64]:
        """Return the blocks' checksums; the last block may be short."""
        last = [self._hasher.intdigest()] if self.size % BLOCK else []
        return np.array(self._sums + last, dtype=np.uint64)

    def _pace(self, written: int) -> None:
        # A little at a time, or the last sync would hold up the log's for seconds.
        self._unsynced += written
        if self._unsynced >= _SYNC_AFTER:
            self._output.sync()
            self._unsynced = 0


class Blocks:
    """Which blocks of a file were verified. Reading is done beside the mapping, which would stay in memory."""

    def __init__(
        self, directory: Directory, name: str, *, data: memoryview, sums: NDArray[np.uint64], trusted: bool
    ) -> None:
        """Begin with nothing verified, or all. `data` is the mapping, for when the file's name is gone."""
        self._directory = directory
        self._name = name
        self._data = data
        self._sums = sums
        self._verified = np.full(sums.size, trusted)
        self.trusted = trusted

    def verify(self, start: int, end: int) -> None:
        """Verify what is not yet verified of a range of bytes; `Corrupt` for a block that is not as it was written."""
        first, last = start // BLOCK, -(-end // BLOCK)
        for block in (first + np.flatnonzero(~self._verified[first:last])).tolist():
            data = self._read(block * BLOCK, min(BLOCK, len(self._data) - block * BLOCK))
            if xxhash.xxh3_64_intdigest(data) != int(self._sums[block]):
                raise corrupt(self._name, f"bytes {block * BLOCK} to {block * BLOCK + len(data)} have changed")
            self._verified[block] = True

    def verify_all(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        """Verify several ranges, which costs little where all is verified."""
        some = ends > starts
        first, last = starts[some] // BLOCK, (ends[some] - 1) // BLOCK
        unsure = ~(self._verified[first] & self._verified[last]) | (last > first + 1)
        for start, end in zip(starts[some][unsure].tolist(), ends[some][unsure].tolist(), strict=True):
            self.verify(start, end)

    def _read(self, start: int, size: int) -> bytes | memoryview:
        try:
            return self._directory.read(self._name, start, size)
        except FileNotFoundError:
            return self._data[start : start + size]
        except OSError as exc:
            raise Unavailable(f"{self._name} cannot be read: {exc.strerror or exc}") from exc

    def verify_some(self, bytes_: int) -> bool:
        """Verify about so many more bytes; return False when all is verified, which `trusted` then says."""
        missing = np.flatnonzero(~self._verified)[: max(1, bytes_ // BLOCK)]
        for block in missing.tolist():
            self.verify(block * BLOCK, block * BLOCK + 1)
        self.trusted = bool(self._verified.all())
        return not self.trusted


def corrupt(name: str, what: str) -> Corrupt:
    """Return the error for a damaged file."""
    command = "linernotes index repair NAME --dir FOLDER --dry-run"
    return Corrupt(f"{name} is damaged: {what}", hint=f"See what is lost: {command}")
