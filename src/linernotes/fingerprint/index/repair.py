"""Planning the repair of an index: what is sound goes on, what is damaged is put aside, and what that loses is said.

A plan changes nothing. It is carried out by `mending`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index import manifest as manifests
from linernotes.fingerprint.index.checking import check_index, ignore
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.logbooks import Kept, chain, keep, read_logbook
from linernotes.fingerprint.index.manifest import Manifest
from linernotes.fingerprint.index.salvage import Salvaged, bury_older, highest_number, salvage, salvage_all
from linernotes.fingerprint.index.sealed import REPAIR
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.values import Ids


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a repair does.

    `manifest` and `segments` are what the index then consists of; for those in `relist` the dead are listed anew.
    `cut` is a log and where it ends, `new_log` one that is made, `aside` are the files that give way. `lost` says in
    sentences what is lost or not known. `lost_ids` are the documents that are known to be lost, rising; `nameless`
    others, so many at most, are lost whose ids are not known.
    """

    manifest: Manifest
    segments: Mapping[str, Segment]
    relist: tuple[str, ...]
    cut: tuple[str, int] | None
    new_log: str | None
    aside: tuple[str, ...]
    lost: tuple[str, ...]
    lost_ids: Ids
    nameless: int


class _Logs(msgspec.Struct, frozen=True, kw_only=True):
    """The logs that an index goes on with after a version of its segments, and what is lost with others."""

    version: int
    first: int
    kept: Kept
    aside: list[str]
    lost: list[str]


def plan_repair(directory: Directory, *, advance: Callable[[int], None] = ignore) -> Plan | None:
    """Return how to repair an index, None for one that is sound. `advance` hears of bytes that were checked.

    Raises `Corrupt` for one that a newer version wrote, and `OSError`.
    """
    known = _known_manifest(directory)
    if known is None:
        found = salvage_all(directory, advance=advance)
        logs = _logs_without_manifest(directory, found)
    else:
        if not check_index(directory, advance=advance):
            return None
        found = salvage(directory, known)
        logs = _logs_of(directory, known)
    if found.unlisted:
        bury_older(found)
    return _plan(directory, known, found, logs)


def _known_manifest(directory: Directory) -> Manifest | None:
    """Return the manifest, None when it is damaged or missing."""
    try:
        return manifests.load(directory)
    except Corrupt as exc:
        if exc.hint != REPAIR:
            raise
        return None


def _logs_of(directory: Directory, known: Manifest) -> _Logs:
    firsts = [first for first in manifests.log_versions(directory.names()) if first >= known.first_log]
    kept = keep([read_logbook(directory, first) for first in firsts], known.version)
    missing = bool(known.version) and known.first_log not in firsts
    lost = [_after(kept.last)] if missing or kept.cut or kept.aside else []
    return _Logs(version=known.version, first=known.first_log, kept=kept, aside=kept.aside, lost=lost)


def _logs_without_manifest(directory: Directory, found: Salvaged) -> _Logs:
    """Return the logs that fit the segments: commits that are in both may be applied again."""
    top = max((int(segment.versions.max()) for segment in found.segments if segment.documents), default=0)
    every = [read_logbook(directory, first) for first in manifests.log_versions(directory.names())]
    books = chain(every, top)
    first = books[0].first if books else top + 1
    version = max(top, first - 1)
    kept = keep(books, version)
    others = [book.name for book in every if book not in books and book.first >= first]
    lost = ["The manifest is lost. What was deleted may be back, where only the manifest said so."]
    lost.append("Of the index's metadata there is what the logs have.")
    if first > top + 1:
        gap = f"Of what was committed from version {top + 1} to {first - 1} nothing is left"
        lost.append(f"{gap}: it is lost, or was replaced and deleted since.")
    if kept.cut or kept.aside or others or (top and not books):
        lost.append(_after(kept.last))
    return _Logs(version=version, first=first, kept=kept, aside=[*kept.aside, *others], lost=lost)


def _after(version: int) -> str:
    return f"What was committed after version {version} is lost, if there was anything: a log is damaged or missing."


def _plan(directory: Directory, known: Manifest | None, found: Salvaged, logs: _Logs) -> Plan:
    names = set(directory.names())
    new_log = manifests.log_name(logs.first)
    damaged = [manifests.NAME] if known is None and manifests.NAME in names else []
    return Plan(
        manifest=_manifest(known, found, logs, next_file=highest_number(sorted(names)) + 1),
        segments={segment.entry.name: segment for segment in found.segments},
        relist=tuple(each.entry.name for each in found.segments if each.documents - each.living > each.dead_saved),
        cut=logs.kept.cut,
        new_log=new_log if logs.version and new_log not in names - set(logs.aside) else None,
        aside=(*damaged, *found.aside, *logs.aside),
        lost=(*found.lost, *logs.lost),
        lost_ids=_lost_ids(found, logs),
        nameless=found.nameless,
    )


def _manifest(known: Manifest | None, found: Salvaged, logs: _Logs, *, next_file: int) -> Manifest:
    metadata = dict(known.metadata) if known else {}
    if known is None:
        for entry in logs.kept.entries:
            metadata.update(entry.metadata if entry.version <= logs.version else {})
    return Manifest(
        version=logs.version,
        documents=sum(segment.living for segment in found.segments),
        next_file=max(next_file, known.next_file if known else 1),
        first_log=logs.first,
        metadata=metadata,
        segments=[segment.entry for segment in found.segments],
    )


def _lost_ids(found: Salvaged, logs: _Logs) -> Ids:
    """Return who lived in damaged segments, without those that live in another one or that a log has an answer for."""
    if not found.damaged:
        return np.zeros(0, dtype=np.uint32)
    lost = np.unique(np.concatenate([segment.ids[segment.died == 0] for segment in found.damaged]))
    for segment in found.segments:
        lost = np.setdiff1d(lost, segment.ids[segment.died == 0], assume_unique=True)
    touched = [entry.ids for entry in logs.kept.entries if entry.version > logs.version]
    return np.setdiff1d(lost, np.concatenate(touched)) if touched else lost
