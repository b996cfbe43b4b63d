"""Identification for a command: the data folder's own, with or without a server beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from linernotes.app import logs
from linernotes.app.followed import FOLDER
from linernotes.app.growing import build_library
from linernotes.app.identification import Identifying
from linernotes.app.jobs import unix_milliseconds
from linernotes.app.live import LiveCatalogue
from linernotes.app.offload import Pool
from linernotes.app.stores import open_stores, queue_of
from linernotes.domain.errors import Conflict, NotFound
from linernotes.fingerprint.index.held import open_held
from linernotes.indexes.embedded import EmbeddedIndex
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.ports.progress import Progress
from linernotes.usecases.identify.importing import Importer
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.parts import Identification
from linernotes.web.leases import Leases

if TYPE_CHECKING:
    from linernotes.app.config.settings import Settings
    from linernotes.stores.sql import SqlState


class Here(msgspec.Struct, frozen=True):
    """What a command has. ``importer`` is None where another process, a server, has the index and does the imports."""

    parts: Identification
    state: SqlState
    importer: Importer | None


@asynccontextmanager
async def open_identification(settings: Settings, *, progress: Progress | None = None) -> AsyncIterator[Here]:
    """Give identification over the data folder, or over what the settings name in its place.

    The index is fed what it lacks first, which ``progress`` hears of. While another process has it, it is read as that
    one left it last. Raises what opening the state raises.
    """
    # What a server's log has as news is none to whoever runs a command.
    logs.configure(msgspec.structs.replace(settings.log, level="warning"))
    from linernotes.app.builds import builds_of

    async with AsyncExitStack() as stack:
        state = await asyncio.to_thread(open_stores, settings)
        stack.callback(state.close)
        leases = Leases()
        live = LiveCatalogue(builds=builds_of(settings), leases=leases)
        stack.callback(live.close)
        pool = Pool(threads=settings.server.threads, leases=leases)
        stack.callback(pool.close)
        queue = queue_of(state)
        growing = build_library(settings, live=live, state=state, queue=queue, offload=pool, now=unix_milliseconds)
        stack.push_async_callback(growing.close)
        await asyncio.to_thread(live.look)
        await asyncio.to_thread(growing.library.look)
        identifying = Identifying(
            settings, state=state, queue=queue, library=growing.library, offload=pool, now=unix_milliseconds
        )
        stack.push_async_callback(identifying.close)
        try:
            await asyncio.to_thread(identifying.index.open, progress)
        except Conflict:
            index = stack.enter_context(_as_left(settings))
            identify = Identify(
                tracks=state.tracks,
                index=lambda: index,
                library=growing.library,
                offload=pool,
                settings=settings.identification,
            )
            yield Here(msgspec.structs.replace(identifying.parts, identify=identify), state, None)
        else:
            yield Here(identifying.parts, state, identifying.importer)


@contextmanager
def _as_left(settings: Settings) -> Iterator[FingerprintIndex]:
    """Give the index that another process has, as it is on the disk now."""
    with ExitStack() as stack:
        index: FingerprintIndex = MemoryIndex()
        with suppress(NotFound):
            held = open_held(settings.data_dir / FOLDER, settings.identification.index_name)
            index = EmbeddedIndex(index=stack.enter_context(held))
        yield index
