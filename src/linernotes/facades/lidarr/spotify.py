"""Spotify's ids, by the links that the library has. Nothing is asked of Spotify itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from linernotes.domain.errors import Invalid, NotFound, Unavailable
from linernotes.domain.ids import MBID
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.asked import Query, listed
from linernotes.facades.lidarr.replies import Replies
from linernotes.facades.lidarr.routes import Route
from linernotes.ports.build import LiveBuild
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.offload import Offload
from linernotes.usecases.find_by_url import Spellings, albums_by_url, artists_by_url

_EXPECTED = "Bad Request - expected JSON list of spotify IDs as post body"
_NOT_KNOWN = 0
_NEVER_ASKED = None
_NO_PROVIDER = "Signing in to Spotify is not set up on this server"


Find = Callable[[CatalogueSnapshot, Sequence[Spellings]], list[MBID | None]]


class Spotify:
    """Answers which artist or album a Spotify id is."""

    def __init__(self, *, live: LiveBuild, replies: Replies, offload: Offload) -> None:
        """Keep where links are looked up."""
        self._live = live
        self._replies = replies
        self._offload = offload

    def routes(self) -> Iterator[Route]:
        """Name the paths that are answered here."""
        yield Route("GET", "/spotify/artist/*", self.artist)
        yield Route("GET", "/spotify/album/*", self.album)
        yield Route("POST", "/spotify/lookup", self.lookup)
        yield Route("GET", "/spotify/auth", self.auth)
        yield Route("GET", "/spotify/renew", self.renew)

    async def artist(self, request: Request, spotify_id: str) -> Reply:
        """Send the client to the artist."""
        return self._sent(request, "artist", await self._found(artists_by_url, "artist", spotify_id))

    async def album(self, request: Request, spotify_id: str) -> Reply:
        """Send the client to the album."""
        return self._sent(request, "album", await self._found(albums_by_url, "album", spotify_id))

    async def lookup(self, request: Request) -> Reply:
        """Say of each id, artist's or album's, which MBID it is: as many answers as ids, in their order.

        No source is asked, which would take minutes for a list: Lidarr asks for each one that is null by itself.
        """
        ids = listed(request, _EXPECTED)
        build = self._live.current()
        unknown = _NOT_KNOWN if build.partly is None else _NEVER_ASKED
        return self._replies.json(await self._offload(lambda: _matches(build.known, ids, unknown)))

    async def auth(self, request: Request) -> Reply:
        """Refuse, for as long as no Spotify application is set up; wrong requests hear what is wrong first."""
        query = Query(request.query)
        if not query.text("code"):
            raise Invalid("No auth code provided")
        if not query.text("state"):
            raise Invalid("No state provided")
        if not query.text("state").endswith("/oauth.html"):
            raise Invalid("Illegal state value")
        raise Unavailable(_NO_PROVIDER)

    async def renew(self, request: Request) -> Reply:
        """Refuse, as ``auth`` does."""
        if not Query(request.query).text("refresh_token"):
            raise Invalid("No refresh token provided")
        raise Unavailable(_NO_PROVIDER)

    async def _found(self, find: Find, what: str, spotify_id: str) -> MBID | None:
        """Look for a page here under any spelling of its URL; sources are asked for the usual one alone."""
        build, spellings = self._live.current(), _pages(what, spotify_id)

        def look() -> MBID | None:
            [here] = find(build.known, [spellings])
            if here is not None or build.partly is None:
                return here
            [asked] = find(build.catalogue, [spellings[:1]])
            return asked

        return await self._offload(look)

    def _sent(self, request: Request, what: str, mbid: str | None) -> Reply:
        if mbid is None:
            raise NotFound("Not found")
        return self._replies.redirect(f"{request.prefix}/{what}/{mbid}")


def _pages(what: str, spotify_id: str) -> tuple[str, str]:
    page = f"open.spotify.com/{what}/{spotify_id}"
    return f"https://{page}", f"http://{page}"


def _matches(catalogue: CatalogueSnapshot, ids: list[str], unknown: int | None) -> list[wire.SpotifyMatch]:
    distinct = list(dict.fromkeys(ids))
    artists = artists_by_url(catalogue, [_pages("artist", one) for one in distinct])
    albums = albums_by_url(catalogue, [_pages("album", one) for one in distinct])
    found = {one: artist or album for one, artist, album in zip(distinct, artists, albums, strict=True)}
    return [wire.SpotifyMatch(found[one] or unknown, one) for one in ids]
