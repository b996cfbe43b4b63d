"""Which files a batch is made of: those that are named, and in folders those that look like audio."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable

SUFFIXES = frozenset({
    ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".alac", ".amr", ".ape", ".au", ".caf", ".dff", ".dsf",
    ".dts", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mp4", ".mpc", ".oga", ".ogg", ".opus",
    ".ra", ".spx", ".tak", ".tta", ".voc", ".w64", ".wav", ".weba", ".wma", ".wv",
})  # fmt: skip


def audio_files(named: Iterable[Path]) -> Iterator[Path | tuple[Path, LinernotesError]]:
    """Give the files to read, or a folder with what is wrong with it.

    A named file is given whatever it is called. Folders are walked in the order of names, without links to folders and
    without hidden names, among them the `._` files that some systems leave beside audio.
    """
    for path in named:
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path | tuple[Path, LinernotesError]]:
    refused: list[OSError] = []
    found = False
    for place, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                found = True
                yield Path(place, name)
    for error in refused:
        yield Path(error.filename), Unavailable(f"The folder cannot be read: {error.strerror}.")
    if not found and not refused:
        yield (
            folder,
            Invalid("The folder holds no audio files.", hint="Name a file to have it read whatever its name is."),
        )
