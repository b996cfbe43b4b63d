"""Ratings, 0-100 with a count; most entities have none."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.draws import Draws, field
from linernotes.dumps.sample.text import Chars, number


def ratings(draws: Draws, purpose: str, ids: NDArray[Any], share: float) -> dict[str, Chars]:
    """Write the two rating columns of a `_meta` table; only a `share` of the rows is rated."""
    bits = draws.bits(purpose + ".rating", ids)
    none = field(bits, 0) >= share * 65536
    counts = 1 + ((field(bits, 1) / 65536) ** 6 * 60).astype(np.int64)
    stars = 1 + (field(bits, 2).astype(np.int64) * 5 >> 16)
    value = 20 * stars - np.where(counts > 2, field(bits, 3) % 15, 0)
    return {"rating": number(value, none), "rating_count": number(counts, none)}
