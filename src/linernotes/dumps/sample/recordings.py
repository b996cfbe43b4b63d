"""Tables about recordings, tracks and disc ids."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.catalogue import first_releases
from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, field
from linernotes.dumps.sample.facts import facts
from linernotes.dumps.sample.names import COMPOSER
from linernotes.dumps.sample.ratings import ratings
from linernotes.dumps.sample.releases import ReleaseTables
from linernotes.dumps.sample.tags import tag_rows
from linernotes.dumps.sample.text import Chars, Column, joined, number, pick, table, uuid

_SUFFIXES = table(["", " (live)", " (remix)", " (remastered)", " (acoustic)", " - single version", " [bonus track]"])
_COMMENTS = table(
    ["", "live", "instrumental", "album version", "radio edit", "demo", "clean", "remix", "alternate take"]
)
_BOOLEAN = table(["f", "t"])
_VINYLS, _ENHANCED, _DVD_VIDEO, _CD = (7, 29, 30, 31), 42, 19, 1
_SIDE = 48
_SIDES = table([f"{side}{place}" for side in "AB" for place in range(1, _SIDE + 1)])
_MOST_DISC_TRACKS = 24
_FRAMES_PER_SECOND = 75
_LEAD_IN = 150
_REVISION = 40
_DISCID = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._" * 4, np.uint8)


class RecordingTables:
    """Builds the recording, track and disc id tables of one sample."""

    def __init__(self, context: Context, releases: ReleaseTables) -> None:
        self._in = context
        self._draws = context.draws
        self._releases = releases
        self._first = first_releases(context.catalogue.release_group, context.catalogue.groups + 1)
        self._countries = table([code for code, *_ in facts()["country"][:40]])

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at, plan = self._in, self._in.catalogue.plan
        recordings = at.catalogue.recordings
        yield at.plain("recording", recordings, self._recording)
        yield at.plain("recording_alias", max(3, plan.recordings // 4000), self._alias)
        yield at.plain("recording_gid_redirect", plan.recording_redirects, self._redirect)
        yield at.plain("isrc", plan.isrcs, self._isrc)
        yield at.plain("recording_meta", max(10, plan.recordings // 8), self._meta, "derived")
        yield tag_rows(at, "recording", recordings, 0.015, 1.8)
        yield self._track_table()
        yield at.plain("track_gid_redirect", plan.track_redirects, self._track_redirect)
        yield at.plain("cdtoc", plan.disc_ids, self._cdtoc)
        yield at.plain("medium_cdtoc", plan.disc_ids, self._medium_cdtoc)

    def title(self, recordings: NDArray[Any], revision: NDArray[Any] | int = 0) -> Chars:
        """Spell the titles of recordings; another revision spells another title."""
        catalogue, names = self._in.catalogue, self._in.names
        artists = catalogue.credits.first[catalogue.recording_credit[recordings]]
        keys = recordings + (np.asarray(revision, np.int64) << _REVISION)
        titles = names.title("recording", keys, names.script(artists))
        composed = np.flatnonzero(artists == COMPOSER)
        if len(composed):
            classical = names.classical("recording", keys[composed])
            titles = np.pad(titles, ((0, 0), (0, max(0, classical.shape[1] - titles.shape[1]))))
            titles[composed] = 0
            titles[composed, : classical.shape[1]] = classical
        return titles

    def length(self, recordings: NDArray[Any]) -> Ints:
        """Return lengths in milliseconds, 0 for unknown."""
        bits = self._draws.bits("recording.length", recordings)
        spread = field(bits, 0).astype(np.int64) + field(bits, 1) + field(bits, 2)
        length = 40_000 + spread * 2
        length = np.where(field(bits, 3) > 64_800, length * 7, length)
        return np.where(field(bits, 3) < 3_300, 0, length).astype(np.int64)

    def _recording(self, ids: Ints) -> bytearray:
        catalogue = self._in.catalogue
        length = self.length(ids)
        media = catalogue.recording_medium[ids]
        video = (self._releases.format(np.maximum(media, 1)) == _DVD_VIDEO) | (ids % 257 == 0)
        comment = np.where(
            self._draws.bits("recording.comment", ids) % np.uint64(14) == 0, 1 + ids % (len(_COMMENTS) - 1), 0
        )
        return self._in.lines(
            "recording",
            len(ids),
            id=number(ids),
            gid=uuid(self._draws, "recording", ids),
            name=self.title(ids),
            artist_credit=number(catalogue.recording_credit[ids]),
            length=number(length, length == 0),
            comment=pick(_COMMENTS, comment),
            last_updated=stamps(ids),
            video=pick(_BOOLEAN, (video & (media > 0)).astype(np.int64)),
        )

    def _track_table(self) -> Table:
        catalogue = self._in.catalogue

        def text(low: int, high: int) -> bytearray:
            return self._tracks(np.arange(low, high))

        return Table(archive="core", name="track", units=catalogue.media, rows=catalogue.tracks, text=text)

    def _tracks(self, media: Ints) -> bytearray:
        catalogue = self._in.catalogue
        first, end = catalogue.first_track[media], catalogue.first_track[media + 1]
        ids = np.arange(first[0], end[-1])
        counts = end - first
        medium = np.repeat(media, counts)
        place = ids - np.repeat(first, counts)
        formats = np.repeat(self._releases.format(media), counts)
        # A track before the first, hidden in the pregap, has position 0.
        pregap = (medium % 331 == 0) & (np.repeat(counts, counts) > 3)
        position = place + 1 - pregap
        last = place == np.repeat(counts, counts) - 1
        recordings = catalogue.track_recording[ids].astype(np.int64)
        own = self._draws.bits("track", ids)
        revision = np.repeat(self._revision(media), counts)
        length = self.length(recordings + (revision << _REVISION))
        length = np.where(
            (own % np.uint64(9) == 0) & (length > 0), length + (own % np.uint64(1999)).astype(np.int64), length
        )
        suffix = np.where(field(own, 1) < 1300, 1 + ids % (len(_SUFFIXES) - 1), 0)
        return self._in.lines(
            "track",
            len(ids),
            id=number(ids),
            gid=uuid(self._draws, "track", ids),
            recording=number(recordings),
            medium=number(medium),
            position=number(position),
            number=self._numbers(position, np.repeat(counts, counts), np.isin(formats, _VINYLS)),
            name=joined(self.title(recordings, revision), pick(_SUFFIXES, suffix)),
            artist_credit=number(catalogue.recording_credit[recordings]),
            length=number(length, length == 0),
            last_updated=stamps(ids),
            is_data_track=pick(_BOOLEAN, (last & (position > 1) & (formats == _ENHANCED)).astype(np.int64)),
        )

    def _revision(self, media: Ints) -> Ints:
        """Return 1 for the media whose tracks an edit changed: those of the first release of its group."""
        catalogue = self._in.catalogue
        releases = catalogue.medium_release[media]
        groups = catalogue.release_group[releases]
        changed = (self._in.edits.group_revision[groups] > 0) & (self._first[groups] == releases)
        revision: Ints = changed.astype(np.int64)
        return revision

    def _numbers(self, positions: Ints, counts: Ints, vinyl: NDArray[np.bool_]) -> Chars:
        """Write track numbers: as the position, or by side on vinyl."""
        half = (counts + 1) // 2
        second = positions > half
        index = np.where(second, _SIDE + positions - half, positions) - 1
        sided = vinyl & (positions > 0) & (half <= _SIDE)
        out = number(positions)
        sides = pick(_SIDES, np.where(sided, index, 0))
        return np.where(sided[:, None], sides, out) if out.shape == sides.shape else out

    def _alias(self, ids: Ints) -> bytearray:
        names = self._in.names.title("recording.alias", ids, np.zeros(len(ids), np.int64))
        recordings = 1 + ids * 3571 % self._in.catalogue.base.recordings
        return self._in.lines(
            "recording_alias",
            len(ids),
            id=number(ids),
            recording=number(recordings),
            name=names,
            sort_name=names,
            type=b"1",
            last_updated=stamps(ids),
        )

    def _redirect(self, ids: Ints) -> bytearray:
        target = 1 + self._draws.below("recording.redirect", ids, self._in.catalogue.base.recordings)
        return self._in.lines(
            "recording_gid_redirect",
            len(ids),
            gid=uuid(self._draws, "recording.old", ids),
            new_id=number(target),
            created=stamps(ids),
        )

    def _track_redirect(self, ids: Ints) -> bytearray:
        target = 1 + self._draws.below("track.redirect", ids, self._in.catalogue.plan.tracks)
        return self._in.lines(
            "track_gid_redirect",
            len(ids),
            gid=uuid(self._draws, "track.old", ids),
            new_id=number(target),
            created=stamps(ids),
        )

    def _isrc(self, ids: Ints) -> bytearray:
        plan = self._in.catalogue.plan
        # Recordings in rising order with gaps; every 23rd recording has a second code, every 41st code is shared.
        recordings = 1 + (ids - (ids % 23 == 0)) * plan.recordings // (plan.isrcs + 1)
        codes = ids - ((ids % 41 == 0) & (ids % 23 != 0))
        bits = self._draws.bits("isrc", codes)
        years = field(bits, 1).astype(np.int64)
        registrant = 100 + field(bits, 0).astype(np.int64) % 900
        text = joined(
            pick(self._countries, codes % len(self._countries)),
            b"X",
            _digits(registrant, 2),
            _digits(years, 2),
            _digits(codes, 5),
        )
        return self._in.lines(
            "isrc",
            len(ids),
            id=number(ids),
            recording=number(np.minimum(recordings, self._in.catalogue.base.recordings)),
            isrc=text,
            created=stamps(ids),
        )

    def _meta(self, ids: Ints) -> bytearray:
        return self._in.lines("recording_meta", len(ids), id=number(ids), **ratings(self._draws, "recording", ids, 0.3))

    def _disc_media(self, ids: Ints) -> Ints:
        return 1 + (ids - 1) * self._in.catalogue.plan.media // self._in.catalogue.plan.disc_ids

    def _cdtoc(self, ids: Ints) -> bytearray:
        catalogue = self._in.catalogue
        media = self._disc_media(ids)
        first = catalogue.first_track[media]
        counts = np.minimum(_MOST_DISC_TRACKS, catalogue.first_track[media + 1] - first)
        offset = np.full(len(ids), _LEAD_IN)
        parts: list[Column] = [b"{"]
        for place in range(int(counts.max(initial=1))):
            used = place < counts
            parts.append(number(offset) * used[:, None])
            parts.append((np.where(place + 1 < counts, ord(","), 0) * used).astype(np.uint8)[:, None])
            recordings = catalogue.track_recording[np.minimum(first + place, catalogue.tracks)].astype(np.int64)
            length = np.maximum(self.length(recordings), 120_000)
            offset = offset + used * (length * _FRAMES_PER_SECOND // 1000)
        parts.append(b"}")
        return self._in.lines(
            "cdtoc",
            len(ids),
            id=number(ids),
            discid=self._disc_id(ids),
            freedb_id=uuid(self._draws, "freedb", ids)[:, :8],
            track_count=number(counts),
            leadout_offset=number(offset),
            track_offset=joined(*parts),
            created=stamps(ids),
        )

    def _disc_id(self, ids: Ints) -> Chars:
        raw = np.stack([self._draws.bits(f"discid{part}", ids) for part in range(4)], axis=1).view(np.uint8)
        letters = _DISCID[raw.reshape(len(ids), 32)[:, :27]]
        return joined(letters, b"-")

    def _medium_cdtoc(self, ids: Ints) -> bytearray:
        return self._in.lines(
            "medium_cdtoc",
            len(ids),
            id=number(ids),
            medium=number(self._disc_media(ids)),
            cdtoc=number(ids),
            last_updated=stamps(ids),
        )


def _digits(values: Ints, count: int) -> Chars:
    """Write the last `count` decimal digits with leading zeros."""
    powers = 10 ** np.arange(count - 1, -1, -1)
    return (values[:, None] // powers % 10 + ord("0")).astype(np.uint8)
