"""Exchanges in the service's exact shape, with what is null, odd or of no use to us, served on loopback."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Alias, Area, Link, Rating, ReleaseLabel, SeriesItem, Tag
from linernotes.domain.facts import Aspect, Wanted, search_key
from linernotes.domain.ids import EntityRef, Kind
from linernotes.providers._kit.recorder import read_exchanges, target_of
from linernotes.providers.musicbrainz.tests.conftest import connected
from tests.providers.serving import Asked, Reply, told

pytestmark = pytest.mark.anyio

NIRVANA = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
NEVERMIND = "1b022e01-4da6-387b-8658-8678046e4cef"
ON_CD = "b52a8f31-b5ab-34e9-92f4-f5b7110220f0"
ANOTHER = "b52a8f31-b5ab-34e9-92f4-f5b7110220f1"
TAKE = "00000000-0000-4000-8000-000000000001"
GRUNGE = "f8d2f1e2-2c0f-45c5-93ad-ec7e7f3c2a8d"
EXCHANGES = read_exchanges(Path(__file__).parent / "exchanges")


def respond(asked: Asked) -> Reply:
    exchange = EXCHANGES.get(target_of(httpx2.URL("http://recorded" + asked.target)))
    if exchange is None:
        return told({"detail": f"no exchange for {asked.target}"}, 500)
    return Reply(exchange.status, exchange.body(), {"Content-Type": "application/json"} | exchange.headers)


@pytest.fixture
async def ask(stand_in):
    async with connected(stand_in(respond).url) as source:

        async def fetch(aspect: Aspect, key: str):
            return {fact.wanted: fact for fact in await source.fetch(Wanted(aspect, key))}

        yield fetch


async def value(ask, aspect: Aspect, key: str):
    return (await ask(aspect, key))[Wanted(aspect, key)].value


async def test_an_artist(ask):
    artist = await value(ask, Aspect.ARTIST, NIRVANA)
    assert (artist.name, artist.type, artist.gender, artist.ended) == ("Nirvana", "Group", None, True)
    assert (artist.begin, artist.end) == (PartialDate(1988, 1), PartialDate(1994, 4, 5))
    assert artist.area == Area("489ce91b-6658-3307-9877-795b68554c98", "United States", "US")
    assert artist.begin_area == Area("a640b45c-c173-49b1-8030-973603e895b5", "Aberdeen", None)
    assert artist.isnis == ("0000000123486830", "0000000123487390")
    assert artist.aliases == (
        Alias("Fecal Matter", "Fecal Matter", "Search hint", None, False, PartialDate(1985), PartialDate(1986, None, 5),
              True),
        Alias("Nirvana US", "Nirvana US"),
        Alias("ニルヴァーナ", "ニルヴァーナ", "Artist name", "ja", True),
    )  # fmt: skip
    assert artist.tags == (
        Tag("grunge", 44, GRUNGE),
        Tag("rock", 20, "0e3fc579-2d24-4f20-9dae-736e1ec78798"),
        Tag("90s", 0),
    )
    assert artist.rating == Rating(89, 113)
    assert artist.links == (
        Link("http://www.nirvana.example/", "official homepage", True),
        Link("https://www.wikidata.org/wiki/Q11649", "wikidata"),
    )


async def test_a_release_with_a_pregap_data_tracks_and_disc_ids(ask):
    facts = await ask(Aspect.RELEASE, ON_CD)
    release = facts[Wanted(Aspect.RELEASE, ON_CD)].value
    assert (release.release_group, release.quality, release.asin) == (NEVERMIND, 2, "B000003TA4")
    assert [(event.date, event.area and event.area.code) for event in release.events] == [
        (PartialDate(1991, 9, 24), "US"),
        (None, None),
    ]
    assert release.labels == (
        ReleaseLabel("1ca5ed29-e00b-4ea5-b817-0bcca0e04946", "DGC Records", "DGCD-24425"),
        ReleaseLabel(None, None, None),
    )
    first, second = release.media
    assert (first.mbid, first.position, first.format, first.track_count) == (None, 1, "CD", 2)
    assert first.disc_ids == ("IPk4tRQ7dbAVfSSaHAXYFh_Dabs-", "xUfEpSIX4Ve.8GIyTMDb8CD1lmc-")
    assert [(one.number, one.length, one.isrcs) for one in first.tracks] == [
        ("A1", 301920, ("USGF19942501", "USGF19942502")),
        ("2", None, ()),
    ]
    assert [(name.name, name.join_phrase) for name in first.tracks[1].credit] == [("N", " & "), ("Nirvana", "")]
    assert [(one.position, one.data, one.video) for one in second.tracks] == [
        (0, False, False),
        (1, False, True),
        (2, True, False),
    ]
    assert (second.title, second.track_count) == ("Bonus", 3), "the dump counts pregap and data tracks"
    assert release.tags == (Tag("grunge", 3, GRUNGE),)
    assert release.links == (Link("https://www.discogs.com/release/1", "discogs"),)
    assert facts[Wanted(Aspect.RELEASE_GROUP, NEVERMIND)].partial
    assert facts[Wanted(Aspect.ARTIST, NIRVANA)].value.sort_name == "Nirvana"


async def test_a_page_that_holds_less_than_asked_for_is_not_the_last_one(ask):
    facts = await ask(Aspect.EDITIONS, NEVERMIND)
    assert facts[Wanted(Aspect.EDITIONS, NEVERMIND)].value == (ON_CD, ANOTHER)
    whole = facts[Wanted(Aspect.RELEASE, ON_CD)]
    assert whole.value == await value(ask, Aspect.RELEASE, ON_CD)
    other = facts[Wanted(Aspect.RELEASE, ANOTHER)].value
    assert (other.events, other.status, other.barcode, other.tags, other.quality) == ((), None, None, (), -1)


async def test_a_release_group_without_votes_and_dates(ask):
    group = await value(ask, Aspect.RELEASE_GROUP, NEVERMIND)
    assert (group.rating, group.first_release_date) == (Rating(), None)
    assert (group.type, group.secondary_types, group.cover) == ("Album", ("Demo", "Live"), None)


async def test_a_recording_on_more_releases_than_a_look_up_tells(ask):
    recording = await value(ask, Aspect.RECORDING, TAKE)
    assert (len(recording.releases), len(set(recording.releases))) == (30, 30)
    assert recording.releases[0] == "30000000-0000-4000-8000-000000000029", "the earliest first"
    assert (recording.rating, recording.isrcs) == (Rating(100, 1), ("USGF19942501",))


async def test_a_label_and_a_series(ask):
    label = await value(ask, Aspect.LABEL, "1ca5ed29-e00b-4ea5-b817-0bcca0e04946")
    assert (label.label_code, label.rating, label.ipis, label.begin) == (None, Rating(67, 4), ("00123456789",), None)
    series = await value(ask, Aspect.SERIES, "d977f7fd-96c9-4e3e-83b5-eb484a9e6582")
    assert series.items == (SeriesItem("00000000-0000-4000-8000-0000000000aa", ""), SeriesItem(NEVERMIND, "17"))


async def test_identifiers(ask):
    facts = await ask(Aspect.ISRC, "USGF19942501")
    assert [ref.mbid for ref in facts[Wanted(Aspect.ISRC, "USGF19942501")].value] == [TAKE, TAKE[:-1] + "9"]
    assert facts[Wanted(Aspect.RECORDING, TAKE)].value.video
    refs = await value(ask, Aspect.BARCODE, "720642442524")
    assert refs == (EntityRef(Kind.RELEASE, ON_CD), EntityRef(Kind.RELEASE, "b52a8f31-b5ab-34e9-92f4-f5b7110220f3"))
    assert await value(ask, Aspect.DISC_ID, "xUfEpSIX4Ve.8GIyTMDb8CD1lmc-") == (EntityRef(Kind.RELEASE, ON_CD),)
    refs = await value(ask, Aspect.URL, "https://www.discogs.com/release/1")
    assert refs == (EntityRef(Kind.RELEASE, ON_CD), EntityRef(Kind.RELEASE_GROUP, NEVERMIND))


async def test_a_disc_that_somebody_only_described_is_on_no_release(ask):
    stub = "stubstubstubstubstubstubstu-"
    assert (await ask(Aspect.DISC_ID, stub))[Wanted(Aspect.DISC_ID, stub)].missing


async def test_a_search_text_has_no_meaning_of_its_own(ask):
    hits = await value(ask, Aspect.SEARCH, search_key(Kind.ARTIST, " AC/DC  (Live!) "))
    assert [(hit.name, hit.score, hit.disambiguation) for hit in hits] == [
        ("AC/DC", 100, ""),
        ("Live Wire", 25, "tribute"),
    ]


async def test_a_search_for_an_album_by_an_artist(ask):
    key = search_key(Kind.RELEASE_GROUP, "Nevermind", "Nirvana")
    facts = await ask(Aspect.SEARCH, key)
    [hit] = facts[Wanted(Aspect.SEARCH, key)].value
    assert (hit.mbid, hit.artist, hit.score) == (NEVERMIND, "Nirvana with X", 100)
    group = facts[Wanted(Aspect.RELEASE_GROUP, NEVERMIND)]
    assert (group.partial, group.value.first_release_date) == (True, PartialDate(1991, 9, 24))
    assert facts[Wanted(Aspect.ARTIST, "00000000-0000-4000-8000-0000000000cc")].value.name == "Xavier"
