"""Tracks, fingerprints, links, submissions and clients as plain values in memory: gone when the process ends."""

from __future__ import annotations

from linernotes.stores.memory.identification.change_log import MemoryChangeLog
from linernotes.stores.memory.identification.clients import MemoryClients
from linernotes.stores.memory.identification.counts import MemoryCounts
from linernotes.stores.memory.identification.data import Keeper
from linernotes.stores.memory.identification.submissions import MemorySubmissions
from linernotes.stores.memory.identification.tracks import MemoryTracks

__all__ = ["MemoryIdentification"]


class MemoryIdentification:
    """All that identification knows; each port is an attribute."""

    def __init__(self) -> None:
        """Begin empty."""
        self.keeper = Keeper()
        self.tracks = MemoryTracks(look=lambda: self.keeper.data)
        self.submissions = MemorySubmissions(keeper=self.keeper)
        self.change_log = MemoryChangeLog(keeper=self.keeper)
        self.clients = MemoryClients(keeper=self.keeper)
        self.counts = MemoryCounts(keeper=self.keeper)
