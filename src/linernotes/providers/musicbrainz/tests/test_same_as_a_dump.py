"""What the web service tells becomes the same entities as an import makes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from linernotes.domain.entities import Artist
from linernotes.domain.facts import Aspect, Wanted
from linernotes.providers.musicbrainz.tests.conftest import AT, connected
from linernotes.providers.musicbrainz.tests.service import Service
from tests.contracts import world as w
from tests.contracts.catalogues import memory

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def catalogue():
    return memory(w.WORLD, Path())


@pytest.fixture
def url(catalogue, stand_in):
    return stand_in(Service(catalogue, releases=w.WORLD.releases)).url


@pytest.fixture
async def fetch(url):
    async with connected(url) as source:

        async def ask(aspect: Aspect, key: str):
            facts = await source.fetch(Wanted(aspect, key))
            assert all((fact.source, fact.fetched_at) == ("musicbrainz", AT) for fact in facts)
            return {fact.wanted: fact for fact in facts}

        yield ask


def told(entity):
    """Return an entity without what the service does not tell."""
    return msgspec.structs.replace(entity, old_mbids=())


@pytest.mark.parametrize("artist", w.WORLD.artists, ids=lambda one: one.name)
async def test_an_artist_is_the_same(fetch, artist: Artist):
    facts = await fetch(Aspect.ARTIST, artist.mbid)
    assert facts[Wanted(Aspect.ARTIST, artist.mbid)].value == told(artist)
    assert len(facts) == 1
