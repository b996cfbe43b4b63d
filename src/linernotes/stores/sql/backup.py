"""Copies the state database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from linernotes.domain.errors import Conflict, NotFound, Unavailable
from linernotes.stores.sql.faults import DAMAGED, ours, translated


def back_up(source: Path, target: Path, *, dry_run: bool = False) -> int:
    """Write a consistent copy of ``source`` to ``target`` and return its size in bytes.

    The copy appears under its name only when it is whole and on disk; a dry run only looks. Raises NotFound when there
    is no database, Conflict rather than overwrite anything, and Unavailable, which names what is at fault.
    """
    if not source.exists():
        raise NotFound(f"there is no state database at {source}", hint="It is made by the first import or serve.")
    if target.exists():
        raise Conflict(f"{target} is there already", hint="Choose another name: a backup overwrites nothing.")
    if dry_run:
        return source.stat().st_size
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(source, partial)
            _name(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        _flush(target.parent)
        return target.stat().st_size
    except (OSError, sqlite3.Error) as exc:
        raise Unavailable(
            f"{target} cannot be written: {getattr(exc, 'strerror', None) or exc}",
            hint="Choose a folder that this user may write to, on a disk with room.",
        ) from exc


def _name(partial: Path, target: Path) -> None:
    try:
        # A link, unlike a rename, fails when somebody made the target meanwhile.
        os.link(partial, target)
    except FileExistsError as exc:
        raise Conflict(f"{target} is there already") from exc


def _copy(source: Path, partial: Path) -> None:
    partial.touch()
    with translated():
        read = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    with closing(read):
        with translated():
            read.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(partial)) as write:
            _write(read, write)
    _flush(partial)


def _write(read: sqlite3.Connection, write: sqlite3.Connection) -> None:
    try:
        read.backup(write)
        # One file is easier to keep than a file and its write-ahead log.
        write.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as exc:
        if exc.sqlite_errorcode & 0xFF in DAMAGED:
            raise ours(exc) from exc
        raise


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
