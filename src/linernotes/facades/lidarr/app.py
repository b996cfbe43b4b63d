"""The façade at work: finds the handler, and turns whatever goes wrong into a reply of this API's form."""

from __future__ import annotations

import logging
import re

import msgspec

from linernotes.domain.errors import LinernotesError
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.lidarr.changes import Changes
from linernotes.facades.lidarr.charts import Charts
from linernotes.facades.lidarr.documents import Documents
from linernotes.facades.lidarr.encode import Encoder
from linernotes.facades.lidarr.errors import NOTHING_HERE, UNEXPECTED, WRONG_METHOD, error_reply
from linernotes.facades.lidarr.pages import Pages
from linernotes.facades.lidarr.replies import NO_CACHE, Replies
from linernotes.facades.lidarr.routes import Router
from linernotes.facades.lidarr.searching import Searching
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.facades.lidarr.spotify import Spotify
from linernotes.usecases.library import Library

_NEVER_KEPT = ("/spotify/auth", "/spotify/renew", "/recent/", "/invalidate")
_VERSION = re.compile(r"/api/[^/]+(?=/|$)")
_log = logging.getLogger(__name__)


class LidarrApp:
    """Answers what Lidarr asks."""

    def __init__(self, *, router: Router, replies: Replies, library: Library) -> None:
        """Keep the routes, and who fetches what a handler does not find."""
        self._library = library
        self._router = router
        self._replies = replies

    async def handle(self, request: Request) -> Reply:
        request = _below_version(request)
        try:
            reply = await self._library.answer(lambda: self._answer(request))
        except LinernotesError as exc:
            # What no source knows today may be there tomorrow, and nobody would tell a cache on the way.
            max_age = 0 if self._library.grows else None
            fresh = request.path.startswith(_NEVER_KEPT)
            reply = error_reply(exc, self._replies, fresh=fresh, max_age=max_age)
        except Exception:  # noqa: BLE001 - a client that gets no JSON object takes it for something else
            _log.exception("A request to the Lidarr API failed unexpectedly.")
            reply = self._replies.error(500, UNEXPECTED)
        return reply

    async def _answer(self, request: Request) -> Reply:
        match = self._router.match(request.path)
        if match is None:
            return self._replies.error(404, NOTHING_HERE)
        handler = match.handlers.get(request.method)
        if handler is not None:
            return await handler(request, *match.arguments)
        allow = ("allow", ", ".join(sorted({*match.handlers, "OPTIONS"})))
        if request.method == "OPTIONS":
            return Reply(200, headers=(*NO_CACHE, allow))
        return self._replies.error(405, WRONG_METHOD, headers=(allow,))


def _below_version(request: Request) -> Request:
    """Return a request below ``/api/<version>`` as if that version had a mount of its own; any other as it is."""
    found = _VERSION.match(request.path)
    if found is None or request.prefix:
        return request
    return msgspec.structs.replace(request, prefix=found[0], path=request.path[found.end() :] or "/")


def build_app(settings: LidarrSettings, deps: FacadeDeps) -> LidarrApp:
    """Put the façade together."""
    encode = Encoder()
    replies = Replies(encode=encode, max_age=settings.max_age_seconds)
    documents = Documents(live=deps.library, settings=settings, encode=encode, offload=deps.offload)
    groups = (
        Pages(documents=documents, replies=replies, encode=encode, version=deps.version),
        Searching(documents=documents, replies=replies, settings=settings, offload=deps.offload),
        Changes(
            live=deps.library,
            lookups=deps.lookups,
            marks=deps.marks,
            settings=settings,
            replies=replies,
            offload=deps.offload,
            now=deps.now,
        ),
        Spotify(live=deps.library, replies=replies, offload=deps.offload),
        Charts(),
    )
    router = Router(route for group in groups for route in group.routes())
    return LidarrApp(router=router, replies=replies, library=deps.library)
