"""Reading the catalogue. Look-ups are by batch: one call, a bounded number of reads, answers in the order asked.

A merged MBID answers with the entity it was merged into, so ``answer.mbid`` can differ from what was asked. An entity
that is not there is None (an answer); a fault raises ``Unavailable`` or ``Corrupt`` (never an answer).
All methods may be called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.entities import (
    AlbumSummary,
    Artist,
    Label,
    Recording,
    Release,
    ReleaseGroup,
    ReleaseMatch,
    Series,
)
from linernotes.domain.ids import MBID, EntityRef, Kind


class Catalog(Protocol):
    """Entities by MBID."""

    def artists(self, mbids: Sequence[MBID]) -> list[Artist | None]:
        """Artists, without their discographies."""
        ...

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        """Release groups, without their releases."""
        ...

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        """Releases with media and tracks."""
        ...

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        """Recordings, and the releases that hold them."""
        ...

    def labels(self, mbids: Sequence[MBID]) -> list[Label | None]:
        """Labels."""
        ...

    def series(self, mbids: Sequence[MBID]) -> list[Series | None]:
        """Series with their release groups."""
        ...


class Discographies(Protocol):
    """What belongs to what."""

    def discography(self, artist: MBID) -> tuple[AlbumSummary, ...] | None:
        """All release groups that credit the artist at any position, by MBID; None for an unknown artist."""
        ...

    def releases_of(self, release_groups: Sequence[MBID]) -> list[tuple[Release, ...] | None]:
        """The releases of each group, by earliest date (unknown last) then MBID; None for an unknown group."""
        ...

    def releases_with(self, recordings: Sequence[MBID]) -> list[ReleaseMatch]:
        """Every release that holds any of the recordings (merged MBIDs resolved), by release MBID."""
        ...


class Identifiers(Protocol):
    """MBIDs by the names that others give. Input is parsed by ``domain.ids``; answers ascend by MBID."""

    def by_isrc(self, isrc: str) -> tuple[MBID, ...]:
        """Find recordings with this ISRC."""
        ...

    def by_barcode(self, barcode: str) -> tuple[MBID, ...]:
        """Find releases with this barcode, leading zeros aside."""
        ...

    def by_catalog_number(self, key: str) -> tuple[MBID, ...]:
        """Find releases with this catalogue number, given as ``catalog_number_key``."""
        ...

    def by_disc_id(self, disc_id: str) -> tuple[MBID, ...]:
        """Find releases with a medium of this MusicBrainz disc id."""
        ...

    def by_url(self, urls: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        """For each exact URL the entities linked to it, by kind then MBID."""
        ...

    def by_track(self, track: MBID) -> MBID | None:
        """Find the release that holds this track (merged MBIDs resolved)."""
        ...


class ChangeFeed(Protocol):
    """What changed between builds."""

    def info(self) -> BuildInfo:
        """Where this catalogue comes from."""
        ...

    def changed_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        """At most ``limit`` artists or release groups changed after ``since`` (unix ms), newest first, then MBID."""
        ...


class CatalogueSnapshot(Catalog, Discographies, Identifiers, ChangeFeed, Protocol):
    """One build of the catalogue, whole: what a request holds on to while another build is swapped in."""

    def close(self) -> None:
        """Let go of its files. The snapshot must not be used after."""
        ...
