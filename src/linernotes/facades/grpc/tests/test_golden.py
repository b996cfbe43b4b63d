"""Whole answers as text. With REWRITE_GOLDEN=1 they are written anew: read what changed before you keep it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from google.protobuf import text_format
from google.protobuf.message import Message

from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import entities_pb2, identify_pb2
from linernotes.facades.grpc.tests.served import Served
from linernotes.fingerprint.codec import encode
from tests.contracts import world as w
from tests.usecases.identify.naming_world import KNOWN, LIKE_KNOWN, SECONDS, STRANGE, TAGGED

GOLDEN = Path(__file__).parent / "golden"

ASKED: dict[str, tuple[str, Message]] = {
    "an artist with everything": ("GetArtist", pb.GetArtistRequest(mbid=w.ALPHA.mbid)),
    "an artist with nothing but a name": ("GetArtist", pb.GetArtistRequest(mbid=w.SILENT.mbid)),
    "a release group with everything": ("GetReleaseGroup", pb.GetReleaseGroupRequest(mbid=w.FULL.mbid)),
    "a release group of two artists": ("GetReleaseGroup", pb.GetReleaseGroupRequest(mbid=w.DUET.mbid)),
    "a release with everything": ("GetRelease", pb.GetReleaseRequest(mbid=w.FULL_ON_CD.mbid)),
    "a release that has no barcode": ("GetRelease", pb.GetReleaseRequest(mbid=w.FULL_ON_TAPE.mbid)),
    "a release of unknown barcode": ("GetRelease", pb.GetReleaseRequest(mbid=w.FULL_BOOTLEG.mbid)),
    "a recording with everything": ("GetRecording", pb.GetRecordingRequest(mbid=w.SONG)),
    "a video": ("GetRecording", pb.GetRecordingRequest(mbid=w.FILM)),
    "a label": ("GetLabel", pb.GetLabelRequest(mbid=w.LABEL.mbid)),
    "a series in its order": ("GetSeries", pb.GetSeriesRequest(mbid=w.SERIES.mbid)),
    "a discography": ("ListReleaseGroups", pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.mbid)),
    "releases without their tracks": ("ListReleases", pb.ListReleasesRequest(release_group_mbid=w.FULL.mbid)),
    "artists by name": ("SearchArtists", pb.SearchArtistsRequest(query="alpha")),
    "release groups by title": ("SearchReleaseGroups", pb.SearchReleaseGroupsRequest(query="full")),
    "who has a page": ("Resolve", pb.ResolveRequest(url=w.SHARED_PAGE)),
}
STREAMED: dict[str, tuple[str, Message]] = {
    "a batch of artists": (
        "BatchGetArtists",
        pb.BatchGetArtistsRequest(mbids=[w.BETA.mbid, w.mbid("nobody"), w.ALPHA.old_mbids[0].upper()]),
    ),
    "a batch of releases": ("BatchGetReleases", pb.BatchGetReleasesRequest(mbids=[w.DUET_ONLINE.mbid])),
    "what changed": ("ListChanges", pb.ListChangesRequest(kind=entities_pb2.KIND_ARTIST, since={"seconds": 1})),
}

SOUNDS: dict[str, Message] = {
    "a sound with its recordings": identify_pb2.LookupRequest(fingerprint=encode(KNOWN), duration=SECONDS),
    "a sound with everything": identify_pb2.LookupRequest(
        words=LIKE_KNOWN.tolist(),
        duration=SECONDS + 2,
        options={
            "limit": 3,
            "include": [
                identify_pb2.INCLUDE_RELEASES,
                identify_pb2.INCLUDE_RELEASE_GROUPS,
                identify_pb2.INCLUDE_USER_METADATA,
            ],
        },
    ),
    "a sound of which users alone know": identify_pb2.LookupRequest(
        fingerprint=encode(TAGGED), duration=SECONDS, options={"include": [identify_pb2.INCLUDE_USER_METADATA]}
    ),
    "an excerpt": identify_pb2.LookupRequest(words=KNOWN[300:420].tolist(), options={"clip": True}),
    "a sound that nobody knows": identify_pb2.LookupRequest(fingerprint=encode(STRANGE), duration=SECONDS),
}


def compare(name: str, *answers: Message) -> None:
    """Compare answers with the golden file of this name, or write it."""
    texts = [text_format.MessageToString(answer, as_utf8=True) for answer in answers]
    told = "\n---\n".join(texts)
    file = GOLDEN / f"{name}.txtpb"
    if os.environ.get("REWRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(told, "utf-8")
    assert told == file.read_text("utf-8")


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_is_the_same_to_the_letter(server: Served, name: str) -> None:
    method, request = ASKED[name]
    compare(name, getattr(server.catalog, method)(request, timeout=5))


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_is_the_same_to_the_letter(server: Served, name: str) -> None:
    method, request = STREAMED[name]
    compare(name, *getattr(server.catalog, method)(request, timeout=5))


@pytest.mark.parametrize("name", SOUNDS)
def test_what_a_sound_is_is_the_same_to_the_letter(ear: Served, name: str) -> None:
    compare(name, ear.identify.Lookup(SOUNDS[name], timeout=30))


def test_every_golden_file_is_an_answer_of_a_test() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {*ASKED, *STREAMED, *SOUNDS}
