"""Puts the parts together: the only module that knows which class answers which port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from linernotes import __version__
from linernotes.app.builds import builds_of
from linernotes.app.checks import all_checks, run_checks
from linernotes.app.config.settings import Settings
from linernotes.app.growing import build_library, source_titles
from linernotes.app.identification import Identifying, is_offered
from linernotes.app.jobs import Beside, unix_milliseconds
from linernotes.app.live import LiveCatalogue
from linernotes.app.logs import access_writer
from linernotes.app.musicbrainz_users import who_am_i
from linernotes.app.offload import Pool
from linernotes.app.registry import find_facades
from linernotes.app.stores import open_stores, queue_of, state_place
from linernotes.app.tracing import check_tracing, open_tracing
from linernotes.caches.memory.rates import MemoryRates
from linernotes.domain.errors import Unavailable
from linernotes.facades._kit.manifest import Facade, FacadeDeps
from linernotes.usecases.access import Access
from linernotes.web.accesslog import AccessLog
from linernotes.web.application import Application
from linernotes.web.cache import ResponseCache
from linernotes.web.cors import Cors
from linernotes.web.dispatch import Dispatcher, NoFacade
from linernotes.web.exposition import SnapshotFolder, render
from linernotes.web.gate import Gate
from linernotes.web.health import Finding
from linernotes.web.leases import Leases
from linernotes.web.metrics import Metrics
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.native import About, Native, about
from linernotes.web.proxies import Proxies

# The façade whose answers the page for people is made of.
PAGE_FACADE = "lidarr"
TICK_SECONDS = 0.5
if TYPE_CHECKING:
    from linernotes.facades.grpc.server import GrpcServer

log = structlog.get_logger("linernotes.serve")


def live_catalogue(settings: Settings, leases: Leases) -> LiveCatalogue:
    """Return the live build, not opened yet."""
    return LiveCatalogue(builds=builds_of(settings), leases=leases)


def page_mount(settings: Settings) -> str:
    """Return where the façade behind the page for people is mounted; the first place if there are several."""
    facade = find_facades().get(PAGE_FACADE)
    return "" if facade is None else next(iter(facade.mounts(settings.facades[facade.name])), "")


def check_settings(settings: Settings) -> None:
    """Raise Invalid or Conflict for settings that no worker could start with, before there is one."""
    Proxies(settings.server.trusted_proxies)
    Cors(settings.access.cors_origins)
    check_tracing(settings.tracing)
    facades = find_facades().values()
    places = [(facade.name, prefix) for facade in facades for prefix in facade.mounts(settings.facades[facade.name])]
    Mounts(Mounted(name, prefix, NoFacade()) for name, prefix in places)


class Worker:
    """Everything that one server process holds, and what runs beside its requests."""

    def __init__(self, settings: Settings, *, shared_folder: Path | None = None) -> None:
        """Open the state; the catalogue is opened when the lifespan begins."""
        self._settings = settings
        self._tracing = open_tracing(settings.tracing)
        self._leases = Leases()
        self._live = live_catalogue(settings, self._leases)
        self._state = open_stores(settings)
        self._queue = queue_of(self._state)
        self._pool = Pool(threads=settings.server.threads, leases=self._leases)
        self._growing = build_library(
            settings,
            live=self._live,
            state=self._state,
            queue=self._queue,
            offload=self._pool,
            now=unix_milliseconds,
            tracer=self._tracing.tracer,
        )
        self._identifying = self._build_identifying()
        self._rates = MemoryRates()
        self._access = Access(
            keys=self._state.keys,
            limits=self._rates,
            anonymous_read=settings.access.anonymous_read,
            anonymous_per_minute=settings.access.anonymous_per_minute,
            key_per_minute=settings.access.key_per_minute,
        )
        self._beside = Beside(
            settings,
            state=self._state,
            queue=self._queue,
            growing=self._growing,
            identifying=self._identifying,
            tracer=self._tracing.tracer,
        )
        self._cache = ResponseCache(limit=settings.cache.response_bytes)
        self._metrics = Metrics()
        self._snapshots = SnapshotFolder(shared_folder)
        self._access_log = AccessLog(write=access_writer(settings.log), which=settings.server.access_log)
        self._api = page_mount(settings)
        for source in (self._numbers, self._growing.numbers, self._beside.numbers):
            self._metrics.add_source(source)
        if self._identifying is not None:
            self._metrics.add_source(self._identifying.numbers)

    def application(self) -> Application:
        """Return the ASGI application."""
        facades = find_facades()
        native = Native(ready=self._ready, metrics=self._metrics_text, describe=self._describe)
        dispatcher = Dispatcher(
            settings=self._settings.server,
            mounts=Mounts(_mounted(facades.values(), self._settings, self._deps())),
            native=native,
            cache=self._cache,
            metrics=self._metrics,
            leases=self._leases,
            gate=Gate(access=self._access, cors=Cors(self._settings.access.cors_origins)),
            tracer=self._tracing.tracer,
        )
        return Application(
            settings=self._settings.server,
            dispatcher=dispatcher,
            live=self._growing.library,
            cache=self._cache,
            metrics=self._metrics,
            access_log=self._access_log,
            offload=self._pool,
            lifespan=self._lifespan,
        )

    def _deps(self) -> FacadeDeps:
        return FacadeDeps(
            library=self._growing.library,
            lookups=self._growing.lookups,
            marks=self._state,
            offload=self._pool,
            now=unix_milliseconds,
            version=__version__,
            identification=None if self._identifying is None else self._identifying.parts,
            rates=self._rates,
        )

    def _build_identifying(self) -> Identifying | None:
        if not is_offered(self._settings):
            return None
        return Identifying(
            self._settings,
            state=self._state,
            queue=self._queue,
            library=self._growing.library,
            offload=self._pool,
            now=unix_milliseconds,
            who_am_i=who_am_i,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self) -> AsyncIterator[None]:
        library, every = self._growing.library, self._settings.server.poll_seconds
        await asyncio.to_thread(self._live.look)
        await asyncio.to_thread(library.look)
        work = [self._live.watch(every), library.watch(every), self._tick(), self._beside.run()]
        if self._identifying is not None:
            work.append(self._identifying.run())
        beside = [asyncio.ensure_future(each) for each in work]
        grpc = None
        try:
            grpc = self._grpc()
            yield
        finally:
            for task in beside:
                task.cancel()
            # Half of the time, so that what comes after has some left before the process is killed.
            ends = [] if grpc is None else [grpc.stop(self._settings.server.graceful_timeout_seconds / 2)]
            await asyncio.gather(*ends, *beside, return_exceptions=True)
            if self._identifying is not None:
                await self._identifying.close()
            await self._growing.close()
            self._pool.close()
            self._live.close()
            self._state.close()
            await self._tracing.close()
            with contextlib.suppress(OSError):
                self._access_log.flush()

    def _grpc(self) -> GrpcServer | None:
        """Start to answer to gRPC, where that is wanted."""
        if not self._settings.grpc.enabled:
            return None
        from linernotes.facades.grpc.server import build_server

        growing = self._growing
        server = build_server(
            settings=self._settings.grpc,
            library=growing.library,
            lookups=growing.lookups,
            now=unix_milliseconds,
            version=__version__,
            access=self._access,
            shared_port=self._settings.server.workers > 1,
            hold=self._hold,
            identification=None if self._identifying is None else self._identifying.parts,
        )
        server.start()
        self._metrics.add_source(server.numbers)
        return server

    def _hold(self) -> Callable[[], None]:
        """Keep the live build open until what is returned is called."""
        epoch = self._leases.enter()
        return lambda: self._leases.leave(epoch)

    async def _tick(self) -> None:
        parent = os.getppid()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if os.getppid() != parent:
                log.warning("the process that started this worker is gone: stopping")
                os.kill(os.getpid(), signal.SIGTERM)
                return
            write, snapshot = self._access_log.take(), self._metrics.snapshot()
            try:
                # Whoever reads the log may be slow, and a disk may be full: neither is a reason to answer later.
                await asyncio.to_thread(write)
                await asyncio.to_thread(self._snapshots.leave, snapshot)
            except OSError as error:
                log.warning("cannot write the log or the metrics", error=str(error))
            except Exception:
                log.exception("the log or the metrics failed")  # and are tried again: without them nobody would notice

    async def _ready(self) -> Sequence[Finding]:
        sources = source_titles(self._settings)
        checks = all_checks(
            data_dir=self._settings.data_dir,
            state=state_place(self._settings),
            live=self._live,
            sources=sources,
            identified=None if self._identifying is None else self._identifying.index.identified,
        )
        return await self._pool(lambda: run_checks(checks))

    def _metrics_text(self) -> bytes:
        return render(self._snapshots.with_others(self._metrics.snapshot()))

    def _describe(self) -> About:
        try:
            info = self._live.current().catalogue.info()
        except Unavailable:
            info = None
        return about(version=__version__, api=self._api, catalogue=info, sources=tuple(source_titles(self._settings)))

    def _numbers(self) -> tuple[dict[str, float], dict[str, float]]:
        counters = {
            "response_cache_hits": float(self._cache.hits),
            "response_cache_misses": float(self._cache.misses),
            "catalogue_swaps": float(self._live.swaps),
            "log_lines_dropped": float(self._access_log.dropped),
        }
        gauges = {
            "response_cache_bytes": float(self._cache.bytes),
            "response_cache_entries": float(len(self._cache)),
            "catalogue_ready": float(self._live.build_id is not None),
        }
        return counters, gauges


def _mounted(facades: Iterable[Facade], settings: Settings, deps: FacadeDeps) -> list[Mounted]:
    mounted: list[Mounted] = []
    for facade in facades:
        own = settings.facades[facade.name]
        app = facade.build(own, deps)
        for prefix in facade.mounts(own):
            guarded = facade.guarded and prefix not in facade.open(own)
            mounted.append(Mounted(facade.name, prefix, app, guarded=guarded, refuse=facade.refuse))
    return mounted
