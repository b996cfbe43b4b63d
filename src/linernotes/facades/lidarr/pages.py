"""Single things: the server itself, an artist, an album, a series."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.errors import Invalid, NotFound
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr import mapping, wire
from linernotes.facades.lidarr.asked import Query
from linernotes.facades.lidarr.chosen import album_filter
from linernotes.facades.lidarr.documents import Documents
from linernotes.facades.lidarr.encode import Encoder
from linernotes.facades.lidarr.replies import Replies
from linernotes.facades.lidarr.routes import Route
from linernotes.facades.lidarr.times import http_date, read_time

_DAY = 24 * 60 * 60

SPECIAL_PURPOSE = frozenset(
    {
        "f731ccc4-e22a-43af-a747-64213329e088",  # [anonymous]
        "33cf029c-63b0-41a0-9855-be2a3665fb3b",  # [data]
        "314e1c25-dde7-4e4d-b2f4-0a7b9f7c56dc",  # [dialogue]
        "eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61",  # [no artist]
        "9be7f096-97ec-4615-8957-8d40b5dcbc41",  # [traditional]
        "125ec42a-7229-4250-afc5-e057484327fe",  # [unknown]
        "89ad4ac3-39f7-470e-963a-56509c546377",  # Various Artists
    }
)
"""Artists that stand for many: their albums are found by their own MBIDs only."""


class Pages:
    """Answers for one thing at a time."""

    def __init__(self, *, documents: Documents, replies: Replies, encode: Encoder, version: str) -> None:
        """Keep what the answers are made of."""
        self._documents = documents
        self._replies = replies
        self._encode = encode
        self._version = version

    def routes(self) -> Iterator[Route]:
        """Name the paths that are answered here."""
        yield Route("GET", "/", self.root)
        yield Route("GET", "/artist/*", self.artist)
        yield Route("GET", "/album/*", self.album)
        yield Route("GET", "/series/*", self.series)

    async def root(self, _: Request) -> Reply:
        """Say what is running, and how old its data is."""
        info = self._documents.reader().build.catalogue.info()
        about = wire.Root(None, None, _date(info.replication_date or info.dump_timestamp), self._version)
        return self._replies.fresh(about)

    async def artist(self, request: Request, text: str) -> Reply:
        """Return an artist with its albums; a merged MBID gives the artist that it was merged into, whole."""
        mbid = parse_mbid(text)
        reader = self._documents.reader()
        found = (await reader.artists([mbid], whole=True)).get(mbid)
        if found is None:
            raise NotFound("Artist not found")
        chosen = album_filter(Query(request.query))
        albums = b"[]" if found.mbid in SPECIAL_PURPOSE else await reader.discography(found.mbid, chosen)
        return self._replies.shared(b"".join((b'{"Albums":', albums, b",", found.body[1:])))

    async def album(self, _: Request, text: str) -> Reply:
        """Return a release group with everything in it."""
        mbid: MBID = parse_mbid(text)
        found = (await self._documents.reader().albums([mbid], whole=True)).get(mbid)
        if found is None:
            raise NotFound("Album not found")
        return self._replies.shared(found)

    async def series(self, _: Request, text: str) -> Reply:
        """List the release groups of a series; an unknown one has none."""
        entries = await self._documents.reader().series(parse_mbid(text))
        return self._replies.shared(self._encode(mapping.series(entries)), max_age=_DAY)


def _date(text: str) -> str | None:
    """Return a dump's time stamp as an HTTP date; None for one that cannot be read."""
    try:
        return http_date(read_time(text))
    except Invalid:
        return None
