"""Look up artists, albums and series by MBID. A batch is a bounded number of reads, whatever its size.

An album is closed in itself: every artist that it names first is in ``artist_ids``.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linernotes.domain.entities import AlbumSummary, Release, ReleaseGroup, SeriesItem
from linernotes.domain.errors import Corrupt, NotFound
from linernotes.domain.ids import MBID
from linernotes.ports.catalog import CatalogueSnapshot


class Album(msgspec.Struct, frozen=True, gc=False):
    """A release group with all of its releases."""

    group: ReleaseGroup
    releases: tuple[Release, ...]

    @property
    def artist_ids(self) -> tuple[MBID, ...]:
        """The first-credited artists of the group and of every track: the group's own first, then ascending.

        Raises ``Corrupt`` where nobody is credited: the album cannot be shown as it is.
        """
        try:
            main = self.group.credit[0].artist
            return (main, *sorted(self._track_artists() - {main}))
        except IndexError as exc:
            raise Corrupt(f"Album {self.group.mbid}, or a track of it, credits nobody.") from exc

    @property
    def track_rows(self) -> int:
        """How many tracks all releases have together: a measure of the work that the album is."""
        return sum([len(medium.tracks) for release in self.releases for medium in release.media])

    def _track_artists(self) -> set[MBID]:
        media = [medium for release in self.releases for medium in release.media]
        return {track.credit[0].artist for medium in media for track in medium.tracks}


class SeriesEntry(msgspec.Struct, frozen=True, gc=False):
    """A release group at its place in a series."""

    item: SeriesItem
    group: ReleaseGroup


def discography(catalogue: CatalogueSnapshot, artist: MBID, *, any_position: bool) -> tuple[AlbumSummary, ...]:
    """Return the release groups by MBID that credit the artist first, or at any position; ``NotFound`` if unknown."""
    albums = catalogue.discography(artist)
    if albums is None:
        raise NotFound("Artist not found")
    return albums if any_position else tuple(album for album in albums if album.credit_position == 0)


def albums(catalogue: CatalogueSnapshot, mbids: Sequence[MBID]) -> list[Album | None]:
    """Return one album for each release group MBID, in the order asked; None where there is no such group."""
    if not mbids:
        return []
    groups = catalogue.release_groups(mbids)
    editions = catalogue.releases_of(mbids)
    return [
        None if group is None or releases is None else Album(group, releases)
        for group, releases in zip(groups, editions, strict=True)
    ]


def series_entries(
    catalogue: CatalogueSnapshot, mbid: MBID, *, known: CatalogueSnapshot | None = None
) -> list[SeriesEntry]:
    """Return the release groups of a series in its order; nothing for an unknown series.

    The groups are taken from ``known``, the catalogue itself if that is not given: their names are enough here. Raises
    ``Corrupt`` where a group credits nobody.
    """
    [found] = catalogue.series([mbid])
    if found is None or not found.items:
        return []
    groups = (known or catalogue).release_groups([item.release_group for item in found.items])
    for group in groups:
        if group is not None and not group.credit:
            raise Corrupt(f"Album {group.mbid} credits nobody.")
    return [SeriesEntry(item, group) for item, group in zip(found.items, groups, strict=True) if group is not None]
