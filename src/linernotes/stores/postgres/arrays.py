"""MBIDs as PostgreSQL's own binary arrays: made of text in one go, without an object for each."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

UUID_OID = 2950
UUID_ARRAY_OID = 2951
WIDTH = 16
# src/backend/utils/adt/arrayfuncs.c, array_recv: dimensions, whether there are nulls, element type; then length and
# lower bound of the one dimension; then each element after its length.
_EMPTY = struct.pack("!iiI", 0, 0, UUID_OID)
_ONE_DIMENSION = struct.Struct("!iiIii").pack
_LENGTH = struct.pack("!i", WIDTH)


class UuidArray(bytes):
    """An array of UUIDs, ready to be sent."""

    __slots__ = ()


class UuidArrayDumper(Dumper):
    """Sends a ``UuidArray`` as it is."""

    format = Format.BINARY
    oid = UUID_ARRAY_OID

    def dump(self, obj: UuidArray) -> Buffer | None:
        """Return the bytes."""
        return obj


def raw(mbid: str) -> bytes:
    """Return the 16 bytes of a canonical MBID."""
    return bytes.fromhex(mbid.replace("-", ""))


def mbid_array(mbids: Sequence[str]) -> UuidArray:
    """Return canonical MBIDs as an array, in their order."""
    return raw_array([raw(mbid) for mbid in mbids])


def raw_array(mbids: Sequence[bytes]) -> UuidArray:
    """Return MBIDs of 16 bytes each as an array, in their order."""
    if not mbids:
        return UuidArray(_EMPTY)
    elements = _LENGTH + _LENGTH.join(mbids)
    return UuidArray(_ONE_DIMENSION(1, 0, UUID_OID, len(mbids), 1) + elements)
