"""A program that writes into an index from several threads until it is killed.

It is given a folder and the number of its first commit. When a commit was acknowledged, its number and version are
written as one line, by one system call, so that whoever kills the program finds whole lines only.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.settings import IndexSettings
from tests.fingerprint.index.plain import Change, update_of

WRITERS = 6
ROTATING = 3_000_000_000
"""Ids from here on are replaced again and again."""
PLACES = 20

# So few that flushes and merges go on all the time.
SETTINGS = IndexSettings(flush_postings=400, flush_seconds=0, frequency_cap=0)


def changes_of(number: int) -> list[Change]:
    """What a commit changes: two documents of its own, and between them one that others replace."""
    return [
        (2 * number, [number, 1 << 31]),
        (ROTATING + number % PLACES, [ROTATING + number]),
        (2 * number + 1, [number]),
    ]


def main(folder: Path, first: int) -> None:
    index = Index(FolderDirectory(folder), settings=SETTINGS)
    numbers = itertools.count(first)

    def write() -> None:
        while True:
            number = next(numbers)
            version = index.update(update_of(changes_of(number)))
            os.write(1, f"{number} {version}\n".encode())

    def keep() -> None:
        for turn in itertools.count():
            if turn % 40 == 39:
                index.merge()
            if not index.maintain():
                threading.Event().wait(0.001)

    for work in [write] * WRITERS + [keep]:
        threading.Thread(target=work).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
