"""What is done beside commits: flushing buffers, merging segments, verifying files, and the manifest that says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index import manifest as manifests
from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.deaths import write_dead
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.manifest import Manifest, SegmentEntry
from linernotes.fingerprint.index.parts import Parts
from linernotes.fingerprint.index.policy import Size, choose_all, choose_merge
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.snapshot import Snapshot
from linernotes.fingerprint.index.writing import Made, carry_deaths, flush_buffer, merge_segments

_SCRUBBED = 1 << 25
_SMALLEST_TIER = 100_000


class Upkeep:
    """Does one piece of work at a time, and leaves the index whole whenever it is stopped."""

    def __init__(
        self,
        directory: Directory,
        parts: Parts,
        manifest: Manifest,
        *,
        settings: IndexSettings,
        metadata: Mapping[str, str],
    ) -> None:
        """Go on from a manifest. `metadata` is what the next one will say; the index sets it anew."""
        self.manifest = manifest
        self.metadata = metadata
        self._directory = directory
        self._parts = parts
        self._settings = settings
        self._flushing = threading.Lock()
        self._merging = threading.Lock()
        self._saving = threading.Lock()
        self._numbering = threading.Lock()
        self._next_file = manifest.next_file
        self._covered = manifest.version
        self._damage: Corrupt | None = None

    def check(self) -> None:
        """Raise `Corrupt` if damage was found."""
        if self._damage is not None:
            raise Corrupt(self._damage.message, hint=self._damage.hint)

    def buffer_is_due(self) -> bool:
        """Tell whether the buffer that is written is full or old enough to be flushed."""
        buffer, settings = self._parts.buffer, self._settings
        old = settings.flush_seconds and time.monotonic() - buffer.begun >= settings.flush_seconds
        return buffer.seen and (bool(old) or buffer.entries >= settings.flush_postings)

    def step(self) -> bool:
        """Flush a buffer that waits, or merge, or verify some blocks; return whether there may be more to do."""
        return self.flush() or self._merge(choose_merge) or self._verify()

    def flush(self) -> bool:
        """Write the buffer that has waited longest as a segment; return whether there was one."""
        with self._flushing:
            if not self._parts.frozen:
                return False
            buffer = self._parts.frozen[0]
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
            sizes = [Size(each.footer.postings, each.documents, each.living) for each in segments]
            chosen = choose(sizes, tier=max(self._settings.flush_postings, _SMALLEST_TIER))
            if not chosen:
                return False
            old = [segments[place] for place in chosen]
            with self._noting_damage():
                made = merge_segments(self._directory, self._new_name(), old)
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
                carry_deaths(old, made, view=self._parts.view)
                self._parts.replace(old, made.segment)
            flushed = [part.last_version for part in old if isinstance(part, Buffer)]
            # Kept also when the manifest cannot be saved: the next one that can be covers it as well.
            self._covered = max([self._covered, *flushed])
            self._save()
        if made.segment is not None and not made.segment.living:
            self._directory.remove(made.segment.entry.name)

    def _save(self) -> None:
        """Write the manifest of what there is now, and remove what it needs no more. `_saving` is held."""
        before = needed_files(self.manifest)
        with self._parts.lock:
            segments = list(self._parts.segments)
            waiting = [*self._parts.frozen, self._parts.buffer]
        manifest = Manifest(
            version=self._covered,
            documents=sum(segment.living for segment in segments),
            segments=[self._entry(segment) for segment in segments],
            next_file=self._next_file,
            first_log=waiting[0].first_version,
            metadata=dict(self.metadata),
        )
        manifests.save(self._directory, manifest)
        self.manifest = manifest
        names = self._directory.names()
        old_logs = {manifests.log_name(first) for first in manifests.log_versions(names) if first < manifest.first_log}
        for name in (before - needed_files(manifest)) | old_logs:
            self._directory.remove(name)

    def _entry(self, segment: Segment) -> SegmentEntry:
        """Return a segment's entry after its dead were written, if there are more than the last time."""
        if segment.documents - segment.living > segment.dead_saved:
            name = manifests.dead_name(segment.entry.name, self._number())
            segment.dead_saved = write_dead(self._directory, name, segment)
            segment.entry = msgspec.structs.replace(segment.entry, dead=name)
        return segment.entry

    def _new_name(self) -> str:
        return manifests.segment_name(self._number())

    def _number(self) -> int:
        with self._numbering:
            self._next_file += 1
            return self._next_file - 1

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
