"""Identification as our own APIs have it: the music of the contract suites' world, everything real and in memory."""

from __future__ import annotations

from typing import Any

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import NewSubmission, RecordingLink, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.memory.identification.data import Fingerprint, Track
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.counting import LookupCounter
from linernotes.usecases.identify.feeding import Feeder
from linernotes.usecases.identify.importing import Importer
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.parts import Identification
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.submitting import Submitting
from linernotes.usecases.library import Library
from tests.contracts import world as w
from tests.fingerprint.made_up import noisy, track
from tests.library import in_thread

NOW = 1_795_219_200_000  # Sat, 21 Nov 2026 00:00:00 GMT
SECONDS = 120
KNOWN, OTHER, TAGGED, STRANGE = (track(seed) for seed in (1, 2, 3, 4))
"""Sounds: of the song, of a recording that nobody knows, of what users said something of, and of nothing."""

LIKE_KNOWN = noisy(KNOWN, 0.02)
NOBODY = w.mbid("nobody")
TAGS = UserMetadata(track="Mine", artist="Me", track_no=3)


def gid(number: int) -> str:
    """Return the UUID of a track."""
    return f"{number:08x}-1111-4000-8000-000000000000"


class Sounds:
    """What is known of sounds: stores, an index, and the use cases on them. ``fault`` takes the index away."""

    def __init__(self, *, full: bool = False) -> None:
        """Know three tracks; ``full`` is the way to keep an index that finds clips."""
        self.kept = MemoryIdentification()
        self.queue = MemoryQueue()
        self.index = MemoryIndex()
        self.full = full
        self.fault: Unavailable | None = None
        self.counter = LookupCounter(counts=self.kept.counts, now=lambda: NOW)
        self._add(1, KNOWN)
        self._add(2, OTHER)
        self._add(3, TAGGED)
        self._link(1, RecordingLink(w.FILM, 2), RecordingLink(w.mbid("Song before"), 4), RecordingLink(w.SONG, 1))
        self._link(2, RecordingLink(NOBODY, 1))
        self.kept.keeper.data.metadata[1] = TAGS
        self.kept.keeper.data.said_of[3, 1] = 1
        self._feeder().catch_up()

    def parts(self, library: Library) -> Identification:
        """Put it together on a library."""
        offload: Any = in_thread
        settings = IdentificationSettings(index="full" if self.full else "query")
        tracks = self.kept.tracks
        return Identification(
            identify=Identify(tracks=tracks, index=self._index, library=library, offload=offload, settings=settings),
            submitting=Submitting(
                submissions=self.kept.submissions, queue=self.queue, offload=offload, now=lambda: NOW
            ),
            keyring=Keyring(
                clients=self.kept.clients, offload=offload, now=lambda: NOW, any_client=False, clock=lambda: 0.0
            ),
            counter=self.counter,
            counts=self.kept.counts,
            offload=offload,
            settings=settings,
        )

    def bring_in(self) -> None:
        """Import what waits."""
        Importer(
            submissions=self.kept.submissions,
            index=self._index,
            feeder=self._feeder(),
            queue=self.queue,
            full=self.full,
            now=lambda: NOW,
        ).run(1, 1 << 62)

    def _index(self) -> FingerprintIndex:
        if self.fault is not None:
            raise self.fault
        return self.index

    def _feeder(self) -> Feeder:
        return Feeder(log=self.kept.change_log, index=self._index, full=self.full)

    def _add(self, number: int, words: Words) -> None:
        data = self.kept.keeper.data
        data.tracks[number] = Track(gid=gid(number))
        data.fingerprints[number] = Fingerprint(track=number, duration=SECONDS, packed=pack(words))
        data.changes[number] = number

    def _link(self, track: int, *links: RecordingLink) -> None:
        self.kept.keeper.data.recordings.update({(track, link.mbid): link for link in links})


def says(words: Words, mbid: MBID | None = w.SONG, **more: Any) -> NewSubmission:
    """Return a submission of nobody yet."""
    rest = {"account": 0, "application": 0, "packed": pack(words), "duration": SECONDS, "mbid": mbid}
    return NewSubmission(**(rest | more))
