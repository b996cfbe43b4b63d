"""What every catalogue store does, whatever it keeps its data in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linernotes.domain.catalogue import Change
from linernotes.domain.entities import AlbumSummary, ReleaseMatch
from linernotes.domain.ids import EntityRef, Kind, catalog_number_key
from linernotes.ports.catalog import CatalogueSnapshot
from tests.contracts import world as w
from tests.contracts.catalogues import STORES, opened
from tests.contracts.world import WORLD, mbid

NOBODY = mbid("nobody")


@pytest.fixture(scope="module", params=STORES)
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueSnapshot]:
    with opened(request.param, WORLD, tmp_path_factory.mktemp(request.param), request) as snapshot:
        yield snapshot


READERS = {
    "artists": WORLD.artists,
    "release_groups": WORLD.release_groups,
    "releases": WORLD.releases,
    "recordings": WORLD.recordings,
    "labels": WORLD.labels,
    "series": WORLD.series,
}


@pytest.mark.parametrize("reader", READERS)
def test_every_entity_comes_back_as_it_went_in(catalogue: CatalogueSnapshot, reader: str) -> None:
    assert getattr(catalogue, reader)([one.mbid for one in READERS[reader]]) == list(READERS[reader])


@pytest.mark.parametrize("reader", READERS)
def test_a_merged_mbid_answers_with_what_it_was_merged_into(catalogue: CatalogueSnapshot, reader: str) -> None:
    merged = [(old, one) for one in READERS[reader] for old in one.old_mbids]
    assert merged
    assert getattr(catalogue, reader)([old for old, _ in merged]) == [one for _, one in merged]


@pytest.mark.parametrize("reader", READERS)
def test_answers_come_in_the_order_asked_with_none_for_what_is_not_there(
    catalogue: CatalogueSnapshot, reader: str
) -> None:
    first, last = READERS[reader][0], READERS[reader][-1]
    read = getattr(catalogue, reader)
    assert read([NOBODY, last.mbid, first.mbid, last.mbid]) == [None, last, first, last]
    assert read([]) == []


def test_a_discography_names_groups_at_every_credit_position_by_mbid(catalogue: CatalogueSnapshot) -> None:
    lines = [
        AlbumSummary(
            mbid=w.FULL.mbid, title="Full", type="Album", secondary_types=("Compilation", "Live"),
            release_statuses=("Bootleg", "Official"), statusless=True, first_release_date=w.FULL.first_release_date,
            credit_position=0, old_mbids=w.FULL.old_mbids,
        ),
        AlbumSummary(
            mbid=w.DUET.mbid, title="Duet", type="Single", release_statuses=("Official",), credit_position=1
        ),
        AlbumSummary(mbid=w.EMPTY.mbid, title="Empty"),
    ]  # fmt: skip
    assert catalogue.discography(w.ALPHA.mbid) == tuple(sorted(lines, key=lambda line: line.mbid))


def test_a_merged_artist_has_the_whole_discography(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.discography(w.ALPHA.old_mbids[0]) == catalogue.discography(w.ALPHA.mbid)


def test_an_artist_without_groups_has_an_empty_discography_and_nobody_has_none(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.discography(w.SILENT.mbid) == ()
    assert catalogue.discography(NOBODY) is None


def test_releases_of_a_group_come_by_date_with_the_undated_last(catalogue: CatalogueSnapshot) -> None:
    full = (w.FULL_BOOTLEG, w.FULL_ON_CD, w.FULL_ON_TAPE)
    assert catalogue.releases_of([w.FULL.old_mbids[0], NOBODY, w.EMPTY.mbid]) == [full, None, ()]


def test_releases_with_a_recording_count_its_track_rows(catalogue: CatalogueSnapshot) -> None:
    song = [
        ReleaseMatch(release=w.FULL_ON_CD.mbid, release_group=w.FULL.mbid, matched=3, track_count=5),
        ReleaseMatch(release=w.DUET_ONLINE.mbid, release_group=w.DUET.mbid, matched=1, track_count=1),
    ]
    song.sort(key=lambda match: match.release)
    assert catalogue.releases_with([w.SONG]) == song
    assert catalogue.releases_with([w.SONG, w.SONG, mbid("Song before"), NOBODY]) == song


def test_releases_with_several_recordings_are_named_once(catalogue: CatalogueSnapshot) -> None:
    [film] = catalogue.releases_with([w.FILM])
    assert (film.release, film.matched) == (w.FULL_ON_CD.mbid, 1)
    both = {match.release: match.matched for match in catalogue.releases_with([w.FILM, w.SONG])}
    assert both == {w.FULL_ON_CD.mbid: 4, w.DUET_ONLINE.mbid: 1}


def test_no_release_holds_a_recording_that_is_on_none(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.releases_with([w.LOOSE, NOBODY]) == []
    assert catalogue.releases_with([]) == []


def test_an_isrc_leads_to_all_its_recordings_by_mbid(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_isrc("DEA000000001") == tuple(sorted((w.SONG, w.LOOSE)))
    assert catalogue.by_isrc("DEA000000002") == (w.SONG,)
    assert catalogue.by_isrc("DEA000000003") == ()


def test_a_barcode_leads_to_releases_leading_zeros_aside(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_barcode("12345678905") == tuple(sorted((w.FULL_ON_CD.mbid, w.DUET_ONLINE.mbid)))
    assert catalogue.by_barcode("0") == ()


def test_a_catalogue_number_leads_to_releases_in_any_spelling(catalogue: CatalogueSnapshot) -> None:
    found = catalogue.by_catalog_number(catalog_number_key("AB-123"))
    assert found == tuple(sorted((w.FULL_ON_CD.mbid, w.DUET_ONLINE.mbid)))
    assert catalogue.by_catalog_number("nothing") == ()


def test_a_disc_id_leads_to_its_release(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_disc_id("lwHl8fGzJyLXQR33ug60E8jhf4k-") == (w.FULL_ON_CD.mbid,)
    assert catalogue.by_disc_id("............................") == ()


def test_a_url_leads_to_all_that_is_linked_to_it_by_kind(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_url([w.SHARED_PAGE, "https://nowhere.example/", w.WIKIDATA]) == [
        (EntityRef(Kind.LABEL, w.LABEL.mbid), EntityRef(Kind.RELEASE_GROUP, w.FULL.mbid)),
        (),
        (EntityRef(Kind.ARTIST, w.ALPHA.mbid),),
    ]


def test_a_url_leads_to_releases_and_recordings_too(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_url(["https://shop.example/full", "https://video.example/song"]) == [
        (EntityRef(Kind.RELEASE, w.FULL_ON_CD.mbid),),
        (EntityRef(Kind.RECORDING, w.SONG),),
    ]


def test_a_track_leads_to_its_release_merged_or_not(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.by_track(mbid("track Song")) == w.FULL_ON_CD.mbid
    assert catalogue.by_track(mbid("track Song before")) == w.FULL_ON_CD.mbid
    assert catalogue.by_track(NOBODY) is None


def test_a_build_says_where_it_comes_from(catalogue: CatalogueSnapshot) -> None:
    assert catalogue.info() == WORLD.info


def test_changes_come_newest_first_then_by_mbid_and_only_of_the_kind_asked(catalogue: CatalogueSnapshot) -> None:
    newest = [Change(Kind.ARTIST, one, 2_000) for one in sorted((w.BETA.mbid, w.SILENT.mbid))]
    assert catalogue.changed_since(Kind.ARTIST, 0, 10) == [*newest, Change(Kind.ARTIST, w.ALPHA.mbid, 1_000)]
    assert catalogue.changed_since(Kind.RELEASE_GROUP, 0, 10) == [Change(Kind.RELEASE_GROUP, w.FULL.mbid, 2_000)]


def test_changes_are_bounded_by_time_and_number(catalogue: CatalogueSnapshot) -> None:
    assert len(catalogue.changed_since(Kind.ARTIST, 1_000, 10)) == 2
    assert catalogue.changed_since(Kind.ARTIST, 2_000, 10) == []
    assert len(catalogue.changed_since(Kind.ARTIST, 0, 1)) == 1
