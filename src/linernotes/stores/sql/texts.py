"""Which texts can be kept: what PostgreSQL cannot store, or cannot index, is refused on SQLite, too."""

from __future__ import annotations

from linernotes.domain.errors import Invalid
from linernotes.domain.facts import LONGEST_KEY


def storable(text: str) -> str | None:
    """Return a key as it is, or None, which equals nothing in SQL, where none like it can ever have been kept."""
    if text.isascii():
        return text if len(text) <= LONGEST_KEY and "\0" not in text else None
    try:
        return text if len(text.encode()) <= LONGEST_KEY and "\0" not in text else None
    except UnicodeEncodeError:  # half of a surrogate pair is no text
        return None


def check_key(text: str) -> str:
    """Return a key as it is. Raises Invalid for one that cannot be kept."""
    if storable(text) is None:
        raise Invalid(f"a key has to be text of up to {LONGEST_KEY:,} bytes, without zero bytes")
    return text
