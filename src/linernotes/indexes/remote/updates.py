"""Commits as bodies: one change after the other, so that what is too large is refused before it takes much memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.values import as_words
from linernotes.indexes.remote import wire
from linernotes.ports.fingerprints import Change

LARGEST_BODY = (16 << 20) - 1
"""The bytes that fpindex takes in one request: about 25,000 documents of 120 hashes."""

_encode = msgspec.msgpack.Encoder().encode


def write_update(changes: Iterable[Change], *, metadata: Mapping[str, str], expected_version: int | None) -> bytes:
    """Return the body of an update. Raises `Invalid` for hashes that are not of 32 bits, and for too many changes."""
    rows: list[msgspec.Raw] = []
    size = 0
    for change in changes:
        row = _encode(_row(change))
        size += len(row)
        check_size(size)
        rows.append(msgspec.Raw(row))
    body = _encode(
        wire.Update(
            changes=rows,
            metadata=dict(metadata) or msgspec.UNSET,
            expected_version=msgspec.UNSET if expected_version is None else expected_version,
        )
    )
    check_size(len(body))
    return body


def check_size(size: int) -> None:
    """Raise `Invalid` for so many bytes that no server takes them in one request."""
    if size > LARGEST_BODY:
        raise Invalid(
            f"An index server takes at most {LARGEST_BODY} bytes in one request.",
            hint="Make commits of fewer changes; 10000 documents of 120 hashes are fine.",
        )


def _row(change: Change) -> wire.Insert | wire.Delete:
    if change.hashes is None:
        return wire.Delete(wire.Document(change.id))
    return wire.Insert(wire.Document(change.id, as_words(change.hashes).tolist()))
