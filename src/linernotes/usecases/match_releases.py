"""Find the albums that a set of recordings most likely is: what an audio fingerprint of a folder comes down to."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.entities import ReleaseMatch
from linernotes.domain.ids import MBID
from linernotes.ports.catalog import Discographies


def match_release_groups(catalogue: Discographies, recordings: Sequence[MBID], *, limit: int) -> list[MBID]:
    """Return at most ``limit`` release groups, the best match first, ties by MBID.

    A release that holds any of the recordings scores by how far its number of tracks is from the number of
    recordings given, plus the share of its tracks that was not matched; a group scores as its best release.
    """
    if not recordings:
        return []
    best: dict[MBID, float] = {}
    for match in catalogue.releases_with(recordings):
        score = _distance(match, len(recordings))
        best[match.release_group] = min(score, best.get(match.release_group, score))
    return sorted(best, key=lambda group: (best[group], group))[:limit]


def _distance(match: ReleaseMatch, given: int) -> float:
    unmatched = 1 - match.matched / match.track_count if match.track_count else 0.0
    return abs(match.track_count - given) + unmatched
