"""What several tests of the index need."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from linernotes.domain.names import NameRecord
from linernotes.ports.names import NameSearch
from linernotes.searchers.tantivy import TantivyNamesWriter, open_names
from linernotes.searchers.tantivy.settings import SearchSettings

SETTINGS = SearchSettings(heap_mb=32)


def build(path: Path, records: Iterable[NameRecord]) -> NameSearch:
    """Index records in a folder and open it."""
    writer = TantivyNamesWriter(path, settings=SETTINGS)
    writer.add(records)
    writer.finish()
    return open_names(path, settings=SETTINGS)


def with_a_slip(text: str, chance: random.Random) -> str:
    """Return the text with one letter replaced, put in, left out or swapped with the next."""
    at = chance.randrange(len(text) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        [
            text[:at] + letter + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )
