"""Artists and albums as bytes: read in batches, rendered once per build, kept while they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import MBID
from linernotes.facades.lidarr import mapping
from linernotes.facades.lidarr.album import ArtistDocument, album
from linernotes.facades.lidarr.chosen import AlbumFilter
from linernotes.facades.lidarr.encode import Encoder
from linernotes.facades.lidarr.flight import SingleFlight
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.facades.lidarr.shelf import Shelf
from linernotes.ports.build import Build, LiveBuild
from linernotes.ports.offload import Offload
from linernotes.usecases import lookup
from linernotes.usecases.library.notes import present_notes

T = TypeVar("T")

_MANY = 2_000
"""Rendering more than this many tracks or album lines takes several milliseconds: that leaves the event loop."""

_FEW = 20
"""More albums than a search gives unasked are read off the event loop."""

_ARTISTS_PER_ALBUM = 10
"""So many artists are read in the time that an album with its releases takes, roughly."""

ArtistShelf = Shelf[tuple[MBID, bool], ArtistDocument]
AlbumShelf = Shelf[tuple[MBID, bool, bool], bytes]


class Documents:
    """Hands out readers of the live build."""

    def __init__(self, *, live: LiveBuild, settings: LidarrSettings, encode: Encoder, offload: Offload) -> None:
        """Begin with empty shelves."""
        self._live = live
        self._settings = settings
        self._encode = encode
        self._offload = offload
        self._reader: Reader | None = None

    def reader(self) -> Reader:
        """Return the reader of the live build, for one request from its first read to its last."""
        build = self._live.current()
        if self._reader is None or self._reader.build is not build:
            self._reader = Reader(build=build, settings=self._settings, encode=self._encode, offload=self._offload)
        return self._reader


class Reader:
    """One build, and what was rendered of it."""

    def __init__(self, *, build: Build, settings: LidarrSettings, encode: Encoder, offload: Offload) -> None:
        """Begin with empty shelves: artists may take a quarter of the memory, albums the rest."""
        self.build = build
        self._settings = settings
        self._encode = encode
        self._offload = offload
        self._flight = SingleFlight[object, bytes]()
        self._artists = ArtistShelf(settings.document_bytes // 4)
        self._albums = AlbumShelf(settings.document_bytes - settings.document_bytes // 4)

    async def artists(self, mbids: Iterable[MBID], *, whole: bool = False) -> dict[MBID, ArtistDocument]:
        """Return the artists that are known, by the MBID asked for; ``whole``: only those of whom all is known."""
        asked = list(dict.fromkeys(mbids))
        view = whole or self.build.partly is None
        found = {mbid: document for mbid in asked if (document := self._artists.get((mbid, view))) is not None}
        missing = [mbid for mbid in asked if mbid not in found]
        catalogue = self.build.catalogue if view else self.build.known
        read = (
            await self._read(lambda: catalogue.artists(missing), len(missing) // _ARTISTS_PER_ALBUM) if missing else []
        )
        for mbid, artist in zip(missing, read, strict=True):
            if artist is not None:
                found[mbid] = ArtistDocument(artist.mbid, self._encode(mapping.artist(artist)))
                self._artists.put((mbid, view), found[mbid], len(found[mbid].body))
        return found

    async def albums(
        self, mbids: Sequence[MBID], *, with_releases: bool = True, whole: bool = False
    ) -> dict[MBID, bytes]:
        """Return the albums that are known, by the MBID asked for; ``whole``: only those of which all is known.

        Raises ``Corrupt`` if one lacks an artist.
        """
        asked = list(dict.fromkeys(mbids))
        view = whole or self.build.partly is None
        found = {mbid: body for mbid in asked if (body := self._albums.get((mbid, with_releases, view))) is not None}
        missing = [mbid for mbid in asked if mbid not in found]
        catalogue = self.build.catalogue if view else self.build.known
        read = zip(missing, await self._read(lambda: lookup.albums(catalogue, missing), len(missing)), strict=True)
        albums = {mbid: one for mbid, one in read if one is not None}
        artist_ids = {mbid: one.artist_ids for mbid, one in albums.items()}
        artists = await self.artists(mbid for ids in artist_ids.values() for mbid in ids)
        for mbid, one in albums.items():
            known = _closed(artists, artist_ids[mbid], mbid)
            body = found[mbid] = await self._rendered(one, known, with_releases=with_releases, view=view)
            # An album that lacks a release is only good for seeing what has to be fetched.
            if not present_notes().missing:
                self._albums.put((mbid, with_releases, view), body, len(body))
        return found

    async def _read(self, work: Callable[[], T], albums: int) -> T:
        """Read few albums here and many elsewhere: a hundred take some twenty milliseconds."""
        return work() if albums <= _FEW and not self.build.remote else await self._offload(work)

    async def discography(self, artist: MBID, chosen: AlbumFilter) -> bytes:
        """Return the ``Albums`` of an artist, as far as they are chosen."""
        wider, catalogue = self._settings.wider_albums, self.build.catalogue
        albums = await self._read(lambda: lookup.discography(catalogue, artist, any_position=wider), 0)

        def render() -> bytes:
            lines = mapping.summaries(albums, statusless=self._settings.statusless_releases)
            return self._encode(chosen.of(lines))

        return await self._worked((artist, chosen), len(albums), render)

    async def series(self, mbid: MBID) -> list[lookup.SeriesEntry]:
        """Return the release groups of a series, in its order."""
        build = self.build
        return await self._read(lambda: lookup.series_entries(build.catalogue, mbid, known=build.known), 0)

    async def _rendered(
        self, one: lookup.Album, artists: dict[MBID, ArtistDocument], *, with_releases: bool, view: bool
    ) -> bytes:
        def render() -> bytes:
            return self._encode(album(one, artists, self._settings, with_releases=with_releases))

        return await self._worked((one.group.mbid, with_releases, view), one.track_rows, render)

    async def _worked(self, key: object, size: int, render: Callable[[], bytes]) -> bytes:
        """Render here what is small, and elsewhere, once for all who wait, what is large."""
        if size <= _MANY:
            return render()
        return await self._flight.run(key, lambda: self._offload(render))


def _closed(
    artists: dict[MBID, ArtistDocument], needed: tuple[MBID, ...], album_id: MBID
) -> dict[MBID, ArtistDocument]:
    """Return the documents of these artists; without one of them the album would make Lidarr fail."""
    try:
        return {mbid: artists[mbid] for mbid in needed}
    except KeyError as exc:
        raise Corrupt(f"Album {album_id} names artist {exc.args[0]}, which the catalogue does not hold.") from exc
