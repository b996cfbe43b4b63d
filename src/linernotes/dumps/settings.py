"""How a dump becomes a catalogue."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from msgspec import Meta

from linernotes.domain.catalogue import Layer


class ImportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `linernotes import` takes, and what it may use."""

    threads: Annotated[int, Meta(description="Threads; 0 uses every core.", ge=0, le=1024)] = 0
    memory_mb: Annotated[
        int,
        Meta(
            description="Memory in MB for the whole import. With less than 2000 it builds one part after the other.",
            ge=600,
        ),
    ] = 3000
    derived: Annotated[
        bool, Meta(description="Take in tags, genres and ratings (CC BY-NC-SA) where the dump has them.")
    ] = True
    cover_art: Annotated[
        bool, Meta(description="Take in the list of cover images (CC BY-NC-SA) where the dump has it.")
    ] = True

    def threads_to_use(self) -> int:
        """Return the number of threads: those asked for, or one per core that this process may use."""
        return self.threads or len(os.sched_getaffinity(0))

    def layers(self) -> frozenset[Layer]:
        """Return the layers to take in where the dump has them."""
        wanted = {
            Layer.CORE,
            *([Layer.DERIVED] if self.derived else []),
            *([Layer.COVER_ART] if self.cover_art else []),
        }
        return frozenset(wanted)
