"""Which segments of a damaged index are sound, with what is known of their dead documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.index.checking import ignore, open_sound
from linernotes.fingerprint.index.deaths import read_dead
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.footer import unlisted_entry
from linernotes.fingerprint.index.manifest import Manifest, SegmentEntry
from linernotes.fingerprint.index.parts import FIRST_VIEW
from linernotes.fingerprint.index.segment import Segment

_FILE = re.compile(r"segment-([0-9a-f]{8,16})\.(?:seg|dead-([0-9a-f]{8,16}))")
_SEGMENT = re.compile(r"segment-[0-9a-f]{8,16}\.seg")


@dataclass(kw_only=True)
class Salvaged:
    """Sound segments, oldest first, and damaged ones whose ids can be read all the same.

    `aside` are the damaged files, `lost` sentences on what is lost with them, `nameless` how many documents at most are
    lost whose ids are not known. `unlisted` says that of some segment it is not known who is dead.
    """

    segments: list[Segment] = field(default_factory=list)
    damaged: list[Segment] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    nameless: int = 0
    unlisted: bool = False


def salvage(directory: Directory, manifest: Manifest, *, advance: Callable[[int], None] = ignore) -> Salvaged:
    """Return what is sound of the segments that a manifest names."""
    found = Salvaged()
    for entry in manifest.segments:
        lists = [entry.dead] if entry.dead else []
        _take(directory, found, entry, lists, version=manifest.version, advance=advance)
    return found


def salvage_all(directory: Directory, *, advance: Callable[[int], None] = ignore) -> Salvaged:
    """Return what is sound of all segments that there are, with the newest list of the dead of each that is sound."""
    found = Salvaged()
    names = directory.names()
    for name in filter(_SEGMENT.fullmatch, names):
        lists = sorted((each for each in names if each.startswith(f"{name.removesuffix('.seg')}.dead-")), reverse=True)
        _take(directory, found, unlisted_entry(directory, name), lists, version=None, advance=advance)
    found.unlisted = True
    _drop_merged(found)
    return found


def bury_older(found: Salvaged) -> None:
    """Let die each document of which there is a newer version in another segment, be that one dead or not."""
    if not found.segments:
        return
    table = _Documents(found.segments)
    newest = np.append(table.ids[1:] != table.ids[:-1], True)
    table.kill(found.segments, ~newest)


def highest_number(names: Sequence[str]) -> int:
    """Return the highest number that a file of an index has in its name."""
    found = [match for name in names if (match := _FILE.match(name))]
    return max((int(number, 16) for match in found for number in match.groups() if number), default=0)


class _Documents:
    """The documents of segments by id and version, of equal ones that of the oldest segment first."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        ids = np.concatenate([segment.ids for segment in segments])
        versions = np.concatenate([segment.versions for segment in segments])
        owners = np.repeat(np.arange(len(segments)), [segment.documents for segment in segments])
        numbers = np.concatenate([np.arange(segment.documents, dtype=np.uint32) for segment in segments])
        died = np.concatenate([segment.died[: segment.documents] != 0 for segment in segments])
        order = np.lexsort((owners, versions, ids))
        self.ids, self.versions, self.owners = ids[order], versions[order], owners[order]
        self.numbers, self.died = numbers[order], died[order]

    def kill(self, segments: Sequence[Segment], chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        """Let the chosen documents die that live."""
        chosen = chosen & ~self.died
        for place, segment in enumerate(segments):
            segment.kill(self.numbers[chosen & (self.owners == place)], views=FIRST_VIEW)


def _drop_merged(found: Salvaged) -> None:
    """Leave out segments that were merged into others: those share documents of equal version with a later one.

    Who is dead in any of them is dead in that one.
    """
    if len(found.segments) < 2:
        return
    table = _Documents(found.segments)
    equal = (table.ids[1:] == table.ids[:-1]) & (table.versions[1:] == table.versions[:-1])
    starts = np.flatnonzero(np.append(True, ~equal))
    dead = np.repeat(np.logical_or.reduceat(table.died, starts), np.diff(starts, append=table.ids.size))
    newest = np.append(table.ids[1:] != table.ids[:-1], True)
    merged = set(table.owners[:-1][equal].tolist())
    table.kill(found.segments, dead | ~newest)
    found.segments = [segment for place, segment in enumerate(found.segments) if place not in merged]


def _take(
    directory: Directory,
    found: Salvaged,
    entry: SegmentEntry,
    lists: Sequence[str],
    *,
    version: int | None,
    advance: Callable[[int], None],
) -> None:
    """Add a segment to what is found, with its dead."""
    try:
        segment: Segment | None = open_sound(directory, entry, version=version, advance=advance)
        sound = True
    except Corrupt as exc:
        found.lost.append(exc.message)
        segment, sound = _readable(directory, entry), False
        found.aside += [name for name in (entry.name, *lists) if name in directory.names()]
    if segment is None:
        found.nameless += entry.documents
        return
    dead = _read_lists(directory, found, segment, lists, sound=sound)
    segment.entry = msgspec.structs.replace(
        segment.entry, dead=dead, documents=segment.footer.documents, postings=segment.footer.postings
    )
    (found.segments if sound else found.damaged).append(segment)


def _readable(directory: Directory, entry: SegmentEntry) -> Segment | None:
    """Return a damaged segment if its ids can be read: they are verified when it is opened."""
    try:
        return Segment(directory, entry)
    except (Corrupt, Unavailable, OSError, ValueError):
        return None


def _read_lists(
    directory: Directory, found: Salvaged, segment: Segment, lists: Sequence[str], *, sound: bool
) -> str | None:
    """Read the first list of the dead that is sound; return its name."""
    for name in lists:
        try:
            read_dead(directory, name, segment, view=FIRST_VIEW)
        except (Corrupt, OSError):
            if sound:
                found.unlisted = True
                found.lost.append(
                    f"{name} is damaged: documents of {segment.entry.name} that were deleted may be back."
                )
                found.aside += [name] if name in directory.names() else []
        else:
            return name
    return None
