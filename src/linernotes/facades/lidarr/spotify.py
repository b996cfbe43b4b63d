"""Spotify's ids, by the links that the catalogue has. Nothing is asked of Spotify itself."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.errors import Invalid, NotFound, Unavailable
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.asked import Query, listed
from linernotes.facades.lidarr.replies import Replies
from linernotes.facades.lidarr.routes import Route
from linernotes.ports.build import LiveBuild
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.offload import Offload
from linernotes.usecases.find_by_url import albums_by_url, artists_by_url

_EXPECTED = "Bad Request - expected JSON list of spotify IDs as post body"
_NOT_KNOWN = 0
_NO_PROVIDER = "Signing in to Spotify is not set up on this server"


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
        catalogue = self._live.current().catalogue
        [found] = await self._offload(lambda: artists_by_url(catalogue, [_pages("artist", spotify_id)]))
        return self._sent(request, "artist", found)

    async def album(self, request: Request, spotify_id: str) -> Reply:
        """Send the client to the album."""
        catalogue = self._live.current().catalogue
        [found] = await self._offload(lambda: albums_by_url(catalogue, [_pages("album", spotify_id)]))
        return self._sent(request, "album", found)

    async def lookup(self, request: Request) -> Reply:
        """Say of each id, artist's or album's, which MBID it is: as many answers as ids, in their order."""
        ids = listed(request, _EXPECTED)
        catalogue = self._live.current().catalogue
        return self._replies.json(await self._offload(lambda: _matches(catalogue, ids)))

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

    def _sent(self, request: Request, what: str, mbid: str | None) -> Reply:
        if mbid is None:
            raise NotFound("Not found")
        return self._replies.redirect(f"{request.prefix}/{what}/{mbid}")


def _pages(what: str, spotify_id: str) -> tuple[str, str]:
    page = f"open.spotify.com/{what}/{spotify_id}"
    return f"https://{page}", f"http://{page}"


def _matches(catalogue: CatalogueSnapshot, ids: list[str]) -> list[wire.SpotifyMatch]:
    distinct = list(dict.fromkeys(ids))
    artists = artists_by_url(catalogue, [_pages("artist", one) for one in distinct])
    albums = albums_by_url(catalogue, [_pages("album", one) for one in distinct])
    found = {one: artist or album for one, artist, album in zip(distinct, artists, albums, strict=True)}
    return [wire.SpotifyMatch(found[one] or _NOT_KNOWN, one) for one in ids]
