"""The stream of an index's files: one MessagePack map that lists them, then their bytes in that order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from linernotes.facades.fpindex.http import Reply

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index
    from linernotes.fingerprint.index.snapshot import Snapshot

PART_BYTES = 1 << 20
_TYPE = b"application/octet-stream"


def snapshot_reply(index: Index, generation: int) -> Reply:
    """Answer with the segments as they are now; what is only in memory and in the log is not among them."""
    snapshot = index.snapshot()
    return Reply(200, content_type=_TYPE, stream=_stream(snapshot, generation))


def header(snapshot: Snapshot, generation: int) -> bytes:
    """Return the map before the files: fpindex's keys, and under `m` the manifest, which says what each file is."""
    head: dict[str, Any] = {
        "f": 1,
        "g": generation,
        "s": [{"i": [snapshot.version, 0, snapshot.version], "s": file.size} for file in snapshot.files],
    }
    if snapshot.files:
        head["m"] = snapshot.manifest
    return msgspec.msgpack.encode(head)


async def _stream(snapshot: Snapshot, generation: int) -> AsyncIterator[bytes]:
    with snapshot:
        yield header(snapshot, generation)
        loop = asyncio.get_running_loop()
        for file in snapshot.files:
            for start in range(0, file.size, PART_BYTES):
                # The file is mapped: a page that must be read first would hold up the event loop.
                yield await loop.run_in_executor(None, _read, file.data[start : start + PART_BYTES])


def _read(part: memoryview) -> bytes:
    # numpy copies without the interpreter's lock, and with it whatever waits for the disk.
    return np.frombuffer(part, dtype=np.uint8).copy().data.tobytes()
