"""The list of the best hits: score and id in each row, highest score first, of equal ones the lowest id first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, long
from linernotes.fingerprint.index.kernels.rows import DIED, IDS
from linernotes.fingerprint.index.kernels.work import LIMIT, PERCENT, VIEW
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]


@kernel
def offer(row: _Numbers, document: int, score: int, wanted: _Numbers, hits: _Numbers, found: int) -> int:
    """Put a document in its place if it lives in this view and is good enough; return the length of the list."""
    limit = wanted[LIMIT]
    if limit == 0 or (found and score < hits[0, 0] * wanted[PERCENT] // 100):
        return found
    if (found == limit and score < hits[found - 1, 0]) or dead(row, document, wanted):
        return found
    id_ = load32(row[IDS], document)
    at = found
    while at and (hits[at - 1, 0] < score or (hits[at - 1, 0] == score and hits[at - 1, 1] > id_)):
        at -= 1
    # A segment that is searched a second time offers some of its documents again.
    if at == limit or (at and hits[at - 1, 0] == score and hits[at - 1, 1] == id_):
        return found
    last = min(found, limit - 1)
    for i in range(last, at, -1):
        hits[i, 0], hits[i, 1] = hits[i - 1, 0], hits[i - 1, 1]
    hits[at, 0], hits[at, 1] = score, id_
    return long(last + 1)


@kernel
def dead(row: _Numbers, document: int, wanted: _Numbers) -> bool:
    """Tell whether a document is dead in this view."""
    died = load32(row[DIED], document)
    return died != 0 and died <= wanted[VIEW]
