"""What AcoustID answered for its fixture, byte for byte, and how ours differs where it was decided to."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from linernotes.domain.entities import Recording
from linernotes.domain.identification import RecordingLink, UserMetadata
from linernotes.facades.acoustid.tests.meta_world import (
    ALPHA,
    BOTH,
    GROUPS,
    INFO,
    LINKS,
    R1,
    R3,
    R4,
    RECORDINGS,
    RELEASES,
    told,
)
from linernotes.stores.memory.catalogue import MemoryCatalogue

GOLDEN = Path(__file__).parent / "golden" / "meta"
"""One file for each `meta`, as AcoustID answered, with names in the place of MBIDs."""


def results(meta: str, **more: Any) -> Any:
    """Return the results for the fixture's track."""
    return json.loads(asyncio.run(told(meta, **more)))


def recordings(meta: str, **more: Any) -> Any:
    """Return the recordings of the fixture's track."""
    return results(meta, **more)[0]["recordings"]


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_the_answer_is_acoustids_own_byte_for_byte(file):
    assert asyncio.run(told(file.stem.replace("_", " "))) + "\n" == file.read_text()


def test_a_group_that_says_what_its_recording_says_loses_its_artists_wherever_it_stands():
    single = structs.replace(GROUPS[0], credit=BOTH)
    both_alike = MemoryCatalogue(
        info=INFO, release_groups=(single, GROUPS[1]), releases=RELEASES, recordings=RECORDINGS
    )
    [first, *_] = recordings("recordings releasegroups compress", catalogue=both_alike)
    assert [group.get("artists") for group in first["releasegroups"]] == [None, None]


@pytest.mark.parametrize("below", ["releases", "releasegroups"])
def test_a_recording_on_no_release_keeps_title_and_artists_and_has_an_empty_list(below):
    loose = MemoryCatalogue(info=INFO, recordings=[Recording(R3, "Loose", ALPHA, 1_000)])
    assert recordings(f"recordings {below} compress", catalogue=loose) == [
        {"id": "R1"},
        {"id": "R2"},
        {"artists": [{"id": "A1", "name": "Alpha"}], "duration": 1.0, "id": "R3", "title": "Loose", below: []},
    ]


def test_releases_hang_below_recordings_where_no_groups_are_asked_for():
    [first, second, third] = recordings("recordings releases tracks compress sources")
    assert [release["id"] for release in first["releases"]] == ["L3", "L1", "L2"]
    # What the recording says of artists and title is not said again; its release's title is.
    assert first["releases"][2] == {
        "id": "L2",
        "medium_count": 1,
        "mediums": [
            {"format": "Digital Media", "position": 1, "track_count": 2, "tracks": [{"id": "K3", "position": 1}]}
        ],
        "title": "Song One",
        "track_count": 2,
    }
    [live] = second["releases"]
    assert "artists" not in live
    assert live["mediums"][0]["tracks"] == [{"id": "K2", "position": 1, "title": "Song One (live at X)"}]
    assert third == {"id": "R3", "sources": 1}
    assert (first["sources"], second["sources"]) == (5, 2)


def test_ids_alone_are_given_where_both_forms_are_asked_for():
    assert results("recordings recordingids isrcs releases releaseids releasegroups releasegroupids") == [
        {
            "id": "T1",
            "recordings": [
                {
                    "id": "R1",
                    "releasegroups": [
                        {"id": "G1", "releases": [{"id": "L3"}, {"id": "L1"}]},
                        {"id": "G2", "releases": [{"id": "L2"}]},
                    ],
                },
                {"id": "R2", "releasegroups": [{"id": "G1", "releases": [{"id": "L1"}]}]},
                {"id": "R3"},
            ],
            "score": 1.0,
        }
    ]


def test_isrcs_ask_for_recordings_and_are_sorted():
    assert [one.get("isrcs") for one in recordings("isrcs")] == [["GBAYE0601498", "USRC17607839"], None, None]
    assert recordings("isrcs")[0]["title"] == "Song One"
    assert "isrcs" not in recordings("recordings")[0]


@pytest.mark.parametrize("below", ["releases", "releasegroups"])
def test_directly_asked_lists_are_there_and_empty_when_nothing_is_known(below):
    assert results(below, links=LINKS[2:]) == [{"id": "T1", "score": 1.0, below: []}]


def test_a_track_without_links_has_no_recordings_and_metadata_of_nothing_adds_nothing():
    assert results("recordings releases", links=()) == [{"id": "T1", "score": 1.0}]
    assert results("compress tracks sources usermeta RECORDINGS recordingids,releases") == [{"id": "T1", "score": 1.0}]


def test_the_form_of_old_lists_the_tracks_of_each_recording():
    [first, second, third] = recordings("2")
    assert recordings("m2 recordings") == [first, second, third]
    assert (first["id"], first["duration"], third) == ("R1", 180.123, {"id": "R3"})
    assert [track["medium"]["release"]["id"] for track in first["tracks"]] == ["L3", "L1", "L2"]
    both = [{"id": "A1", "joinphrase": " feat. ", "name": "Alpha"}, {"id": "A2", "name": "Beta"}]
    assert first["tracks"][1] == {
        "artists": both,
        "duration": 180.123,
        "medium": {"format": "CD", "position": 1, "release": {"id": "L1", "title": "Album X"}, "track_count": 12},
        "position": 3,
        "title": "Song One",
    }
    # A length that nobody knows is left out; AcoustID's own fails there.
    assert "duration" not in second
    assert second["tracks"][0].keys() == {"artists", "medium", "position", "title"}


@pytest.mark.parametrize("meta", ["1", "2", "recordings", "anything"])
def test_version_1_gives_recording_ids_for_whatever_is_asked_and_calls_them_tracks(meta):
    assert results(meta, first=True) == [
        {"id": "T1", "score": 1.0, "tracks": [{"id": "R1"}, {"id": "R2"}, {"id": "R3"}]}
    ]


@pytest.mark.parametrize("meta", ["", "0"])
def test_version_1_gives_nothing_when_nothing_is_asked(meta):
    assert results(meta, first=True) == [{"id": "T1", "score": 1.0}]


SAID = UserMetadata(track="Song", artist="Somebody", album="Album", album_artist="Various", track_no=2, year=1999)


def test_what_users_said_comes_after_bare_recordings_and_has_no_ids():
    bare, said = recordings("recordings releasegroups releases tracks usermeta", links=LINKS[2:], metadata=[SAID])
    assert bare == {"id": "R3"}
    assert said == {
        "artists": ["Somebody"],
        "releasegroups": [
            {
                "artists": ["Various"],
                "releases": [
                    {
                        "artists": ["Various"],
                        "date": {"year": 1999},
                        "mediums": [
                            {
                                "position": None,
                                "track_count": None,
                                "tracks": [{"artists": ["Somebody"], "position": 2, "title": "Song"}],
                            }
                        ],
                        "releaseevents": [{"date": {"year": 1999}}],
                        "title": "Album",
                    }
                ],
                "title": "Album",
            }
        ],
        "title": "Song",
    }


def test_what_users_said_is_compressed_too_and_little_may_be_left():
    plain = UserMetadata(track="Song", artist="Somebody", album="Album", album_artist="Somebody")
    asked = "recordings releases tracks usermeta compress"
    [said] = recordings(asked, links=(), metadata=[plain])
    assert said == {
        "artists": ["Somebody"],
        "releases": [
            {
                "mediums": [{"position": None, "track_count": None, "tracks": [{"position": None}]}],
                "releaseevents": [{}],
                "title": "Album",
            }
        ],
        "title": "Song",
    }
    assert recordings("recordingids releaseids usermeta", links=(), metadata=[plain]) == [{"releases": []}]
    assert recordings("recordingids usermeta", links=(), metadata=[plain]) == [{}]


def test_what_users_said_is_told_only_where_musicbrainz_says_nothing_and_only_with_recordings():
    assert [one["id"] for one in recordings("recordings usermeta", metadata=[SAID])] == ["R1", "R2", "R3"]
    assert results("releases usermeta", links=(), metadata=[SAID]) == [{"id": "T1", "releases": [], "score": 1.0}]
    many = [UserMetadata(track=str(number)) for number in range(12)]
    assert len(recordings("recordings usermeta", links=(), metadata=many)) == 10


def test_links_by_an_old_mbid_count_for_the_recording_that_is_left():
    merged = structs.replace(RECORDINGS[0], old_mbids=(R3, R4))
    catalogue = MemoryCatalogue(info=INFO, releases=RELEASES, recordings=(merged, RECORDINGS[1]))
    links = (*LINKS, RecordingLink(R4, 20))
    found = recordings("recordings sources", links=links, catalogue=catalogue)
    assert [(one["id"], one["sources"]) for one in found] == [("R1", 26), ("R2", 2)]


def test_a_release_that_names_a_recording_by_an_old_mbid_holds_it():
    merged = structs.replace(RECORDINGS[0], mbid=R4, old_mbids=(R1,))
    catalogue = MemoryCatalogue(info=INFO, release_groups=GROUPS, releases=RELEASES, recordings=(merged,))
    [release, *_] = recordings("recordings releases tracks", links=LINKS[:1], catalogue=catalogue)[0]["releases"]
    assert [track["id"] for medium in release["mediums"] for track in medium["tracks"]] == ["K4"]
