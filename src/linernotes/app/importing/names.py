"""The name indexes of builds whose tables are in a database: each machine has its own, in its data folder.

<data>/names/<build id>/    the index of a build, complete and never changed
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from linernotes.domain.errors import Unavailable
from linernotes.domain.names import NameRecord
from linernotes.searchers.tantivy.settings import SearchSettings

_NAMES, _LOCK, _UNFINISHED = "names", "lock", ".unfinished"


def names_folder(data: Path, build_id: str) -> Path:
    """Return where the index of a build is."""
    return data / _NAMES / build_id


def ensure_names(
    data: Path, build_id: str, records: Callable[[], Iterator[NameRecord]], settings: SearchSettings
) -> Path:
    """Return the folder of a build's index, having built it from its records if it was not there.

    Takes minutes for all of MusicBrainz. Of several processes on a machine one builds and the others wait for it;
    indexes of other builds are removed after. Raises ``Unavailable`` when the folder cannot be written.
    """
    folder = names_folder(data, build_id)
    if folder.is_dir():
        return folder
    from linernotes.searchers.tantivy import TantivyNamesWriter

    with _locked(data):
        if not folder.is_dir():
            unfinished = folder.with_name(_UNFINISHED)
            shutil.rmtree(unfinished, ignore_errors=True)
            writer = TantivyNamesWriter(unfinished, settings=settings)
            writer.add(records())
            writer.finish()
            take_in(unfinished, folder)
            keep_only(data, {build_id})
    return folder


def take_in(made: Path, folder: Path) -> None:
    """Move a finished index to its place, durably. Raises ``Unavailable`` when that cannot be done."""
    try:
        for path in (*made.iterdir(), made):
            _flush(path)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)
        _flush(folder.parent)
    except OSError as exc:
        raise Unavailable(f"the name index {folder} cannot be written: {exc.strerror}") from exc


def keep_only(data: Path, build_ids: Collection[str]) -> None:
    """Remove the indexes of all other builds."""
    for path in (data / _NAMES).iterdir():
        if path.is_dir() and path.name not in build_ids:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    folder = data / _NAMES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as exc:
        raise Unavailable(f"the folder {folder} cannot be written: {exc.strerror}") from exc
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
