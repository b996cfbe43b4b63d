"""Puts the server together, and starts and stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import grpc

from linernotes.domain.errors import Conflict
from linernotes.domain.keys import Scope
from linernotes.facades.grpc import health
from linernotes.facades.grpc.admin import Administration
from linernotes.facades.grpc.answers import Answers
from linernotes.facades.grpc.batches import METHODS as BATCHES
from linernotes.facades.grpc.batches import Batch
from linernotes.facades.grpc.calls import Calls
from linernotes.facades.grpc.changes import Changes
from linernotes.facades.grpc.counts import Counts
from linernotes.facades.grpc.handlers import Kept, Simple, Stream, off
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Reading
from linernotes.facades.grpc.services import ADMIN, CATALOG, IDENTIFY, Handlers, request_of
from linernotes.facades.grpc.settings import GrpcSettings
from linernotes.usecases.access import Access
from linernotes.usecases.library import Library, Lookups

if TYPE_CHECKING:  # they load compiled code
    from linernotes.usecases.identify.listening import Listening
    from linernotes.usecases.identify.parts import Identification

# Of all threads so many may be taken by streams, and by tools that watch or explore the server (and by files).
STREAMS, TOOLS = 1 / 2, 1 / 8
# Files that are being sent at once: each is held in memory as a whole.
MOST_UPLOADS = 8


class GrpcServer:
    """A server that listens from ``start`` to ``stop``. ``port`` is the one that it listens on."""

    def __init__(
        self,
        *,
        server: grpc.Server,
        threads: ThreadPoolExecutor,
        settings: GrpcSettings,
        stopping: Event,
        answers: Answers,
        counts: Counts,
    ) -> None:
        """Keep the parts; ``stopping`` is set when streams that never end by themselves have to."""
        self.port = settings.port
        self._host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._server = server
        self._threads = threads
        self._stopping = stopping
        self._answers = answers
        self._counts = counts

    def start(self) -> None:
        """Listen. ``Conflict`` where the port is taken, or the address not of this machine."""
        try:
            self.port = self._server.add_insecure_port(f"{self._host}:{self.port}")
        except RuntimeError as exc:
            raise Conflict(
                f"cannot listen on {self._host}:{self.port} for gRPC",
                hint="Is the port taken, or the address not of this machine? Set grpc.port or grpc.host.",
            ) from exc
        self._server.start()

    def numbers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Counters and gauges for the metrics, by name."""
        answers = self._answers
        counters: dict[str, Any] = {
            "grpc_answer_cache_hits": float(answers.hits),
            "grpc_answer_cache_misses": float(answers.misses),
        }
        if calls := self._counts.calls():
            counters["grpc_calls"] = calls
        gauges = {
            "grpc_answer_cache_bytes": float(answers.bytes),
            "grpc_answer_cache_entries": float(len(answers)),
        }
        return counters, gauges

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls, give those under way so long, and end. The event loop has to run meanwhile."""
        self._stopping.set()
        await asyncio.to_thread(self._stop, grace_seconds)

    def _stop(self, grace_seconds: float) -> None:
        self._server.stop(grace_seconds).wait()
        self._threads.shutdown()


def _hold_nothing() -> Callable[[], None]:
    return lambda: None


def build_server(  # noqa: PLR0913 - every part can be replaced by itself
    *,
    settings: GrpcSettings,
    library: Library,
    lookups: Lookups,
    now: Callable[[], int],
    version: str,
    access: Access | None = None,
    shared_port: bool = False,
    hold: Callable[[], Callable[[], None]] = _hold_nothing,
    identification: Identification | None = None,
    listening: Listening | None = None,
) -> GrpcServer:
    """Build a server, not started yet, that answers from ``library`` on the running event loop.

    Without ``access`` everybody may do everything. With ``shared_port`` several processes may listen on the port; then
    it is not noticed when another program does. Each call calls ``hold`` first, and what that returns when it is done:
    until then the build that it reads stays open. Without ``identification`` music is not identified; with it sound
    files are listened to by ``listening``, or by the server's own.
    """
    stopping = Event()
    answers = Answers(limit=settings.answer_bytes)
    calls = Calls(loop=asyncio.get_running_loop(), access=access, hold=hold)
    tools = Places(int(settings.threads * TOOLS))
    streams = {
        name: Batch(name, calls=calls, library=library, lookups=lookups, answers=answers) for name in BATCHES
    } | {"ListChanges": Changes(calls=calls, library=library, lookups=lookups, now=now, stopping=stopping)}
    administration = Administration(
        library=library, lookups=lookups, answers=answers, now=now, version=version, tallies=library.tallies
    )
    services = {
        CATALOG: _kept(Reading(lookups=lookups), calls, library, answers)
        | _streams(streams, calls, Places(int(settings.threads * STREAMS))),
        ADMIN: {
            name: Simple(request=request_of(ADMIN, name), method=method, calls=calls, scope=Scope.ADMIN)
            for name, method in administration.methods().items()
        },
        IDENTIFY: _identifying(identification, listening, calls, settings=settings, version=version),
    }
    # Tools are told of what there is; who asks for the rest is told that it is switched off.
    names = tuple(service.full_name for service in services if service is not IDENTIFY or identification is not None)
    health_service = health.Health(library=library, services=names, places=tools, stopping=stopping)
    counts = Counts()
    every = services | {health.SERVICE: health_service.methods()}
    handlers: list[grpc.GenericRpcHandler] = [Handlers(every, counts=counts)]
    if settings.reflection:
        handlers.append(_reflection((*names, health.SERVICE.full_name), tools))
    threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="linernotes-grpc")
    server = grpc.server(threads, options=_options(settings, shared_port=shared_port))
    server.add_generic_rpc_handlers(tuple(handlers))
    return GrpcServer(
        server=server, threads=threads, settings=settings, stopping=stopping, answers=answers, counts=counts
    )


def _kept(reading: Reading, calls: Calls, library: Library, answers: Answers) -> dict[str, Any]:
    return {
        name: Kept(
            name=name, request=request_of(CATALOG, name), method=method, calls=calls, library=library, answers=answers
        )
        for name, method in reading.methods().items()
    }


def _streams(methods: Mapping[str, Any], calls: Calls, places: Places) -> dict[str, Any]:
    return {
        name: Stream(request=request_of(CATALOG, name), method=method, calls=calls, places=places)
        for name, method in methods.items()
    }


def _identifying(
    known: Identification | None, listening: Listening | None, calls: Calls, *, settings: GrpcSettings, version: str
) -> dict[str, Any]:
    if known is None:
        return {method.name: off for method in IDENTIFY.methods}
    from linernotes.facades.grpc.identify import Identifying  # noqa: PLC0415 - it loads compiled code
    from linernotes.usecases.identify.listening import Listening  # noqa: PLC0415 - as above
    from linernotes.usecases.identify.naming import Naming  # noqa: PLC0415 - as above

    listening = listening or known.listening or Listening()
    identifying = Identifying(naming=Naming(known=known, version=version), listening=listening)
    return identifying.methods(calls=calls, places=Places(min(MOST_UPLOADS, int(settings.threads * TOOLS))))


def _reflection(services: tuple[str, ...], places: Places) -> grpc.GenericRpcHandler:
    from linernotes.facades.grpc.reflection import NAMES, Reflection  # noqa: PLC0415 - only where it is wanted

    return Reflection(services=(*services, *NAMES), places=places)


def _options(settings: GrpcSettings, *, shared_port: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", settings.max_streams),
        ("grpc.so_reuseport", int(shared_port)),
    ]
