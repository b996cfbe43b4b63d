"""Puts the server together, and starts and stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from linernotes.domain.errors import Conflict
from linernotes.domain.keys import Scope
from linernotes.facades.grpc.admin import Administration
from linernotes.facades.grpc.answers import Answers
from linernotes.facades.grpc.batches import METHODS as BATCHES
from linernotes.facades.grpc.batches import Batch
from linernotes.facades.grpc.calls import Calls
from linernotes.facades.grpc.changes import Changes
from linernotes.facades.grpc.handlers import Simple, Stream, Unary
from linernotes.facades.grpc.health import Health
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Reading
from linernotes.facades.grpc.services import ADMIN, CATALOG, Handlers, request_of
from linernotes.facades.grpc.settings import GrpcSettings
from linernotes.usecases.access import Access
from linernotes.usecases.library import Library, Lookups
from linernotes.usecases.library.filling import Tally

SERVICES = (CATALOG.full_name, ADMIN.full_name)


class GrpcServer:
    """A server that listens from ``start`` to ``stop``. ``port`` is the one that it listens on."""

    def __init__(
        self,
        *,
        server: grpc.Server,
        threads: ThreadPoolExecutor,
        settings: GrpcSettings,
        health: Health,
        stopping: Event,
    ) -> None:
        """Keep the parts; ``stopping`` is set when streams that never end by themselves have to."""
        self.port = settings.port
        self._host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._server = server
        self._threads = threads
        self._health = health
        self._stopping = stopping
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen; to be called on the event loop. ``Conflict`` where the port is taken, or the address not ours."""
        try:
            self.port = self._server.add_insecure_port(f"{self._host}:{self.port}")
        except RuntimeError as exc:
            raise Conflict(
                f"cannot listen on {self._host}:{self.port} for gRPC",
                hint="Is the port taken, or the address not of this machine? Set grpc.port or grpc.host.",
            ) from exc
        self._server.start()
        self._watching = asyncio.get_running_loop().create_task(self._health.watch())

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls, give those under way so long, and end. The event loop has to run meanwhile."""
        self._stopping.set()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.to_thread(self._stop, grace_seconds)

    def _stop(self, grace_seconds: float) -> None:
        self._server.stop(grace_seconds).wait()
        self._threads.shutdown()


def build_server(
    *,
    settings: GrpcSettings,
    library: Library,
    lookups: Lookups,
    now: Callable[[], int],
    version: str,
    access: Access | None = None,
    tallies: Callable[[], Mapping[str, Tally]] = dict,
    shared_port: bool = False,
) -> GrpcServer:
    """Build a server that answers from ``library``, not started yet; to be called on the event loop that it is used on.

    Without ``access`` everybody may do everything. ``tallies`` says what each source was asked. With ``shared_port``
    several processes may listen on the port; then it is not noticed when another program does.
    """
    stopping = Event()
    answers = Answers(limit=settings.answer_bytes)
    calls = Calls(loop=asyncio.get_running_loop(), access=access)
    administration = Administration(
        library=library, lookups=lookups, answers=answers, now=now, version=version, tallies=tallies
    )
    changes = Changes(calls=calls, library=library, lookups=lookups, now=now, stopping=stopping)
    streams: dict[str, Any] = {"ListChanges": changes}
    streams |= {name: Batch(name, calls=calls, library=library, lookups=lookups, answers=answers) for name in BATCHES}
    places = Places(settings.threads // 2)
    catalog: dict[str, Any] = {
        name: Unary(
            name=name, request=request_of(CATALOG, name), method=method, calls=calls, library=library, answers=answers
        )
        for name, method in Reading(lookups=lookups).methods().items()
    }
    catalog |= {
        name: Stream(request=request_of(CATALOG, name), method=method, calls=calls, places=places)
        for name, method in streams.items()
    }
    admin = {
        name: Simple(request=request_of(ADMIN, name), method=method, calls=calls, scope=Scope.ADMIN)
        for name, method in administration.methods().items()
    }
    threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="linernotes-grpc")
    server = grpc.server(threads, options=_options(settings, shared_port=shared_port))
    server.add_generic_rpc_handlers((Handlers({CATALOG: catalog, ADMIN: admin}),))
    health = Health(library=library, services=SERVICES)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    if settings.reflection:
        _reflect(server)
    return GrpcServer(server=server, threads=threads, settings=settings, health=health, stopping=stopping)


def _options(settings: GrpcSettings, *, shared_port: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", settings.max_streams),
        ("grpc.so_reuseport", int(shared_port)),
    ]


def _reflect(server: grpc.Server) -> None:
    from grpc_reflection.v1alpha import reflection  # noqa: PLC0415 - only where it is wanted

    names = (*SERVICES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server)
