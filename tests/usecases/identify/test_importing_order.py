"""A batch is imported as if its submissions came one by one, and both as their plain rules say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.identification import NewSubmission
from linernotes.fingerprint.match.compare import score
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import Words
from linernotes.usecases.identify.importing import ImportTally
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, said

Song = tuple[Words, int]
SONGS = [track(seed, 320) for seed in range(3)]
TAKES = [noisy(song, share, seed) for song in SONGS for seed, share in enumerate((0, 0.02, 0.05, 0.08, 0.12, 0.2))]
some_songs = st.lists(
    st.tuples(st.integers(0, len(TAKES) - 1), st.integers(250, 270)), unique=True, min_size=1, max_size=14
)


def in_common(words: Words, other: Words, *, full: bool) -> int:
    """Return how many hashes of the one's query the other has in the index."""
    there = {word & 0xFFFFFFF0 for word in other.tolist()} if full else set(extract_query(other).tolist())
    return len(there & set(extract_query(words).tolist()))


def by_the_rules(songs: list[Song], *, full: bool) -> list[tuple[int, int]]:
    """Return each song's track and fingerprint, numbered from 0, looking at every fingerprint there is."""
    fingerprints: list[Song] = []
    tracks: list[list[int]] = []
    found = []
    for words, duration in songs:
        hits = [in_common(words, other, full=full) for other, _ in fingerprints]
        near = [
            (-score(words, other), number)
            for number, (other, lasts) in enumerate(fingerprints)
            # What has less than a tenth of the best one's hashes in common is not looked at.
            if hits[number] >= max(1, max(hits) // 10) and abs(lasts - duration) <= 7 and score(words, other) > 0.75
        ]
        place = None
        for likeness, number in sorted(near):
            at = next(index for index, track_ in enumerate(tracks) if number in track_)
            fits = [
                score(words, fingerprints[one][0]) >= 0.4 and abs(fingerprints[one][1] - duration) <= 7
                for one in tracks[at]
            ]
            if all(fits):
                place = (at, number if -likeness > 0.9 else len(fingerprints))
                break
        at, number = place or (len(tracks), len(fingerprints))
        if at == len(tracks):
            tracks.append([])
        if number == len(fingerprints):
            fingerprints.append((words, duration))
            tracks[at].append(number)
        found.append((at, number))
    return found


def outcome(world: World, count: int) -> list[int]:
    """Return each submission's track, numbered from 0 as they come."""
    numbers: dict[str | None, int] = {}
    return [numbers.setdefault(gid, len(numbers)) for gid in world.gids(range(1, count + 1))]


@settings(max_examples=100, deadline=None)
@given(picked=some_songs, together=st.lists(st.integers(1, 6), min_size=14, max_size=14), full=st.booleans())
def test_batches_of_any_size_come_out_as_the_rules_say(
    picked: list[tuple[int, int]], together: list[int], *, full: bool
) -> None:
    songs = [(TAKES[take], duration) for take, duration in picked]
    expected = by_the_rules(songs, full=full)
    submissions: list[NewSubmission] = [
        said(words, number, duration=duration) for number, (words, duration) in enumerate(songs, 1)
    ]
    world = World(full=full)
    tally = ImportTally()
    for size in together:
        some, submissions = submissions[:size], submissions[size:]
        tally += world.bring(*some)
    assert outcome(world, len(songs)) == [at for at, _ in expected]
    assert len(world.stored()) == len({number for _, number in expected})
    tracks, fingerprints = (len(set(column)) for column in zip(*expected, strict=True))
    assert tally == ImportTally(imported=len(songs), tracks=tracks, fingerprints=fingerprints)
