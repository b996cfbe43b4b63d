"""Tables about labels and what they released."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field, power_rank
from linernotes.dumps.sample.facts import facts, words
from linernotes.dumps.sample.names import SCRIPTS
from linernotes.dumps.sample.ratings import ratings
from linernotes.dumps.sample.tags import tag_rows
from linernotes.dumps.sample.text import Chars, blank, joined, number, overlay, pick, table, uuid

# MusicBrainz's label for releases without one, known to clients by its MBID.
_NO_LABEL, _NO_LABEL_GID = 1, b"157afde4-4bf5-4039-8ad2-5a15acc85176"
_ENDINGS = table([" Records", " Music", " Recordings", " Entertainment", " Sound", "", " Tapes", " Discos", " Musik"])
_TYPES = {0: 40, 4: 30, 9: 20, 3: 5, 5: 2, 1: 2, 2: 1}
_MOST_LABELS = 4


class LabelTables:
    """Builds the label tables of one sample."""

    def __init__(self, context: Context) -> None:
        self._in = context
        self._draws = context.draws
        self._count = context.catalogue.plan.labels
        nouns = [word for word in words().entries("lat.noun") if word.isascii()]
        self._prefixes = table(sorted({noun[:3].upper() for noun in nouns}))

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at = self._in
        yield at.plain("label", self._count, self._label)
        yield at.plain("label_alias", max(3, self._count // 12), self._alias)
        yield at.plain("label_gid_redirect", max(1, self._count // 25), self._redirect)
        yield at.plain("label_meta", self._count, self._meta, "derived")
        yield tag_rows(at, "label", self._count, 0.03, 1.5)
        yield at.ragged("release_label", at.catalogue.releases, self._labels, self._release_label)

    def _name(self, ids: NDArray[Any]) -> Chars:
        titles = self._in.names.title("label", ids, np.where(ids % 19 == 0, ids % len(SCRIPTS), 0))
        names = joined(titles, pick(_ENDINGS, self._draws.below("label.ending", ids, len(_ENDINGS))))
        special = np.flatnonzero(ids == _NO_LABEL)
        return overlay(names, special, [b"[no label]"] * len(special))

    def _label(self, ids: Ints) -> bytearray:
        bits = self._draws.bits("label.facts", ids)
        kinds = choice(field(bits, 0), _TYPES)
        placed = field(bits, 1) < 30_000
        areas = 1 + power_rank(field(bits, 2) / 65536, len(facts()["country"]), 0.9, 1.0)
        codes = 100 + field(bits, 3).astype(np.int64)
        special = np.flatnonzero(ids == _NO_LABEL)
        return self._in.lines(
            "label",
            len(ids),
            id=number(ids),
            gid=overlay(uuid(self._draws, "label", ids), special, [_NO_LABEL_GID] * len(special)),
            name=self._name(ids),
            type=number(kinds, kinds == 0),
            area=number(areas, ~placed),
            label_code=number(codes, codes > 9000),
            last_updated=stamps(ids),
        )

    def _alias(self, ids: Ints) -> bytearray:
        labels = 1 + ids * 11 % self._count
        names = joined(self._name(labels), b" Ltd.")
        return self._in.lines(
            "label_alias",
            len(ids),
            id=number(ids),
            label=number(labels),
            name=names,
            sort_name=names,
            type=b"1",
            last_updated=stamps(ids),
        )

    def _redirect(self, ids: Ints) -> bytearray:
        gid, target = uuid(self._draws, "label.old", ids), 1 + ids * 17 % self._count
        return self._in.lines("label_gid_redirect", len(ids), gid=gid, new_id=number(target), created=stamps(ids))

    def _meta(self, ids: Ints) -> bytearray:
        return self._in.lines("label_meta", len(ids), id=number(ids), **ratings(self._draws, "label", ids, 0.02))

    def _labels(self, releases: Ints) -> Ints:
        """Return the number of labels of each release, at most three."""
        drawn = field(self._draws.bits("release.labels", releases), 0)
        return (drawn < 42_500).astype(np.int64) + (drawn < 2_800) + (drawn < 300)

    def _release_label(self, releases: Ints, places: Ints) -> bytearray:
        keys = releases * _MOST_LABELS + places
        bits = self._draws.bits("release.label", keys)
        rank = power_rank(
            self._draws.unit("release.label.which", releases), self._count, 0.7, min(30.0, self._count / 8)
        )
        labels = 1 + (rank + places) % self._count
        catalogued = field(bits, 0) < 50_000
        serial = field(bits, 1).astype(np.int64) + labels % 7 * 9_000
        code = joined(pick(self._prefixes, labels % len(self._prefixes)), b" ", number(serial))
        return self._in.lines(
            "release_label",
            len(releases),
            id=number(keys),
            release=number(releases),
            label=number(labels, catalogued & (field(bits, 2) < 1500)),
            catalog_number=blank(code, catalogued, b"\\N"),
            last_updated=stamps(releases),
        )
