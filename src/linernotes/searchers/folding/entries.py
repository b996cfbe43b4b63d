"""Under which keys and words a record is found. Every searcher indexes exactly these."""

from __future__ import annotations

from linernotes.domain.names import NameRecord
from linernotes.searchers.folding.fold import fold
from linernotes.searchers.folding.keys import name_keys
from linernotes.searchers.folding.words import words


def entry_keys(record: NameRecord) -> list[str]:
    """Return the keys of all names of a record, the plain key of its own name first, without repeats."""
    keys = name_keys(record.name)
    names = _other_names(record)
    if not names:
        return keys
    keys.extend(key for name in names for key in name_keys(name))
    return list(dict.fromkeys(keys))


def entry_words(record: NameRecord) -> list[str]:
    """Return the words of all that is searchable of a record, without repeats."""
    texts = [record.name, *_other_names(record), *_artists(record), record.disambiguation]
    return list(dict.fromkeys(words(fold(" ".join(texts)))))


def artist_words(record: NameRecord) -> list[str]:
    """Return the words of the artists of a release group, without repeats."""
    return list(dict.fromkeys(words(fold(" ".join(_artists(record))))))


def _other_names(record: NameRecord) -> tuple[str, ...]:
    """Return the aliases, and the sort name unless it only puts the words of the name in another order."""
    sort_name = record.sort_name
    if not sort_name or sort_name == record.name:
        return record.names
    if sorted(sort_name.replace(",", "").split()) == sorted(record.name.split()):
        return record.names
    return (*record.names, sort_name)


def _artists(record: NameRecord) -> tuple[str, ...]:
    names = record.artist_names
    return names if record.artist in names else (record.artist, *names)
