"""Which namer a command asks: a server if one is given, else the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from linernotes.app.config.settings import Settings
from linernotes.app.naming.values import Namer
from linernotes.domain.errors import Invalid, Unavailable

ANY_CLIENT = "linernotes"
"""The key that a server of ours is asked with, which takes any."""


@asynccontextmanager
async def open_namer(
    settings: Settings, *, server: str | None = None, client: str | None = None, clip: bool = False
) -> AsyncIterator[Namer]:
    """Give a namer for as long as the block lasts: the settings say what is not given.

    Raises ``Invalid`` for clips where nothing could find them.
    """
    where = settings.naming.server if server is None else server
    if where:
        async with _remote(where, client or settings.naming.client.reveal()) as namer:
            yield namer
        return
    if clip and settings.identification.index != "full":
        raise Invalid(
            "Excerpts are found only where whole tracks are indexed.", hint="Set identification.index to full."
        )
    raise Unavailable("Say which server to ask with --server.")


@asynccontextmanager
async def _remote(server: str, client: str) -> AsyncIterator[Namer]:
    from linernotes.app.naming.acoustid_client import AcoustidClient
    from linernotes.app.naming.remote import RemoteNamer

    asked = AcoustidClient(server=server, client=client or ANY_CLIENT)
    try:
        yield RemoteNamer(client=asked)
    finally:
        await asked.close()
