"""A directory in which operations fail, the power goes off, and bits flip, when a test says so."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Container
from random import Random
from typing import TypeVar

from linernotes.fingerprint.index.directory import Directory, Output
from linernotes.fingerprint.index.memory import MemoryDirectory

T = TypeVar("T")

CHANGES = frozenset({"create", "append", "write", "file sync", "truncate", "replace", "remove", "sync"})
"""The operations that change something, which are those that fail unless others are asked for."""

READS = frozenset({"names", "size", "read", "map"})


class Crash(BaseException):
    """The power went off: no code of ours may handle this, nor do anything after it."""


class FaultyDirectory:
    """Hands everything to another directory, but for the faults that are asked for, at once or later by its attributes.

    Operations of the kinds in `only` are counted from 1 in `operations`. Number `fail_at`, and every one from
    `fail_from` on, raises an `OSError` with the number `error`; number `crash_at` raises `Crash`, and so does all that
    follows. What fails is not done, but of a write a `part` (0 to 1) is; when `late`, it is done and fails still.
    """

    def __init__(
        self,
        inner: Directory,
        *,
        error: int = errno.ENOSPC,
        fail_at: int | None = None,
        fail_from: int | None = None,
        crash_at: int | None = None,
        only: Container[str] = CHANGES,
        part: float = 0.0,
        late: bool = False,
    ) -> None:
        self.inner = inner
        self.error = error
        self.fail_at = fail_at
        self.fail_from = fail_from
        self.crash_at = crash_at
        self.only = only
        self.part = part
        self.late = late
        self.operations = 0
        self.crashed = False

    def names(self) -> list[str]:
        return self.run("names", self.inner.names)

    def size(self, name: str) -> int:
        return self.run("size", lambda: self.inner.size(name))

    def create(self, name: str) -> Output:
        return self.run("create", lambda: FaultyOutput(self, self.inner.create(name)))

    def append(self, name: str) -> Output:
        return self.run("append", lambda: FaultyOutput(self, self.inner.append(name)))

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        return self.run("read", lambda: self.inner.read(name, offset, size))

    def map(self, name: str) -> memoryview:
        return self.run("map", lambda: self.inner.map(name))

    def replace(self, name: str, data: bytes) -> None:
        self.run("replace", lambda: self.inner.replace(name, data))

    def remove(self, name: str) -> None:
        self.run("remove", lambda: self.inner.remove(name))

    def sync(self) -> None:
        self.run("sync", self.inner.sync)

    def flip(self, name: str, bit: int) -> None:
        """Turn one bit of a file over, counted from its beginning, without counting as an operation."""
        data = bytearray(self.inner.read(name))
        data[bit >> 3] ^= 1 << (bit & 7)
        self.inner.replace(name, bytes(data))

    def after_crash(self, random: Random | None = None) -> MemoryDirectory:
        """Return what survives in the memory below; see `MemoryDirectory.crash`."""
        assert isinstance(self.inner, MemoryDirectory)
        return self.inner.crash(random)

    def heal(self) -> None:
        """Let nothing fail from now on, as when room was made on the disk; a crash stays a crash."""
        self.fail_at = self.fail_from = self.crash_at = None

    def run(self, kind: str, operation: Callable[[], T], partly: Callable[[], object] | None = None) -> T:
        """Do an operation, or what is left of it."""
        if self.crashed:
            raise Crash
        if kind not in self.only:
            return operation()
        self.operations += 1
        self.crashed = self.operations == self.crash_at
        failing = self.operations == self.fail_at or (self.fail_from is not None and self.operations >= self.fail_from)
        if not self.crashed and not failing:
            return operation()
        doing = operation if self.late else partly
        done = doing() if doing else None
        if isinstance(done, FaultyOutput):
            done.close()
        if self.crashed:
            raise Crash
        raise OSError(self.error, os.strerror(self.error), kind)


class FaultyOutput:
    """A file that is written with its directory's faults."""

    def __init__(self, directory: FaultyDirectory, inner: Output) -> None:
        self._directory = directory
        self._inner = inner

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        part = bytes(view)[: int(view.nbytes * self._directory.part)]
        self._directory.run("write", lambda: self._inner.write(data), lambda: self._inner.write(part))

    def sync(self) -> None:
        self._directory.run("file sync", self._inner.sync)

    def truncate(self, size: int) -> None:
        self._directory.run("truncate", lambda: self._inner.truncate(size))

    def close(self) -> None:
        self._inner.close()
