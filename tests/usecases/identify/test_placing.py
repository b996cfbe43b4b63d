"""Placing onto tracks that were given far more fingerprints than any real one has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linernotes.domain.identification import StoredFingerprint, Submission
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import Words
from linernotes.ports.fingerprints import Change
from linernotes.stores.memory.identification.data import Fingerprint
from linernotes.usecases.identify.jobs import LAST
from linernotes.usecases.identify.placing import CANDIDATES, MOST_COMPARED, MOST_HELD, Placing, sample_of
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, said

SONG = track(1, 300)
COPY = noisy(SONG, 0.02)


class NotingTracks:
    """Tracks that keep a list of whose fingerprints were read, and of the limits; and of the candidates."""

    def __init__(self, world: World) -> None:
        self._tracks = world.kept.tracks
        self.read: list[tuple[list[int], int]] = []
        self.candidates: list[list[int]] = []

    def fingerprints(self, ids: Sequence[int], **bounds: int) -> list[StoredFingerprint]:
        self.candidates.append(list(ids))
        return self._tracks.fingerprints(ids, **bounds)

    def fingerprints_of(self, tracks: Sequence[int], *, limit: int) -> list[tuple[StoredFingerprint, ...]]:
        self.read.append((list(tracks), limit))
        return self._tracks.fingerprints_of(tracks, limit=limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracks, name)


def crowd(world: World, words: Words, count: int, *, of: int, submitted: int = 1, duration: int = 260) -> None:
    """Give a track more fingerprints, which are all the same."""
    packed = pack(words)
    with world.kept.keeper.writing() as data:
        first = max(data.fingerprints) + 1
        one = Fingerprint(track=of, duration=duration, packed=packed, count=submitted)
        data.fingerprints.update(dict.fromkeys(range(first, first + count), one))


def only_track(world: World) -> int:
    (one,) = world.stored().values()
    return one.track.id


def test_a_track_of_other_durations_is_ruled_out_unread() -> None:
    world = World()
    world.bring(said(SONG))
    crowd(world, SONG, 3, of=only_track(world), duration=268)
    tracks = NotingTracks(world)
    placing = Placing(tracks=tracks, index=world.index, full=False)  # type: ignore[arg-type]
    place = placing.place(sample_of(Submission(id=2, said=said(COPY), created_at=0)))
    assert (place.track, tracks.read) == (None, [])
    near = placing.place(sample_of(Submission(id=3, said=said(COPY, duration=264), created_at=0)))
    assert near.track is not None
    assert tracks.read == [([near.track.id], MOST_COMPARED)]


def test_what_has_one_hash_in_common_is_read_only_where_it_is_no_crowd() -> None:
    query = extract_query(SONG).tolist()
    for count, read in ((CANDIDATES.limit - 1, True), (CANDIDATES.limit + 5, False)):
        world = World()
        world.index.apply([Change(number, [query[number % 7], 16 * number]) for number in range(1, count + 1)])
        tracks = NotingTracks(world)
        placing = Placing(tracks=tracks, index=world.index, full=False)  # type: ignore[arg-type]
        placing.place(sample_of(Submission(id=2, said=said(SONG), created_at=0)))
        assert bool(tracks.candidates) is read


def test_of_a_crowded_track_the_most_submitted_fingerprints_say_what_joins() -> None:
    for unlike, joins in ((1, True), (3, False)):
        world = World()
        world.bring(said(SONG))
        of = only_track(world)
        crowd(world, SONG, MOST_COMPARED, of=of, submitted=2)
        crowd(world, track(9, 300), 1, of=of, submitted=unlike)
        assert world.bring(said(COPY, 2)).tracks == int(not joins)


def test_more_than_is_held_at_once_is_read_again() -> None:
    world = World()
    songs = [track(seed, 300) for seed in range(MOST_HELD // MOST_COMPARED + 2)]
    world.bring(*(said(song, number) for number, song in enumerate(songs, 1)))
    for one in world.stored().values():
        crowd(world, _words(one, songs), MOST_COMPARED, of=one.track.id)
    both = [*songs, *songs[:2]]
    tally = world.bring(*(said(noisy(song, 0.08, n), 100 + n) for n, song in enumerate(both)))
    assert (tally.imported, tally.tracks) == (len(both), 0)
    assert world.importer.run(1, LAST).imported == 0


def _words(one: StoredFingerprint, songs: Sequence[Words]) -> Words:
    return next(song for song in songs if pack(song) == one.packed)
