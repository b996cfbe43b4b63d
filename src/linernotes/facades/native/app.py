"""The façade at work: finds the operation, reads the request, and turns whatever goes wrong into a problem."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from linernotes.domain.errors import LinernotesError
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.changes import Changing
from linernotes.facades.native.docs import Docs
from linernotes.facades.native.entities import Entities
from linernotes.facades.native.errors import NO_STORE, NOT_FOUND, UNEXPECTED, WRONG_METHOD, Problems
from linernotes.facades.native.identifying import Identifying
from linernotes.facades.native.listings import Listings
from linernotes.facades.native.mapping import Mapper
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.routes import Operation, Router
from linernotes.facades.native.searching import Searching
from linernotes.facades.native.server import Server
from linernotes.facades.native.settings import NativeSettings

if TYPE_CHECKING:
    from linernotes.usecases.identify.listening import Listening

_PAGE_METHODS = ("allow", "GET, HEAD, OPTIONS")
_log = logging.getLogger(__name__)


class NativeApp:
    """Answers REST requests, and shows the page to try them on."""

    def __init__(self, *, operations: tuple[Operation, ...], problems: Problems, docs: Docs) -> None:
        """Keep the operations, which are described by ``/openapi.json``."""
        self.operations = operations
        self._router = Router(operations)
        self._problems = problems
        self._docs = docs

    async def handle(self, request: Request) -> Reply:
        try:
            return await self._answer(request)
        except LinernotesError as exc:
            return self._problems.error(exc, request)
        except Exception:  # noqa: BLE001 - whatever it is, the client gets a problem
            _log.exception("A request to the REST API failed unexpectedly.")
            return self._problems.failure(UNEXPECTED, request)

    async def _answer(self, request: Request) -> Reply:
        if self._docs.stands_at(request.prefix):
            page = self._docs.page(request)
            if page is None:
                return self._nothing(request)
            return page if request.method == "GET" else self._other_method(request, _PAGE_METHODS)
        match = self._router.match(request.path)
        if match is None:
            return self._nothing(request)
        operation = match.operations.get(request.method)
        if operation is None:
            return self._other_method(request, match.allow)
        return await operation.handler(Asked(request, parameters=operation.parameters, part=match.part))

    def _other_method(self, request: Request, allow: tuple[str, str]) -> Reply:
        if request.method == "OPTIONS":
            return Reply(204, content_type="", headers=(allow, NO_STORE))
        detail = f"{request.method[:20]} is not known here"
        return self._problems.failure(WRONG_METHOD, request, detail, hint=f"Known here: {allow[1]}.", headers=(allow,))

    def _nothing(self, request: Request) -> Reply:
        return self._problems.failure(NOT_FOUND, request, "There is nothing at this address")


def build_app(settings: NativeSettings, deps: FacadeDeps, *, listening: Listening | None = None) -> NativeApp:
    """Put the façade together. Sound files are listened to by ``listening``, or by one of its own."""
    problems = Problems(prefix=settings.prefix, docs_prefix=settings.docs_prefix, max_age=settings.max_age_seconds)
    replies = Replies(max_age=settings.max_age_seconds, offload=deps.offload)
    mapper = Mapper(image_base=settings.image_base)
    server = Server(lookups=deps.lookups, library=deps.library, replies=replies, version=deps.version)
    groups = (
        Searching(lookups=deps.lookups, replies=replies),
        Entities(lookups=deps.lookups, mapper=mapper, replies=replies),
        Listings(lookups=deps.lookups, mapper=mapper, replies=replies),
        _identifying(deps, replies, listening),
        Changing(lookups=deps.lookups, library=deps.library, replies=replies),
        server,
    )
    operations = tuple(operation for group in groups for operation in group.operations())
    server.know(operations)
    docs = Docs(prefix=settings.prefix, docs_prefix=settings.docs_prefix)
    return NativeApp(operations=operations, problems=problems, docs=docs)


def _identifying(deps: FacadeDeps, replies: Replies, listening: Listening | None) -> Identifying:
    if deps.identification is None:
        return Identifying(recognise=None, replies=replies)
    from linernotes.facades.native.recognising import Recogniser  # noqa: PLC0415 - it loads compiled code
    from linernotes.usecases.identify.listening import Listening  # noqa: PLC0415 - as above
    from linernotes.usecases.identify.naming import Naming  # noqa: PLC0415 - as above

    naming = Naming(known=deps.identification, version=deps.version)
    recogniser = Recogniser(
        naming=naming, listening=listening or deps.identification.listening or Listening(), replies=replies
    )
    return Identifying(recognise=recogniser, replies=replies)
