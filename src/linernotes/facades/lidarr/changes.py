"""What changed: the feeds that clients follow, marks set by hand, and the list for caches in front."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterator

from linernotes.domain.errors import Unauthorised, Unavailable
from linernotes.domain.ids import MBID, Kind, parse_mbid
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.asked import Query
from linernotes.facades.lidarr.replies import Replies
from linernotes.facades.lidarr.routes import Route
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.facades.lidarr.times import LATEST, http_date, plain_date, read_time
from linernotes.ports.build import LiveBuild
from linernotes.ports.offload import Offload
from linernotes.ports.state import ChangeMarks
from linernotes.usecases.library import Lookups
from linernotes.usecases.recent import RecentChanges, recent_changes
from linernotes.usecases.refresh import refresh

_TWO_DAYS = 2 * 24 * 60 * 60 * 1000
_NOTHING_KNOWN = RecentChanges(mbids=(), oldest=None, complete=False)
_log = logging.getLogger(__name__)


class Changes:
    """Answers what is new, and hears what is."""

    def __init__(
        self,
        *,
        live: LiveBuild,
        lookups: Lookups,
        marks: ChangeMarks,
        settings: LidarrSettings,
        replies: Replies,
        offload: Offload,
        now: Callable[[], int],
    ) -> None:
        """Keep where changes come from; ``now`` returns unix milliseconds."""
        self._offload = offload
        self._live = live
        self._lookups = lookups
        self._marks = marks
        self._settings = settings
        self._replies = replies
        self._now = now

    def routes(self) -> Iterator[Route]:
        """Name the paths that are answered here."""
        yield Route("GET", "/recent/artist", self.recent_artists)
        yield Route("GET", "/recent/album", self.recent_albums)
        yield Route("POST", "/artist/*/refresh", self.refresh_artist)
        yield Route("POST", "/album/*/refresh", self.refresh_album)
        yield Route("GET", "/invalidate", self.invalidate)

    async def recent_artists(self, request: Request) -> Reply:
        """List the artists that changed."""
        return await self._recent(Kind.ARTIST, request)

    async def recent_albums(self, request: Request) -> Reply:
        """List the release groups that changed."""
        return await self._recent(Kind.RELEASE_GROUP, request)

    async def refresh_artist(self, _: Request, text: str) -> Reply:
        """Make clients fetch an artist again."""
        return await self._refresh(Kind.ARTIST, parse_mbid(text))

    async def refresh_album(self, _: Request, text: str) -> Reply:
        """Make clients fetch an album again."""
        return await self._refresh(Kind.RELEASE_GROUP, parse_mbid(text))

    async def invalidate(self, request: Request) -> Reply:
        """List the URLs of what changed, for whoever keeps copies; since the build before this one if not told."""
        key = self._settings.invalidate_key.reveal()
        if key and not hmac.compare_digest(request.headers.get("authorization", "").encode(), key.encode()):
            raise Unauthorised("Unauthorized")
        asked = Query(request.query).text("since").strip()
        since = read_time(asked) if asked else self._live.current().catalogue.info().built_at - 1
        base = request.base_url + request.prefix
        artists = [f"{base}/artist/{mbid}" for mbid in (await self._changed(Kind.ARTIST, since)).mbids]
        albums = [f"{base}/album/{mbid}" for mbid in (await self._changed(Kind.RELEASE_GROUP, since)).mbids]
        return self._replies.fresh(artists + albums)

    async def _recent(self, kind: Kind, request: Request) -> Reply:
        seconds = Query(request.query).number("since") or 0
        since = min(seconds * 1000, LATEST) if seconds > 0 else self._now() - _TWO_DAYS
        try:
            found = await self._changed(kind, since)
        except Unavailable as exc:
            _log.warning("The list of recent changes cannot be read: %s", exc.message)
            found = _NOTHING_KNOWN
        except Exception:  # noqa: BLE001 - without a list Lidarr refreshes nothing; told that it is cut, it helps itself
            _log.exception("The list of recent changes cannot be read.")
            found = _NOTHING_KNOWN
        last = plain_date(since) if found.oldest is None else http_date(found.oldest)
        return self._replies.fresh(wire.Recent(len(found.mbids), found.mbids, not found.complete, last))

    async def _changed(self, kind: Kind, since: int) -> RecentChanges:
        """Read the changes off the event loop: ten thousand of them take some milliseconds."""
        feed, marks, limit = self._live.current().catalogue, self._marks, self._settings.recent_limit
        return await self._offload(lambda: recent_changes(feed=feed, marks=marks, kind=kind, since=since, limit=limit))

    async def _refresh(self, kind: Kind, mbid: MBID) -> Reply:
        """Say yes to an MBID that is not here, too, as the original does; nothing is marked then."""
        catalogue, marks, now = self._live.current().known, self._marks, self._now()
        await self._offload(lambda: refresh(catalogue=catalogue, marks=marks, kind=kind, mbid=mbid, now=now))
        await self._lookups.refresh(kind, mbid)
        return self._replies.json(wire.Success())
