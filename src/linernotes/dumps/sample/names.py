"""Made-up names in ten scripts, spelled from word lists by small grammars; the same id always spells the same name.

Words are drawn with a Zipf-like skew, so that full text sees realistic collisions, while coined syllables keep most
artists' names apart.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.draws import Draws, Ints, lottery
from linernotes.dumps.sample.facts import words
from linernotes.dumps.sample.text import Chars, overlay, pick, table

SCRIPTS = ("lat", "jpn", "cyr", "han", "kor", "gre", "heb", "ara", "tha", "dev")
# 11 % of names are not in Latin letters.
_SCRIPT_WEIGHTS = {0: 89.0, 1: 3.2, 2: 3.2, 3: 1.5, 4: 1.2, 5: 0.6, 6: 0.4, 7: 0.4, 8: 0.3, 9: 0.2}
VARIOUS, UNKNOWN, COMPOSER = 1, 2, 3
_SPECIAL = {
    VARIOUS: ("Various Artists", "Various Artists"),
    UNKNOWN: ("[unknown]", "[unknown]"),
    COMPOSER: ("Johann Leberecht Möckel", "Möckel, Johann Leberecht"),
}
# Four kinds of trouble for readers of COPY text, one name in 50,021 each: a prime, so that every table has its own.
_AWKWARD_EVERY = 50_021
_AWKWARD_FIRST = 13
_AWKWARD = (b"Back\\\\slash \\\\N", b"Tab\\there", b"Line\\nbreak", b'"Quoted" it\'s, 100 %\\\\')
# Syllables are drawn evenly; words so that the first of a list is about sixty times as frequent as the last.
_EVEN = (".start", ".mid", ".end")
_UNIT = np.arange(65536)
_SKEWS = np.concatenate([_UNIT, np.expm1(_UNIT / 65536 * np.log(60.0)) / 59.0 * 65536]).astype(np.int64)

Form = tuple[str, int, Sequence[str]]


class Grammar:
    """Spells names by forms: a form is a row of slots, a slot a word list.

    With `orders`, a list keeps the draw that it has in another order of the slots.
    """

    def __init__(self, forms: Sequence[Form], orders: Sequence[Sequence[str]] | None = None) -> None:
        slots = max(len(lists) for _, _, lists in forms)
        shape = (len(forms), slots)
        self._start, self._size = np.zeros(shape, np.int64), np.ones(shape, np.int64)
        self._draw, self._skew = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._pools = []
        for slot in range(slots):
            entries = [""]
            for row, (_, _, lists) in enumerate(forms):
                self._draw[row, slot] = slot
                if slot < len(lists):
                    found = words().entries(lists[slot].removesuffix("2"))
                    self._start[row, slot], self._size[row, slot] = len(entries), len(found)
                    self._skew[row, slot] = 0 if lists[slot].endswith(_EVEN) else 65536
                    entries.extend(found)
                    if orders is not None and lists[slot] in orders[row]:
                        self._draw[row, slot] = orders[row].index(lists[slot])
            self._pools.append(table(entries))

    def spell(self, form: Ints, draws: NDArray[np.uint16]) -> Chars:
        """Write one name per row; `draws` holds a column of 16-bit numbers for each slot of the drawing order."""
        parts = []
        for slot, pool in enumerate(self._pools):
            if (self._draw[:, slot] == slot).all():
                drawn = draws[:, slot]
            else:
                drawn = np.take_along_axis(draws, self._draw[form, slot][:, None], axis=1)[:, 0]
            # Row 0 of the skews leaves a draw as it is.
            skewed = _SKEWS[self._skew[form, slot] + drawn]
            parts.append(pick(pool, self._start[form, slot] + ((self._size[form, slot] * skewed) >> 16)))
        return np.concatenate(parts, axis=1)


def _form_lottery(forms: Sequence[Form]) -> Ints:
    """Return for each script a table of 65,536 form numbers, by weight."""
    by_script = [lottery({row: form[1] for row, form in enumerate(forms) if form[0] == script}) for script in SCRIPTS]
    return np.stack(by_script)


def _album_weight(form: Form) -> int:
    if "lat.song" in form[2]:
        return 0
    return form[1] * (4 if any(name.endswith(".start") for name in form[2]) else 1)


class Names:
    """The names of artists and titles of everything else, by id."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        artists = words().artists
        orders = [form[3] for form in artists]
        self._artist = Grammar([(form[0], form[1], form[3]) for form in artists])
        self._sort = Grammar([(form[0], form[1], form[4]) for form in artists], orders)
        self._artist_forms = _form_lottery([(form[0], form[1], form[3]) for form in artists])
        self._person = np.array([form[2] == "person" for form in artists])
        self._title = Grammar(words().titles)
        self._title_forms = _form_lottery(words().titles)
        self._album_forms = _form_lottery([(form[0], _album_weight(form), form[2]) for form in words().titles])
        self._classical = Grammar(words().classical)
        self._scripts = lottery(_SCRIPT_WEIGHTS)

    def script(self, artists: NDArray[Any]) -> Ints:
        """Return the index in SCRIPTS in which an artist's name and titles are written."""
        found = self._scripts[self._fields("script", artists)[:, 0]]
        found[artists <= COMPOSER] = 0
        return found

    def is_person(self, artists: NDArray[Any]) -> NDArray[np.bool_]:
        """Return whether the name is spelled like a person's."""
        return self._person[self._artist_form(artists)]

    def artist(self, artists: NDArray[Any], revision: NDArray[Any] | int = 0) -> Chars:
        """Spell artists' names; another revision spells another name."""
        return self._spell_artist(self._artist, artists, revision, 0)

    def artist_sort(self, artists: NDArray[Any], revision: NDArray[Any] | int = 0) -> Chars:
        """Spell artists' sort names: family name first, no leading article."""
        return self._spell_artist(self._sort, artists, revision, 1)

    def title(self, purpose: str, ids: NDArray[Any], scripts: Ints, *, album: bool = False) -> Chars:
        """Spell titles in the given scripts; `purpose` keeps the titles of different entities apart.

        Albums are called Intro less often than tracks, and have more words of their own.
        """
        forms = self._album_forms if album else self._title_forms
        form = forms[scripts, self._fields(purpose + ".form", ids)[:, 0]]
        return _awkward(self._title.spell(form, self._fields(purpose, ids)), ids)

    def classical(self, purpose: str, ids: NDArray[Any]) -> Chars:
        """Spell titles of numbered compositions."""
        return self._classical.spell(np.zeros(len(ids), np.int64), self._fields(purpose, ids))

    def _artist_form(self, artists: NDArray[Any]) -> Ints:
        return self._artist_forms[self.script(artists), self._fields("artist.form", artists)[:, 0]]

    def _spell_artist(self, grammar: Grammar, artists: NDArray[Any], revision: NDArray[Any] | int, which: int) -> Chars:
        keys = artists + (np.asarray(revision, np.int64) << 40)
        draws = np.concatenate([self._fields("artist.name", keys), self._fields("artist.name2", keys)], axis=1)
        names = _awkward(grammar.spell(self._artist_form(artists), draws), artists)
        special = np.flatnonzero(artists <= COMPOSER)
        return overlay(names, special, [_SPECIAL[int(artists[row])][which].encode() for row in special])

    def _fields(self, purpose: str, ids: NDArray[Any]) -> NDArray[np.uint16]:
        return self._draws.bits(purpose, ids).view(np.uint16).reshape(len(ids), 4)


def _awkward(names: Chars, ids: NDArray[Any]) -> Chars:
    """Overwrite one name in a few ten thousand by one that needs escaping."""
    kind = ids % _AWKWARD_EVERY - _AWKWARD_FIRST
    found = np.flatnonzero((kind >= 0) & (kind < len(_AWKWARD)))
    return overlay(names, found, [_AWKWARD[int(kind[row])] for row in found]) if len(found) else names
