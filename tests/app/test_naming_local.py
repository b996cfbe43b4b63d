"""Names from the data folder: what the use case says becomes recordings, best first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from linernotes.app.naming.local import LocalNamer
from linernotes.app.naming.values import Named, best_first
from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import CreditName, Recording, Release, ReleaseEvent
from linernotes.domain.identification import TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording, Match, Query

A, B, C = (MBID(f"{letter * 8}-0000-4000-8000-000000000000") for letter in "abc")
CREDIT = (CreditName(A, "Alpha", " & "), CreditName(B, "Beta"))
QUERY = Query(np.zeros(9, np.uint32), 200)


def release(mbid: MBID, title: str, *years: int | None) -> Release:
    events = tuple(ReleaseEvent(PartialDate(year) if year else None) for year in years)
    return Release(mbid, C, title, CREDIT, events=events)


class FakeIdentify:
    """Finds what it is told, and describes tracks of which it was told."""

    def __init__(self, matches: Sequence[tuple[Match, ...]], known: Description) -> None:
        self.matches = list(matches)
        self.known = known
        self.described: list[list[int]] = []

    async def match(self, queries: Sequence[Query], *, limit: int = 10) -> list[tuple[Match, ...]]:
        return self.matches[: len(queries)]

    async def describe(self, tracks: Sequence[int], detail: Detail) -> Description:
        assert detail == Detail(recordings=True, releases=True, user_metadata=True)
        self.described.append(list(tracks))
        return self.known


def match(track: int, score: float, *, offset: float | None = None) -> Match:
    return Match(TrackRef(track, f"track-{track}"), score, duration=203, offset=offset)


def test_a_track_becomes_its_recordings_with_their_first_release() -> None:
    recording = Recording(A, "Song", CREDIT, length=201_000, releases=(A, B, C))
    releases = {A: release(A, "Late", 2009, 2003), B: release(B, "Early", 2001), C: release(C, "Undated", None)}
    known = Description(
        links={1: (LinkedRecording(A, 3, recording), LinkedRecording(B, 9))}, releases=releases, metadata={}
    )
    [[song, bare]] = asyncio.run(LocalNamer(identify=FakeIdentify([(match(1, 0.9),)], known)).name([QUERY], least=0.5))
    assert (song.mbid, song.title, song.artist, song.sources) == (A, "Song", "Alpha & Beta", 3)
    assert song.release is not None
    assert (song.release.title, song.release.date) == ("Early", "2001")
    assert song.why(QUERY) == "3 sources · duration differs by 3 s"
    # One with more sources, but without a name, stands behind.
    assert (bare.mbid, bare.title, bare.release) == (B, "", None)


def test_tracks_of_too_low_a_score_are_not_even_described() -> None:
    fake = FakeIdentify([(match(1, 0.6), match(2, 0.4)), (match(3, 0.3),)], Description())
    assert asyncio.run(LocalNamer(identify=fake).name([QUERY, QUERY], least=0.5)) == [(), ()]
    assert fake.described == [[1]]


def test_a_file_is_named_by_tags_where_nothing_else_is_known() -> None:
    said = (UserMetadata(track="Homemade", artist="Me", album="Tape", year=1999), UserMetadata(artist="You"))
    fake = FakeIdentify([(match(1, 1.0, offset=61.04),)], Description(metadata={1: said}))
    [[first, second]] = asyncio.run(LocalNamer(identify=fake).name([QUERY], least=0.5))
    assert (first.title, first.artist, first.mbid, first.by_tags) == ("Homemade", "Me", "", True)
    assert first.release is not None
    assert (first.release.title, first.release.date) == ("Tape", "1999")
    assert second.artist == "You"
    clip = Query(QUERY.words, 10, clip=True)
    assert first.why(clip) == "from 1:01.0 · named by tags"


def test_the_only_recording_of_a_track_takes_the_name_that_tags_give() -> None:
    said = {1: (UserMetadata(track="Homemade", artist="Me"),)}
    links = {1: (LinkedRecording(A, 2),)}
    fake = FakeIdentify([(match(1, 1.0),)], Description(links=links, metadata=said))
    [[one]] = asyncio.run(LocalNamer(identify=fake).name([QUERY], least=0.5))
    assert (one.mbid, one.title, one.sources, one.by_tags) == (A, "Homemade", 2, True)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (200, "same duration"),
        (200.9, "same duration"),
        (201, "duration differs by 1 s"),
        (190, "duration differs by 10 s"),
    ],
)
def test_less_than_a_second_is_no_difference(length: float, said: str) -> None:
    assert Named(score=1, acoustid="x", title="Song", length=length).why(QUERY) == said


def test_a_clip_may_begin_before_its_track() -> None:
    clip = Query(QUERY.words, 10, clip=True)
    assert Named(score=1, acoustid="x", title="Song", sources=1, offset=-2.5).why(clip) == "1 source · from -0:02.5"


def test_the_order_does_not_depend_on_the_order_in_which_they_are_found() -> None:
    some = [
        Named(score=s, acoustid=f"{s}", title="T", mbid=m, sources=n) for s in (0.5, 1) for m in "ab" for n in (1, 2)
    ]
    assert best_first(some) == best_first(some[::-1])
    assert [(one.score, one.sources, one.mbid) for one in best_first(some)][:3] == [
        (1, 2, "a"),
        (1, 2, "b"),
        (1, 1, "a"),
    ]
