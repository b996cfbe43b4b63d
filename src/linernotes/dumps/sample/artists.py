"""Tables about artists and their credits."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample import dates
from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.credits import credit_sizes, members
from linernotes.dumps.sample.draws import Ints, choice, field, lottery, power_rank, scaled
from linernotes.dumps.sample.facts import facts
from linernotes.dumps.sample.names import COMPOSER, SCRIPTS, UNKNOWN, VARIOUS
from linernotes.dumps.sample.ratings import ratings
from linernotes.dumps.sample.tags import tag_rows
from linernotes.dumps.sample.text import Chars, blank, joined, number, overlay, pick, table, uuid

# Special purpose artists, known to every client by these MBIDs.
_SPECIAL_GIDS = {
    VARIOUS: b"89ad4ac3-39f7-470e-963a-56509c546377",
    UNKNOWN: b"125ec42a-7229-4250-afc5-e057484327fe",
}
_COMMENTS = table(
    ["", "UK rock band", "US rapper", "German composer", "DJ", "Finnish metal band", "jazz saxophonist", "producer",
     "Brazilian singer", "classical pianist", "80s synth-pop duo", "techno", "folk singer-songwriter", "Japan",
     "Canadian indie band", "guitarist", "drummer", "soprano", "French chanson", "punk band from Leeds"]
)  # fmt: skip
_TITLES = table(["", "DJ ", "MC ", "Dr. ", "The Real ", "Big ", "St. "])
_JOINS = {
    "lat": {" feat. ": 30, " & ": 25, ", ": 15, " and ": 6, " vs. ": 4, " with ": 4, " x ": 4, " / ": 5, "; ": 6},
    "cyr": {" и ": 40, " feat. ": 30, ", ": 20, " & ": 10},
    "jpn": {"、": 30, " feat. ": 25, "と": 15, " & ": 15, "×": 10, " with ": 5},
    "han": {"、": 35, " 與 ": 20, " & ": 20, " feat. ": 15, "／": 10},
    "kor": {" & ": 35, ", ": 30, " feat. ": 25, "와 ": 10},
}  # fmt: skip
_LOCALES = table([b"\\N", b"en", b"ja", b"de", b"ru", b"zh", b"ko", b"fr"])
_PERSON, _GROUP, _OTHER, _CHARACTER, _ORCHESTRA, _CHOIR = 1, 2, 3, 4, 5, 6


class ArtistTables:
    """Builds the artist tables of one sample."""

    def __init__(self, context: Context) -> None:
        self._in = context
        self._draws, self._names = context.draws, context.names
        self._credits = context.catalogue.credits
        self._references = context.catalogue.references
        self._joins = [
            (table(list(weights)), _chances(weights))
            for weights in (_JOINS.get(script, _JOINS["lat"]) for script in SCRIPTS)
        ]

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at, plan, credits = self._in, self._in.catalogue.plan, self._credits
        yield at.plain("artist", at.catalogue.artists, self._artist)
        yield at.plain("artist_alias", plan.artist_aliases, self._alias)
        yield at.plain("artist_credit", credits.count, self._credit)
        yield at.ragged("artist_credit_name", credits.count, lambda ids: credit_sizes(credits, ids), self._credit_name)
        yield at.plain("artist_gid_redirect", plan.artist_redirects + at.edits.merged_artists.size // 2, self._redirect)
        yield at.plain("artist_ipi", plan.share(0.05), self._ipi)
        yield at.plain("artist_isni", plan.share(0.06), self._isni)
        yield at.plain("artist_meta", at.catalogue.artists, self._meta, "derived")
        yield tag_rows(at, "artist", plan.artists, 0.14, 2.0)

    def gid(self, ids: NDArray[Any]) -> Chars:
        """Write artists' MBIDs."""
        special = np.flatnonzero(ids <= UNKNOWN)
        return overlay(uuid(self._draws, "artist", ids), special, [_SPECIAL_GIDS[int(ids[row])] for row in special])

    def _artist(self, ids: Ints) -> bytearray:
        bits = self._draws.bits("artist.facts", ids)
        person = self._names.is_person(ids)
        kinds = np.where(
            person,
            choice(field(bits, 0), {_PERSON: 90, 0: 7, _CHARACTER: 2, _OTHER: 1}),
            choice(field(bits, 0), {_GROUP: 84, 0: 12, _ORCHESTRA: 2, _CHOIR: 1, _OTHER: 1}),
        )
        kinds[ids <= UNKNOWN] = _OTHER
        kinds[ids == COMPOSER] = _PERSON
        genders = np.where(kinds == _PERSON, choice(field(bits, 1), {1: 52, 2: 22, 3: 1, 0: 25}), 0)
        areas = np.where(
            field(bits, 2) < 36_000, 1 + power_rank(field(bits, 3) / 65536, len(facts()["country"]), 0.9, 1.0), 0
        )
        end = dates.artist_end(self._in, ids)
        revision = self._in.edits.artist_revision[ids]
        return self._in.lines(
            "artist",
            len(ids),
            self._in.edits.kept("artist", ids),
            id=number(ids),
            gid=self.gid(ids),
            name=self._names.artist(ids, revision),
            sort_name=self._names.artist_sort(ids, revision),
            type=number(kinds, kinds == 0),
            gender=number(genders, genders == 0),
            area=number(areas, areas == 0),
            comment=pick(_COMMENTS, _rarely(bits, len(_COMMENTS), 0.12)),
            ended=pick(table(["f", "t"]), (end[0] > 0).astype(np.int64)),
            last_updated=stamps(ids),
            **dates.columns("begin_date", dates.artist_begin(self._in, ids)),
            **dates.columns("end_date", end),
        )

    def _alias(self, ids: Ints) -> bytearray:
        bits = self._draws.bits("alias", ids)
        # One alias per artist and locale at most, so that no two are primary for the same one.
        artists = COMPOSER + 1 + (ids * 7) % (self._in.catalogue.plan.artists - COMPOSER)
        locales = choice(field(bits, 0), {0: 70, 1: 15, 2: 3, 3: 3, 4: 2, 5: 2, 6: 2, 7: 3})
        kinds = choice(field(bits, 1), {1: 60, 0: 12, 2: 18, 3: 10})
        locales[kinds == 3] = 0
        titled = joined(pick(_TITLES, scaled(bits, len(_TITLES))), self._names.artist(artists))
        other = self._names.artist(artists + (1 << 33))
        width = max(titled.shape[1], other.shape[1])
        names = np.where((locales > 0)[:, None] | (kinds == 2)[:, None], _wide(other, width), _wide(titled, width))
        return self._in.lines(
            "artist_alias",
            len(ids),
            self._in.edits.kept("artist", artists),
            id=number(ids),
            artist=number(artists),
            name=names,
            sort_name=names,
            locale=pick(_LOCALES, locales),
            type=number(kinds, kinds == 0),
            last_updated=stamps(ids),
            primary_for_locale=pick(
                table(["f", "t"]), ((locales > 0) & (ids <= self._in.catalogue.plan.artists // 8)).astype(np.int64)
            ),
        )

    def _credited(self, credits: NDArray[Any], positions: NDArray[Any], artists: Ints) -> Chars:
        """Write the names as credited: the artist's own but for the credits under another name."""
        names = self._names.artist(artists)
        renamed = (credits > self._credits.plain) & (credits < self._credits.short_from)
        renamed |= (positions > 0) & (self._draws.bits("credit.as", credits * 64 + positions) % np.uint64(33) == 0)
        titles = pick(_TITLES, np.where(renamed, 1 + credits % (len(_TITLES) - 1), 0))
        return joined(titles, names)

    def _join(self, credits: NDArray[Any], positions: NDArray[Any], sizes: NDArray[Any]) -> Chars:
        """Write join phrases in the script of the first artist; none after the last name."""
        scripts = self._names.script(self._credits.first[credits])
        draws = field(self._draws.bits("credit.join", credits * 64 + positions), 0)
        out = np.zeros((len(credits), 12), np.uint8)
        for script in np.unique(scripts):
            phrases, chances = self._joins[script]
            rows_ = scripts == script
            out[rows_, : phrases.itemsize] = pick(phrases, chances[draws[rows_]])
        # Long lists are joined by commas up to the last pair.
        listed = (sizes > 2) & (positions < sizes - 2)
        out[listed] = 0
        out[listed, :2] = np.frombuffer(b", ", np.uint8)
        out[positions >= sizes - 1] = 0
        return out

    def _credit_name(self, credits: Ints, positions: Ints) -> bytearray:
        artists = members(self._credits, credits, positions, self._draws)
        return self._in.lines(
            "artist_credit_name",
            len(credits),
            artist_credit=number(credits),
            position=number(positions),
            artist=number(self._in.edits.artist(artists)),
            name=self._credited(credits, positions, artists),
            join_phrase=self._join(credits, positions, credit_sizes(self._credits, credits)),
        )

    def _credit(self, ids: Ints) -> bytearray:
        sizes = credit_sizes(self._credits, ids)
        edges = np.searchsorted(ids, [self._credits.short_from, self._credits.long_from, self._credits.added_from])
        out = bytearray()
        for part in np.split(np.arange(len(ids)), edges):
            if len(part):
                out += self._credit_part(ids[part], sizes[part])
        return out

    def _credit_part(self, ids: Ints, sizes: Ints) -> bytearray:
        names = self._long_names(ids, sizes) if sizes.max() > 4 else self._short_names(ids, sizes)
        return self._in.lines(
            "artist_credit",
            len(ids),
            id=number(ids),
            name=names,
            artist_count=number(sizes),
            ref_count=number(self._references[ids]),
            created=stamps(ids),
            gid=uuid(self._draws, "artist_credit", ids),
        )

    def _short_names(self, ids: Ints, sizes: Ints) -> Chars:
        parts = []
        for position in range(int(sizes.max())):
            artists = members(self._credits, ids, np.full(len(ids), position), self._draws)
            used = position < sizes
            positions = np.full(len(ids), position)
            parts += [blank(self._credited(ids, positions, artists), used), self._join(ids, positions, sizes)]
        return joined(*parts)

    def _long_names(self, ids: Ints, sizes: Ints) -> Chars:
        owners = np.repeat(ids, sizes)
        positions = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        artists = members(self._credits, owners, positions, self._draws)
        text = joined(
            self._credited(owners, positions, artists), self._join(owners, positions, np.repeat(sizes, sizes))
        )
        pieces = bytes(np.pad(text, ((0, 0), (0, 1)), constant_values=10)).translate(None, b"\0").split(b"\n")
        ends = np.cumsum(sizes)
        whole = [b"".join(pieces[end - size : end]) for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]
        return table(whole).view(np.uint8).reshape(len(ids), -1)

    def _redirect(self, ids: Ints) -> bytearray:
        """Write old redirects first, then one for each artist that an edit merged."""
        edits, old = self._in.edits, ids <= self._in.catalogue.plan.artist_redirects
        target = 1 + self._draws.below("artist.redirect", ids[old], self._credits.main_artists - 1)
        pairs = edits.merged_artists.reshape(-1, 2)[ids[~old] - self._in.catalogue.plan.artist_redirects - 1]
        gids = np.concatenate([uuid(self._draws, "artist.old", ids[old]), self.gid(pairs[:, 0])])
        targets = np.concatenate([edits.artist(target + (target == UNKNOWN)), pairs[:, 1]])
        return self._in.lines("artist_gid_redirect", len(ids), gid=gids, new_id=number(targets), created=stamps(ids))

    def _ipi(self, ids: Ints) -> bytearray:
        code = 10_000_000_000 + self._draws.below("ipi", ids, 900_000_000)
        return self._code("artist_ipi", ids, ipi=_cut_first(number(code), b"0"))

    def _isni(self, ids: Ints) -> bytearray:
        code = 1_000_000_000_000_000 + self._draws.below("isni", ids, 2**32 - 1) * 9
        return self._code("artist_isni", ids, isni=_cut_first(number(code), b"0"))

    def _code(self, name: str, ids: Ints, **code: Chars) -> bytearray:
        artists = COMPOSER + ids
        kept = self._in.edits.kept("artist", artists)
        return self._in.lines(name, len(ids), kept, artist=number(artists), created=stamps(ids), **code)

    def _meta(self, ids: Ints) -> bytearray:
        return self._in.lines(
            "artist_meta",
            len(ids),
            self._in.edits.kept("artist", ids),
            id=number(ids),
            **ratings(self._draws, "artist", ids, 0.07),
        )


def _chances(weights: Mapping[str, float]) -> Ints:
    """Return a table of 65,536 positions in `weights`."""
    return lottery(dict(enumerate(weights.values())))


def _cut_first(digits: Chars, first: bytes) -> Chars:
    """Replace the leading digit, which only keeps the width constant."""
    out = digits.copy()
    leading = (out != 0).argmax(axis=1)
    out[np.arange(len(out)), leading] = first[0]
    return out


def _rarely(bits: NDArray[np.uint64], options: int, share: float) -> Ints:
    """Return 0 for most rows and one of the other options for a share of them."""
    drawn = field(bits, 1).astype(np.int64)
    return np.where(drawn < share * 65536, 1 + drawn % (options - 1), 0)


def _wide(column: Chars, width: int) -> Chars:
    return np.pad(column, ((0, 0), (0, width - column.shape[1])))
