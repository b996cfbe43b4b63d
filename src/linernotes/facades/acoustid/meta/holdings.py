"""Where recordings are: on which releases, in which groups, at which places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from linernotes.domain.entities import Medium, Recording, Release, ReleaseGroup, Track
from linernotes.domain.ids import MBID
from linernotes.usecases.identify.values import Description


class Held(msgspec.Struct):
    """A release that holds recordings (their MBIDs, old ones too); None is a release that is not known here."""

    mbid: MBID
    release: Release | None
    recordings: set[MBID]

    def places(self) -> list[tuple[Medium, list[Track]]]:
        """Return the media that hold any of the recordings with the tracks that do, by position."""
        if self.release is None:
            return []
        found = [(medium, self._on(medium)) for medium in self.release.media]
        return [(medium, tracks) for medium, tracks in found if tracks]

    def _on(self, medium: Medium) -> list[Track]:
        wanted = self.recordings
        return [
            track
            for track in medium.tracks
            if track.recording in wanted
            or (track.old_recording_mbids and not wanted.isdisjoint(track.old_recording_mbids))
        ]


def releases(recordings: Iterable[Recording], description: Description) -> list[Held]:
    """Return the releases that hold any of the recordings, by MBID."""
    found: dict[MBID, Held] = {}
    for recording in recordings:
        names = (recording.mbid, *recording.old_mbids)
        for asked in recording.releases:
            release = description.releases.get(asked)
            mbid = asked if release is None else release.mbid
            held = found.get(mbid)
            if held is None:
                found[mbid] = Held(mbid, release, set(names))
            else:
                held.recordings.update(names)
    return [found[mbid] for mbid in sorted(found)]


def by_group(
    held: Iterable[Held], groups: Mapping[MBID, ReleaseGroup]
) -> list[tuple[MBID, ReleaseGroup | None, list[Held]]]:
    """Return releases by their groups, both by MBID; a release that is not known here has none, and is left out."""
    found: dict[MBID, tuple[MBID, ReleaseGroup | None, list[Held]]] = {}
    for one in held:
        if one.release is not None:
            group = groups.get(one.release.release_group)
            mbid = one.release.release_group if group is None else group.mbid
            found.setdefault(mbid, (mbid, group, []))[2].append(one)
    return [found[mbid] for mbid in sorted(found)]
