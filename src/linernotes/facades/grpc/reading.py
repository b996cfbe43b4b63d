"""The calls of Catalog that have one answer.

Each is worked out on the event loop, up to a function that makes the message; that runs in the call's own thread,
since the message of a large release takes longer than a request on the loop may.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

from google.protobuf.message import Message

from linernotes.domain.errors import Invalid
from linernotes.domain.facts import LONGEST_KEY, Provenance
from linernotes.domain.ids import (
    MBID,
    EntityRef,
    Kind,
    catalog_number_key,
    parse_barcode,
    parse_disc_id,
    parse_isrc,
    parse_mbid,
)
from linernotes.facades.grpc import mapping, paging
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.usecases.library import Lookups, Outcome

Show: TypeAlias = Callable[[], Message]
Method: TypeAlias = Callable[[Any, float], Awaitable[Show]]

HITS, MOST_HITS = 10, 100
LONGEST_QUERY = 1000
UNKNOWN = {kind: f"There is no such {kind.value.replace('-', ' ')}." for kind in Kind}


class Reading:
    """Answers from the library."""

    def __init__(self, *, lookups: Lookups) -> None:
        """Keep whom to ask."""
        self._lookups = lookups

    def methods(self) -> dict[str, Method]:
        """Return the methods by name. Each is given the request and how many seconds the caller waits."""
        return {
            "GetArtist": partial(self.entity, Kind.ARTIST),
            "GetReleaseGroup": partial(self.entity, Kind.RELEASE_GROUP),
            "GetRelease": partial(self.entity, Kind.RELEASE),
            "GetRecording": partial(self.entity, Kind.RECORDING),
            "GetLabel": partial(self.entity, Kind.LABEL),
            "GetSeries": partial(self.entity, Kind.SERIES),
            "ListReleaseGroups": self.release_groups,
            "ListReleases": self.releases,
            "SearchArtists": self.search_artists,
            "SearchReleaseGroups": self.search_release_groups,
            "Resolve": self.resolve,
        }

    async def entity(self, kind: Kind, request: Any, seconds: float) -> Show:
        """Get one entity by MBID."""
        value, provenance = await self._get(kind, request.mbid, "mbid", seconds)
        return lambda: mapping.entity(kind, value, provenance)

    async def release_groups(self, request: pb.ListReleaseGroupsRequest, seconds: float) -> Show:
        """List a page of an artist's discography."""
        page = paging.read(request, usual=100, most=500)
        artist, _ = await self._get(Kind.ARTIST, request.artist_mbid, "artist_mbid", seconds)
        outcome = await self._lookups.discography(artist.mbid)
        albums = outcome.get(UNKNOWN[Kind.ARTIST])
        return lambda: paging.release_groups(albums, page, outcome.provenance)

    async def releases(self, request: pb.ListReleasesRequest, seconds: float) -> Show:
        """List a page of a release group's releases."""
        page = paging.read(request, usual=25, most=100)
        group, _ = await self._get(Kind.RELEASE_GROUP, request.release_group_mbid, "release_group_mbid", seconds)
        outcome = await self._lookups.releases_of(group.mbid)
        found = outcome.get(UNKNOWN[Kind.RELEASE_GROUP])
        return lambda: paging.releases(found, page, outcome.provenance, tracks=request.include_tracks)

    async def search_artists(self, request: pb.SearchArtistsRequest, seconds: float) -> Show:
        """Find artists by name."""
        text, limit = _query(request)
        hits = await self._lookups.search(text, [Kind.ARTIST], limit=limit)
        return lambda: pb.SearchArtistsResponse(
            hits=[
                pb.ArtistHit(mbid=hit.mbid, name=hit.name, disambiguation=hit.disambiguation, score=hit.score)
                for hit in hits
            ]
        )

    async def search_release_groups(self, request: pb.SearchReleaseGroupsRequest, seconds: float) -> Show:
        """Find release groups by title."""
        text, limit = _query(request)
        with field("artist"):
            artist = _short(request.artist)
        hits = await self._lookups.search(text, [Kind.RELEASE_GROUP], artist=artist, limit=limit)
        return lambda: pb.SearchReleaseGroupsResponse(
            hits=[
                pb.ReleaseGroupHit(
                    mbid=hit.mbid,
                    title=hit.name,
                    artist=hit.artist,
                    disambiguation=hit.disambiguation,
                    score=hit.score,
                )
                for hit in hits
            ]
        )

    async def resolve(self, request: pb.ResolveRequest, seconds: float) -> Show:
        """Find entities by another name."""
        which = request.WhichOneof("identifier")
        if which is None:
            raise Invalid("An identifier is needed", hint="Set one of isrc, barcode, disc_id, catalog_number, url …")
        with field(which):
            outcome = await self._resolved(which, getattr(request, which))
        refs = outcome.get() if outcome.fault is not None else outcome.value or ()
        return lambda: pb.ResolveResponse(
            entities=[mapping.reference(ref) for ref in refs], provenance=mapping.origin(outcome.provenance)
        )

    async def _resolved(self, which: str, text: str) -> Outcome[tuple[EntityRef, ...]]:
        match which:
            case "isrc":
                return await self._lookups.recordings_by_isrc(parse_isrc(text))
            case "barcode":
                return await self._lookups.releases_by_barcode(parse_barcode(text))
            case "disc_id":
                return await self._lookups.releases_by_disc_id(parse_disc_id(text))
            case "catalog_number":
                return Outcome(await self._lookups.releases_by_catalog_number(_catalog_number(text)))
            case "url":
                return await self._lookups.by_url(_url(text))
            case _:
                found = await self._lookups.release_of_track(parse_mbid(text))
                return Outcome(() if found is None else (EntityRef(Kind.RELEASE, found),))

    async def _get(self, kind: Kind, text: str, name: str, seconds: float) -> tuple[Any, Provenance | None]:
        with field(name):
            mbid: MBID = parse_mbid(text)
        [outcome] = await self._lookups.entities(kind, [mbid], seconds=seconds)
        return outcome.get(UNKNOWN[kind]), outcome.provenance


def _query(request: pb.SearchArtistsRequest | pb.SearchReleaseGroupsRequest) -> tuple[str, int]:
    with field("query"):
        text = _short(request.query)
        if not text.strip():
            raise Invalid("A query is needed")
    with field("limit"):
        if request.limit < 0:
            raise Invalid("A limit cannot be negative")
    return text, min(request.limit or HITS, MOST_HITS)


def _short(text: str) -> str:
    if len(text) > LONGEST_QUERY:
        raise Invalid(f"More than {LONGEST_QUERY} characters")
    return text


def _url(text: str) -> str:
    if not text or len(text.encode()) > LONGEST_KEY:
        raise Invalid(f"A URL of at most {LONGEST_KEY} bytes is needed")
    return text


def _catalog_number(text: str) -> str:
    key = catalog_number_key(_short(text))
    if not key:
        raise Invalid("Invalid catalogue number", hint="It needs a letter or a digit.")
    return key
