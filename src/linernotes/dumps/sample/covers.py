"""Tables of the cover art archive dump: which release has which images."""

from collections.abc import Iterator

import numpy as np

from linernotes.dumps.sample.catalogue import first_releases
from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field
from linernotes.dumps.sample.releases import ReleaseTables
from linernotes.dumps.sample.text import number, pick, table

_FRONT, _BACK, _BOOKLET, _MEDIUM, _OTHER = 1, 2, 3, 4, 8
_MIMES = table(["image/jpeg", "image/png", "application/pdf", "image/gif"])
_MIME_CHOICE = {0: 91, 1: 8, 2: 0.7, 3: 0.3}
# Image ids count up from here, as in the real archive: ten and eleven digits.
_FIRST_IMAGE = 9_990_000_000
_MOST_IMAGES = 32
_CHOSEN_EVERY = 45


class CoverTables:
    """Builds the cover art tables of one sample."""

    def __init__(self, context: Context, releases: ReleaseTables) -> None:
        self._in = context
        self._draws = context.draws
        self._releases = releases
        self._first = first_releases(context.catalogue.release_group, context.catalogue.groups + 1)

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at = self._in
        releases = at.catalogue.plan.releases
        yield at.ragged("cover_art_archive.cover_art", releases, self._counts, self._cover, "cover-art")
        yield at.ragged("cover_art_archive.cover_art_type", releases, self._type_counts, self._type, "cover-art")
        groups = at.catalogue.plan.groups // _CHOSEN_EVERY
        yield at.ragged(
            "cover_art_archive.release_group_cover_art", groups, self._chosen_count, self._chosen, "cover-art"
        )

    def _counts(self, releases: Ints) -> Ints:
        drawn = field(self._draws.bits("cover.count", releases), 0) / 65536
        many = np.minimum(_MOST_IMAGES - 1, 1.0 * (1 - drawn) ** -0.6).astype(np.int64)
        return np.where(self._releases.has_art(releases), many, 0)

    def _type_counts(self, releases: Ints) -> Ints:
        counts = self._counts(releases)
        # Every 13th release's first image shows front and back at once; every 29th release's images say nothing.
        return np.where(releases % 29 == 0, 0, counts + ((releases % 13 == 0) & (counts > 0)))

    def _cover(self, releases: Ints, places: Ints) -> bytearray:
        images = _FIRST_IMAGE + releases * _MOST_IMAGES + places
        bits = self._draws.bits("cover", images)
        mime = choice(field(bits, 0), _MIME_CHOICE)
        size = 30_000 + field(bits, 1).astype(np.int64) * 23
        unknown = field(bits, 2) < 30_000
        return self._in.lines(
            "cover_art_archive.cover_art",
            len(releases),
            id=number(images),
            release=number(releases),
            edit=number(20_000_000 + releases),
            # In rare cases the first image is not the first in order.
            ordering=number(np.where((releases % 31 == 0) & (places == 0), 9, places + 1)),
            date_uploaded=stamps(releases),
            mime_type=pick(_MIMES, mime),
            filesize=number(size, unknown),
            thumb_250_filesize=number(size // 40, unknown),
            thumb_500_filesize=number(size // 12, unknown),
            thumb_1200_filesize=number(size // 3, unknown),
        )

    def _type(self, releases: Ints, places: Ints) -> bytearray:
        doubled = (releases % 13 == 0) & (places > 0)
        image = places - doubled
        kind = np.select([image == 0, image == 1, image == 2], [_FRONT, _BACK, _MEDIUM], _BOOKLET)
        kind = np.where((releases % 43 == 0) & (image == 0), _OTHER, kind)
        kind = np.where(doubled & (image == 0), _BACK, kind)
        images = _FIRST_IMAGE + releases * _MOST_IMAGES + image
        return self._in.lines(
            "cover_art_archive.cover_art_type", len(releases), id=number(images), type_id=number(kind)
        )

    def _chosen_count(self, ids: Ints) -> Ints:
        releases = self._first[ids * _CHOSEN_EVERY]
        return (self._releases.has_art(releases) & (releases > 0)).astype(np.int64)

    def _chosen(self, ids: Ints, _places: Ints) -> bytearray:
        """Name the release whose front stands for a group."""
        groups = ids * _CHOSEN_EVERY
        return self._in.lines(
            "cover_art_archive.release_group_cover_art",
            len(ids),
            self._in.edits.kept("release_group", groups),
            release_group=number(groups),
            release=number(self._first[groups]),
        )
