"""Tables about releases, their events and media."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample import dates
from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field, lottery, power_rank
from linernotes.dumps.sample.facts import facts
from linernotes.dumps.sample.groups import GroupTables
from linernotes.dumps.sample.tags import tag_rows
from linernotes.dumps.sample.text import Chars, blank, joined, number, pick, table, uuid

_EDITIONS = table(
    ["", " (deluxe edition)", " (remastered)", " (special edition)", " (Japanese edition)", ": 20th Anniversary"]
)
_COMMENTS = table(
    ["", "limited edition", "reissue", "clean", "explicit", "club edition", "gold vinyl", "test pressing"]
)
_STATUS = {1: 90.6, 2: 3.6, 3: 2.6, 4: 1.2, 5: 0.2, 6: 0.1, 0: 1.7}
_LANGUAGES = {120: 70, 145: 7, 134: 6, 393: 5, 486: 4, 284: 2, 195: 2, 340: 2, 403: 1, 131: 1}
# The script and language of a release by the script of its artist's name, in the order of SCRIPTS.
_SCRIPT_IDS = np.array([28, 85, 31, 34, 37, 22, 11, 18, 60, 50])
_SCRIPT_LANGUAGES = np.array([0, 198, 353, 76, 224, 159, 167, 18, 411, 171])
_NO_EVENT, _UNKNOWN_COUNTRY = -1, 0
_CD, _DIGITAL, _VINYL, _ENHANCED, _DVD_VIDEO = 1, 12, 7, 42, 19
_FORMATS = {
    _DIGITAL: 45,
    _CD: 33,
    31: 7,
    _VINYL: 3,
    29: 3,
    8: 3,
    33: 1.2,
    30: 0.4,
    _ENHANCED: 0.5,
    36: 0.4,
    38: 0.3,
    0: 3,
}
# 67 % of releases have cover art.
_ART_SHARE = 43_900
_DISC_NAMES = table(["", "Live", "Bonus Disc", "Remixes", "Disc One", "The Demos"])
_MOST_COUNTRIES = 160


class ReleaseTables:
    """Builds the release tables of one sample."""

    def __init__(self, context: Context) -> None:
        self._in = context
        self._draws = context.draws
        self._formats = lottery(_FORMATS)
        self._groups = GroupTables(context, self.has_event())

    def tables(self) -> Iterator[Table]:
        """Yield the tables, those of the release groups first."""
        at, plan = self._in, self._in.catalogue.plan
        releases = at.catalogue.releases
        yield from self._groups.tables()
        yield at.plain("release", releases, self._release)
        yield at.ragged("release_country", releases, lambda ids: np.maximum(0, self._events(ids)), self._country)
        yield at.ragged(
            "release_unknown_country",
            releases,
            lambda ids: (self._events(ids) == _UNKNOWN_COUNTRY).astype(np.int64),
            self._unknown,
        )
        yield at.plain("release_gid_redirect", plan.release_redirects, self._redirect)
        yield at.plain("release_alias", max(4, plan.releases // 300), self._alias)
        yield at.plain("release_meta", releases, self._meta, "derived")
        yield tag_rows(at, "release", plan.releases, 0.06, 2.0)
        yield at.plain("medium", at.catalogue.media, self._medium)

    def has_event(self) -> NDArray[np.bool_]:
        """Return for each release whether it has a release event, known country or not."""
        releases = self._in.catalogue.releases
        step = 1 << 18
        parts = [
            self._events(np.arange(low, min(releases + 1, low + step))) >= 0 for low in range(0, releases + 1, step)
        ]
        return np.concatenate(parts)

    def format(self, media: NDArray[Any]) -> Ints:
        """Return the format of media, 0 for none known; a release mostly keeps to one."""
        bits = self._draws.bits("medium.format", self._in.catalogue.medium_release[media].astype(np.int64))
        formats = self._formats[field(bits, 0)]
        second = self._in.catalogue.first_medium[self._in.catalogue.medium_release[media]] != media
        video = second & (self._draws.bits("medium.video", media) % np.uint64(12) == 0)
        return np.where(video & (formats == _CD), _DVD_VIDEO, formats)

    def _release(self, ids: Ints) -> bytearray:
        at, bits = self._in, self._draws.bits("release.facts", ids)
        groups = at.catalogue.release_group[ids]
        script = at.names.script(at.catalogue.group_artist(groups))
        language = np.where(script == 0, choice(field(bits, 0), _LANGUAGES), _SCRIPT_LANGUAGES[script])
        status = choice(field(bits, 1), _STATUS)
        unset = field(bits, 2) < 7000
        edition = np.where(field(bits, 3) < 3500, 1 + ids % (len(_EDITIONS) - 1), 0)
        packaging = choice(
            field(self._draws.bits("release.packaging", ids), 0), {0: 45, 7: 28, 1: 14, 4: 8, 3: 4, 5: 1}
        )
        comment = np.where(field(bits, 3) > 62_500, 1 + ids % (len(_COMMENTS) - 1), 0)
        return at.lines(
            "release",
            len(ids),
            id=number(ids),
            gid=uuid(self._draws, "release", ids),
            name=joined(self._groups.title(groups), pick(_EDITIONS, edition)),
            artist_credit=number(at.catalogue.group_credit[groups]),
            release_group=number(at.edits.group(groups)),
            status=number(status, status == 0),
            packaging=number(packaging, packaging == 0),
            language=number(language, unset),
            script=number(_SCRIPT_IDS[script], unset),
            barcode=self._barcode(ids),
            comment=pick(_COMMENTS, comment),
            last_updated=stamps(ids),
        )

    def _barcode(self, ids: Ints) -> Chars:
        """Write EAN-13 and UPC-A codes with valid check digits; NULL is unknown, '' is a release that has none."""
        drawn = field(self._draws.bits("release.barcode", ids), 0)
        body = 100_000_000_000 + self._draws.below("release.ean", ids, 899_999_999) * 997
        digits = body[:, None] // 10 ** np.arange(11, -1, -1) % 10
        check = -(digits[:, ::2].sum(axis=1) + 3 * digits[:, 1::2].sum(axis=1)) % 10
        code = number(body * 10 + check)
        return blank(blank(code, drawn < 36_000), drawn < 40_000, b"\\N")

    def _events(self, ids: NDArray[Any]) -> Ints:
        """Return the number of countries of each release: -1 without any event, 0 for an unknown country."""
        bits = self._draws.bits("release.events", ids)
        drawn = field(bits, 0).astype(np.int64)
        few = 2 + (field(bits, 1).astype(np.int64) * 4 >> 16)
        most = min(_MOST_COUNTRIES, len(facts()["country"])) - 60
        many = 60 + (field(bits, 1).astype(np.int64) * most >> 16)
        # 8.2 % unknown, 9 % none, 1.25 % sold worldwide: 13.26 M rows for 5.75 M releases.
        counts = np.select(
            [drawn < 5400, drawn < 11_300, drawn < 12_170, drawn < 14_500], [_UNKNOWN_COUNTRY, _NO_EVENT, many, few], 1
        )
        counts[ids == 0] = _NO_EVENT
        return counts

    def _country(self, releases: Ints, places: Ints) -> bytearray:
        countries = len(facts()["country"])
        home = power_rank(self._draws.unit("release.home", releases), countries, 0.95, 0.6)
        return self._in.lines(
            "release_country", len(releases), release=number(releases), country=number(1 + (home + places) % countries),
            **dates.columns("date", dates.release_date(self._in, releases)),
        )  # fmt: skip

    def _unknown(self, releases: Ints, _places: Ints) -> bytearray:
        return self._in.lines(
            "release_unknown_country",
            len(releases),
            release=number(releases),
            **dates.columns("date", dates.release_date(self._in, releases)),
        )

    def _redirect(self, ids: Ints) -> bytearray:
        target = 1 + self._draws.below("release.redirect", ids, self._in.catalogue.plan.releases)
        return self._in.lines(
            "release_gid_redirect",
            len(ids),
            gid=uuid(self._draws, "release.old", ids),
            new_id=number(target),
            created=stamps(ids),
        )

    def _alias(self, ids: Ints) -> bytearray:
        names = self._in.names.title("release.alias", ids, np.zeros(len(ids), np.int64))
        return self._in.lines(
            "release_alias", len(ids), id=number(ids), release=number(1 + ids * 271 % self._in.catalogue.plan.releases),
            name=names, sort_name=names, type=b"1", last_updated=stamps(ids),
        )  # fmt: skip

    def _meta(self, ids: Ints) -> bytearray:
        bits = self._draws.bits("release.meta", ids)
        asin = joined(b"B00", number(1_000_000 + ids % 9_000_000))
        art = np.where(field(bits, 2) < _ART_SHARE, 1, 0)
        return self._in.lines(
            "release_meta",
            len(ids),
            id=number(ids),
            date_added=stamps(ids),
            amazon_asin=blank(asin, field(bits, 1) < 5_000, b"\\N"),
            cover_art_presence=pick(table(["absent", "present"]), art),
        )

    def has_art(self, ids: NDArray[Any]) -> NDArray[np.bool_]:
        """Return whether a release has cover art."""
        return field(self._draws.bits("release.meta", ids), 2) < _ART_SHARE

    def _medium(self, ids: Ints) -> bytearray:
        catalogue = self._in.catalogue
        releases = catalogue.medium_release[ids]
        position = ids - catalogue.first_medium[releases] + 1
        formats = self.format(ids)
        names = np.where((position > 1) & (ids % 5 == 0), 1 + ids // 5 % (len(_DISC_NAMES) - 1), 0)
        return self._in.lines(
            "medium",
            len(ids),
            id=number(ids),
            release=number(releases),
            position=number(position),
            format=number(formats, formats == 0),
            name=pick(_DISC_NAMES, names),
            last_updated=stamps(ids),
            track_count=number(catalogue.first_track[ids + 1] - catalogue.first_track[ids]),
            gid=uuid(self._draws, "medium", ids),
        )
