"""A name as words. Scripts that are written without spaces give one word per character.

A chunk is what stands between spaces. One with signs inside ("AC/DC", "P!nk") has parts and wholes: text that has
either is a match. Apostrophes join ("don't" is "dont"); a chunk of signs alone is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import msgspec

from linernotes.searchers.folding.keys import ARTICLES, LONGEST, compact, restyled

_PLAIN = re.compile(r"[a-z0-9 ]*")
_APOSTROPHE = "'"
_STYLING = frozenset("!$@")
_AND = frozenset("&+")
# Han and kana, Thai to Burmese, Khmer: written without spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u30fc\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003134f]"
)


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """What stands between two spaces: its parts, and all of it as one word in each way that it can be read."""

    parts: tuple[str, ...]
    wholes: tuple[str, ...] = ()
    sign: bool = False


class _Spaced(dict[int, str]):
    """Code point to itself, or to a space where a word ends; filled when first asked for."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kept = character if unicodedata.category(character)[0] in "LMN" else " "
        spaced = self[code] = f" {kept} " if _UNSPACED.match(character) else kept
        return spaced


@cache
def _spaced() -> _Spaced:
    table = _Spaced()
    table[ord(_APOSTROPHE)] = ""
    return table


def words(folded: str) -> list[str]:
    """Return every word under which folded text is found, in order; a word may come twice."""
    if _PLAIN.fullmatch(folded):
        return folded.split()
    found: list[str] = []
    texts = folded.split()
    for text in texts:
        if text.isascii() and text.isalnum():
            found.append(text[:LONGEST])
        else:
            chunk = _read(text, alone=len(texts) == 1)
            found += chunk.parts
            found += chunk.wholes
    return found


def plain_words(folded: str) -> list[str]:
    """Return the words of folded text with every chunk read in one way only, in order: what overlap is counted in."""
    if _PLAIN.fullmatch(folded):
        return folded.split()
    return [word for chunk in chunks(folded) for word in (chunk.wholes[-1:] or chunk.parts)]


def chunks(folded: str) -> list[Chunk]:
    """Return the chunks of folded text, in order."""
    texts = folded.split()
    return [chunk for text in texts if (chunk := _read(text, alone=len(texts) == 1)).parts]


def needed(parts: Sequence[Chunk]) -> list[Chunk]:
    """Return the chunks that must be there: signs and articles may be missing if there is anything else."""
    return [chunk for chunk in parts if not chunk.sign and chunk.parts[0] not in ARTICLES] or list(parts)


def _read(text: str, *, alone: bool) -> Chunk:
    if text.isalnum() and text.isascii():
        return Chunk((text[:LONGEST],))
    parts = tuple(part[:LONGEST] for part in text.translate(_spaced()).split())
    if not parts:
        return _read_sign(text, alone=alone)
    if _UNSPACED.search(text) or (len(parts) == 1 and _STYLING.isdisjoint(text)):
        return Chunk(parts)
    wholes = dict.fromkeys((compact(text), compact(restyled(text))))
    return Chunk(parts, tuple(whole for whole in wholes if (whole,) != parts))


def _read_sign(text: str, *, alone: bool) -> Chunk:
    sign = "and" if text in _AND and not alone else compact(text)
    return Chunk((sign,) if sign else (), sign=True)
