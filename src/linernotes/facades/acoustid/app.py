"""The façade at work: finds the endpoint, and gives whatever comes of it the form that was asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from linernotes.domain.errors import LinernotesError
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.acoustid.calls import Answer, Call, Handler, LongAnswer, aside
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.errors import (
    INTERNAL,
    NOTHING_HERE,
    SERVICE_UNAVAILABLE,
    Refused,
    is_first_version,
    refusal_of,
)
from linernotes.facades.acoustid.internal import Internal
from linernotes.facades.acoustid.limits import Limits
from linernotes.facades.acoustid.lookup import Lookup
from linernotes.facades.acoustid.parameters import read_parameters
from linernotes.facades.acoustid.serialise import JSON, OPEN, XML
from linernotes.facades.acoustid.settings import AcoustIdSettings
from linernotes.facades.acoustid.submit import Submit
from linernotes.facades.acoustid.tracks import Tracks
from linernotes.facades.acoustid.users import Users
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.parts import Identification

HEALTH = frozenset({"/_health", "/_health_ro", "/_health_docker"})
Find = Callable[[str], Handler | None]
_log = logging.getLogger(__name__)


class AcoustIdApp:
    """Answers what AcoustID's clients ask."""

    def __init__(self, *, find: Find, offload: Offload) -> None:
        """Take who finds the endpoint of a path."""
        self._find = find
        self._offload = offload

    async def handle(self, request: Request) -> Reply:
        path = path_of(request)
        if path in HEALTH:
            return Reply(200, b"ok", content_type="text/plain; charset=UTF-8", headers=OPEN)
        form = XML if is_first_version(path) else JSON
        try:
            given = await aside(request, self._offload, lambda: read_parameters(request))
            form = form if form is XML else given.form()
            answer = await self._answer(path, Call(request, given, self._offload))
            write = partial(form.reply, {**answer, "status": "ok"})
            if isinstance(answer, LongAnswer):
                return await self._offload(write)
            return await aside(request, self._offload, write)
        except Refused as refusal:
            return refusal.reply(form)
        except LinernotesError as error:
            if refusal_of(error).kind is INTERNAL:
                _log.exception("A request to the AcoustID service failed.")
            return refusal_of(error).reply(form)
        except Exception:  # noqa: BLE001 - a client that gets no envelope cannot tell its user anything
            _log.exception("A request to the AcoustID service failed unexpectedly.")
            return Refused(INTERNAL).reply(form)

    async def _answer(self, path: str, call: Call) -> Answer:
        handler = self._find(path)
        if handler is None:
            raise Refused(NOTHING_HERE)
        return await handler(call)


def path_of(request: Request) -> str:
    """Return what is asked for, from the last part of the mount on: ``/v2/lookup``, ``/lookup``, ``/_health``.

    Two slashes are one, and one at the end does not count.
    """
    place = request.prefix[request.prefix.rfind("/") :]
    return (place + request.path).replace("//", "/").removesuffix("/")


def build_app(settings: AcoustIdSettings, deps: FacadeDeps) -> AcoustIdApp:
    """Put the façade together."""
    known = deps.identification
    find = _nobody if known is None else _handlers(settings, deps, known).get
    return AcoustIdApp(find=find, offload=deps.offload)


def _nobody(_: str) -> Handler:
    """Return what answers where music is not identified."""

    async def unavailable(_: Call) -> Answer:
        raise Refused(SERVICE_UNAVAILABLE)

    return unavailable


def _handlers(settings: AcoustIdSettings, deps: FacadeDeps, known: Identification) -> dict[str, Handler]:
    door = Door(keyring=known.keyring, limits=Limits(rates=deps.rates, settings=settings))
    lookup = Lookup(
        identify=known.identify,
        door=door,
        counter=known.counter,
        return_metadata=settings.return_metadata,
        timeouts_as_empty=settings.timeouts_as_empty,
    )
    submit = Submit(submitting=known.submitting, door=door)
    tracks = Tracks(identify=known.identify, door=door)
    users = Users(keyring=known.keyring, door=door, who_am_i=known.who_am_i)
    internal = Internal(
        keyring=known.keyring,
        counts=known.counts,
        door=door,
        offload=known.offload,
        secret=settings.secret.reveal(),
        now=deps.now,
    )
    return {
        "/lookup": lookup.first,
        "/submit": submit.first,
        "/v2/lookup": lookup.second,
        "/v2/submit": submit.second,
        "/v2/submission_status": submit.status,
        "/v2/fingerprint": tracks.fingerprint,
        "/v2/track/list_by_mbid": tracks.by_mbid,
        "/v2/track/list_by_puid": tracks.by_puid,
        "/v2/user/lookup": users.lookup,
        "/v2/user/create_anonymous": users.create_anonymous,
        "/v2/user/create_musicbrainz": users.create_musicbrainz,
        **{f"/v2/internal/{name}": handler for name, handler in internal.handlers().items()},
    }
