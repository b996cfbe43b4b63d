"""One line of each stream: read with types and limits, and written as AcoustID writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import FIRST_LOCAL_ID, UserMetadata
from linernotes.dumps.acoustid.lines import LONGEST_LINE
from linernotes.fingerprint.packed import pack, unpack
from linernotes.fingerprint.values import as_words
from linernotes.ports.public_data import FingerprintRow, LinkRow, MetaRow, PlaceRow, PublicRow, Stream, TrackRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_Id = Annotated[int, Meta(ge=1, lt=1 << 31)]
_Count = Annotated[int, Meta(ge=0, lt=1 << 31)]
_Number = Annotated[int, Meta(ge=-(1 << 31), lt=1 << 31)]
_Seconds = Annotated[int, Meta(ge=1, le=32767)]


class _Line(msgspec.Struct, omit_defaults=True, gc=False):
    """Fields are in the order in which they are written; one that has its default is not."""


class _Track(_Line, kw_only=True):
    id: _Id
    gid: UUID
    new_id: _Id | None = None
    created: str
    updated: str | None = None


class _Meta(_Line, kw_only=True):
    id: _Id
    track: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    track_no: _Number | None = None
    disc_no: _Number | None = None
    year: _Number | None = None
    created: str


class _Fingerprint(_Line, kw_only=True):
    id: _Id
    fingerprint: list[int]
    length: _Seconds
    created: str


class _Place(_Line, kw_only=True):
    id: _Id
    track_id: _Id
    fingerprint_id: _Id
    submission_count: _Count
    created: str
    updated: str | None = None


class _Mbid(_Line, kw_only=True):
    id: _Id
    track_id: _Id
    mbid: UUID
    submission_count: _Count
    disabled: bool | None = None
    created: str
    updated: str | None = None


class _Puid(_Line, kw_only=True):
    id: _Id
    track_id: _Id
    puid: UUID
    submission_count: _Count
    created: str
    updated: str | None = None


class _Said(_Line, kw_only=True):
    id: _Id
    track_id: _Id
    meta_id: _Id
    submission_count: _Count
    created: str
    updated: str | None = None


_L = TypeVar("_L", bound=_Line)


class _Form(Generic[_L]):
    """How the lines of a stream are read and written."""

    def __init__(self, type_: type[_L], read: Callable[[_L], PublicRow], write: Callable[[Any], _L]) -> None:
        self._decoder = msgspec.json.Decoder(type_)
        self._read = read
        self._write = write

    def read(self, line: bytes) -> PublicRow:
        return self._read(self._decoder.decode(line))

    def write(self, row: PublicRow) -> bytes:
        return msgspec.json.encode(self._write(row))


class RowReader:
    """Reads the lines of a stream. With ``own``, rows that were made here are taken, too: their ids are their names."""

    def __init__(self, stream: Stream, *, own: bool = False) -> None:
        """Prepare."""
        self._form = _FORMS[stream]
        self._below = 1 << 31 if own else FIRST_LOCAL_ID

    def __call__(self, line: bytes) -> PublicRow:
        """Return the row of a line. Raises ``Invalid`` for one that is none."""
        if len(line) > LONGEST_LINE:
            raise Invalid(f"the line is longer than {LONGEST_LINE >> 20} MiB")
        try:
            row = self._form.read(line)
        except Invalid:
            raise
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as exc:
            raise Invalid(f"this is no row of the stream: {exc}") from exc
        if any(id_ >= self._below for id_ in _ids(row)):
            raise Invalid(
                f"ids from {FIRST_LOCAL_ID:,} on are not AcoustID's",
                hint="If this is an export of this very server, say --own.",
            )
        return row


def write_row(stream: Stream, row: PublicRow) -> bytes:
    """Return the line of a row, with its end."""
    return _FORMS[stream].write(row) + b"\n"


def _ids(row: PublicRow) -> tuple[int, ...]:
    match row:
        case LinkRow(id=id_, track=track, target=int(target)):
            return id_, track, target
        case LinkRow(id=id_, track=track) | PlaceRow(id=id_, track=track):
            return id_, track
        case TrackRow(id=id_, merged_into=int(target)):
            return id_, target
        case _:
            return (row.id,)


def _milliseconds(text: str) -> int:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise Invalid(f"a time without a zone: {text[:40]!r}")
    found = (time - _EPOCH) // _MILLISECOND
    if found < 0:
        raise Invalid(f"a time before 1970: {text[:40]!r}")
    return found


def _later(text: str | None) -> int | None:
    return None if text is None else _milliseconds(text)


def _time(milliseconds: int) -> str:
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="microseconds")


def _later_time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else _time(milliseconds)


def _read_track(line: _Track) -> TrackRow:
    return TrackRow(line.id, str(line.gid), line.new_id, _milliseconds(line.created), _later(line.updated))


def _write_track(row: TrackRow) -> _Track:
    gid, created = UUID(row.gid), _time(row.created)
    return _Track(id=row.id, gid=gid, new_id=row.merged_into, created=created, updated=_later_time(row.updated))


def _read_meta(line: _Meta) -> MetaRow:
    said = UserMetadata(
        track=_storable(line.track),
        artist=_storable(line.artist),
        album=_storable(line.album),
        album_artist=_storable(line.album_artist),
        track_no=line.track_no,
        disc_no=line.disc_no,
        year=line.year,
    )
    return MetaRow(line.id, said, _milliseconds(line.created))


def _storable(text: str | None) -> str:
    if text and "\0" in text:
        raise Invalid("a text holds a zero byte, which no database keeps")
    return text or ""


def _write_meta(row: MetaRow) -> _Meta:
    said = row.said
    return _Meta(
        id=row.id,
        track=said.track or None,
        artist=said.artist or None,
        album=said.album or None,
        album_artist=said.album_artist or None,
        track_no=said.track_no,
        disc_no=said.disc_no,
        year=said.year,
        created=_time(row.created),
    )


def _read_fingerprint(line: _Fingerprint) -> FingerprintRow:
    return FingerprintRow(line.id, pack(as_words(line.fingerprint)), line.length, _milliseconds(line.created))


def _write_fingerprint(row: FingerprintRow) -> _Fingerprint:
    signed: list[int] = unpack(row.packed).view("int32").tolist()
    return _Fingerprint(id=row.id, fingerprint=signed, length=row.duration, created=_time(row.created))


def _read_place(line: _Place) -> PlaceRow:
    if line.id != line.fingerprint_id:
        raise Invalid("id and fingerprint_id are not the same")
    times = _milliseconds(line.created), _later(line.updated)
    return PlaceRow(line.id, line.track_id, line.submission_count, *times)


def _write_place(row: PlaceRow) -> _Place:
    return _Place(
        id=row.id,
        track_id=row.track,
        fingerprint_id=row.id,
        submission_count=row.sources,
        created=_time(row.created),
        updated=_later_time(row.updated),
    )


def _read_link(line: _Mbid | _Puid | _Said) -> LinkRow:
    match line:
        case _Mbid():
            target: str | int = str(line.mbid)
        case _Puid():
            target = str(line.puid)
        case _:
            target = line.meta_id
    disabled = isinstance(line, _Mbid) and bool(line.disabled)
    times = _milliseconds(line.created), _later(line.updated)
    return LinkRow(line.id, line.track_id, target, line.submission_count, disabled, *times)


def _write_mbid(row: LinkRow) -> _Mbid:
    return _Mbid(mbid=UUID(str(row.target)), disabled=row.disabled or None, **_ends(row))


def _write_puid(row: LinkRow) -> _Puid:
    return _Puid(puid=UUID(str(row.target)), **_ends(row))


def _write_said(row: LinkRow) -> _Said:
    return _Said(meta_id=int(row.target), **_ends(row))


def _ends(row: LinkRow) -> dict[str, Any]:
    """Return what the lines of all links have."""
    return {
        "id": row.id,
        "track_id": row.track,
        "submission_count": row.sources,
        "created": _time(row.created),
        "updated": _later_time(row.updated),
    }


_FORMS: dict[Stream, _Form[Any]] = {
    Stream.TRACK: _Form(_Track, _read_track, _write_track),
    Stream.META: _Form(_Meta, _read_meta, _write_meta),
    Stream.FINGERPRINT: _Form(_Fingerprint, _read_fingerprint, _write_fingerprint),
    Stream.TRACK_FINGERPRINT: _Form(_Place, _read_place, _write_place),
    Stream.TRACK_MBID: _Form(_Mbid, _read_link, _write_mbid),
    Stream.TRACK_PUID: _Form(_Puid, _read_link, _write_puid),
    Stream.TRACK_META: _Form(_Said, _read_link, _write_said),
}
