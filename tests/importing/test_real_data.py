"""A small real MusicBrainz dump imports clean, and what it holds reads right."""

from __future__ import annotations

from contextlib import closing

import pytest

from linernotes.domain.dates import PartialDate
from linernotes.domain.ids import Kind, parse_barcode
from linernotes.searchers.tantivy import open_names
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.sqlite.builds import BuildFolder
from tests.importing.test_import import opened

BEATLES = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"
RUMOURS = "5c976ee2-d4d4-4932-8f16-54f2b50f8ac5"
MEDDLE = "4e98c9b4-92f6-3049-b9da-a1088b623672"
LESSONS = "d8e6153a-2c47-4804-9d73-0aac1081c3b1"


@pytest.fixture(scope="module")
def data(shared_data, tmp_path_factory):
    from linernotes.cli import run

    folder = tmp_path_factory.mktemp("real")
    assert run(["import", str(shared_data / "mbdump-mini"), "--data", str(folder), "--json"]) == 0
    return folder


@pytest.fixture(scope="module")
def catalogue(data):
    with closing(opened(data)) as found:
        yield found


def test_everything_arrived(catalogue):
    counts = dict(catalogue.info().counts)
    wanted = {"artist": 5208, "release-group": 10279, "release": 11581, "recording": 1215, "label": 1384, "isrc": 615}
    assert {kind: counts[kind] for kind in wanted} == wanted


def test_the_beatles(catalogue):
    [artist] = catalogue.artists([BEATLES])
    assert (artist.name, artist.type, artist.begin, artist.end, artist.ended) == (
        "The Beatles",
        "Group",
        PartialDate(1957),
        PartialDate(1970, 4, 10),
        True,
    )
    assert (artist.area.name, artist.area.code) == ("United Kingdom", "GB")
    assert "http://www.discogs.com/artist/82730" in [link.url for link in artist.links if link.type == "discogs"]
    assert {alias.locale for alias in artist.aliases if alias.primary and alias.name == "Los Beatles"} == {"es"}


def test_a_three_disc_edition_of_rumours(catalogue):
    [release] = catalogue.releases([RUMOURS])
    assert (release.title, release.status, release.barcode) == ("Rumours", "Official", "081227970949")
    assert [(medium.position, medium.format, len(medium.tracks)) for medium in release.media] == [
        (1, "CD", 12),
        (2, "CD", 12),
        (3, "CD", 16),
    ]
    assert [(event.date, event.area.name) for event in release.events] == [(PartialDate(2013, 1, 29), "United States")]
    assert [label.catalog_number for label in release.labels] == ["R2-532752"]
    first = release.media[0].tracks[0]
    assert (first.title, first.length, first.credit[0].name) == ("Second Hand News", 176306, "Fleetwood Mac")
    assert catalogue.by_barcode(parse_barcode("081227970949")) == (RUMOURS,)
    assert catalogue.by_track(first.mbid) == RUMOURS
    for isrc in first.isrcs:
        assert first.recording in catalogue.by_isrc(isrc)
    assert RUMOURS in catalogue.recordings([first.recording])[0].releases


def test_disc_ids_lead_to_their_release(catalogue):
    [release] = catalogue.releases([LESSONS])
    for medium in release.media:
        assert LESSONS in catalogue.by_disc_id(medium.disc_ids[0])


def test_every_recording_of_every_release_is_known_with_its_releases(catalogue):
    groups = [line.mbid for line in catalogue.discography(BEATLES)]
    releases = [release for found in catalogue.releases_of(groups) for release in found]
    held = {(track.recording, one.mbid) for one in releases for medium in one.media for track in medium.tracks}
    assert len(groups) == 18
    for recording, release in held:
        assert release in catalogue.recordings([recording])[0].releases


def test_first_release_dates_are_those_that_musicbrainz_publishes(catalogue):
    [meddle] = catalogue.release_groups([MEDDLE])
    assert (meddle.title, meddle.type, meddle.first_release_date.year) == ("Meddle", "Album", 1971)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("the beatles", Kind.ARTIST, "The Beatles"),
        ("beatels", Kind.ARTIST, "The Beatles"),
        ("pink floyd meddle", Kind.RELEASE_GROUP, "Meddle"),
        ("nirvana nevermind", Kind.RELEASE_GROUP, "Nevermind"),
        ("kraftwerk", Kind.ARTIST, "Kraftwerk"),
    ],
)
def test_names_are_found(data, text, kind, name):
    names = open_names(BuildFolder(data).live() / "names", settings=SearchSettings())
    assert names.search(text, [kind], limit=3)[0].name == name
