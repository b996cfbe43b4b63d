"""What goes into an extraction and what comes out of it.

Plain dataclasses: a tagger starts one process per file, and these load nothing that numpy does not load anyway.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.values import Words

Source: TypeAlias = str | Path | BinaryIO
"""A path of a regular file, or an open stream of bytes (which need not be seekable)."""


class TooShort(Invalid):
    """There is too little sound for a fingerprint."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a source.

    `format`, `rate` and `channels` describe bare samples ("s16le", 44100, 2) or name a container by FFmpeg's name for
    it; empty and zero leave it to the file. `time_limit` is in seconds, 0 for none: a file that takes longer is
    `Unavailable`. With `ignore_errors` damaged packets are left out, else the sound ends at the first of them.
    """

    format: str = ""
    rate: int = 0
    channels: int = 0
    time_limit: float = 0
    ignore_errors: bool = False

    @property
    def describes_samples(self) -> bool:
        """Whether the container is to be opened in another way than it asks for itself."""
        return bool(self.format or self.rate or self.channels)


@dataclass(frozen=True, slots=True, eq=False)
class Extracted:
    """A fingerprint; `duration` is that of the whole source in seconds, as its header says it.

    Where the header says nothing, it is what was decoded.
    """

    words: Words
    duration: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """The fingerprint of a part that starts at `start` and lasts `duration`, both in seconds."""

    words: Words
    start: float
    duration: float


def name_of(source: Source) -> str:
    """Return what messages call a source."""
    if isinstance(source, (str, Path)):
        return str(source)
    name = getattr(source, "name", "")
    return name if isinstance(name, str) and name and not isinstance(source, io.BytesIO) else "the stream"
