"""A name as one term: its letters and digits without anything between them, so that AC/DC, ac dc and acdc are equal.

A name without a letter or digit ("!!!", "+/-") is its symbols. A name can have further keys for the other ways in
which people type it; the first key is always the plain one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from linernotes.searchers.folding.fold import fold

ARTICLES = frozenset(("the", "a", "an", "les", "le", "la", "los", "las", "el", "die", "der", "das"))
# What comes after a hundred characters tells no two names apart, and keeps the term dictionary small.
LONGEST = 100

_WORD = re.compile(r"[a-z0-9]+")
_SIMPLE = re.compile(r"[a-z0-9 ]+")
_AND = re.compile(r"(?<=\s)[&+](?=\s)")
# P!nk, Ke$ha, A$AP: a symbol in the place of a letter, with a letter after it; a dollar may also end a word.
_STYLED = re.compile(r"[!$@](?=[^\W\d_])|(?<=[^\W\d_])\$")
_LETTER_FOR = {"!": "i", "$": "s", "@": "a"}
_MU = "μ"
_LATIN = re.compile(r"[a-z]")
# How names that are nothing but a sign are said.
_SPOKEN = {"+": "plus", "-": "minus", "÷": "divide", "=": "equals", "•": "bullet", "%": "percent", "?": "question mark"}


class _LettersOnly(dict[int, int | None]):
    """Code point to itself, or to None for what is neither letter, mark nor number; filled when first asked for."""

    def __missing__(self, code: int) -> int | None:
        kept = self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else None
        return kept


@cache
def _letters_only() -> _LettersOnly:
    return _LettersOnly()


def compact(folded: str) -> str:
    """Return folded text as one term: its letters, marks and digits, or if it has none all but its spaces."""
    if _WORD.fullmatch(folded):
        return folded[:LONGEST]
    letters = folded.translate(_letters_only())
    return (letters or "".join(c for c in folded if c.isprintable() and not c.isspace()))[:LONGEST]


def query_keys(folded: str) -> list[str]:
    """Return the keys under which a folded query may stand: its own first, then those of its other readings."""
    readings = [_AND.sub("and", folded)]
    if _STYLED.search(folded):
        readings.append(restyled(folded))
    return _distinct(readings)


def name_keys(name: str) -> list[str]:
    """Return every key of a name: the plain one first, then those of its other readings, without repeats."""
    folded = fold(name)
    if _SIMPLE.fullmatch(folded):
        first, _, rest = folded.partition(" ")
        return _distinct([folded, rest]) if first in ARTICLES else _distinct([folded])
    return list(dict.fromkeys((*query_keys(folded), *_distinct(_readings(folded)))))


def restyled(folded: str) -> str:
    """Return the text with letters in the places of the symbols that stand for them."""
    return _STYLED.sub(lambda match: _LETTER_FOR[match[0]], folded)


def _distinct(readings: list[str]) -> list[str]:
    if len(readings) == 1:
        return [key] if (key := compact(readings[0])) else []
    return list(dict.fromkeys(key for reading in readings if (key := compact(reading))))


def _readings(folded: str) -> list[str]:
    readings = []
    first, _, rest = folded.partition(" ")
    if first in ARTICLES and rest:
        readings.append(rest)
    before, comma, after = folded.rpartition(", ")
    if comma:
        # "Beatles, The" and "Bach, Johann Sebastian": how a sort name turns into a name.
        readings.append(before if after in ARTICLES else f"{after} {before}")
    if _MU in folded and _LATIN.search(folded):
        readings += [folded.replace(_MU, "mu"), folded.replace(_MU, "u")]
    if spoken := _SPOKEN.get(folded.strip()):
        readings.append(spoken)
    return readings
