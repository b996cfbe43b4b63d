"""Puts the parts together: the only module that knows which class answers which port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import structlog

from linernotes import __version__
from linernotes.app.checks import all_checks, run_checks
from linernotes.app.config.settings import Settings
from linernotes.app.live import LiveCatalogue
from linernotes.app.logs import access_writer
from linernotes.app.offload import Pool
from linernotes.app.registry import find_facades
from linernotes.domain.errors import Unavailable
from linernotes.domain.ids import Kind
from linernotes.facades._kit.manifest import Facade, FacadeDeps
from linernotes.ports.build import Build
from linernotes.stores.sql import STATE_FILE, open_state
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.web.accesslog import AccessLog
from linernotes.web.application import Application
from linernotes.web.cache import ResponseCache
from linernotes.web.dispatch import Dispatcher, NoFacade
from linernotes.web.exposition import SnapshotFolder, render
from linernotes.web.health import Finding
from linernotes.web.leases import Leases
from linernotes.web.metrics import Metrics
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.native import About, Native, about
from linernotes.web.proxies import Proxies

# The façade whose answers the page for people is made of.
PAGE_FACADE = "lidarr"
TICK_SECONDS = 0.5
log = structlog.get_logger("linernotes.serve")


def open_build(folder: Path, settings: Settings) -> Build:
    """Open a build of the catalogue and touch each part of it once."""
    from linernotes.searchers.tantivy import open_names
    from linernotes.stores.sqlite.catalogue import open_catalogue

    catalogue = open_catalogue(folder)
    try:
        names = open_names(folder / "names", settings=settings.search)
        catalogue.info()
        names.search("a", [Kind.ARTIST, Kind.RELEASE_GROUP], limit=1)
    except BaseException:
        catalogue.close()
        raise
    return Build(catalogue, names)


def live_catalogue(settings: Settings, leases: Leases) -> LiveCatalogue:
    """Return the live build of the data folder, not opened yet."""
    folder = BuildFolder(settings.data_dir)
    return LiveCatalogue(folder=folder, open_build=lambda path: open_build(path, settings), leases=leases)


def page_mount(settings: Settings) -> str:
    """Return where the façade behind the page for people is mounted; the first place if there are several."""
    facade = find_facades().get(PAGE_FACADE)
    return "" if facade is None else next(iter(facade.mounts(settings.facades[facade.name])), "")


def check_settings(settings: Settings) -> None:
    """Raise Invalid or Conflict for settings that no worker could start with, before there is one."""
    Proxies(settings.server.trusted_proxies)
    facades = find_facades().values()
    places = [(facade.name, prefix) for facade in facades for prefix in facade.mounts(settings.facades[facade.name])]
    Mounts(Mounted(name, prefix, NoFacade()) for name, prefix in places)


class Worker:
    """Everything that one server process holds, and what runs beside its requests."""

    def __init__(self, settings: Settings, *, shared_folder: Path | None = None) -> None:
        """Open the state; the catalogue is opened when the lifespan begins."""
        self._settings = settings
        self._leases = Leases()
        self._live = live_catalogue(settings, self._leases)
        self._state = open_state(settings.data_dir / STATE_FILE)
        self._pool = Pool(threads=settings.server.threads, leases=self._leases)
        self._cache = ResponseCache(limit=settings.cache.response_bytes)
        self._metrics = Metrics()
        self._snapshots = SnapshotFolder(shared_folder)
        self._access_log = AccessLog(write=access_writer(settings.log), which=settings.server.access_log)
        self._api = page_mount(settings)
        self._metrics.add_source(self._numbers)

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
        )
        return Application(
            settings=self._settings.server,
            dispatcher=dispatcher,
            live=self._live,
            cache=self._cache,
            metrics=self._metrics,
            access_log=self._access_log,
            offload=self._pool,
            lifespan=self._lifespan,
        )

    def _deps(self) -> FacadeDeps:
        return FacadeDeps(
            live=self._live, marks=self._state, offload=self._pool, now=_unix_milliseconds, version=__version__
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self._live.look)
        beside = [
            asyncio.ensure_future(self._live.watch(self._settings.server.poll_seconds)),
            asyncio.ensure_future(self._tick()),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._pool.close()
            self._live.close()
            self._state.close()
            with contextlib.suppress(OSError):
                self._access_log.flush()

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
        checks = all_checks(data_dir=self._settings.data_dir, live=self._live)
        return await self._pool(lambda: run_checks(checks))

    def _metrics_text(self) -> bytes:
        return render(self._snapshots.with_others(self._metrics.snapshot()))

    def _describe(self) -> About:
        try:
            info = self._live.current().catalogue.info()
        except Unavailable:
            info = None
        return about(version=__version__, api=self._api, catalogue=info)

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
        mounted += [Mounted(facade.name, prefix, app) for prefix in facade.mounts(own)]
    return mounted


def _unix_milliseconds() -> int:
    return time.time_ns() // 1_000_000
