"""MusicBrainz's fixed vocabulary (types, formats, countries, relationship types) and the word lists of made-up names.

Ids, names and MBIDs in facts.json are MusicBrainz core data (CC0), cut down to what the sample uses.
"""

from functools import cache
from importlib import resources
from typing import Any

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Word lists (entries joined by |) and the forms that spell names out of them."""

    words: dict[str, str]
    artists: tuple[tuple[str, int, str, tuple[str, ...], tuple[str, ...]], ...]
    titles: tuple[tuple[str, int, tuple[str, ...]], ...]
    classical: tuple[tuple[str, int, tuple[str, ...]], ...]

    def entries(self, name: str) -> list[str]:
        """Return one word list."""
        return self.words[name].split("|")


@cache
def facts() -> dict[str, list[Any]]:
    """Return the rows of every fixed table, in the shapes of facts.json."""
    found: dict[str, list[Any]] = msgspec.json.decode(_read("facts.json"))
    return found


@cache
def words() -> Words:
    """Return the word lists."""
    return msgspec.json.decode(_read("words.json"), type=Words)


def _read(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
