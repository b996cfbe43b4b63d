"""The fixture of AcoustID's golden answers: one track, four linked recordings, two release groups, three releases.

MBIDs are made so that they ascend as the answers list them, which puts L3 before L1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Area, CreditName, Medium, Recording, Release, ReleaseEvent, ReleaseGroup, Track
from linernotes.domain.identification import RecordingLink, TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.meta import Meta
from linernotes.ports.build import Build
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.identify.describing import Describer
from linernotes.usecases.library.naming import NoNames
from tests.library import Shelf

_NAMES = ["A1", "A2", "R1", "R2", "R3", "R4", "G1", "G2", "L3", "L1", "L2", "K1", "K2", "K3", "K4", "US", "XX"]
MBIDS = {name: MBID(f"{number:08x}-0000-4000-8000-000000000000") for number, name in enumerate(_NAMES)}
A1, A2, R1, R2, R3, R4, G1, G2, L3, L1, L2, K1, K2, K3, K4, US, XX = MBIDS.values()
T1 = TrackRef(1, "T1")
INFO = BuildInfo("none", 0, 0, 0, None, "", None, ())

ALPHA = (CreditName(A1, "Alpha"),)
BOTH = (CreditName(A1, "Alpha", " feat. "), CreditName(A2, "Beta"))


def _track(mbid: MBID, recording: MBID, position: int, title: str, credit: tuple[CreditName, ...]) -> Track:
    return Track(mbid, recording, position, str(position), title, credit, length=180_123 if recording == R1 else None)


RECORDINGS = (
    Recording(R1, "Song One", BOTH, 180_123, isrcs=("USRC17607839", "GBAYE0601498"), releases=(L1, L2, L3)),
    Recording(R2, "Song One (live)", ALPHA, releases=(L1,)),
    Recording(R4, "Something else", ALPHA),
)
GROUPS = (
    ReleaseGroup(G1, "Album X", ALPHA, type="Album", secondary_types=("Compilation",)),
    ReleaseGroup(G2, "Song One", BOTH, type="Single"),
)
RELEASES = (
    Release(
        L1,
        G1,
        "Album X",
        ALPHA,
        # Not in the order in which they are told.
        events=(
            ReleaseEvent(PartialDate(2002), Area(XX, "No code")),
            ReleaseEvent(PartialDate(2001, 2, 3), Area(US, "United States", "US")),
        ),
        media=(
            Medium(None, 1, format="CD", track_count=12, tracks=(_track(K1, R1, 3, "Song One", BOTH),)),
            Medium(None, 2, "Bonus", track_count=3, tracks=(_track(K2, R2, 1, "Song One (live at X)", ALPHA),)),
        ),
    ),
    Release(
        L3,
        G1,
        "Album X (deluxe)",
        ALPHA,
        events=(ReleaseEvent(),),
        media=(Medium(None, 1, format="CD", track_count=14, tracks=(_track(K4, R1, 4, "Song One", BOTH),)),),
    ),
    Release(
        L2,
        G2,
        "Song One",
        BOTH,
        media=(Medium(None, 1, format="Digital Media", track_count=2, tracks=(_track(K3, R1, 1, "Song One", BOTH),)),),
    ),
)
LINKS = (RecordingLink(R1, 5), RecordingLink(R2, 2), RecordingLink(R3, 1), RecordingLink(R4, 9, disabled=True))
CATALOGUE = MemoryCatalogue(info=INFO, release_groups=GROUPS, releases=RELEASES, recordings=RECORDINGS)


class FakeTracks:
    """Tracks by number with their links and what users said of them; nothing else is asked here."""

    remote = False

    def __init__(
        self,
        links: dict[int, tuple[RecordingLink, ...]],
        metadata: dict[int, tuple[UserMetadata, ...]] | None = None,
    ) -> None:
        self._links = links
        self._metadata = metadata or {}

    def links(self, tracks: Sequence[int], *, limit: int) -> list[tuple[RecordingLink, ...]]:
        return [self._links.get(track, ())[:limit] for track in tracks]

    def metadata(self, tracks: Sequence[int], *, limit: int) -> list[tuple[UserMetadata, ...]]:
        return [self._metadata.get(track, ())[:limit] for track in tracks]

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody asks for {name} here")


async def told(
    meta: str,
    *,
    links: Sequence[RecordingLink] = LINKS,
    metadata: Sequence[UserMetadata] = (),
    catalogue: MemoryCatalogue = CATALOGUE,
    first: bool = False,
) -> str:
    """Return the JSON of the results for one track, with names in the place of MBIDs."""
    shelf = Shelf(MemoryLiveBuild(Build(catalogue, NoNames())))
    tracks = FakeTracks({T1.id: tuple(links)}, {T1.id: tuple(metadata)})
    describer = Describer(tracks=tracks, library=shelf.library, offload=_here, seconds=0)
    wanted = Meta.parse_v1(meta) if first else Meta.parse(meta)
    results: list[dict[str, Any]] = [{"id": T1.gid, "score": 1.0}]
    wanted.attach(results, [T1], await describer.describe([T1.id], wanted.detail))
    return named(results)


def named(tree: Any) -> str:
    """Return a tree as JSON with names in the place of MBIDs."""
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"))
    for name, mbid in MBIDS.items():
        text = text.replace(mbid, name)
    return text


async def _here(work: Any, /) -> Any:
    return work()
