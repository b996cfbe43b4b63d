"""The best place of a clip in a track: the bit error at every offset, and the guard that silence and loops call for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compare import differing
from linernotes.fingerprint.kernels.compiling import Int, kernel, popcount

_Words = NDArray[np.uint32]
_Places = NDArray[np.int64]


@kernel
def align(
    clip: _Words, track: _Words, clip_before: _Places, track_before: _Places, least: Int, limit: float
) -> tuple[float, Int, Int, Int]:
    """Return the lowest guarded error below a limit, with its offset, wrong bits and distinct words.

    `…_before` tells for each word where it was met before, or -1. Without any offset that is good enough, the error is
    the limit.
    """
    best, best_offset, best_wrong, best_distinct = limit, np.int64(0), np.int64(0), np.int64(0)
    for offset in range(least - clip.size, track.size - least + 1):
        from_clip, from_track = max(0, -offset), max(0, offset)
        count = min(clip.size - from_clip, track.size - from_track)
        wrong = differing(clip[from_clip : from_clip + count], track[from_track : from_track + count])
        error = wrong / (32 * count)
        if error + 0.5 / math.sqrt(count) >= best:
            continue
        fresh_error, found = fresh(clip, track, clip_before, track_before, from_clip, from_track, count)
        guarded = max(error, fresh_error) + 0.5 / math.sqrt(found)
        if guarded < best:
            best, best_offset, best_wrong, best_distinct = guarded, np.int64(offset), np.int64(wrong), np.int64(found)
    return best, best_offset, best_wrong, best_distinct


@kernel
def fresh(
    clip: _Words,
    track: _Words,
    clip_before: _Places,
    track_before: _Places,
    from_clip: Int,
    from_track: Int,
    count: Int,
) -> tuple[float, Int]:
    """Return the bit error where something new is heard in the overlap, and how many distinct words both sides have."""
    words, wrong, in_clip, in_track = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for i in range(count):
        new_in_clip = clip_before[from_clip + i] < from_clip
        new_in_track = track_before[from_track + i] < from_track
        in_clip += np.int64(new_in_clip)
        in_track += np.int64(new_in_track)
        if new_in_clip or new_in_track:
            words += 1
            wrong += np.int64(popcount(np.uint32(clip[from_clip + i] ^ track[from_track + i])))
    return wrong / (32 * words), min(in_clip, in_track)
