"""What is done beside commits: flushing buffers, merging segments, verifying files, and the manifest that says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.index import manifest as manifests
from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.deaths import dead_in, write_dead
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.manifest import Manifest, SegmentEntry
from linernotes.fingerprint.index.parts import FIRST_VIEW, Parts
from linernotes.fingerprint.index.policy import Size, choose_all, choose_idle, choose_merge
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.snapshot import Snapshot
from linernotes.fingerprint.index.writing import Made, carry_deaths, flush_buffer, merge_segments

_SCRUBBED = 1 << 25
_SMALLEST_TIER = 100_000


class _Covered(NamedTuple):
    """What needs no log any more: all commits up to a version, the view that they left, and the metadata."""

    version: int
    view: int
    metadata: Mapping[str, str]


class Upkeep:
    """Does one piece of work at a time, and leaves the index whole whenever it is stopped."""

    def __init__(
        self,
        directory: Directory,
        parts: Parts,
        manifest: Manifest,
        *,
        settings: IndexSettings,
    ) -> None:
        """Go on from a manifest."""
        self.manifest = manifest
        self._directory = directory
        self._parts = parts
        self._settings = settings
        self._flushing = threading.Lock()
        self._merging = threading.Lock()
        self._saving = threading.Lock()
        self._numbering = threading.Lock()
        self._next_file = manifest.next_file
        self._covered = _Covered(manifest.version, FIRST_VIEW, manifest.metadata)
        self._damage: Corrupt | None = None
        self._stopped = False
        self._unsaved = False

    def check(self) -> None:
        """Raise `Corrupt` if damage was found."""
        if self._damage is not None:
            raise Corrupt(self._damage.message, hint=self._damage.hint)

    def stop(self) -> None:
        """Break off what is being done, and return when nothing is."""
        self._stopped = True
        with self._flushing, self._merging:
            pass

    def buffer_is_due(self) -> bool:
        """Tell whether the buffer that is written is full or old enough to be flushed."""
        buffer, settings = self._parts.buffer, self._settings
        old = settings.flush_seconds and time.monotonic() - buffer.begun >= settings.flush_seconds
        return buffer.seen and (bool(old) or buffer.entries >= settings.flush_postings)

    def step(self) -> bool:
        """Flush a buffer that waits, or merge, or verify some blocks; return whether there may be more to do."""
        if self.flush() or self._merge(choose_merge) or self._verify():
            return True
        idle = time.monotonic() - self._parts.written >= self._settings.idle_seconds
        return idle and self._merge(choose_idle)

    def flush(self) -> bool:
        """Write the buffer that has waited longest as a segment, or a manifest that could not be written before.

        Return whether there was one.
        """
        with self._flushing:
            if not self._parts.frozen:
                return self._save_again()
            buffer = self._parts.frozen[0]
            self._check_going()
            made = flush_buffer(self._directory, self._new_name(), buffer)
            self._put_in_place([buffer], made)
            return True

    def merge_all(self) -> bool:
        """Merge as many segments as one may hold; return whether there was anything to merge."""
        return self._merge(lambda sizes, **_: choose_all(sizes))

    def snapshot(self) -> Snapshot:
        """Return the files that the manifest names; the manifest is that of this moment."""
        with self._saving:
            return Snapshot(self._directory, self.manifest)

    def _merge(self, choose: Callable[..., list[int]]) -> bool:
        with self._merging:
            segments = list(self._parts.segments)
            sizes = [Size(each.footer.postings, each.documents, each.documents - each.dead_saved) for each in segments]
            chosen = choose(sizes, tier=max(self._settings.flush_postings, _SMALLEST_TIER))
            if not chosen:
                return False
            old = [segments[place] for place in chosen]
            with self._noting_damage():
                made = merge_segments(
                    self._directory, self._new_name(), old, view=self._covered.view, check=self._check_going
                )
            self._put_in_place(old, made)
            return True

    def _verify(self) -> bool:
        for segment in self._parts.segments:
            if not segment.blocks.trusted:
                with self._noting_damage():
                    if not segment.blocks.verify_some(_SCRUBBED):
                        self._parts.refresh()
                return True
        return False

    def _put_in_place(self, old: Sequence[Segment | Buffer], made: Made) -> None:
        """Let searches see a new segment in the place of parts, and say so in the manifest."""
        with self._saving:
            with self._parts.lock:
                carry_deaths(old, made)
                self._parts.replace(old, made.segment)
            for part in old:
                # Kept also when the manifest cannot be saved: the next one that can be covers it as well.
                if isinstance(part, Buffer):
                    self._covered = _Covered(part.last_version, part.last_view, part.metadata)
            self._unsaved = True
            self._save()

    def _save_again(self) -> bool:
        with self._saving:
            if not self._unsaved:
                return False
            self._check_going()
            self._save()
            return True

    def _save(self) -> None:
        """Write the manifest of what there is now, and remove what it needs no more. `_saving` is held."""
        before = needed_files(self.manifest)
        with self._parts.lock:
            segments = list(self._parts.segments)
            waiting = [*self._parts.frozen, self._parts.buffer]
        entries = [self._entry(segment) for segment in segments]
        manifest = Manifest(
            version=self._covered.version,
            documents=sum(segment.documents - segment.dead_saved for segment in segments),
            segments=entries,
            next_file=self._next_file,
            first_log=waiting[0].first_version,
            metadata=dict(self._covered.metadata),
        )
        manifests.save(self._directory, manifest)
        self.manifest = manifest
        self._unsaved = False
        names = self._directory.names()
        old_logs = {manifests.log_name(first) for first in manifests.log_versions(names) if first < manifest.first_log}
        for name in (before - needed_files(manifest)) | old_logs:
            self._directory.remove(name)

    def _entry(self, segment: Segment) -> SegmentEntry:
        """Return a segment's entry after its dead were written, if more died of commits that are covered by now."""
        if segment.documents - segment.living > segment.dead_saved:
            numbers = dead_in(segment, view=self._covered.view)
            if numbers.size > segment.dead_saved:
                name = manifests.dead_name(segment.entry.name, self._number())
                write_dead(self._directory, name, numbers)
                segment.dead_saved = numbers.size
                segment.entry = msgspec.structs.replace(segment.entry, dead=name)
        return segment.entry

    def _new_name(self) -> str:
        return manifests.segment_name(self._number())

    def _number(self) -> int:
        with self._numbering:
            self._next_file += 1
            return self._next_file - 1

    def _check_going(self) -> None:
        if self._stopped:
            raise Unavailable("The index is closed.")

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        try:
            yield
        except Corrupt as exc:
            self._damage = exc
            raise


def needed_files(manifest: Manifest) -> set[str]:
    """Return the names of the segments of a manifest and of their lists of dead documents."""
    names = {entry.name for entry in manifest.segments}
    return names | {entry.dead for entry in manifest.segments if entry.dead}
