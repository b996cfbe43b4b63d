"""The folder of builds: one is live, and another becomes so by one rename.

<data>/catalogue/current        the name of the live build
<data>/catalogue/<build id>/    a build, complete and never changed
<data>/work/                    what an import is busy with; worth nothing once the import has ended
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Conflict, Corrupt, LinernotesError, Unavailable
from linernotes.stores.sqlite import schema
from linernotes.stores.sqlite.catalogue import open_catalogue

_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_AGAIN = "Run `linernotes import` again."


class BuildFolder:
    """The builds below a data folder."""

    def __init__(self, data: Path) -> None:
        """Touch nothing yet."""
        self._data = data
        self.catalogue = data / "catalogue"
        self.pointer = self.catalogue / "current"
        self.work = data / "work"

    @contextmanager
    def locked(self) -> Iterator[Path]:
        """Hold the import lock and an empty work folder, which is removed at the end.

        Raises ``Conflict`` while another import is running here.
        """
        with self._lock_file() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                raise Conflict(f"another import is running in {self._data}", hint="Wait until it is done.") from exc
            shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir()
            try:
                yield self.work
            finally:
                shutil.rmtree(self.work, ignore_errors=True)

    def _lock_file(self) -> IO[str]:
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            return (self._data / "import.lock").open("w")
        except OSError as exc:
            raise Unavailable(
                f"the data folder {self._data} cannot be written: {exc.strerror}",
                hint="Give another folder with --data, or see what `linernotes doctor` says.",
            ) from exc

    def live_id(self) -> str | None:
        """Return which build is live, None when there is none. Raises ``Corrupt`` for a pointer that makes no sense."""
        try:
            text = self.pointer.read_text("ascii").strip()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise Unavailable(f"cannot read {self.pointer}: {exc.strerror}") from exc
        except UnicodeDecodeError as exc:
            raise Corrupt(f"{self.pointer} is not text", hint=_AGAIN) from exc
        if not _BUILD_ID.fullmatch(text):
            raise Corrupt(f"{self.pointer} names no build", hint=_AGAIN)
        return text

    def live(self) -> Path | None:
        """Return the folder of the live build, None when there is none."""
        build_id = self.live_id()
        return None if build_id is None else self.catalogue / build_id

    def info(self) -> BuildInfo | None:
        """Return what the live build says of itself, without opening it; None if there is none."""
        live = self.live()
        if live is None:
            return None
        file = live / schema.INFO_FILE
        try:
            return msgspec.json.decode(file.read_bytes(), type=BuildInfo)
        except OSError as exc:
            raise Unavailable(f"cannot read {file}: {exc.strerror}") from exc
        except msgspec.MsgspecError as exc:
            raise Corrupt(f"{file} is damaged", hint=_AGAIN) from exc

    def usable(self) -> tuple[Path, BuildInfo] | None:
        """Return the live build if this version can read it; a damaged one is as good as none."""
        try:
            live = self.live()
            if live is None:
                return None
            snapshot = open_catalogue(live)
        except LinernotesError:
            return None
        snapshot.close()
        return live, snapshot.info()

    def publish(self, build: Path, info: BuildInfo) -> Path:
        """Make a finished build in the work folder the live one, and remove those before it.

        After a crash at any point either the old or the new build is live, whole.
        """
        _write(build / schema.INFO_FILE, msgspec.json.encode(info))
        _write(build / schema.FORMAT_FILE, f"{schema.FORMAT}\n".encode())
        for path in sorted(build.rglob("*")):
            _flush(path)
        _flush(build)
        self.catalogue.mkdir(exist_ok=True)
        target = self.catalogue / info.build_id
        build.rename(target)
        _flush(self.catalogue)
        new = self.pointer.with_suffix(".new")
        _write(new, f"{info.build_id}\n".encode())
        new.rename(self.pointer)
        _flush(self.catalogue)
        self._remove_all_but(target)
        return target

    def _remove_all_but(self, kept: Path) -> None:
        for path in self.catalogue.iterdir():
            if path.is_dir() and path != kept:
                shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
