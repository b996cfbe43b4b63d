"""Whole dumps in two stores: the compiled one answers every question as the one that is only values."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from linernotes.domain.entities import Link
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, catalog_number_key, parse_barcode
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import open_catalogue
from tests.e2e.conftest import Home
from tests.e2e.dumped import Everything, read_dump

pytestmark = pytest.mark.slow
NOBODY = MBID("deadbeef-dead-4ead-8ead-deadbeefdead")


class Twins(NamedTuple):
    """Both stores, and what the dump holds."""

    values: MemoryCatalogue
    compiled: CatalogueSnapshot
    held: Everything


@pytest.fixture(scope="module", params=["lidarr-edge", "mbdump-mini"])
def twins(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Twins]:
    dump, data = shared_data / request.param, tmp_path_factory.mktemp("data")
    Home(data).load(dump)
    live = BuildFolder(data).live()
    assert live is not None
    with closing(open_catalogue(live)) as compiled:
        held = read_dump(dump, tmp_path_factory.mktemp("work"))
        yield Twins(held.catalogue(compiled.info()), compiled, held)


@pytest.mark.parametrize("reader", ["artists", "release_groups", "releases", "recordings", "labels", "series"])
def test_every_entity_is_the_same_under_all_its_mbids(twins: Twins, reader: str) -> None:
    asked = [mbid for one in getattr(twins.held, reader) for mbid in (one.mbid, *one.old_mbids)] + [NOBODY]
    assert getattr(twins.compiled, reader)(asked) == getattr(twins.values, reader)(asked)


def test_every_discography_is_the_same(twins: Twins) -> None:
    for one in twins.held.artists:
        assert twins.compiled.discography(one.mbid) == twins.values.discography(one.mbid)


def test_every_group_has_the_same_releases_in_the_same_order(twins: Twins) -> None:
    groups = [one.mbid for one in twins.held.release_groups]
    assert twins.compiled.releases_of(groups) == twins.values.releases_of(groups)


def test_recordings_match_the_same_releases(twins: Twins) -> None:
    recordings, drawn = [one.mbid for one in twins.held.recordings], random.Random(1)
    for size in (1, 2, 5, 20) * 25:
        asked = drawn.choices(recordings, k=size)
        assert twins.compiled.releases_with(asked) == twins.values.releases_with(asked)


def test_every_url_leads_to_the_same_entities(twins: Twins) -> None:
    owners = (twins.held.artists, twins.held.release_groups, twins.held.releases, twins.held.labels)
    links: set[Link] = {link for kind in (*owners, twins.held.recordings) for one in kind for link in one.links}
    urls = [*sorted({link.url for link in links}), "https://nowhere.example/"]
    assert twins.compiled.by_url(urls) == twins.values.by_url(urls)


def test_every_code_leads_to_the_same_entities(twins: Twins) -> None:
    for isrc in {isrc for one in twins.held.recordings for isrc in one.isrcs}:
        assert twins.compiled.by_isrc(isrc) == twins.values.by_isrc(isrc)
    for release in twins.held.releases:
        with suppress(Invalid):
            code = parse_barcode(release.barcode or "")
            assert twins.compiled.by_barcode(code) == twins.values.by_barcode(code)
        for key in {catalog_number_key(label.catalog_number or "") for label in release.labels} - {""}:
            assert twins.compiled.by_catalog_number(key) == twins.values.by_catalog_number(key)
        for disc in {disc for medium in release.media for disc in medium.disc_ids}:
            assert twins.compiled.by_disc_id(disc) == twins.values.by_disc_id(disc)


def test_every_track_leads_to_the_same_release(twins: Twins) -> None:
    for track in (track for one in twins.held.releases for medium in one.media for track in medium.tracks):
        for mbid in (track.mbid, *track.old_mbids):
            assert twins.compiled.by_track(mbid) == twins.values.by_track(mbid)
