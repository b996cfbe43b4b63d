"""Looking an index through: the checksum of every byte, and whether its parts are what they claim to be."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.index.blocks import corrupt
from linernotes.fingerprint.index.deaths import read_dead
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.footer import Footer
from linernotes.fingerprint.index.kernels.checking import (
    MORE_REPEATS,
    NO_SUCH_DOCUMENT,
    SOUND,
    TABLE_FALLS,
    UNSORTED,
    check_postings,
    check_table,
)
from linernotes.fingerprint.index.log import replay
from linernotes.fingerprint.index.manifest import NAME, Manifest, SegmentEntry, load, log_name, log_versions
from linernotes.fingerprint.index.parts import FIRST_VIEW
from linernotes.fingerprint.index.sealed import REPAIR
from linernotes.fingerprint.index.segment import Segment

_STEP = 1 << 24
_FAULTS = {
    TABLE_FALLS: "the offsets of its buckets make no sense",
    UNSORTED: "its postings are not in order",
    NO_SUCH_DOCUMENT: "it has postings of documents that it does not have",
    MORE_REPEATS: "a hash is more often in a document than it says",
}


class Damage(msgspec.Struct, frozen=True):
    """A file of an index that is not as it should be, and what is wrong with it."""

    file: str
    what: str


def ignore(_: int) -> None:
    """Pass over how many bytes were looked at."""


def check_index(directory: Directory, *, advance: Callable[[int], None] = ignore) -> list[Damage]:
    """Return what is damaged in an index, nothing when all is sound. `advance` hears of bytes that were checked.

    Raises `Corrupt` only for an index that a newer version wrote, and `OSError` when the folder cannot be used.
    """
    try:
        manifest = load(directory)
    except Corrupt as exc:
        if exc.hint != REPAIR:
            raise
        return [Damage(NAME, exc.message)]
    found: list[Damage] = []
    living = 0
    for entry in manifest.segments:
        try:
            segment = open_sound(directory, entry, version=manifest.version, advance=advance)
        except Corrupt as exc:
            found.append(Damage(entry.name, exc.message))
            continue
        try:
            if entry.dead is not None:
                read_dead(directory, entry.dead, segment, view=FIRST_VIEW)
        except Corrupt as exc:
            found.append(Damage(entry.dead or "", exc.message))
        living += segment.living
    if not found and living != manifest.documents:
        found.append(Damage(NAME, f"It counts {manifest.documents:,} documents, and the segments have {living:,}."))
    return found + _check_logs(directory, manifest, advance)


def open_sound(
    directory: Directory, entry: SegmentEntry, *, version: int | None = None, advance: Callable[[int], None] = ignore
) -> Segment:
    """Open a segment and check all of it, its dead documents left out; `Corrupt` with the first damage.

    `version` is the last that a document in it can have.
    """
    try:
        segment = Segment(directory, entry)
        _check_places(segment.footer, entry)
        left = entry.size
        more = True
        while more:
            more = segment.blocks.verify_some(_STEP)
            advance(min(_STEP, left) if more else left)
            left -= min(_STEP, left)
    except (OSError, Unavailable) as exc:
        reason = exc.message if isinstance(exc, Unavailable) else exc.strerror
        raise corrupt(entry.name, f"it cannot be read ({reason})") from exc
    except ValueError as exc:  # numpy refuses places outside of the file
        raise corrupt(entry.name, f"its footer makes no sense ({exc})") from exc
    _check_columns(segment, version)
    state = check_table(segment.row, segment.footer.postings)
    if state == SOUND:
        state = check_postings(segment.row)
    if state != SOUND:
        raise corrupt(entry.name, _FAULTS[int(state)])
    return segment


def _check_places(footer: Footer, entry: SegmentEntry) -> None:
    layout, documents = footer.layout, footer.documents
    bits = 0 <= layout.table_bits <= 32 and layout.low_bits >= 0 and 1 <= layout.doc_bits <= 32
    ends = (4 * footer.postings, footer.table_at, 4 * (layout.buckets + 1) + footer.table_at if bits else -1)
    order = [*ends, footer.ids_at, footer.ids_at + 4 * documents, footer.versions_at]
    order += [footer.versions_at + 8 * documents, footer.sums_at, entry.size]
    if not bits or layout.table_bits + layout.low_bits > 32 or order != sorted(order):
        raise corrupt(entry.name, "its footer makes no sense")
    if 32 - layout.table_bits - layout.low_bits + layout.doc_bits > 32 or documents > 1 << layout.doc_bits:
        raise corrupt(entry.name, "its postings have no room for what they say")


def _check_columns(segment: Segment, version: int | None) -> None:
    ids, versions = segment.ids, segment.versions
    if ids.size and (int(ids[0]) == 0 or not bool((ids[1:] > ids[:-1]).all())):
        raise corrupt(segment.entry.name, "its ids do not rise")
    if versions.size and (int(versions.min()) < 1 or (version is not None and int(np.max(versions)) > version)):
        raise corrupt(segment.entry.name, "it has documents of versions that there were not")


def _check_logs(directory: Directory, manifest: Manifest, advance: Callable[[int], None]) -> list[Damage]:
    """Return the first damage of the logs; what comes after it has no meaning."""
    logs = [first for first in log_versions(directory.names()) if first >= manifest.first_log]
    if manifest.version and manifest.first_log not in logs:
        return [Damage(log_name(manifest.first_log), "It is missing.")]
    expected = manifest.version + 1
    for first in logs:
        name = log_name(first)
        try:
            for version, _ in replay(directory, name).commits:
                if version <= manifest.version:
                    continue
                if version != expected:
                    return [Damage(name, f"Version {version} comes where {expected} should.")]
                expected += 1
        except (Corrupt, OSError) as exc:
            return [Damage(name, exc.message if isinstance(exc, Corrupt) else str(exc))]
        advance(directory.size(name))
    return []
