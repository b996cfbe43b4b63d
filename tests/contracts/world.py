"""A small made-up catalogue with one of everything: what the contract suites build each store from."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import msgspec

from linernotes.domain.catalogue import BuildInfo, Layer
from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    Artist,
    CoverImage,
    CreditName,
    Label,
    Link,
    Medium,
    Rating,
    Recording,
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


def mbid(name: str) -> MBID:
    """Return the MBID that belongs to a name in this world."""
    return MBID(str(uuid5(NAMESPACE_URL, f"world:{name}")))


def merged(*names: str) -> tuple[MBID, ...]:
    """Return the MBIDs of merged entities, ascending."""
    return tuple(sorted(mbid(name) for name in names))


class World(msgspec.Struct, frozen=True):
    """The values that a store is built from, and what it is told about them."""

    info: BuildInfo
    artists: tuple[Artist, ...]
    release_groups: tuple[ReleaseGroup, ...]
    releases: tuple[Release, ...]
    recordings: tuple[Recording, ...]
    labels: tuple[Label, ...]
    series: tuple[Series, ...]
    changed_at: dict[EntityRef, int]


GERMANY = Area(mbid("Germany"), "Germany", "DE")
BERLIN = Area(mbid("Berlin"), "Berlin")
WORLDWIDE = Area(mbid("Worldwide"), "[Worldwide]", "XW")
ROCK = mbid("genre rock")
WIKIDATA = "https://www.wikidata.org/wiki/Q1"
SHARED_PAGE = "https://both.example/"

ALPHA = Artist(
    mbid=mbid("Alpha"),
    name="Alphä",
    sort_name="Alphä",
    disambiguation="the first",
    type="Group",
    area=GERMANY,
    begin_area=BERLIN,
    begin=PartialDate(1970, 3),
    end=PartialDate(None, 12, 24),
    ended=True,
    aliases=(
        Alias("Al", "Al", "Search hint"),
        Alias("Альфа", "Альфа", "Artist name", "ru", primary=True, begin=PartialDate(1980), ended=True),
    ),
    tags=(Tag("rock", 7, ROCK), Tag("seen live", 2), Tag("bad", -1)),
    rating=Rating(80, 3),
    links=(Link("https://alpha.example/", "official homepage", ended=True), Link(WIKIDATA, "wikidata")),
    ipis=("00000000001",),
    isnis=("0000000000000001",),
    old_mbids=merged("Alpha before", "Alpha before that"),
)
BETA = Artist(mbid=mbid("Beta"), name="Beta", sort_name="Beta, The", type="Person", gender="Female")
SILENT = Artist(mbid=mbid("Silent"), name="Silent", sort_name="Silent")

BY_ALPHA = (CreditName(ALPHA.mbid, "Alphä"),)
BY_BOTH = (CreditName(BETA.mbid, "B.", " feat. "), CreditName(ALPHA.mbid, "A."))

FULL = ReleaseGroup(
    mbid=mbid("Full"),
    title="Full",
    credit=BY_ALPHA,
    disambiguation="with everything",
    type="Album",
    secondary_types=("Compilation", "Live"),
    first_release_date=PartialDate(1999, 1),
    aliases=(Alias("Voll", "Voll", "Release group name", "de"),),
    tags=(Tag("rock", 1, ROCK),),
    rating=Rating(55, 2),
    links=(Link(SHARED_PAGE, "other databases"),),
    cover=mbid("Full on CD"),
    old_mbids=merged("Full before"),
)
DUET = ReleaseGroup(mbid=mbid("Duet"), title="Duet", credit=BY_BOTH, type="Single")
EMPTY = ReleaseGroup(mbid=mbid("Empty"), title="Empty", credit=BY_ALPHA)

SONG, FILM, DATA, LOOSE = (mbid(name) for name in ("Song", "Film", "Data", "Loose"))


def track(name: str, recording: MBID, position: int, **rest: object) -> Track:
    """Return a track by Alpha; it says of its recording what every track of that recording says."""
    plain = {"number": str(position), "title": name, "credit": BY_ALPHA}
    if recording == SONG:
        plain |= {"isrcs": ("DEA000000001", "DEA000000002"), "old_recording_mbids": merged("Song before")}
    return Track(mbid=mbid(f"track {name}"), recording=recording, position=position, **(plain | rest))


FULL_ON_CD = Release(
    mbid=mbid("Full on CD"),
    release_group=FULL.mbid,
    title="Full",
    credit=BY_ALPHA,
    disambiguation="remaster",
    status="Official",
    packaging="Jewel Case",
    language="deu",
    script="Latn",
    barcode="0012345678905",
    quality=1,
    asin="B000000001",
    events=(ReleaseEvent(PartialDate(1999, 1, 5), GERMANY), ReleaseEvent(PartialDate(2000), WORLDWIDE)),
    labels=(ReleaseLabel(mbid("Label"), "Label", "AB 12-3"), ReleaseLabel(None, None, "X")),
    media=(
        Medium(
            mbid=mbid("CD 1"),
            position=1,
            title="First",
            format="CD",
            track_count=4,
            disc_ids=("lwHl8fGzJyLXQR33ug60E8jhf4k-",),
            tracks=(
                track("Pregap", SONG, 0, length=1000),
                track(
                    "Song",
                    SONG,
                    1,
                    credit=BY_BOTH,
                    length=200_000,
                    old_mbids=merged("track Song before"),
                ),
                track("Film", FILM, 2, number="A2", video=True),
                track("Data", DATA, 3, data=True),
            ),
        ),
        Medium(mbid=mbid("CD 2"), position=2, track_count=1, tracks=(track("Song again", SONG, 1),)),
    ),
    images=(CoverImage(2, ("Front",), 1), CoverImage(1, ("Back", "Medium"), 2), CoverImage(3, (), 3)),
    aliases=(Alias("Fully", "Fully"),),
    tags=(Tag("rock", 1, ROCK),),
    links=(Link("https://shop.example/full", "purchase for download"),),
    old_mbids=merged("Full on CD before"),
)
FULL_ON_TAPE = Release(
    mbid=mbid("Full on tape"),
    release_group=FULL.mbid,
    title="Full!",
    credit=BY_ALPHA,
    barcode="",
    events=(ReleaseEvent(None, None),),
)
FULL_BOOTLEG = Release(
    mbid=mbid("Full bootleg"),
    release_group=FULL.mbid,
    title="Full",
    credit=BY_ALPHA,
    status="Bootleg",
    events=(ReleaseEvent(PartialDate(1998), None),),
)
DUET_ONLINE = Release(
    mbid=mbid("Duet online"),
    release_group=DUET.mbid,
    title="Duet",
    credit=BY_BOTH,
    status="Official",
    barcode="12345678905",
    labels=(ReleaseLabel(mbid("Label"), "Label", "ab123"),),
    media=(Medium(mbid=mbid("file"), position=1, format="Digital Media", track_count=1,
                  tracks=(track("Duet", SONG, 1, credit=BY_BOTH, length=200_000),)),),
)  # fmt: skip

RECORDINGS = (
    Recording(
        mbid=SONG,
        title="Song",
        credit=BY_BOTH,
        length=200_000,
        disambiguation="studio",
        isrcs=("DEA000000001", "DEA000000002"),
        tags=(Tag("rock", 4, ROCK),),
        rating=Rating(100, 1),
        links=(Link("https://video.example/song", "streaming"),),
        releases=(FULL_ON_CD.mbid, DUET_ONLINE.mbid),
        old_mbids=merged("Song before"),
        aliases=(Alias("Lied", "Lied", "Recording name", "de", primary=True),),
    ),
    Recording(mbid=FILM, title="Film", credit=BY_ALPHA, video=True, releases=(FULL_ON_CD.mbid,)),
    Recording(mbid=DATA, title="Data", credit=BY_ALPHA, releases=(FULL_ON_CD.mbid,)),
    Recording(mbid=LOOSE, title="Loose", credit=BY_ALPHA, length=1, isrcs=("DEA000000001",)),
)
LABEL = Label(
    mbid=mbid("Label"),
    name="Label",
    disambiguation="a house",
    type="Imprint",
    label_code=123,
    area=GERMANY,
    begin=PartialDate(1960),
    aliases=(Alias("The Label", "Label, The", "Label name"),),
    links=(Link(SHARED_PAGE, "official site"),),
    old_mbids=merged("Label before"),
)
SERIES = Series(
    mbid=mbid("Series"),
    name="Series",
    type="Release group series",
    items=(SeriesItem(DUET.mbid, "1"), SeriesItem(FULL.mbid, "2a")),
    old_mbids=merged("Series before"),
)

INFO = BuildInfo(
    build_id="world",
    built_at=2_000,
    history_since=1_000,
    schema_sequence=31,
    replication_sequence=7,
    dump_timestamp="2026-11-18 00:00:00.5+00",
    replication_date="2026-11-17 23:00:00+00",
    layers=(Layer.CORE, Layer.DERIVED, Layer.COVER_ART),
)
WORLD = World(
    info=INFO,
    artists=(ALPHA, BETA, SILENT),
    release_groups=(FULL, DUET, EMPTY),
    releases=(FULL_ON_CD, FULL_ON_TAPE, FULL_BOOTLEG, DUET_ONLINE),
    recordings=RECORDINGS,
    labels=(LABEL,),
    series=(SERIES,),
    changed_at={
        EntityRef(Kind.ARTIST, ALPHA.mbid): 1_000,
        EntityRef(Kind.ARTIST, BETA.mbid): 2_000,
        EntityRef(Kind.ARTIST, SILENT.mbid): 2_000,
        EntityRef(Kind.RELEASE_GROUP, FULL.mbid): 2_000,
    },
)
