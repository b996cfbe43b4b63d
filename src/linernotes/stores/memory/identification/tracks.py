"""Reading tracks in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linernotes.domain.identification import RecordingLink, StoredFingerprint, TrackLink, TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.stores.memory.identification.data import Data

MOST_REDIRECTS = 32


class MemoryTracks:
    """Tracks, as they are kept or as one transaction sees them."""

    remote = False

    def __init__(self, *, look: Callable[[], Data]) -> None:
        """Read what ``look`` returns."""
        self._look = look

    def fingerprints(self, ids: Sequence[int], *, shortest: int = 0, longest: int = 1 << 31) -> list[StoredFingerprint]:
        found = _fingerprints(self._look())
        return [one for one in found if one.id in set(ids) and shortest <= one.duration <= longest]

    def fingerprints_of(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[StoredFingerprint, ...]]:
        data = self._look()
        first = sorted(_fingerprints(data), key=lambda one: (-data.fingerprints[one.id].count, one.id))
        chosen = [[one for one in first if one.track.id == track][: max(limit, 0)] for track in tracks]
        return [tuple(sorted(some, key=lambda one: one.id)) for some in chosen]

    def durations(self, tracks: Sequence[int]) -> list[tuple[int, int] | None]:
        found = [[one.duration for one in some] for some in self.fingerprints_of(tracks)]
        return [(min(some), max(some)) if some else None for some in found]

    def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        data = self._look()
        numbers = {track.gid: id_ for id_, track in data.tracks.items()}
        return [end(data, numbers.get(gid.lower())) for gid in gids]

    def links(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[RecordingLink, ...]]:
        links = self._look().recordings.items()
        first = sorted((link.disabled, -link.sources, mbid, track, link) for (track, mbid), link in links)
        chosen = [[link for *_, of, link in first if of == track][: max(limit, 0)] for track in tracks]
        return [tuple(sorted(some, key=lambda link: link.mbid)) for some in chosen]

    def tracks_with(self, recordings: Sequence[MBID], *, limit: int = 1 << 62) -> list[tuple[TrackLink, ...]]:
        data = self._look()
        first = sorted((link.disabled, track, mbid) for (track, mbid), link in data.recordings.items())
        found = []
        for recording in recordings:
            some = [(track, disabled) for disabled, track, mbid in first if mbid == recording.lower()]
            chosen = sorted(some[: max(limit, 0)])
            found.append(
                tuple(TrackLink(data.tracks[of].gid, disabled) for of, disabled in chosen if of in data.tracks)
            )
        return found

    def metadata(self, tracks: Sequence[int], *, limit: int) -> list[tuple[UserMetadata, ...]]:
        data = self._look()
        most_first = sorted((-count, meta, track) for (track, meta), count in data.said_of.items())
        return [
            tuple(data.metadata[meta] for _, meta, of in most_first if of == track)[: max(limit, 0)] for track in tracks
        ]


def end(data: Data, track: int | None) -> TrackRef | None:
    """Return the track at the end of a track's redirects; of a circle, some track."""
    if track not in data.tracks:
        return None
    for _ in range(MOST_REDIRECTS):
        successor = data.tracks[track].successor
        if successor not in data.tracks:
            break
        track = successor
    return TrackRef(track, data.tracks[track].gid)


def _fingerprints(data: Data) -> list[StoredFingerprint]:
    return [
        StoredFingerprint(id_, TrackRef(one.track, data.tracks[one.track].gid), one.duration, one.packed)
        for id_, one in sorted(data.fingerprints.items())
        if one.track in data.tracks and one.packed is not None and one.duration is not None
    ]
