"""A made-up catalogue of what is awkward about Lidarr's protocol, and the façade on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from linernotes.domain.catalogue import BuildInfo, Layer
from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    Artist,
    CoverImage,
    CreditName,
    Link,
    Medium,
    Rating,
    Release,
    ReleaseEvent,
    ReleaseGroup,
    ReleaseLabel,
    Series,
    SeriesItem,
    Tag,
    Track,
)
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.lidarr import FACADE
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.ports.build import Build
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.memory.state import MemoryState
from tests.library import Shelf

T = TypeVar("T")
NOW = 1_795_219_200_000  # Sat, 21 Nov 2026 00:00:00 GMT
BUILT = NOW - 86_400_000


def mbid(kind: str, number: int) -> MBID:
    """Return an MBID that tells what it is of: ``a…`` artist, ``b…`` group, ``c…`` release, ``d…`` track."""
    return MBID(f"{kind * 8}-0000-4000-8000-{number:012d}")


def credit(*artists: Artist) -> tuple[CreditName, ...]:
    """Return a credit of these artists."""
    return tuple(CreditName(artist.mbid, artist.name, " & ") for artist in artists)


GENRE = mbid("f", 1)
ALPHA = Artist(
    mbid=mbid("a", 1),
    name='Alphä "Ω" 🎵\x7f',
    sort_name="Alphä",
    disambiguation="back\\slash\ttab",
    type="Group",
    ended=True,
    aliases=(
        Alias("Ωmega", "Ωmega", "Artist name", "el"),
        Alias("Legal Person", "Person, Legal", "Legal name"),
        Alias("Alpha", "Alpha"),
        Alias("alhpa", "alhpa", "Search hint"),
        Alias("Alpha", "Alpha", "Artist name", "en"),
    ),
    tags=(
        Tag("drum and bass", 9, GENRE),
        Tag("neue deutsche härte", 3, GENRE),
        Tag("2-step", 3, GENRE),
        Tag("seen live", 50),
        Tag("r&b", 0, GENRE),
        Tag("rock 'n' roll", -2, GENRE),
    ),
    rating=Rating(14, 2),
    links=(
        Link("https://open.spotify.com/artist/AlphaOnSpotify", "free streaming"),
        Link("http://www.bbc.co.uk/music/alpha", "BBC Music page", ended=True),
        Link("https://alpha.example/ä", "official homepage"),
    ),
    old_mbids=(mbid("a", 10), mbid("a", 11)),
)
BETA = Artist(mbid=mbid("a", 2), name="Beta", sort_name="Beta")
GAMMA = Artist(mbid=mbid("a", 3), name="Gamma", sort_name="Gamma", type="Person")
VARIOUS = Artist(
    mbid=MBID("89ad4ac3-39f7-470e-963a-56509c546377"), name="Various Artists", sort_name="Various Artists", type="Other"
)

FULL = ReleaseGroup(
    mbid=mbid("b", 1),
    title="Full",
    credit=credit(ALPHA, BETA),
    disambiguation="the long one",
    type="Album",
    secondary_types=("Live", "Compilation"),
    first_release_date=PartialDate(1972, 3),
    aliases=(Alias("Voll", "Voll", "Release group name"), Alias("Foll", "Foll", "Search hint")),
    tags=(Tag("hip hop", 1, GENRE),),
    rating=Rating(100, 1),
    links=(Link("https://open.spotify.com/album/GroupOnSpotify", "free streaming"),),
    cover=mbid("c", 1),
    old_mbids=(mbid("b", 10),),
)
SAMPLER = ReleaseGroup(mbid=mbid("b", 2), title="Sampler", credit=credit(VARIOUS), type="Album")
WITHOUT_STATUS = ReleaseGroup(mbid=mbid("b", 3), title="Without status", credit=credit(ALPHA))
WITHOUT_RELEASES = ReleaseGroup(mbid=mbid("b", 4), title="Without releases", credit=credit(ALPHA), type="EP")
SECOND = ReleaseGroup(mbid=mbid("b", 5), title="Second fiddle", credit=credit(BETA, ALPHA), type="Single")

RECORDING = mbid("e", 1)


def track(n: int, artist: Artist, position: int, **rest: Any) -> Track:
    """Return a track of a recording of its own."""
    plain = {"recording": mbid("e", n), "number": str(position), "title": f"Track {n}", "length": 1000}
    return Track(mbid=mbid("d", n), position=position, credit=credit(artist), **(plain | rest))


GERMANY, WORLD = Area(mbid("f", 2), "Germany", "DE"), Area(mbid("f", 3), "[Worldwide]", "XW")

FIRST_EDITION = Release(
    mbid=mbid("c", 1),
    release_group=FULL.mbid,
    title="Full (first)",
    credit=FULL.credit,
    status="Official",
    events=(ReleaseEvent(PartialDate(1972), WORLD), ReleaseEvent(PartialDate(1972, 5, 5), GERMANY)),
    labels=(
        ReleaseLabel(mbid("f", 4), "Twin", "T 1"),
        ReleaseLabel(mbid("f", 4), "Twin", "T 2"),
        ReleaseLabel(None, None, "X"),
    ),
    media=(
        Medium(
            mbid=mbid("f", 5), position=1, title="Vinyl side", format='12" Vinyl', track_count=3,
            tracks=(
                track(1, ALPHA, 0, number="A0", length=None),
                track(2, ALPHA, 1, number="A1", old_mbids=(mbid("d", 20),), old_recording_mbids=(mbid("e", 20),)),
                track(3, GAMMA, 2, video=True),
                track(4, BETA, 3, data=True),
            ),
        ),
        Medium(mbid=mbid("f", 6), position=2, track_count=1, tracks=(track(5, ALPHA, 1, title="日本"),)),
    ),
    images=(CoverImage(7, ("Back",), 1), CoverImage(9, ("Front", "Booklet"), 2), CoverImage(8, ("Front",), 3)),
    old_mbids=(mbid("c", 10),),
)  # fmt: skip
SECOND_EDITION = Release(
    mbid=mbid("c", 2),
    release_group=FULL.mbid,
    title="Full",
    credit=FULL.credit,
    disambiguation="reissue",
    status="Bootleg",
    events=(ReleaseEvent(None, None),),
    links=(Link("http://open.spotify.com/album/ReleaseOnSpotify", "free streaming"),),
    images=(CoverImage(5, ("Medium",), 1),),
)
STATUSLESS = Release(
    mbid=mbid("c", 3),
    release_group=WITHOUT_STATUS.mbid,
    title="Another name",
    credit=WITHOUT_STATUS.credit,
    media=(Medium(mbid=mbid("f", 7), position=1, format="CD", track_count=1, tracks=(track(6, GAMMA, 1),)),),
)
SAMPLER_CD = Release(
    mbid=mbid("c", 4),
    release_group=SAMPLER.mbid,
    title="Sampler",
    credit=SAMPLER.credit,
    status="Official",
    media=(
        Medium(
            mbid=mbid("f", 8), position=1, format="CD", track_count=3,
            tracks=(track(7, GAMMA, 1), track(8, ALPHA, 2), track(9, BETA, 3, recording=mbid("e", 2))),
        ),
    ),
)  # fmt: skip

SERIES = Series(
    mbid=mbid("f", 9),
    name="Series",
    type="Release group series",
    items=(SeriesItem(SAMPLER.mbid, "1"), SeriesItem(FULL.mbid, "2")),
)
CHANGED = {
    EntityRef(Kind.ARTIST, ALPHA.mbid): BUILT,
    EntityRef(Kind.ARTIST, BETA.mbid): BUILT,
    EntityRef(Kind.RELEASE_GROUP, FULL.mbid): BUILT,
}
INFO = BuildInfo(
    build_id="test",
    built_at=BUILT,
    history_since=BUILT - 30 * 86_400_000,
    schema_sequence=31,
    replication_sequence=1,
    dump_timestamp="2026-11-18 00:13:07.123456+00",
    replication_date="2026-11-17 23:00:02.5+00",
    layers=tuple(Layer),
)


class FakeNames:
    """Finds the same hits whatever is asked."""

    def __init__(self, *hits: NameHit) -> None:
        """Keep the hits."""
        self._hits = hits
        self.asked: list[tuple[str, ...]] = []

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        """Return the hits of each kind."""
        self.asked.append((text,))
        return [hit for kind in kinds for hit in [hit for hit in self._hits if hit.kind is kind][:limit]]

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        """Return the hits that are release groups."""
        self.asked.append((title, artist))
        return [hit for hit in self._hits if hit.kind is Kind.RELEASE_GROUP][:limit]


HITS = (
    NameHit(Kind.ARTIST, BETA.mbid, "Beta", 100),
    NameHit(Kind.ARTIST, mbid("a", 99), "Not in the catalogue", 90),
    NameHit(Kind.ARTIST, GAMMA.mbid, "Gamma", 40),
    NameHit(Kind.RELEASE_GROUP, SAMPLER.mbid, "Sampler", 100),
    NameHit(Kind.RELEASE_GROUP, WITHOUT_RELEASES.mbid, "Without releases", 40),
)


def catalogue(**changed: Any) -> MemoryCatalogue:
    """Return the catalogue, with some of its parts exchanged."""
    parts: dict[str, Any] = {
        "info": INFO,
        "artists": (ALPHA, BETA, GAMMA, VARIOUS),
        "release_groups": (FULL, SAMPLER, WITHOUT_STATUS, WITHOUT_RELEASES, SECOND),
        "releases": (FIRST_EDITION, SECOND_EDITION, STATUSLESS, SAMPLER_CD),
        "series": (SERIES,),
        "changed_at": CHANGED,
    }
    return MemoryCatalogue(**(parts | changed))


class Server:
    """The façade, asked without a web server."""

    def __init__(self, snapshot: CatalogueSnapshot | None = None, **settings: Any) -> None:
        """Build it on a catalogue, the usual one if none is given."""
        self.names = FakeNames(*HITS)
        self.live = MemoryLiveBuild(Build(snapshot or catalogue(), self.names))
        self.marks = MemoryState()
        self.offloaded = 0
        shelf = Shelf(self.live, marks=self.marks, offload=self._offload, now=lambda: NOW)
        deps = FacadeDeps(
            library=shelf.library,
            lookups=shelf.lookups,
            marks=self.marks,
            offload=self._offload,
            now=lambda: NOW,
            version="1.2.3",
        )
        self.app = FACADE.build(LidarrSettings(**settings), deps)

    async def _offload(self, work: Callable[[], T], /) -> T:
        self.offloaded += 1
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def ask(self, method: str, target: str, *, body: bytes = b"", **rest: Any) -> Reply:
        """Send one request; ``target`` is the path and the query."""
        path, _, query = target.partition("?")
        return asyncio.run(self.app.handle(Request(method, path, query=query, body=body, **rest)))

    def get(self, target: str, **rest: Any) -> Reply:
        """Send a GET."""
        return self.ask("GET", target, **rest)

    def post(self, target: str, body: bytes, content_type: str = "application/json") -> Reply:
        """Send a POST."""
        return self.ask("POST", target, body=body, headers={"content-type": content_type})
