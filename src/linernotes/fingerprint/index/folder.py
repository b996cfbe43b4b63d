"""The files of an index in a real folder, durable when its methods say so."""

from __future__ import annotations

import errno
import io
import mmap
import os
from contextlib import suppress
from pathlib import Path

from linernotes.fingerprint.index.directory import Output

_UNFINISHED = ".new"


class FolderDirectory:
    """The regular files in one folder, which must be there. A name with a slash, or that is empty, has no file."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self.path = path

    def names(self) -> list[str]:
        with os.scandir(self.path) as entries:
            return sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))

    def size(self, name: str) -> int:
        return self._file(name).stat().st_size

    def create(self, name: str) -> Output:
        # Not cut to nothing: a file that is mapped would lose its pages under the feet of those who read them.
        self.remove(name)
        return _FileOutput(os.open(self._file(name), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666))

    def append(self, name: str) -> Output:
        return _FileOutput(os.open(self._file(name), os.O_WRONLY | os.O_APPEND))

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        with self._file(name).open("rb", buffering=0) as file:
            there = max(0, os.fstat(file.fileno()).st_size - offset)
            left = there if size is None else min(size, there)
            pieces = []
            while left and (piece := os.pread(file.fileno(), left, offset)):
                pieces.append(piece)
                left, offset = left - len(piece), offset + len(piece)
        return b"".join(pieces)

    def map(self, name: str) -> memoryview:
        with self._file(name).open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size == 0:
                return memoryview(b"")  # the system maps no empty file
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def replace(self, name: str, data: bytes) -> None:
        unfinished = name + _UNFINISHED
        try:
            output = self.create(unfinished)
            try:
                output.write(data)
                output.sync()
            finally:
                output.close()
            self._file(unfinished).replace(self._file(name))
        except OSError:
            with suppress(OSError):
                self.remove(unfinished)
            raise
        self.sync()

    def remove(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def sync(self) -> None:
        sync_folder(self.path)

    def _file(self, name: str) -> Path:
        if not name or "/" in name or "\0" in name or name in {".", ".."}:
            raise OSError(errno.EINVAL, "this names no file of an index", name)
        return self.path / name


class _FileOutput:
    """The end of a file."""

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor, "ab")

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        if not view.nbytes:
            return
        view = view.cast("B")
        # A system call may take less than it was offered: 2 GiB at most, or what an almost full disk has room for.
        while view:
            taken = self._file.write(view)
            if not taken:
                raise OSError(errno.EIO, "the file takes no more data")
            view = view[taken:]

    def sync(self) -> None:
        # The length is synced with the data; the times, which would cost more, are not.
        os.fdatasync(self._file.fileno())

    def truncate(self, size: int) -> None:
        self._file.truncate(size)

    def close(self) -> None:
        self._file.close()


def sync_folder(path: Path) -> None:
    """Return when names that were made or removed in a folder would survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
