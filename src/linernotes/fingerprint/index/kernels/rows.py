"""What a kernel is told about a part of the index: one row of int64, whose columns are named here.

A **segment** has a table of 2^`TABLE_BITS` + 1 offsets (u32) into its postings, by the highest bits of the mixed
hash. A posting is one u32: the residual of the mixed hash above `DOC_BITS` bits that number the document within the
segment. The lowest `LOW` bits of every mixed hash are 0 and are not kept. A bucket's postings are sorted.

A **buffer** has 2^`TABLE_BITS` chains: `TABLE` holds the newest entry of each, counted from 1, `NEXT` the entry before
it, `POSTINGS` an entry's mixed hash and `OWNERS` its document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compiling import kernel

(
    KIND,
    TABLE,
    POSTINGS,
    NEXT,
    OWNERS,
    IDS,
    VERSIONS,
    DIED,
    TABLE_BITS,
    LOW,
    DOC_BITS,
    DOCUMENTS,
    REPEATS,
    SLOTS,
    SLOT_BITS,
    WIDTH,
) = range(16)

SEGMENT, BUFFER = 0, 1

# Multiplying by an odd number is one to one; this one, 2^32 divided by the golden ratio, spreads what lies close
# together, so that buckets are filled alike whatever the distribution of the hashes. Low bits that are 0 stay 0.
FACTOR = 0x9E3779B1
INVERSE = pow(FACTOR, -1, 1 << 32)
_WORD = 0xFFFFFFFF


def make_row(numbers: Mapping[int, int], arrays: Mapping[int, NDArray[Any]]) -> NDArray[np.int64]:
    """Return a row with these numbers and the addresses of these arrays, which somebody else keeps alive."""
    row = np.zeros(WIDTH, dtype=np.int64)
    for column, number in numbers.items():
        row[column] = number
    for column, array in arrays.items():
        row[column] = array.ctypes.data
    return row


@kernel
def mixed(word: int) -> int:
    """Return a hash's place in the order of postings."""
    return (word * FACTOR) & _WORD


@kernel
def unmixed(place: int) -> int:
    """Return the hash of a place."""
    return (place * INVERSE) & _WORD
