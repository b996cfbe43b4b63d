"""A file without a name is told why, as far as that is known."""

from __future__ import annotations

import numpy as np
import pytest

from linernotes.app.naming.unnamed import why_unnamed
from linernotes.usecases.identify.values import Query

SOUND = np.arange(500, dtype=np.uint32)


@pytest.mark.parametrize(
    ("query", "clips", "why"),
    [
        (Query(SOUND, 200), True, "nothing sounds like it"),
        (Query(SOUND, 59), False, "nothing sounds like it"),
        (Query(SOUND, 59), True, "nothing sounds like it · try --clip"),
        (Query(SOUND, 59, clip=True), True, "nothing sounds like it"),
        (Query(SOUND[:30], 8), False, "too short (8 s)"),
        (Query(SOUND[:30], 8), True, "too short (8 s) · try --clip"),
        (Query(np.repeat(SOUND[:12], 40), 60), True, "only 12 different words"),
        (Query(np.repeat(SOUND[:1], 400), 60), False, "only 1 different word"),
    ],
)
def test_it_is_told_why_nothing_was_found(query: Query, why: str, *, clips: bool) -> None:
    assert why_unnamed(query, clips=clips) == why
