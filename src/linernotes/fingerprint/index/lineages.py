"""Which indexes there are below a folder, durably, and which generation of its name each is.

DIR/.lock                  held while a process has the folder open; no index can have this name
DIR/<name>/current         the name's last generation, and whether it was deleted
DIR/<name>/<generation>/   the files of the index

Every name begins as deleted, before there is a first generation. So a folder without `current` is what a crash left of
a creation when there are no folders in it, and damage otherwise.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.index.folder import FolderDirectory, sync_folder
from linernotes.fingerprint.index.sealed import REPAIR, seal, unseal

HIGHEST_GENERATION = (1 << 64) - 1

_CURRENT = "current"
_KIND = b"LNlinea\n"
_LARGEST = 4096
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_GENERATION = re.compile(r"[0-9]{1,20}")


class Lineage(msgspec.Struct, frozen=True):
    """The last index of a name. `generation` is None when there was none yet."""

    name: str
    generation: int | None = None
    deleted: bool = True


def check_name(name: str) -> None:
    """Raise `Invalid` for what cannot be the name of an index."""
    if not _NAME.fullmatch(name):
        raise Invalid("An index has a name of 1 to 255 letters, digits, `_` and `-`.")


class Lineages:
    """The names below a folder, whose lock it takes and keeps until it is closed."""

    def __init__(self, folder: Path, *, read_only: bool = False, locked: bool = True) -> None:
        """Open a folder, making it (but none above it) when it may be written.

        Without the lock others may write it at the same time.

        Raises `Conflict` when another process has it open and one of the two may write, `NotFound` for a folder that
        is to be read and is not there, `Unavailable` when it cannot be used.
        """
        self._folder = folder
        if read_only and not folder.exists():
            raise NotFound(f"There is no folder {folder}.", hint="Make an index: linernotes index create NAME")
        if folder.exists() and not folder.is_dir():
            raise Invalid(f"{folder} is a file and not a folder.", hint="Name the folder that holds indexes.")
        with _translated(folder):
            if not read_only and not folder.is_dir():
                folder.mkdir(exist_ok=True)
                sync_folder(folder.parent)
            self._lock = _locked(folder, read_only=read_only) if locked else None

    def load(self) -> dict[str, Lineage | LinernotesError]:
        """Return the last of each name; `Corrupt` in place of one that cannot be known."""
        with _translated(self._folder):
            names = sorted(path.name for path in self._folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))
            found = {name: self._read(name) for name in names}
        return {name: lineage for name, lineage in found.items() if lineage is not None}

    def path(self, name: str, generation: int) -> Path:
        """Return where the files of an index are."""
        return self._folder / name / str(generation)

    def make(self, name: str, generation: int) -> Path:
        """Make a folder for an index; it counts for nothing until its lineage is written."""
        home = self._folder / name
        with _translated(home):
            if not (home / _CURRENT).exists():
                home.mkdir(exist_ok=True)
                sync_folder(self._folder)
                self.write(Lineage(name))
            path = self.path(name, generation)
            path.mkdir(exist_ok=True)
            sync_folder(home)
        return path

    def write(self, lineage: Lineage) -> None:
        """Make this the last of its name, durably. After `Unavailable` it may be or not."""
        home = self._folder / lineage.name
        with _translated(home):
            FolderDirectory(home).replace(_CURRENT, seal(_KIND, msgspec.msgpack.encode(lineage)))

    def sweep(self, lineage: Lineage) -> None:
        """Remove what was left of other generations, as far as it can be removed."""
        live = None if lineage.deleted else str(lineage.generation)
        with suppress(OSError):
            for path in list((self._folder / lineage.name).iterdir()):
                if path.is_dir() and path.name != live and _GENERATION.fullmatch(path.name):
                    shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Let go of the lock; closing twice is fine."""
        if self._lock is not None:
            self._lock.close()

    def _read(self, name: str) -> Lineage | LinernotesError | None:
        home = self._folder / name
        directory = FolderDirectory(home)
        try:
            if not (home / _CURRENT).exists():
                return _without(home)
            data = directory.read(_CURRENT, size=_LARGEST)
            lineage = msgspec.msgpack.decode(unseal(_KIND, data, name=f"{name}/{_CURRENT}"), type=Lineage)
        except Corrupt as exc:
            return exc
        except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
            return Corrupt(f"The file {name}/{_CURRENT} makes no sense: {exc}.", hint=REPAIR)
        return _checked(lineage, name, home)


def _without(home: Path) -> Corrupt | None:
    if any(path.is_dir() for path in home.iterdir()):
        return Corrupt(f"The file {home.name}/{_CURRENT} is missing beside an index.", hint=REPAIR)
    return None


def _checked(lineage: Lineage, name: str, home: Path) -> Lineage | Corrupt:
    if lineage.name != name:
        return Corrupt(f"The folder {name} holds the index {lineage.name}.", hint="Give the folder its name back.")
    if lineage.deleted:
        return lineage
    if lineage.generation is None or not (home / str(lineage.generation)).is_dir():
        return Corrupt(f"The folder {name}/{lineage.generation} of an index is missing.", hint=REPAIR)
    return lineage


def _locked(folder: Path, *, read_only: bool) -> IO[bytes] | None:
    """Return the open lock file; None in a folder that was never written and is only read."""
    path = folder / ".lock"
    if read_only and not path.exists():
        return None
    lock = path.open("rb" if read_only else "ab")
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if read_only else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        lock.close()
        raise Conflict(
            f"Another process has the indexes in {folder} open.", hint="Stop it, or use another folder."
        ) from exc
    except BaseException:
        lock.close()
        raise
    return lock


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        what = f"{path} cannot be used: {os.strerror(exc.errno) if exc.errno else exc}."
        raise Unavailable(what, hint="Look at the folder, its permissions and the room on the disk.") from exc
