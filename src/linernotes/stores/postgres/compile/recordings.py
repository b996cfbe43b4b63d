"""Recordings, and every other name that leads to something. The albums have to be there already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from psycopg import sql

from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import catalog_number_key
from linernotes.ports.ingest import RecordingEntry, StagedCatalogue, StagedIdentifiers
from linernotes.ports.progress import Progress
from linernotes.stores.postgres import schema
from linernotes.stores.postgres.arrays import raw_array
from linernotes.stores.postgres.compile.loading import Loader, Target, loading
from linernotes.stores.postgres.compile.merged import OwnMbids, firsts
from linernotes.stores.postgres.database import Database, Row
from linernotes.stores.postgres.documents import Packer
from linernotes.stores.postgres.schema import table

PHASE, LOOK_UPS, INDEXES = "recordings", "look-ups", "recordings: indexes"
_TOLD_EVERY = 20_000


def compile_recordings(
    staged: StagedCatalogue, identifiers: StagedIdentifiers, target: Target, progress: Progress
) -> dict[str, int]:
    """Write the part and return the rows by kind."""
    releases = _release_mbids(target)
    sizes = staged.sizes()
    with loading(target, schema.RECORDINGS) as loader:
        progress.start(PHASE, total=sizes.recordings, unit="rows")
        packed = _recordings(staged.recordings(), releases)
        recordings = loader.copy("recording", _told(packed, PHASE, progress))
        progress.finish(PHASE)
        progress.start(LOOK_UPS, total=sizes.names, unit="rows")
        counts = {
            name: loader.copy(name, _told(rows, LOOK_UPS, progress))
            for name, rows in _look_ups(identifiers, releases).items()
        }
        progress.finish(LOOK_UPS)
        loader.finish(INDEXES, progress)
        _prefer_own(loader)
    # The track table holds merged MBIDs too, and they are no tracks of their own.
    return {"recording": recordings, "track": sizes.tracks, "isrc": counts["isrc"]}


def _release_mbids(target: Target) -> OwnMbids:
    """Read back which release has which ordinal: the part that knew is another process."""
    own = OwnMbids()
    select = sql.SQL("SELECT ordinal, uuid_send(mbid) FROM {}").format(table(target.schema, "release"))
    with Database(target.url).connection() as connection, connection.cursor(binary=True) as cursor:
        for ordinal, mbid in cursor.stream(select, size=1000):
            own[ordinal] = mbid
    return own


def _recordings(entries: Iterable[RecordingEntry], releases: OwnMbids) -> Iterator[Row]:
    pack = Packer()
    for entry in entries:
        places = raw_array([_release(releases, place) for place in entry.places])
        yield entry.mbid, places, None if entry.facts is None else pack(entry.facts)


def _look_ups(names: StagedIdentifiers, releases: OwnMbids) -> dict[str, Iterator[Row]]:
    """Return the rows of each table; nothing is read before the rows are."""

    def placed(rows: Iterable[tuple[str, int]]) -> Iterator[Row]:
        return ((code, _release(releases, ordinal)) for code, ordinal in rows)

    return {
        "recording_merged": _distinct(names.merged_recordings()),
        "track": ((mbid, _release(releases, ordinal)) for mbid, ordinal in firsts(names.tracks())),
        "isrc": iter(names.isrcs()),
        "barcode": placed(names.barcodes()),
        "catalog_number": placed(_catalog_numbers(names)),
        "disc_id": placed(names.disc_ids()),
        "recording_url": iter(names.recording_urls()),
    }


def _release(releases: OwnMbids, ordinal: int) -> bytes:
    mbid = releases[ordinal]
    if mbid is None:
        raise Corrupt(f"the dump names release number {ordinal} but does not hold it")
    return mbid


def _distinct(rows: Iterable[tuple[bytes, bytes]]) -> Iterator[Row]:
    last = None
    for old, mbid in rows:
        if old != last:
            yield old, mbid
        last = old


def _catalog_numbers(names: StagedIdentifiers) -> Iterator[tuple[str, int]]:
    for printed, release in names.catalog_numbers():
        key = catalog_number_key(printed)
        if key:
            yield key, release


def _prefer_own(loader: Loader) -> None:
    """Drop what leads from an MBID that is a recording's own."""
    merged = table(loader.target.schema, "recording_merged")
    own = table(loader.target.schema, "recording")
    loader.run(sql.SQL("DELETE FROM {} m USING {} r WHERE r.mbid = m.old").format(merged, own))


def _told(rows: Iterable[Row], phase: str, progress: Progress) -> Iterator[Row]:
    tell: Callable[[str, int], None] = progress.advance
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TOLD_EVERY == 0:
            tell(phase, _TOLD_EVERY)
