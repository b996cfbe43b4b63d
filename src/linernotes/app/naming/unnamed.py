"""Why a file has no name, as far as that can be told from the file."""

from __future__ import annotations

from linernotes.usecases.identify.importing import LEAST_DISTINCT
from linernotes.usecases.identify.values import Query

LEAST_SECONDS = 10
"""Of less there is too little to tell by."""

CLIP_SECONDS = 60
"""What is shorter may well be an excerpt."""


def why_unnamed(query: Query, *, clips: bool) -> str:
    """Say it in a few words; ``clips`` is whether excerpts can be found where it was asked."""
    said = [_why(query)]
    if clips and not query.clip and query.duration < CLIP_SECONDS:
        said.append("try --clip")
    return " · ".join(said)


def _why(query: Query) -> str:
    if query.duration < LEAST_SECONDS:
        return f"too short ({query.duration} s)"
    distinct = len(set(query.words.tolist()))
    if distinct < LEAST_DISTINCT:
        return f"only {distinct} different word{'' if distinct == 1 else 's'}"
    return "nothing sounds like it"
