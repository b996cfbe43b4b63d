"""Paths that FFmpeg cannot open by their name, but we can for it: names that are no text, pipes and devices."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from linernotes.domain.errors import Unavailable


@contextmanager
def readable(path: Path, *, pipes: bool = False) -> Iterator[Path | BinaryIO]:
    """Give what to read a path by: the path where that does, else an open stream, closed at the end.

    `pipes` are let through where somebody waits for what comes out of them; elsewhere they could wait for ever. What
    cannot be read is given as it is, for the reader to say why.
    """
    if (path.is_file() and not _is_text(path)) or (pipes and _is_pipe(path)):
        with _opened(path) as stream:
            yield stream
    else:
        yield path


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as exc:
        raise Unavailable(f"{path} cannot be read: {exc.strerror}.", hint="Look at its permissions.") from exc


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_pipe(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
