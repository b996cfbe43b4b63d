"""MBIDs by row, and from that the MBIDs that lead to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linernotes.stores.postgres.arrays import WIDTH

_NOTHING = bytes(WIDTH)


class OwnMbids:
    """The MBID of each row of a kind: 16 bytes per row, for there are millions."""

    def __init__(self) -> None:
        """Know no row."""
        self._bytes = bytearray()

    def __setitem__(self, row: int, mbid: bytes) -> None:
        end = (row + 1) * WIDTH
        if len(self._bytes) < end:
            self._bytes.extend(bytes(max(end - len(self._bytes), len(self._bytes) // 4)))
        self._bytes[end - WIDTH : end] = mbid

    def __getitem__(self, row: int) -> bytes | None:
        """Return the MBID of a row, None for a row that is not known."""
        found = bytes(self._bytes[row * WIDTH : (row + 1) * WIDTH])
        return found if len(found) == WIDTH and found != _NOTHING else None


def merged(keys: Iterable[tuple[bytes, int]], own: OwnMbids) -> Iterator[tuple[bytes, bytes]]:
    """Yield MBIDs that lead to another with that other; ``keys`` ascends by MBID, and an MBID's first row counts."""
    for mbid, row in firsts(keys):
        target = own[row]
        if target is not None and target != mbid:
            yield mbid, target


def firsts(keys: Iterable[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    """Yield the first pair of each MBID."""
    last = None
    for mbid, row in keys:
        if mbid != last:
            yield mbid, row
        last = mbid
