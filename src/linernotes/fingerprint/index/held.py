"""Reading an index beside the process that writes it: without the folder's lock, through files that are held open.

What the writer removes meanwhile stays readable, and what it adds is not seen.
"""

from __future__ import annotations

import errno
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from linernotes.domain.errors import LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.index.lineages import Lineages
from linernotes.fingerprint.index.manifest import NAME

if TYPE_CHECKING:
    from linernotes.fingerprint.index.directory import Output
    from linernotes.fingerprint.index.index import Index

_ATTEMPTS = 200
_PAUSE = 0.01


class SeenLineages(Lineages):
    """The names below a folder as they are, without its lock: for those who only read. It writes nothing."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing; `NotFound` for a folder that is not there."""
        super().__init__(folder, read_only=True, locked=False)

    def names(self) -> list[str]:
        """Return the names of all indexes, damaged ones too."""
        found = self.load().items()
        return [name for name, lineage in found if isinstance(lineage, LinernotesError) or not lineage.deleted]

    def live(self, name: str) -> Path:
        """Return the folder of an index; `NotFound`, or `Corrupt` when it cannot be known."""
        lineage = self.load().get(name)
        if isinstance(lineage, LinernotesError):
            raise lineage
        if lineage is None or lineage.deleted or lineage.generation is None:
            raise NotFound(f"There is no index {name}.", hint="See which there are: linernotes index stats")
        return self.path(name, lineage.generation)


@contextmanager
def open_held(folder: Path, name: str) -> Iterator[Index]:
    """Open an index below a folder read-only, as it is now, whoever writes it. Raises what `Index.open` does."""
    from linernotes.fingerprint.index.index import Index  # noqa: PLC0415 - a second that a missing index need not take

    path = SeenLineages(folder).live(name)
    with HeldDirectory(path) as directory, Index.open(directory, read_only=True) as index:
        yield index


class HeldDirectory:
    """The files of one state of an index, held open; nothing can be written."""

    def __init__(self, path: Path) -> None:
        """Open all files that are there under one and the same manifest; `Unavailable` when that does not succeed."""
        self._files = _hold(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go; what was mapped stays."""
        _release(self._files)
        self._files = {}

    def names(self) -> list[str]:
        return sorted(self._files)

    def size(self, name: str) -> int:
        return os.fstat(self._file(name)).st_size

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        left = self.size(name) - offset if size is None else size
        pieces = []
        while left > 0 and (piece := os.pread(self._file(name), left, offset)):
            pieces.append(piece)
            left, offset = left - len(piece), offset + len(piece)
        return b"".join(pieces)

    def map(self, name: str) -> memoryview:
        if not self.size(name):
            return memoryview(b"")  # the system maps no empty file
        return memoryview(mmap.mmap(self._file(name), 0, access=mmap.ACCESS_READ))

    def create(self, name: str) -> Output:
        raise _refused(name)

    def append(self, name: str) -> Output:
        raise _refused(name)

    def replace(self, name: str, data: bytes) -> None:
        raise _refused(name)

    def remove(self, name: str) -> None:
        raise _refused(name)

    def sync(self) -> None:
        """Do nothing: nothing was written."""

    def _file(self, name: str) -> int:
        try:
            return self._files[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from None


def _hold(path: Path) -> dict[str, int]:
    for _ in range(_ATTEMPTS):
        try:
            files = _held_once(path)
            if _are_of_now(files, path):
                return files
            _release(files)
        except FileNotFoundError as exc:
            if not path.is_dir():
                raise NotFound(f"The index in {path} was deleted.") from exc
        except OSError as exc:
            raise Unavailable(f"{exc.filename or path} cannot be read: {exc.strerror}.") from exc
        time.sleep(_PAUSE)
    raise Unavailable(f"The index in {path} changes too fast to be read.", hint="Try again.")


def _held_once(path: Path) -> dict[str, int]:
    """Open the manifest, then all files; `FileNotFoundError` when one is gone meanwhile."""
    files: dict[str, int] = {}
    try:
        if (path / NAME).exists():
            files[NAME] = os.open(path / NAME, os.O_RDONLY)
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.name != NAME and entry.is_file(follow_symlinks=False)]
        for name in names:
            files[name] = os.open(path / name, os.O_RDONLY)
    except BaseException:
        _release(files)
        raise
    return files


def _are_of_now(files: dict[str, int], path: Path) -> bool:
    """Tell whether the manifest is still the one that is held: then so are all files that it names."""
    try:
        found = (path / NAME).stat().st_ino
    except FileNotFoundError:
        return NAME not in files
    # While a file is held no other one has its number.
    return NAME in files and os.fstat(files[NAME]).st_ino == found


def _release(files: dict[str, int]) -> None:
    for descriptor in files.values():
        os.close(descriptor)


def _refused(name: str) -> OSError:
    return OSError(errno.EROFS, "the index is open for reading only", name)
