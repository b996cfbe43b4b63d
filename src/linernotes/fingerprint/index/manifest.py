"""The file that says of what an index consists. Writing it anew is the commit point of a flush and of a merge.

In a folder without a manifest nothing was flushed yet: the log of version 1 is still there, or no file at all.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

import msgspec

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.sealed import REPAIR, seal, unseal

NAME = "manifest"
FORMAT = 1
LARGEST = 64 << 20
"""Bytes that a manifest has at most."""

_KIND = b"LNmanif\n"
_LOG = re.compile(r"log-([0-9a-f]{16})\.log")
_DEAD = re.compile(r"segment-[0-9a-f]{8,16}\.dead-[0-9a-f]{8,16}")
_SEGMENT = re.compile(r"segment-[0-9a-f]{8,16}\.seg")

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
SegmentName: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^segment-[0-9a-f]{8,16}\.seg\Z")]
DeadName: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^segment-[0-9a-f]{8,16}\.dead-[0-9a-f]{8,16}\Z")]


class SegmentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A segment that is live: its file, what is in it, its length in bytes, and the checksum in its footer.

    `documents` and `postings` count those that are dead too; `dead` names the file that lists them.
    """

    name: SegmentName
    documents: Count
    postings: Count
    size: Count
    checksum: Count
    dead: DeadName | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """An index without its buffers.

    `version` is the last that the segments, oldest first, cover; `documents` how many live ones they have; `next_file`
    the number for the next file. Logs whose number is below `first_log` are needed no more, and none at all if it
    is 0.
    """

    format: int = FORMAT
    version: Count = 0
    documents: Count = 0
    next_file: Count = 1
    first_log: Count = 1
    metadata: dict[str, str] = {}
    segments: list[SegmentEntry] = []


class _AnyFormat(msgspec.Struct, frozen=True):
    """What is readable of a manifest of whatever format."""

    format: int


def load(directory: Directory) -> Manifest:
    """Return an index's manifest, an empty one for an index that has none yet.

    Raises `Corrupt` for a manifest that is damaged, missing beside files that need one, or written by a newer version.
    """
    names = directory.names()
    if NAME not in names:
        return _without(names)
    if directory.size(NAME) > LARGEST:
        raise Corrupt("The manifest is larger than any.", hint=REPAIR)
    return decode(directory.read(NAME))


def save(directory: Directory, manifest: Manifest) -> None:
    """Write a manifest so that there is always the old or the new one. After an `OSError` it may be either.

    The names of all files in the directory are durable before it is, as it may need them.
    Raises `Invalid` for one that is too large, which only its metadata can make it.
    """
    data = encode(manifest)
    if len(data) > LARGEST:
        raise Invalid("The metadata of an index, with all else in its manifest, are at most 64 MiB.")
    directory.sync()
    directory.replace(NAME, data)


def encode(manifest: Manifest) -> bytes:
    """Return a manifest as a file holds it."""
    return seal(_KIND, msgspec.msgpack.encode(manifest))


def decode(data: bytes) -> Manifest:
    """Return what `encode` was given; `Corrupt` for any other bytes."""
    content = unseal(_KIND, data, name=NAME)
    try:
        written = msgspec.msgpack.decode(content, type=_AnyFormat).format
        if written > FORMAT:
            raise Corrupt(
                f"The index was written by a newer version (format {written}, this one knows {FORMAT}).",
                hint="Use that version or a newer one.",
            )
        return msgspec.msgpack.decode(content, type=Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise Corrupt(f"The manifest makes no sense: {exc}.", hint=REPAIR) from exc


def segment_name(number: int) -> str:
    """Return the name of a segment's file."""
    return f"segment-{number:08x}.seg"


def dead_name(segment: str, number: int) -> str:
    """Return the name of a list of the dead documents of the segment with a name."""
    return f"{segment.removesuffix('.seg')}.dead-{number:08x}"


def log_name(version: int) -> str:
    """Return the name of the log that begins with a version."""
    return f"log-{version:016x}.log"


def log_versions(names: list[str]) -> list[int]:
    """Return with which versions the logs among the names begin, ascending."""
    return sorted(int(found[1], 16) for name in names if (found := _LOG.fullmatch(name)))


def is_own(name: str) -> bool:
    """Tell whether a file is one that an index makes: a segment, a list of dead documents, or a log."""
    return any(pattern.fullmatch(name) for pattern in (_SEGMENT, _DEAD, _LOG))


def _without(names: list[str]) -> Manifest:
    logs = log_versions(names)
    flushed = logs[0] > 1 if logs else any(_SEGMENT.fullmatch(name) for name in names)
    if flushed:
        raise Corrupt("The manifest is missing, and there are files that need one.", hint=REPAIR)
    return Manifest()
