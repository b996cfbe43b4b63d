"""Reads rows as public data has them, by their days: first the order of all, then the rows, some hundred at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select, true, union_all

from linernotes.domain.identification import UserMetadata
from linernotes.ports.public_data import (
    DAY,
    FingerprintRow,
    LinkRow,
    MetaRow,
    PlaceRow,
    PublicRow,
    Span,
    Stream,
    TrackRow,
)
from linernotes.stores.sql.identification.tables import fingerprint, meta, track, track_mbid, track_meta, track_puid
from linernotes.stores.sql.identification.values import uuid_text

MOST = 500


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows of a stream are, which of them, whether they change, and how a row becomes ours."""

    table: Table
    columns: tuple[ColumnElement[Any], ...]
    row: Callable[[Any], PublicRow]
    present: ColumnElement[bool]
    changes: bool = True


class SqlPublicReading:
    """Everything as it is at the moment when the connection's transaction began."""

    def __init__(self, connection: Connection) -> None:
        """Read by a connection that is in a transaction."""
        self._connection = connection

    def count(self, stream: Stream, span: Span) -> int:
        order = _order(SOURCES[stream], span).subquery()
        return int(self._connection.execute(select(func.count()).select_from(order)).scalar_one())

    def days(self, stream: Stream, span: Span) -> Iterator[tuple[int, PublicRow]]:
        source = SOURCES[stream]
        days = _order(source, span).order_by("day", "id").execution_options(yield_per=MOST)
        ordered = self._connection.execute(days)
        id_ = source.table.c.id
        for part in ordered.partitions(MOST):
            found = self._connection.execute(select(*source.columns).where(id_.in_([one for _, one in part])))
            rows = {row.id: source.row(row) for row in found}
            yield from ((day, rows[one]) for day, one in part)


def _order(source: _Source, span: Span) -> Any:
    """Return the question for the days and ids of the rows of a span, in no order."""
    created = source.table.c.created
    of_creation = _of_day(source, created, span)
    if not source.changes:
        return of_creation
    updated = source.table.c.updated
    return union_all(of_creation, _of_day(source, updated, span).where(created // DAY != updated // DAY))


def _of_day(source: _Source, time: ColumnElement[int], span: Span) -> Select[tuple[int, int]]:
    id_ = source.table.c.id
    within = and_(time >= span.first * DAY, time < (span.last + 1) * DAY, id_ >= span.lowest, source.present)
    return select((time // DAY).label("day"), id_).where(within)


def _links(table: Table, target: Callable[[Any], str | int]) -> _Source:
    def read(row: Any) -> LinkRow:
        id_, track_, value, sources, disabled, created, updated = row
        return LinkRow(id_, track_, target(value), sources, bool(disabled), created, updated)

    c = table.c
    columns = c.id, c.track, c.value, c.submission_count, c.disabled, c.created, c.updated
    return _Source(table=table, columns=columns, row=read, present=true())


def _read_track(row: Any) -> TrackRow:
    id_, gid, new_id, created, updated = row
    return TrackRow(id_, uuid_text(gid), new_id, created, updated)


def _read_meta(row: Any) -> MetaRow:
    id_, created, title, artist, album, album_artist, track_no, disc_no, year = row
    texts = {"track": title, "artist": artist, "album": album, "album_artist": album_artist}
    return MetaRow(id_, UserMetadata(**texts, track_no=track_no, disc_no=disc_no, year=year), created)


SOURCES: dict[Stream, _Source] = {
    Stream.TRACK: _Source(
        table=track,
        columns=(track.c.id, track.c.gid, track.c.new_id, track.c.created, track.c.updated),
        row=_read_track,
        present=true(),
    ),
    Stream.META: _Source(
        table=meta,
        columns=(meta.c.id, meta.c.created, *(meta.c[name] for name in UserMetadata.__struct_fields__)),
        row=_read_meta,
        present=true(),
        changes=False,
    ),
    Stream.FINGERPRINT: _Source(
        table=fingerprint,
        columns=(fingerprint.c.id, fingerprint.c.words, fingerprint.c.duration, fingerprint.c.created),
        row=lambda row: FingerprintRow(*row),
        present=fingerprint.c.words.is_not(None),
        changes=False,
    ),
    Stream.TRACK_FINGERPRINT: _Source(
        table=fingerprint,
        columns=(
            fingerprint.c.id,
            fingerprint.c.track,
            fingerprint.c.submission_count,
            fingerprint.c.created,
            fingerprint.c.updated,
        ),
        row=lambda row: PlaceRow(*row),
        present=fingerprint.c.track.is_not(None),
    ),
    Stream.TRACK_MBID: _links(track_mbid, uuid_text),
    Stream.TRACK_PUID: _links(track_puid, uuid_text),
    Stream.TRACK_META: _links(track_meta, int),
}
