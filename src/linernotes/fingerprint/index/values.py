"""What goes into an index and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.values import Words, as_words

Ids: TypeAlias = NDArray[np.uint32]
"""Document ids, 1 to 2^32-1."""

HIGHEST_ID = (1 << 32) - 1
_NOTHING: Words = np.zeros(0, dtype=np.uint32)

MOST_HASHES = 200_000_000
"""More hashes than these, 800 MB of them, are too much for one update."""


class Hit(NamedTuple):
    """A document that was found, and how many of its postings have a hash of the query."""

    id: int
    score: int


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that become one commit, as columns. Of several changes to one document the last one counts.

    `ids` holds one id per change, `ends` where its hashes end in `hashes` (they begin where the change before ends),
    `removed` whether the change is a deletion, which has no hashes.
    """

    ids: Ids
    ends: NDArray[np.uint32]
    hashes: Words
    removed: NDArray[np.bool_]
    metadata: Mapping[str, str] = {}
    expected_version: int | None = None

    def fault(self) -> str:
        """Return why this cannot be an update, or nothing. The compiled code reads the columns without looking."""
        ids, ends, hashes, removed = self.ids, self.ends, self.hashes, self.removed
        if not ids.size == ends.size == removed.size:
            return "its columns are not of one length"
        if hashes.size + 3 * ids.size > MOST_HASHES:
            return f"it has more than {MOST_HASHES:,} hashes"
        if any(_surrogate(text) for item in self.metadata.items() for text in item):
            return "its metadata are no text"
        if not ids.size:
            return "it has hashes of no document" if hashes.size else ""
        if not ids.all():
            return "a document has the id 0"
        if ends[-1] != hashes.size or (ends[1:] < ends[:-1]).any():
            return "its documents do not fit its hashes"
        if removed.any() and np.diff(ends, prepend=np.uint32(0))[removed].any():
            return "a document that is removed has hashes"
        return ""


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """What an index holds. The lowest and highest id are 0 in an empty index.

    `segments` counts the parts that a search visits: segments and buffers with documents in them. `bytes` is what the
    segments take on disk.
    """

    documents: int
    postings: int
    min_id: int
    max_id: int
    segments: int
    bytes: int


def _surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else False


def make_update(
    inserts: Iterable[tuple[int, Sequence[int] | Words]] = (),
    deletes: Iterable[int] = (),
    *,
    metadata: Mapping[str, str] | None = None,
    expected_version: int | None = None,
) -> Update:
    """Return an update that first inserts documents, replacing those that are there, and then deletes others.

    Raises `Invalid` for an id that is not from 1 to 2^32-1, and for hashes that are not 32-bit whole numbers.
    """
    changes = [*inserts, *((id_, None) for id_ in deletes)]
    return update_of(changes, metadata=metadata, expected_version=expected_version)


def update_of(
    changes: Iterable[tuple[int, Sequence[int] | Words | None]],
    *,
    metadata: Mapping[str, str] | None = None,
    expected_version: int | None = None,
) -> Update:
    """Return an update of changes in their order: an id with its hashes, or with None to delete it. Raises as above."""
    ids, hashes, removed = [], [_NOTHING], []
    for id_, found in changes:
        ids.append(id_)
        hashes.append(_NOTHING if found is None else as_words(found))
        removed.append(found is None)
    return Update(
        ids=as_ids(ids),
        ends=np.cumsum([one.size for one in hashes[1:]], dtype=np.uint32),
        hashes=np.concatenate(hashes),
        removed=np.array(removed, dtype=np.bool_),
        metadata=metadata or {},
        expected_version=expected_version,
    )


def as_ids(ids: Sequence[int]) -> Ids:
    """Return ids as an array; `Invalid` for one that is not from 1 to 2^32-1."""
    if any(not 1 <= id_ <= HIGHEST_ID for id_ in ids):
        raise Invalid("A document's id is from 1 to 4294967295.")
    return np.array(ids, dtype=np.uint32)
