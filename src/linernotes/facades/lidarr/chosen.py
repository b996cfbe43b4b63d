"""The filters that old clients put on an artist's ``Albums``."""

from __future__ import annotations

import msgspec

from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.asked import Query

_NO_SECONDARY_TYPE = "Studio"


class AlbumFilter(msgspec.Struct, frozen=True):
    """Which albums to keep; an empty set keeps all. Names match exactly."""

    types: frozenset[str] = frozenset()
    secondary: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()

    def of(self, albums: list[wire.AlbumSummary]) -> list[wire.AlbumSummary]:
        """Return the albums that are kept."""
        if not (self.types or self.secondary or self.statuses):
            return albums
        return [album for album in albums if self._keeps(album)]

    def _keeps(self, album: wire.AlbumSummary) -> bool:
        secondary = album.secondary_types or [_NO_SECONDARY_TYPE]
        return (
            (not self.types or album.type in self.types)
            and (not self.secondary or not self.secondary.isdisjoint(secondary))
            and (not self.statuses or not self.statuses.isdisjoint(album.release_statuses))
        )


def album_filter(query: Query) -> AlbumFilter:
    """Return the filter that a query asks for."""
    return AlbumFilter(query.choices("primTypes"), query.choices("secTypes"), query.choices("releaseStatuses"))
