"""Opening an index: what the manifest names, and after it what the logs hold."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from linernotes.fingerprint.index.blocks import corrupt
from linernotes.fingerprint.index.buffer import Buffer, room_for
from linernotes.fingerprint.index.deaths import read_dead
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.log import Replay, replay
from linernotes.fingerprint.index.manifest import NAME, Manifest, SegmentEntry, load, log_name, log_versions
from linernotes.fingerprint.index.parts import FIRST_VIEW, Parts
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.upkeep import needed_files
from linernotes.fingerprint.index.values import Update

_log = logging.getLogger(__name__)

# Postings of a document that a buffer expects at least; where there are fewer, it is full of documents first.
_POSTINGS = 64


class Recovered(NamedTuple):
    """An index as it was left: its manifest, its parts, its metadata, and where its last log ends if it has one."""

    manifest: Manifest
    parts: Parts
    metadata: dict[str, str]
    log_end: int | None


def recover(directory: Directory, settings: IndexSettings) -> Recovered:
    """Read an index; `Corrupt` when anything that was acknowledged is damaged or missing, `OSError`."""
    manifest = load(directory)
    segments = [open_segment(directory, entry) for entry in manifest.segments]
    found = _needed_logs(directory, manifest)
    logs = [(first, replay(directory, log_name(first))) for first in found] or [
        (manifest.version + 1, Replay([], 0, torn=False))
    ]
    metadata = dict(manifest.metadata)
    parts: Parts | None = None
    for first, held in logs:
        if held.torn:
            _log.warning(
                "%s: what follows byte %d is no whole record, as after a loss of power, and is left out",
                log_name(first),
                held.good_end,
            )
        commits = [commit for commit in held.commits if commit[0] > manifest.version]
        buffer = new_buffer(first, (update for _, update in commits), settings)
        if parts is None:
            parts = Parts(segments=segments, buffer=buffer, version=manifest.version, cap=settings.frequency_cap)
        else:
            parts.freeze(buffer)
        _check_order(commits, parts.version + 1, log_name(first))
        if commits:
            parts.apply(commits)
        for _, update in commits:
            metadata.update(update.metadata)
        parts.buffer.metadata = dict(metadata)
    assert parts is not None  # noqa: S101 - there is a log, or one was made up
    return Recovered(manifest, parts, metadata, logs[-1][1].good_end if found else None)


def open_segment(directory: Directory, entry: SegmentEntry) -> Segment:
    """Open a segment that a manifest names, with its dead documents."""
    segment = Segment(directory, entry)
    if entry.dead is not None:
        read_dead(directory, entry.dead, segment, view=FIRST_VIEW)
    return segment


def new_buffer(first_version: int, updates: Iterable[Update], settings: IndexSettings) -> Buffer:
    """Return a buffer with room for updates, and for others until it is full."""
    documents, postings = room_for(updates)
    return Buffer(
        first_version=first_version,
        postings=max(postings, settings.flush_postings),
        documents=max(documents, settings.flush_postings // _POSTINGS),
    )


def needed_names(directory: Directory, manifest: Manifest) -> set[str]:
    """Return the names of all files that an index consists of."""
    names = {NAME, *(log_name(first) for first in log_versions(directory.names()) if first >= manifest.first_log)}
    return names | needed_files(manifest)


def _needed_logs(directory: Directory, manifest: Manifest) -> list[int]:
    found = [first for first in log_versions(directory.names()) if first >= manifest.first_log]
    if manifest.version and manifest.first_log and manifest.first_log not in found:
        raise corrupt(log_name(manifest.first_log), "it is missing")
    return found


def _check_order(commits: Sequence[tuple[int, Update]], expected: int, name: str) -> None:
    for version, _ in commits:
        if version != expected:
            raise corrupt(name, f"version {version} comes where {expected} should")
        expected += 1
