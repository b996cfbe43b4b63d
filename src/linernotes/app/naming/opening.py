"""Which namer a command asks: a server if one is given, else the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import msgspec

from linernotes.app.config.settings import Settings
from linernotes.app.naming.values import Namer
from linernotes.domain.errors import Invalid, NotFound, Unavailable
from linernotes.ports.progress import Progress

if TYPE_CHECKING:
    from linernotes.app.naming.acoustid_client import AcoustidClient

PATIENCE_SECONDS = 60.0
"""How long a search may take that no client waits for."""

ANY_CLIENT = "linernotes"
"""The key that a server of ours is asked with, which takes any."""


@asynccontextmanager
async def open_namer(
    settings: Settings,
    *,
    server: str | None = None,
    client: str | None = None,
    clip: bool = False,
    progress: Progress | None = None,
) -> AsyncIterator[Namer]:
    """Give a namer for as long as the block lasts: the settings say what is not given.

    ``progress`` hears of an index that has to be fed first. Raises ``Invalid`` for clips where nothing could find them,
    and ``NotFound`` for a data folder that knows no sound; nothing is made in it then.
    """
    where = settings.naming.server if server is None else server
    if where:
        from linernotes.app.naming.remote import RemoteNamer

        async with open_client(settings, server=where, client=client) as asked:
            yield RemoteNamer(client=asked)
        return
    if clip and settings.identification.index != "full":
        raise Invalid(
            "Excerpts are found only where whole tracks are indexed.", hint="Set identification.index to full."
        )
    check_enabled(settings)
    _check_indexed(settings)
    from linernotes.app.identifying_here import open_identification
    from linernotes.app.naming.local import LocalNamer

    async with open_identification(_patient(settings), progress=progress) as here:
        yield LocalNamer(identify=here.parts.identify, clips=settings.identification.index == "full")


def _check_indexed(settings: Settings) -> None:
    """Raise ``NotFound`` where there is no state, or one without a fingerprint."""
    from linernotes.app.stores import open_stores, state_place
    from linernotes.stores.sql.location import STATE_FILE, name_of

    if settings.database or (settings.data_dir / STATE_FILE).exists():
        with closing(open_stores(settings)) as state:
            if state.change_log.last():
                return
    hint = "`linernotes index add DIR` lets it hear your files; with --server another one is asked."
    raise NotFound(f"Nothing is indexed here yet: {name_of(state_place(settings))}", hint=hint)


def check_enabled(settings: Settings) -> None:
    """Raise ``Unavailable`` where music is not identified in the data folder."""
    if not settings.identification.enabled:
        raise Unavailable("Identification is switched off here.", hint="Set identification.enabled, or ask a --server.")


def _patient(settings: Settings) -> Settings:
    """Return settings for one who asks much at once and has nobody waiting in line."""
    own = msgspec.structs.replace(settings.identification, search_seconds=PATIENCE_SECONDS)
    return msgspec.structs.replace(settings, identification=own)


@asynccontextmanager
async def open_client(settings: Settings, *, server: str, client: str | None) -> AsyncIterator[AcoustidClient]:
    """Give the client of a server."""
    from linernotes.app.naming.acoustid_client import AcoustidClient

    key = client or settings.naming.client.reveal() or ANY_CLIENT
    asked = AcoustidClient(server=server, client=key)
    try:
        yield asked
    finally:
        await asked.close()
