"""What the web service tells becomes the same entities as an import makes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from linernotes.domain.dates import PartialDate
from linernotes.domain.facts import Aspect, Fact, Wanted, search_key
from linernotes.domain.ids import EntityRef, Kind
from linernotes.providers.musicbrainz.tests.conftest import AT, connected
from linernotes.providers.musicbrainz.tests.service import Service
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import open_catalogue
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.importing import tiny

pytestmark = pytest.mark.anyio

DISC = "lwHl8fGzJyLXQR33ug60E8jhf4k-"


class Asking:
    """Asks a source and keeps what it told."""

    def __init__(self, source) -> None:
        self._source = source
        self.facts: dict[Wanted, Fact] = {}

    async def __call__(self, aspect: Aspect, key: str):
        """Return the value of the answer."""
        facts = await self._source.fetch(Wanted(aspect, key))
        assert all((fact.source, fact.fetched_at) == ("musicbrainz", AT) for fact in facts)
        self.facts = {fact.wanted: fact for fact in facts}
        assert len(self.facts) == len(facts), "each thing is told once"
        return self.fact(aspect, key).value

    def fact(self, aspect: Aspect, key: str) -> Fact:
        """Return a fact of the last answer."""
        return self.facts[Wanted(aspect, key)]

    def partial(self, aspect: Aspect) -> set[str]:
        """Return of what the last answer told a little."""
        return {fact.wanted.key for fact in self.facts.values() if fact.partial and fact.wanted.aspect is aspect}


@pytest.fixture(scope="module")
def catalogue():
    return memory(w.WORLD, Path())


@pytest.fixture
async def ask(catalogue, stand_in):
    server = stand_in(Service(catalogue, releases=w.WORLD.releases, most_tracks=4))
    async with connected(server.url) as source:
        yield Asking(source)


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    from linernotes.cli import run

    here = tmp_path_factory.mktemp("imported")
    assert (
        run(["import", str(tiny.archives(here / "dump", tiny.tables())), "--data", str(here / "data"), "--json"]) == 0
    )
    live = BuildFolder(here / "data").live()
    assert live is not None
    catalogue = open_catalogue(live)
    yield catalogue
    catalogue.close()


@pytest.fixture
async def ask_imported(imported, stand_in):
    releases = imported.releases_of([tiny.mbid("release_group Line\nbreak")])[0]
    async with connected(stand_in(Service(imported, releases=releases)).url) as source:
        yield Asking(source)


def told(entity):
    """Return an entity without what the service does not tell."""
    gone = {"old_mbids": (), "old_recording_mbids": (), "images": (), "cover": None}
    has = {name: value for name, value in gone.items() if name in entity.__struct_fields__}
    if "media" in entity.__struct_fields__:
        has["media"] = tuple(map(told, entity.media))
        has["quality"] = -1 if entity.quality == 1 else entity.quality
    if "tracks" in entity.__struct_fields__:
        has["tracks"] = tuple(map(told, entity.tracks))
    return msgspec.structs.replace(entity, **has)


ENTITIES = [
    *((Aspect.ARTIST, one) for one in w.WORLD.artists),
    *((Aspect.RELEASE_GROUP, one) for one in w.WORLD.release_groups),
    *((Aspect.RELEASE, one) for one in w.WORLD.releases),
    *((Aspect.RECORDING, one) for one in w.WORLD.recordings),
    *((Aspect.LABEL, one) for one in w.WORLD.labels),
    *((Aspect.SERIES, one) for one in w.WORLD.series),
]


def name_of(value: object) -> str:
    return str(getattr(value, "name", "") or getattr(value, "title", "") or value)


@pytest.mark.parametrize(("aspect", "entity"), ENTITIES, ids=name_of)
async def test_an_entity_is_the_same(ask, aspect, entity):
    value = await ask(aspect, entity.mbid)
    if aspect is Aspect.RECORDING:
        # "The store's order": the service's answer is ordered by date.
        assert sorted(value.releases) == sorted(entity.releases)
        value = msgspec.structs.replace(value, releases=entity.releases)
    assert value == told(entity)
    assert not ask.fact(aspect, entity.mbid).partial


@pytest.mark.parametrize(("aspect", "entity"), ENTITIES, ids=name_of)
async def test_a_merged_mbid_leads_to_the_entity_that_is_left(ask, aspect, entity):
    for old in entity.old_mbids:
        assert await ask(aspect, old) is None
        moved = ask.fact(aspect, old)
        assert (moved.moved_to, moved.missing, moved.partial) == (entity.mbid, False, False)
        assert ask.fact(aspect, entity.mbid).value.mbid == entity.mbid


@pytest.mark.parametrize("aspect", [one for one in Aspect if one is not Aspect.SEARCH])
async def test_what_is_not_there_is_a_fact_too(ask, aspect):
    assert await ask(aspect, w.mbid("nobody")) is None
    assert [fact.missing for fact in ask.facts.values()] == [True]


@pytest.mark.parametrize("artist", w.WORLD.artists, ids=name_of)
async def test_a_discography_is_the_same(ask, catalogue, artist):
    lines = await ask(Aspect.DISCOGRAPHY, artist.mbid)
    assert lines == tuple(map(told, catalogue.discography(artist.mbid)))
    assert ask.partial(Aspect.RELEASE_GROUP) == set()
    groups = catalogue.release_groups([line.mbid for line in lines])
    assert [ask.fact(Aspect.RELEASE_GROUP, line.mbid).value for line in lines] == list(map(told, groups))
    assert ask.partial(Aspect.ARTIST) >= ({artist.mbid} if lines else set())


async def test_a_discography_asked_for_by_a_merged_mbid_is_that_of_the_artist_that_is_left(ask, catalogue):
    old = w.ALPHA.old_mbids[0]
    lines = await ask(Aspect.DISCOGRAPHY, old)
    assert lines == tuple(map(told, catalogue.discography(w.ALPHA.mbid)))
    assert ask.fact(Aspect.DISCOGRAPHY, w.ALPHA.mbid).value == lines


@pytest.mark.parametrize("group", w.WORLD.release_groups, ids=name_of)
async def test_editions_are_the_same_and_bring_whole_releases(ask, catalogue, group):
    [releases] = catalogue.releases_of([group.mbid])
    assert await ask(Aspect.EDITIONS, group.mbid) == tuple(one.mbid for one in releases)
    for one in releases:
        fact = ask.fact(Aspect.RELEASE, one.mbid)
        assert (fact.value, fact.partial) == (told(one), False)
    credited = {name.artist for one in releases for name in one.credit}
    assert ask.partial(Aspect.ARTIST) >= credited


async def test_editions_of_a_merged_group_are_told_under_both_mbids(ask):
    mbids = await ask(Aspect.EDITIONS, w.FULL.old_mbids[0])
    assert len(mbids) == 3
    assert ask.fact(Aspect.EDITIONS, w.FULL.mbid).value == mbids


async def test_identifiers_lead_to_the_same_entities(ask, catalogue):
    def refs(kind, mbids):
        return tuple(EntityRef(kind, mbid) for mbid in mbids)

    isrc = "DEA000000001"
    assert await ask(Aspect.ISRC, isrc) == refs(Kind.RECORDING, catalogue.by_isrc(isrc))
    assert ask.partial(Aspect.RECORDING) == set(catalogue.by_isrc(isrc))
    barcode = "12345678905"
    assert await ask(Aspect.BARCODE, barcode) == refs(Kind.RELEASE, catalogue.by_barcode(barcode))
    assert await ask(Aspect.DISC_ID, DISC) == refs(Kind.RELEASE, catalogue.by_disc_id(DISC))
    assert await ask(Aspect.URL, w.SHARED_PAGE) == catalogue.by_url([w.SHARED_PAGE])[0]


async def test_a_search_gives_hits_from_100_down_and_a_little_of_each(ask):
    hits = await ask(Aspect.SEARCH, search_key(Kind.ARTIST, "Alphä"))
    assert [hit.score for hit in hits] == [100, 99]
    assert ask.partial(Aspect.ARTIST) == {w.ALPHA.mbid, w.BETA.mbid}
    hits = await ask(Aspect.SEARCH, search_key(Kind.RELEASE_GROUP, "duet", "b."))
    assert {(hit.name, hit.artist) for hit in hits} == {("Full", "Alphä"), ("Duet", "B. feat. A.")}
    assert ask.partial(Aspect.RELEASE_GROUP) == {hit.mbid for hit in hits}
    assert await ask(Aspect.SEARCH, search_key(Kind.ARTIST, " ")) == ()


async def test_what_an_import_made_is_the_same(ask_imported, imported):
    ask = ask_imported
    for name in ("Tab\tand\\slash", "Björk-like", "Silent"):
        mbid = tiny.mbid(f"artist {name}")
        assert await ask(Aspect.ARTIST, mbid) == told(imported.artists([mbid])[0])
        assert await ask(Aspect.DISCOGRAPHY, mbid) == tuple(map(told, imported.discography(mbid)))
    for name in ("Line\nbreak", "Empty"):
        mbid = tiny.mbid(f"release_group {name}")
        assert await ask(Aspect.RELEASE_GROUP, mbid) == told(imported.release_groups([mbid])[0])
        [releases] = imported.releases_of([mbid])
        assert await ask(Aspect.EDITIONS, mbid) == tuple(one.mbid for one in releases)
        assert [ask.fact(Aspect.RELEASE, one.mbid).value for one in releases] == list(map(told, releases))
    for name in ("Take one", "Alone"):
        mbid = tiny.mbid(f"recording {name}")
        assert await ask(Aspect.RECORDING, mbid) == told(imported.recordings([mbid])[0])


async def test_the_first_release_date_passes_over_what_was_cancelled(ask_imported):
    group = await ask_imported(Aspect.RELEASE_GROUP, tiny.mbid("release_group Line\nbreak"))
    assert group.first_release_date == PartialDate(1999, 2)
