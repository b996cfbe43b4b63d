"""Charts: known by name, and not to be had as long as no source of charts is set up."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.errors import NotFound, Unavailable
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr.routes import Route

CHARTS = frozenset(
    {
        ("apple-music", "album", "top"),
        ("apple-music", "album", "new"),
        ("itunes", "album", "top"),
        ("itunes", "album", "new"),
        ("billboard", "album", "top"),
        ("billboard", "artist", "top"),
        ("lastfm", "album", "top"),
        ("lastfm", "artist", "top"),
    }
)


class Charts:
    """Answers for charts."""

    def routes(self) -> Iterator[Route]:
        """Name the paths that are answered here."""
        yield Route("GET", "/chart/*/*/*", self.chart)

    async def chart(self, _: Request, name: str, what: str, selection: str) -> Reply:
        """Raise ``NotFound`` for a chart that nobody knows, ``Unavailable`` for the others."""
        wanted = (name.lower(), what, selection)
        if wanted not in CHARTS:
            raise NotFound(f"Chart {'/'.join(wanted)} not found")
        raise Unavailable(f"Chart {'/'.join(wanted)} has no source on this server")
