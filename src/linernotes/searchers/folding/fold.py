"""One spelling for every way to write a character: case, accents, width, ligatures, kana, Traditional Chinese.

Folding is character by character, after Unicode's own composition (NFC), so it can be done with one lazily filled
table. Spaces and punctuation stay: ``keys`` and ``words`` decide about them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

# Letters and signs that Unicode does not decompose, and how they are commonly typed.
_LETTERS = {
    **dict(zip("øłđðħŧıŋĸəƒƀɨɵʉƶɫǥȼ×", "olddhtinkefbiouzlgcx", strict=True)),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("’‘ʼʻ′´`", "'"),
    **dict.fromkeys("“”″", '"'),
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
}
# Said with the name, but never typed.
_SILENT = "™®©\u0640"
_KATAKANA = range(0x30A1, 0x30F7)
_TO_HIRAGANA = 0x60
# These two make another syllable (ka, ga), and are no accents.
_VOICED = re.compile("[\u3099\u309a]")


class _Folded(dict[int, str]):
    """Code point to folded text, worked out when first asked for."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


@cache
def _table() -> _Folded:
    return _Folded()


@cache
def _simplified() -> dict[str, str]:
    text = files("linernotes.searchers.folding").joinpath("hant_hans.txt").read_text(encoding="utf-8")
    pairs = "".join(line for line in text.splitlines() if not line.startswith("#")).replace(" ", "")
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def fold(text: str) -> str:
    """Return the text blind to case, accents, width and script variants; its spaces and punctuation stay."""
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = unicodedata.normalize("NFC", text).translate(_table())
    # Half-width kana carry their voiced mark as a character of its own.
    return unicodedata.normalize("NFC", folded) if _VOICED.search(folded) else folded


def _fold_character(character: str) -> str:
    if character in _SILENT or unicodedata.category(character) == "Cf":
        return ""
    if character in _LETTERS:
        return _LETTERS[character]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    bare = "".join(c for c in plain if _VOICED.match(c) or not unicodedata.combining(c))
    return "".join(_fold_letter(c) for c in unicodedata.normalize("NFC", bare))


def _fold_letter(letter: str) -> str:
    if ord(letter) in _KATAKANA:
        return chr(ord(letter) - _TO_HIRAGANA)
    return _LETTERS.get(letter) or _simplified().get(letter, letter)
