"""An album as the protocol has it: closed in itself, so that every ``artistid`` in it is in its ``artists``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from linernotes.domain.ids import MBID
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.editions import editions
from linernotes.facades.lidarr.images import album_images
from linernotes.facades.lidarr.mapping import album_date, genres, links, names, rating
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.usecases.lookup import Album


class ArtistDocument(NamedTuple):
    """An artist object, encoded; ``mbid`` is the one in it, which is not the one asked for after a merge."""

    mbid: MBID
    body: bytes


def album(
    found: Album, artists: Mapping[MBID, ArtistDocument], settings: LidarrSettings, *, with_releases: bool
) -> wire.Album:
    """Return the album object; ``artists`` holds a document for each of ``found.artist_ids``, and for no others."""
    group = found.group
    canonical = {asked: document.mbid for asked, document in artists.items()}
    shown = editions(found.releases, canonical, statusless=settings.statusless_releases) if with_releases else []
    main = canonical[group.credit[0].artist]
    return wire.Album(
        aliases=_aliases(found),
        artistid=main,
        artists=_artists(main, artists.values()),
        disambiguation=group.disambiguation,
        genres=genres(group.tags),
        id=group.mbid,
        images=album_images(group, found.releases, settings.image_base),
        links=links(group.links),
        oldids=group.old_mbids,
        overview="",
        rating=rating(group.rating),
        releasedate=album_date(group),
        releases=shown,
        secondarytypes=sorted(group.secondary_types),
        title=group.title,
        type=group.type or "Other",
    )


def _artists(main: MBID, documents: Iterable[ArtistDocument]) -> list[msgspec.Raw]:
    """Return each artist once: the album's own first, then by MBID."""
    bodies = {document.mbid: document.body for document in documents}
    return [msgspec.Raw(bodies[mbid]) for mbid in (main, *sorted(bodies.keys() - {main}))]


def _aliases(found: Album) -> list[str]:
    title = found.group.title
    others = {release.title for release in found.releases if release.title != title}
    return sorted(others.union(names(found.group.aliases, "Release group name")))
