"""How a segment divides its 32 bits between the table, the postings' residuals and the numbers of documents."""

from __future__ import annotations

import msgspec

MOST_TABLE_BITS = 26
# From 5 to 10 postings a bucket: fewer waste table, more are searched longer.
_LEAST_IN_BUCKET = 5


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The bits of a mixed hash that choose a bucket, its lowest bits that are always 0, and a document's bits.

    What is left of the hash, 32 - `table_bits` - `low_bits`, fits beside the document's bits in a posting.
    """

    table_bits: int
    low_bits: int
    doc_bits: int

    @property
    def buckets(self) -> int:
        """How many buckets the table has."""
        return 1 << self.table_bits


def choose_layout(*, documents: int, postings: int, bits: int) -> Layout:
    """Return the layout for a segment. `bits` has each bit that is set in any of its mixed hashes."""
    low = (bits & -bits).bit_length() - 1 if bits else 31
    doc_bits = max(1, (documents - 1).bit_length())
    wanted = min(max(0, (postings // _LEAST_IN_BUCKET).bit_length() - 1), MOST_TABLE_BITS)
    return Layout(table_bits=min(max(wanted, doc_bits - low), 32 - low), low_bits=low, doc_bits=doc_bits)
