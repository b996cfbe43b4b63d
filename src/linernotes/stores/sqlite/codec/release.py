"""A release as bytes: one array per track column instead of one record per track, and all MBIDs raw and apart.

Two thirds of an album is MBIDs, which do not compress; the columns do, far better than records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

import msgspec

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    ArtistCredit,
    CoverImage,
    CreditName,
    Link,
    Medium,
    Release,
    ReleaseEvent,
    ReleaseLabel,
    Tag,
    Track,
)
from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import MBID
from linernotes.stores.sqlite.codec.mbids import pack, unpack

_NO_MBID = MBID("00000000-0000-0000-0000-000000000000")


class _Document(msgspec.Struct, array_like=True, gc=False):
    """The text part. Numbers in ``credited`` and ``labels`` index the shared MBIDs; None there is no MBID.

    A track column is None where it holds only what is usual: positions 1, 2, 3 …, numbers equal to positions, the
    release's own credit. The sparse columns pair a track's index with its value.
    """

    title: str
    disambiguation: str
    status: str | None
    packaging: str | None
    language: str | None
    script: str | None
    barcode: str | None
    quality: int
    asin: str | None
    credits: list[list[tuple[int, str, str]]]
    events: list[tuple[PartialDate | None, int | None]]
    labels: list[tuple[int | None, str | None, str | None]]
    media: list[tuple[int, str, str | None, int, tuple[str, ...], int]]
    titles: list[str]
    lengths: list[int | None]
    positions: list[int] | None
    numbers: list[str] | None
    credit_of: list[int] | None
    data: list[int]
    video: list[int]
    isrcs: list[tuple[int, tuple[str, ...]]]
    old_tracks: list[tuple[int, int]]
    old_recordings: list[tuple[int, int]]
    images: tuple[CoverImage, ...]
    aliases: tuple[Alias, ...]
    tags: tuple[Tag, ...]
    links: tuple[Link, ...]
    old: int
    shared: int


class _Shared:
    """Numbers for the MBIDs that a release mentions more than once."""

    def __init__(self) -> None:
        self.numbers: dict[MBID, int] = {}

    def __call__(self, mbid: MBID) -> int:
        return self.numbers.setdefault(mbid, len(self.numbers))


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Document).decode


def encode_release(release: Release, area_rows: Mapping[MBID, int]) -> tuple[bytes, bytes]:
    """Return the raw MBIDs, the release's own first, and the document. Areas become their row numbers."""
    tracks = [track for medium in release.media for track in medium.tracks]
    shared = _Shared()
    credited, credit_of = _credits(release.credit, tracks)
    usual = [n for medium in release.media for n in range(1, len(medium.tracks) + 1)]
    positions = [track.position for track in tracks]
    numbers = [track.number for track in tracks]
    document = _Document(
        title=release.title,
        disambiguation=release.disambiguation,
        status=release.status,
        packaging=release.packaging,
        language=release.language,
        script=release.script,
        barcode=release.barcode,
        quality=release.quality,
        asin=release.asin,
        credits=[[(shared(name.artist), name.name, name.join_phrase) for name in credit] for credit in credited],
        events=[(event.date, None if event.area is None else area_rows[event.area.mbid]) for event in release.events],
        labels=[
            (None if one.label is None else shared(one.label), one.name, one.catalog_number) for one in release.labels
        ],
        media=[(m.position, m.title, m.format, m.track_count, m.disc_ids, len(m.tracks)) for m in release.media],
        titles=[track.title for track in tracks],
        lengths=[track.length for track in tracks],
        positions=None if positions == usual else positions,
        numbers=None if numbers == list(map(str, positions)) else numbers,
        credit_of=credit_of,
        data=[n for n, track in enumerate(tracks) if track.data],
        video=[n for n, track in enumerate(tracks) if track.video],
        isrcs=[(n, track.isrcs) for n, track in enumerate(tracks) if track.isrcs],
        old_tracks=[(n, len(track.old_mbids)) for n, track in enumerate(tracks) if track.old_mbids],
        old_recordings=[(n, len(t.old_recording_mbids)) for n, t in enumerate(tracks) if t.old_recording_mbids],
        images=release.images,
        aliases=release.aliases,
        tags=release.tags,
        links=release.links,
        old=len(release.old_mbids),
        shared=len(shared.numbers),
    )
    return _mbids(release, tracks, shared), _encode(document)


def _credits(own: ArtistCredit, tracks: list[Track]) -> tuple[list[ArtistCredit], list[int] | None]:
    """Number the distinct credited, the release's own being 0. Equal credited are mostly one object."""
    numbers = {id(own): 0}
    distinct = [own]
    of_track = []
    for track in tracks:
        number = numbers.get(id(track.credit))
        if number is None:
            number = distinct.index(track.credit) if track.credit in distinct else len(distinct)
            if number == len(distinct):
                distinct.append(track.credit)
            numbers[id(track.credit)] = number
        of_track.append(number)
    return distinct, of_track if any(of_track) else None


def _mbids(release: Release, tracks: list[Track], shared: _Shared) -> bytes:
    return pack(
        chain(
            (release.mbid,),
            release.old_mbids,
            shared.numbers,
            (medium.mbid or _NO_MBID for medium in release.media),
            [track.mbid for track in tracks],
            [track.recording for track in tracks],
            chain.from_iterable(track.old_mbids for track in tracks if track.old_mbids),
            chain.from_iterable(track.old_recording_mbids for track in tracks if track.old_recording_mbids),
        )
    )


def decode_release(mbids: bytes, document: bytes, group: MBID, area: Callable[[int], Area]) -> Release:
    """Undo ``encode_release``. Raises ``Corrupt``."""
    try:
        doc = _decode(document)
        return _Reader(doc, unpack(mbids)).release(group, area)
    except (msgspec.DecodeError, IndexError, ValueError) as exc:
        raise Corrupt(f"a stored release cannot be read: {exc}") from exc


class _Reader:
    """Takes the MBIDs apart in the order in which ``_mbids`` wrote them."""

    def __init__(self, doc: _Document, mbids: list[MBID]) -> None:
        self._doc = doc
        self._mbids = mbids
        self._at = 0
        self.own = self._take(1)[0]
        self.old = tuple(self._take(doc.old))
        self.shared = self._take(doc.shared)
        self.media = self._take(len(doc.media))
        self.tracks = self._take(len(doc.titles))
        self.recordings = self._take(len(doc.titles))
        self.old_tracks = {n: tuple(self._take(count)) for n, count in doc.old_tracks}
        self.old_recordings = {n: tuple(self._take(count)) for n, count in doc.old_recordings}

    def _take(self, count: int) -> list[MBID]:
        taken = self._mbids[self._at : self._at + count]
        if len(taken) != count:
            raise ValueError("MBIDs are missing")
        self._at += count
        return taken

    def release(self, group: MBID, area: Callable[[int], Area]) -> Release:
        doc, shared = self._doc, self.shared
        credited = [tuple([CreditName(shared[n], name, join) for n, name, join in one]) for one in doc.credits]
        return Release(
            self.own,
            group,
            doc.title,
            credited[0],
            doc.disambiguation,
            doc.status,
            doc.packaging,
            doc.language,
            doc.script,
            doc.barcode,
            doc.quality,
            doc.asin,
            tuple([ReleaseEvent(date, None if row is None else area(row)) for date, row in doc.events]),
            tuple([ReleaseLabel(None if n is None else shared[n], name, number) for n, name, number in doc.labels]),
            tuple(self._media(credited)),
            doc.images,
            doc.aliases,
            doc.tags,
            doc.links,
            self.old,
        )

    def _media(self, credited: list[ArtistCredit]) -> list[Medium]:
        doc = self._doc
        tracks = self._all_tracks(credited)
        media, start = [], 0
        for mbid, (position, title, kind, count, discs, held) in zip(self.media, doc.media, strict=True):
            own = None if mbid == _NO_MBID else mbid
            media.append(Medium(own, position, title, kind, count, discs, tuple(tracks[start : start + held])))
            start += held
        return media

    def _all_tracks(self, credited: list[ArtistCredit]) -> list[Track]:
        doc = self._doc
        if sum(medium[5] for medium in doc.media) != len(doc.titles):
            raise ValueError("the media hold another number of tracks")
        positions = doc.positions or [n for medium in doc.media for n in range(1, medium[5] + 1)]
        numbers = doc.numbers or list(map(str, positions))
        credit_of = doc.credit_of or [0] * len(positions)
        columns = zip(self.tracks, self.recordings, positions, numbers, doc.titles, credit_of, doc.lengths, strict=True)
        if not (doc.data or doc.video or doc.isrcs or doc.old_tracks or doc.old_recordings):
            return [Track(m, r, p, n, t, credited[c], length) for m, r, p, n, t, c, length in columns]
        data, video, isrcs = set(doc.data), set(doc.video), dict(doc.isrcs)
        old_tracks, old_recordings = self.old_tracks, self.old_recordings
        return [
            Track(
                *(mbid, recording, position, number, title, credited[credit], length),
                *(i in data, i in video, isrcs.get(i, ()), old_tracks.get(i, ()), old_recordings.get(i, ())),
            )
            for i, (mbid, recording, position, number, title, credit, length) in enumerate(columns)
        ]
