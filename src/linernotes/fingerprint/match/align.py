"""Where in a track a clip lies, at whatever offset: cuts, trims and excerpts, which AcoustID's scores do not find.

A low bit error alone proves little: silence meets silence, a loop meets a loop, and a few words meet by chance. So the
error is raised by half of one over the root of the distinct words in the overlap, it is also taken over the places
where something new is heard, and the overlap must not be short.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels import align as kernels
from linernotes.fingerprint.kernels.compiling import read_only
from linernotes.fingerprint.match.compare import check
from linernotes.fingerprint.values import Words

MOST_ERROR = 0.228
"""The guarded error at which at most one of a thousand clips is found in a track that it is not from."""

LEAST_WORDS = 20
"""An overlap of fewer words, five seconds of sound, proves nothing."""


class Alignment(msgspec.Struct, frozen=True):
    """A clip's place in a track.

    `offset` is the place in the track, in words, of the clip's first word, below 0 where the clip begins before it;
    `overlap` is in words; `error` is the share of differing bits, 0 to 1; `distinct` counts the different words in the
    overlap; `guarded` is the error after the guard, which ranks tracks: lower is better.
    """

    offset: int
    overlap: int
    error: float
    distinct: int
    guarded: float


def align(clip: Words, track: Words, *, most_error: float = MOST_ERROR) -> Alignment | None:
    """Return the best place of a clip of ten seconds or more in a track, or nothing when no place is good enough.

    At least three quarters of the clip, or of forty words when it is longer, must lie in the track. The time grows with
    the product of both lengths. Raises `Invalid` for more than 65,535 words.
    """
    check(clip, track)
    least = max(LEAST_WORDS, math.ceil(0.75 * min(clip.size, 40)))
    if min(clip.size, track.size) < least:
        return None
    found = kernels.align(
        read_only(clip), read_only(track), _places_before(clip), _places_before(track), least, most_error
    )
    guarded, offset, wrong, distinct = float(found[0]), int(found[1]), int(found[2]), int(found[3])
    if guarded >= most_error:
        return None
    overlap = min(clip.size - max(0, -offset), track.size - max(0, offset))
    return Alignment(offset, overlap, wrong / (32 * overlap), distinct, guarded)


def _places_before(words: Words) -> NDArray[np.int64]:
    """Return for each word the place where it was last met before, or -1."""
    order = np.argsort(words, kind="stable")
    before = np.full(words.size, -1, dtype=np.int64)
    before[order[1:]] = np.where(words[order[1:]] == words[order[:-1]], order[:-1], -1)
    return before
