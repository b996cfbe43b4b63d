"""Lists of the dead documents of a segment, kept beside it: sealed, numbers in rising order, four bytes each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.blocks import corrupt
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.sealed import seal, unseal
from linernotes.fingerprint.index.segment import Segment

_KIND = b"LNdead1\n"


def dead_in(segment: Segment, *, view: int) -> NDArray[np.uint32]:
    """Return who is dead in a segment in a view."""
    return np.flatnonzero((segment.died != 0) & (segment.died <= view)).astype(np.uint32)


def write_dead(directory: Directory, name: str, numbers: NDArray[np.uint32]) -> None:
    """Write a list, synced."""
    output = directory.create(name)
    try:
        output.write(seal(_KIND, numbers.astype("<u4").tobytes()))
        output.sync()
    finally:
        output.close()


def read_dead(directory: Directory, name: str, segment: Segment, *, view: int) -> None:
    """Mark dead who is in a list. `Corrupt` when the list is not as it was written."""
    try:
        content = unseal(_KIND, directory.read(name), name=name)
    except FileNotFoundError:
        raise corrupt(name, "it is missing") from None
    if len(content) % 4:
        raise corrupt(name, "it ends within a number")
    numbers = np.frombuffer(content, dtype="<u4").astype(np.uint32)
    if numbers.size and (int(numbers[-1]) >= segment.documents or bool((np.diff(numbers.astype(np.int64)) <= 0).any())):
        raise corrupt(name, "it lists documents that the segment does not have")
    segment.kill(numbers, views=view)
    segment.dead_saved = numbers.size
