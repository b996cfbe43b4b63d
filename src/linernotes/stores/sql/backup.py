"""Copies the state database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from linernotes.domain.errors import Conflict, NotFound
from linernotes.stores.sql.faults import translated


def back_up(source: Path, target: Path, *, dry_run: bool = False) -> int:
    """Write a consistent copy of ``source`` to ``target`` and return its size in bytes.

    The copy appears under its name only when it is whole and on disk; a dry run only looks. Raises NotFound when there
    is no database, and Conflict rather than overwrite anything.
    """
    if not source.exists():
        raise NotFound(f"there is no state database at {source}", hint="It is made by the first import or serve.")
    if target.exists():
        raise Conflict(f"{target} is there already", hint="Choose another name: a backup overwrites nothing.")
    if dry_run:
        return source.stat().st_size
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    with translated():
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(source, partial)
            # A link, unlike a rename, fails when somebody made the target meanwhile.
            os.link(partial, target)
        except FileExistsError as exc:
            raise Conflict(f"{target} is there already") from exc
        finally:
            partial.unlink(missing_ok=True)
        _flush(target.parent)
    return target.stat().st_size


def _copy(source: Path, partial: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as read, closing(sqlite3.connect(partial)) as write:
        read.backup(write)
        # One file is easier to keep than a file and its write-ahead log.
        write.execute("PRAGMA journal_mode=DELETE")
    _flush(partial)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
