"""Search by name, and by the recordings of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, Kind, parse_mbid
from linernotes.domain.names import NameHit
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr.asked import Query, listed
from linernotes.facades.lidarr.documents import Documents, Reader
from linernotes.facades.lidarr.replies import Replies
from linernotes.facades.lidarr.routes import Route
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.ports.offload import Offload
from linernotes.usecases.match_releases import match_release_groups
from linernotes.usecases.search import search_albums, search_names

_EXPECTED = "Bad Request - expected JSON list of recording IDs as post body"
_SPELLED_OUT = {"+": "plus", "-": "minus"}
_MOST_MATCHES = 5


class Searching:
    """Answers with whole artists and albums."""

    def __init__(self, *, documents: Documents, replies: Replies, settings: LidarrSettings, offload: Offload) -> None:
        """Keep what the answers are made of."""
        self._documents = documents
        self._replies = replies
        self._settings = settings
        self._offload = offload

    def routes(self) -> Iterator[Route]:
        """Name the paths that are answered here."""
        yield Route("GET", "/search", self.by_type)
        yield Route("GET", "/search/artist", self.artists)
        yield Route("GET", "/search/album", self.albums)
        yield Route("GET", "/search/all", self.everything)
        yield Route("POST", "/search/fingerprint", self.fingerprint)

    async def by_type(self, request: Request) -> Reply:
        """Search as ``type`` says."""
        wanted = Query(request.query).text("type")
        match wanted:
            case "artist":
                return await self.artists(request)
            case "album":
                return await self.albums(request)
            case "all":
                return await self.everything(request)
            case "":
                raise Invalid("Type not provided")
            case _:
                raise Invalid(f"Unsupported search type {wanted}")

    async def artists(self, request: Request) -> Reply:
        """Search artists."""
        query = Query(request.query)
        text, limit = _text(query), query.limit(self._settings.max_search_limit)
        reader = self._documents.reader()
        hits = await self._offload(lambda: search_names(reader.build.names, text, [Kind.ARTIST], limit=limit))
        found = await reader.artists(hit.mbid for hit in hits)
        return self._listed(reader, (found[hit.mbid].body for hit in hits if hit.mbid in found))

    async def albums(self, request: Request) -> Reply:
        """Search albums, perhaps by one artist; the releases come with them only if ``includeTracks`` is not empty."""
        query = Query(request.query)
        text, limit = _text(query), query.limit(self._settings.max_search_limit)
        by, full = query.text("artist"), query.text("includeTracks") != ""
        reader = self._documents.reader()
        hits = await self._offload(lambda: search_albums(reader.build.names, text, artist=by, limit=limit))
        found = await reader.albums([hit.mbid for hit in hits], with_releases=full)
        return self._listed(reader, (found[hit.mbid] for hit in hits if hit.mbid in found))

    async def everything(self, request: Request) -> Reply:
        """Search artists and albums together, best first."""
        query = Query(request.query)
        text, limit = _text(query), query.limit(self._settings.max_search_limit)
        reader = self._documents.reader()
        kinds = [Kind.ARTIST, Kind.RELEASE_GROUP]
        hits = await self._offload(lambda: search_names(reader.build.names, text, kinds, limit=limit))
        artists = await reader.artists(hit.mbid for hit in hits if hit.kind is Kind.ARTIST)
        albums = await reader.albums([hit.mbid for hit in hits if hit.kind is Kind.RELEASE_GROUP])
        bodies = {mbid: found.body for mbid, found in artists.items()}
        items = (_item(hit, bodies, albums) for hit in hits if hit.mbid in bodies or hit.mbid in albums)
        return self._listed(reader, items)

    async def fingerprint(self, request: Request) -> Reply:
        """Return the albums that hold these recordings, the best match first."""
        recordings = _recordings(request)
        reader = self._documents.reader()
        groups = await self._offload(
            lambda: match_release_groups(reader.build.catalogue, recordings, limit=_MOST_MATCHES)
        )
        found = await reader.albums(groups)
        body = _array(found[group] for group in groups if group in found)
        return self._replies.body(body, max_age=None if groups and reader.build.partly is None else 0)

    def _listed(self, reader: Reader, bodies: Iterable[bytes]) -> Reply:
        """Reply with hits. Caches on the way keep neither that there are none, nor what only names somebody so far."""
        body = _array(bodies)
        passing = body == b"[]" or reader.build.partly is not None
        return self._replies.shared(body, max_age=0 if passing else None)


def _text(query: Query) -> str:
    text = query.text("query").strip().strip("\0")
    if not text.strip():
        raise Invalid("No query provided")
    return _SPELLED_OUT.get(text, text)


def _recordings(request: Request) -> list[MBID]:
    texts = listed(request, _EXPECTED)
    try:
        return [parse_mbid(text) for text in texts]
    except Invalid as exc:
        raise Invalid(_EXPECTED) from exc


def _item(hit: NameHit, artists: dict[MBID, bytes], albums: dict[MBID, bytes]) -> bytes:
    if hit.kind is Kind.ARTIST:
        return b'{"album":null,"artist":%b,"score":%d}' % (artists[hit.mbid], hit.score)
    return b'{"album":%b,"artist":null,"score":%d}' % (albums[hit.mbid], hit.score)


def _array(bodies: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(bodies) + b"]"
