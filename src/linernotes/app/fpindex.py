"""Puts the fpindex server together: listeners, signals, the indexes and who looks after them."""

from __future__ import annotations

import asyncio
import errno
import gc
import ipaddress
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import uvloop

from linernotes.domain.errors import Conflict, Invalid, LinernotesError
from linernotes.facades.fpindex.counts import Work
from linernotes.facades.fpindex.service import Service, not_ready
from linernotes.web.http1.listener import HttpServer
from linernotes.web.lines import LineServer

if TYPE_CHECKING:
    from linernotes.app.maintaining import Maintenance
    from linernotes.facades.fpindex.collection import Collection
    from linernotes.fingerprint.index.indexes import Indexes

GRACE_SECONDS = 10.0
MOST_FILES = 65_536
# Threads beside the event loop give it the interpreter this soon; Python's own 5 ms is a long time for a search.
SWITCH_SECONDS = 0.0005
MOST_IN_MEMORY = 1 << 28
COLLECT_AFTER = (50_000, 20, 100)
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class FpindexOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the program is told. Ports of 0: any for HTTP, none for the legacy protocol."""

    folder: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8080
    legacy_port: int = 0
    checkpoint_threshold: int = 500_000
    checkpoint_age_ms: int = 60_000
    frequency_cap: int = 256


def serve(options: FpindexOptions) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises `Conflict` when a port is taken or another process has the folder, `Invalid` for an address that this machine
    does not have, and what the folder refuses.
    """
    _set_up_log()
    _allow_many_files()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)
    http, legacy = _bind(options)
    program = _Program(options)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ended = runner.run(program.run(http, legacy))
    if not ended:
        # A merge that may take minutes is broken off: the index is whole whenever that happens.
        logging.shutdown()
        os._exit(0)


class _Program:
    def __init__(self, options: FpindexOptions) -> None:
        self._options = options
        self._work = Work()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="work")

    async def run(self, http: socket.socket, legacy: socket.socket | None) -> bool:
        """Serve until a signal comes; return whether nothing runs any more."""
        from linernotes.app.maintaining import Maintenance

        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        server = HttpServer(handler=not_ready)
        await server.start([http])
        _log.info("listening on %s:%d", *http.getsockname()[:2])
        maintenance = Maintenance(self._work)
        try:
            return await self._serve(server, legacy, maintenance, stop)
        finally:
            await server.close(grace_seconds=0)

    async def _serve(
        self, server: HttpServer, legacy: socket.socket | None, maintenance: Maintenance, stop: asyncio.Event
    ) -> bool:
        opening = asyncio.create_task(_in_thread(self._open))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            return False
        collection, lines = await self._answer_with(server, opening.result(), maintenance, legacy)
        await stopping
        _log.info("stopping")
        await asyncio.gather(
            server.close(grace_seconds=GRACE_SECONDS), *([lines.close(grace_seconds=GRACE_SECONDS)] if lines else [])
        )
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await collection.close()
        except TimeoutError:
            _log.warning("the indexes are not closed in time; what was acknowledged is in their logs")
            return False
        self._threads.shutdown(wait=False, cancel_futures=True)
        return await _in_thread(lambda: maintenance.wait(2)) and self._warmed.is_set()

    async def _answer_with(
        self, server: HttpServer, indexes: Indexes, maintenance: Maintenance, legacy: socket.socket | None
    ) -> tuple[Collection, LineServer | None]:
        from linernotes.facades.fpindex.collection import Collection
        from linernotes.facades.fpindex.errors import Refusal
        from linernotes.facades.fpindex.legacy import INDEX, Session

        collection = Collection(indexes, upkeep=maintenance, threads=self._threads)
        for name, damage in indexes.damaged().items():
            _log.error("index %s: %s. %s", name, damage.message.rstrip("."), damage.hint)
        warm = asyncio.Event()
        self._warmed = warm
        self._warming = asyncio.create_task(_warm(warm))
        lines = None
        if legacy is not None:
            try:
                await collection.create(INDEX)
            except Refusal as exc:
                _log.error("the index %s of the legacy protocol cannot be used: %s", INDEX, exc.name)
            lines = LineServer(session=lambda: Session(collection))
            await lines.start(legacy)
        service = Service(collection, work=self._work, threads=self._threads, warm=warm)
        server.answer_with(service.handle)
        _log.info("ready; indexes: %s", ", ".join(indexes.names()) or "none yet")
        return collection, lines

    def _open(self) -> Indexes:
        from linernotes.fingerprint.index.indexes import Indexes
        from linernotes.fingerprint.index.settings import IndexSettings

        settings = IndexSettings(
            flush_postings=min(max(1, self._options.checkpoint_threshold), MOST_IN_MEMORY),
            flush_seconds=self._options.checkpoint_age_ms / 1000,
            frequency_cap=min(self._options.frequency_cap, 1 << 32),
        )
        return Indexes.open(self._options.folder, settings=settings)


async def _warm(warm: asyncio.Event) -> None:
    from linernotes.app.warming import warm_up

    try:
        await _in_thread(warm_up)
    except Exception:  # noqa: BLE001 - it is slow at first then, and works
        _log.exception("the compiled code could not be made ready; the first requests are slow")
    gc.collect()
    gc.freeze()
    warm.set()


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Do work in a thread of its own that does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type] # it is there when there is no error
        else:
            done.set_exception(error)

    def run() -> None:
        try:
            result = work()
        except BaseException as exc:  # noqa: BLE001 - whoever waits raises it
            loop.call_soon_threadsafe(settle, None, exc)
        else:
            loop.call_soon_threadsafe(settle, result, None)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _bind(options: FpindexOptions) -> tuple[socket.socket, socket.socket | None]:
    http = bound(options.host, options.port)
    if not options.legacy_port:
        return http, None
    try:
        if http.family != socket.AF_INET:
            raise Invalid(
                "the legacy protocol needs an IPv4 address", hint="Give --host one, or leave out --legacy-port."
            )
        return http, bound(options.host, options.legacy_port)
    except LinernotesError:
        http.close()
        raise


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address in numbers; `Conflict` or `Invalid` when it cannot be."""
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError as exc:
        raise Invalid(f"--host {host} is no address", hint="Give the address in numbers, such as 127.0.0.1.") from exc
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        # Whoever comes from now on waits instead of being refused.
        sock.listen(1024)
    except (OSError, OverflowError) as exc:
        sock.close()
        raise _explained(exc, f"{host}:{port}") from exc
    return sock


def _explained(exc: OSError | OverflowError, where: str) -> LinernotesError:
    number = exc.errno if isinstance(exc, OSError) else None
    if number == errno.EADDRINUSE:
        return Conflict(f"{where} is taken by another program", hint="Choose another port with --port.")
    if number in {errno.EACCES, errno.EPERM}:
        return Conflict(f"this user may not listen on {where}", hint="Ports below 1024 need rights; 8080 does not.")
    return Invalid(f"cannot listen on {where}: {exc}", hint="Use an address of this machine, or 0.0.0.0.")


def _allow_many_files() -> None:
    """Raise the number of files that may be open as far as this user may: each connection is one."""
    allowed, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if highest == resource.RLIM_INFINITY else min(MOST_FILES, highest)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, highest))


def _set_up_log() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
