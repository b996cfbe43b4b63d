"""What every store of tracks answers, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linernotes.domain.identification import (
    FIRST_LOCAL_ID,
    RecordingLink,
    StoredFingerprint,
    TrackLink,
    UserMetadata,
)
from linernotes.domain.ids import MBID
from tests.contracts.identification_worlds import (
    KINDS,
    NOW,
    SONG,
    WORDS,
    A,
    B,
    C,
    World,
    import_all,
    opened_world,
    ref,
    said,
)

NOWHERE = [0, -1, 7, 1 << 31, 1 << 40, (1 << 63) - 1, 1 << 63, 1 << 80, -(1 << 80)]


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with opened_world(request.param, tmp_path, request) as one:
        yield one


def test_there_is_nothing_at_first(world: World) -> None:
    tracks = world.tracks
    assert tracks.fingerprints([1, 2]) == []
    assert tracks.fingerprints_of([1]) == [()]
    assert tracks.tracks([A]) == [None]
    assert tracks.links([1]) == [()]
    assert tracks.tracks_with([A]) == [()]
    assert tracks.metadata([1], limit=10) == [()]


def test_asking_for_nothing_is_no_mistake(world: World) -> None:
    tracks = world.tracks
    answers = tracks.fingerprints([]), tracks.fingerprints_of([]), tracks.tracks([]), tracks.links([])
    assert answers == ([], [], [], [])
    assert (tracks.tracks_with([]), tracks.metadata([], limit=1)) == ([], [])


def test_only_what_waits_for_another_program_is_remote(world: World, request: pytest.FixtureRequest) -> None:
    assert world.tracks.remote == ("postgres" in request.node.name)


def test_fingerprints_come_back_as_they_were_by_id_each_once(world: World) -> None:
    [(track, first), (_, second)] = import_all(world, said(duration=180), said(b"\0\xff" * 3000, duration=181))
    found = world.tracks.fingerprints([second, first, second])
    assert [(one.id, one.duration, one.packed) for one in found] == [
        (first, 180, WORDS),
        (second, 181, b"\0\xff" * 3000),
    ]
    assert found[0] == StoredFingerprint(first, ref(world, track), 180, WORDS)


def test_what_is_made_here_is_numbered_above_all_that_is_acoustids(world: World) -> None:
    assert import_all(world, said()) == [(FIRST_LOCAL_ID, FIRST_LOCAL_ID)]


def test_durations_bound_what_is_found_both_bounds_included(world: World) -> None:
    made = import_all(world, *(said(bytes([duration]), duration=duration) for duration in (99, 100, 101, 102)))
    ids = [fingerprint for _, fingerprint in made]

    def durations(**bounds: int) -> list[int]:
        return [one.duration for one in world.tracks.fingerprints(ids, **bounds)]

    assert durations(shortest=100, longest=101) == [100, 101]
    assert durations(shortest=102) == [102]
    assert durations(longest=99) == [99]
    assert durations(shortest=101, longest=100) == []
    assert durations(shortest=-(1 << 80), longest=1 << 80) == [99, 100, 101, 102]
    assert durations(shortest=1 << 80) == durations(longest=-(1 << 80)) == []


def test_a_fingerprint_without_words_or_track_is_not_found(world: World) -> None:
    made = import_all(world, *(said(bytes([n])) for n in range(3)))
    world.lose_words(made[0][1])
    world.lose_track(made[1][1])
    assert [one.id for one in world.tracks.fingerprints([one for _, one in made])] == [made[2][1]]
    found = world.tracks.fingerprints_of([track for track, _ in made])
    assert [[one.id for one in each] for each in found] == [[], [], [made[2][1]]]


def test_numbers_that_nothing_has_are_simply_not_there(world: World) -> None:
    import_all(world, said())
    nothing = [()] * len(NOWHERE)
    assert world.tracks.fingerprints(NOWHERE) == []
    assert world.tracks.fingerprints_of(NOWHERE) == nothing
    assert world.tracks.links(NOWHERE) == nothing
    assert world.tracks.metadata(NOWHERE, limit=1 << 80) == nothing


def test_small_and_large_numbers_are_asked_for_in_turn(world: World) -> None:
    for ids in ([7], [7, 40_000], [40_000], [7, 1 << 33], [7], [1 << 33], [7, 70_000]):
        assert world.tracks.links(ids) == [()] * len(ids)
        assert world.submissions.statuses(ids) == [None] * len(ids)


def test_lists_of_any_length_are_answered(world: World) -> None:
    made = import_all(world, *(said(bytes([n >> 8, n & 255]), duration=100, mbid=A) for n in range(600)))
    ids, tracks = [one for _, one in made], [one for one, _ in made]
    assert [one.id for one in world.tracks.fingerprints(ids[::-1])] == ids
    assert [one[0].id for one in world.tracks.fingerprints_of(tracks)] == ids
    assert world.tracks.links(tracks) == [(RecordingLink(A, 1),)] * 600
    gids = [one[0].track.gid for one in world.tracks.fingerprints_of(tracks)]
    assert [one.id for one in world.tracks.tracks(gids) if one] == tracks
    assert [one.gid for one in world.tracks.tracks_with([A])[0]] == gids


def test_all_fingerprints_of_tracks_come_in_the_order_asked(world: World) -> None:
    [(one, first), (two, other)] = import_all(world, said(b"1"), said(b"2"))
    [(_, second)] = import_all(world, said(b"3"), onto=one)
    found = world.tracks.fingerprints_of([two, one, 5, one])
    assert [[each.id for each in of] for of in found] == [[other], [first, second], [], [first, second]]
    assert {each.track.id for each in found[1]} == {one}


def test_of_many_fingerprints_the_most_submitted_ones_come_by_id(world: World) -> None:
    [(track, first)] = import_all(world, said(b"1"))
    made = import_all(world, said(b"2"), said(b"3"), said(b"4"), onto=track)
    second, third, fourth = (id_ for _, id_ in made)
    with world.submissions.work() as work:
        for id_ in (fourth, fourth, second):
            work.count_fingerprint(id_, now=NOW)

    def chosen(limit: int) -> list[int]:
        [found] = world.tracks.fingerprints_of([track], limit=limit)
        return [one.id for one in found]

    assert chosen(3) == [first, second, fourth]
    assert chosen(2) == [second, fourth]
    assert chosen(1) == [fourth]
    assert chosen(4) == chosen(1 << 80) == [first, second, third, fourth]
    assert chosen(0) == chosen(-1) == []


def test_the_shortest_and_longest_durations_of_tracks_come_in_the_order_asked(world: World) -> None:
    [(one, _), (two, lost)] = import_all(world, said(b"1", duration=200), said(b"2", duration=90))
    import_all(world, said(b"3", duration=207), said(b"4", duration=195), onto=one)
    assert world.tracks.durations([two, one, 5, one]) == [(90, 90), (195, 207), None, (195, 207)]
    world.lose_words(lost)
    assert world.tracks.durations([two]) == [None]
    assert world.tracks.durations(NOWHERE) == [None] * len(NOWHERE)
    assert world.tracks.durations([]) == []


def test_tracks_are_known_by_their_uuid_in_any_case(world: World) -> None:
    [(track, _)] = import_all(world, said())
    known = ref(world, track)
    assert world.tracks.tracks([known.gid, C, known.gid.upper()]) == [known, None, known]


@pytest.mark.parametrize("text", ["", "x", "\0", "\ud800", "' OR 1=1 --", A + "\n", A.replace("-", ""), "{" + A + "}"])
def test_what_is_no_uuid_is_no_track_and_no_recording(world: World, text: str) -> None:
    import_all(world, said())
    assert world.tracks.tracks([text]) == [None]
    assert world.tracks.tracks_with([MBID(text)]) == [()]


def test_a_merged_track_gives_the_one_at_the_end_of_its_redirects(world: World) -> None:
    one, two, three, four = (track for track, _ in import_all(world, *(said(bytes([n])) for n in range(4))))
    refs = {track: ref(world, track) for track in (one, two, three, four)}
    world.merge(one, two)
    world.merge(two, three)
    gids = [refs[track].gid for track in (one, two, three, four)]
    assert world.tracks.tracks(gids) == [refs[three], refs[three], refs[three], refs[four]]
    world.merge(three, 12345)
    assert world.tracks.tracks(gids[:1]) == [refs[three]]


def test_redirects_in_a_circle_come_to_an_end(world: World) -> None:
    one, two = (track for track, _ in import_all(world, said(b"1"), said(b"2")))
    refs = {ref(world, one), ref(world, two)}
    gids = [each.gid for each in refs]
    world.merge(one, two)
    world.merge(two, one)
    found = world.tracks.tracks(gids)
    assert None not in found
    assert set(found) <= refs


def test_links_come_by_mbid_with_their_sources_disabled_ones_too(world: World) -> None:
    [(track, _)] = import_all(world, said(b"1", mbid=C))
    import_all(world, said(b"2", mbid=A), said(b"3", mbid=B), said(b"4", mbid=A), onto=track)
    [(other, _)] = import_all(world, said(b"5", mbid=B))
    world.disable(track, B)
    assert world.tracks.links([other, track, 3, track]) == [
        (RecordingLink(B, 1),),
        (RecordingLink(A, 2), RecordingLink(B, 1, disabled=True), RecordingLink(C, 1)),
        (),
        (RecordingLink(A, 2), RecordingLink(B, 1, disabled=True), RecordingLink(C, 1)),
    ]


def test_of_many_links_those_of_most_sources_come_by_mbid_disabled_ones_last(world: World) -> None:
    [(track, _)] = import_all(world, said(b"1", mbid=A))
    import_all(world, *(said(bytes([n]), mbid=mbid) for n, mbid in enumerate([A, A, B, C, C], 2)), onto=track)
    [(other, _)] = import_all(world, said(b"9", mbid=B))
    world.disable(track, A)
    a, b, c = RecordingLink(A, 3, disabled=True), RecordingLink(B, 1), RecordingLink(C, 2)
    assert world.tracks.links([track, other], limit=1) == [(c,), (b,)]
    assert world.tracks.links([track], limit=2) == [(b, c)]
    assert world.tracks.links([track], limit=3) == world.tracks.links([track], limit=1 << 80) == [(a, b, c)]
    assert world.tracks.links([track], limit=0) == world.tracks.links([track], limit=-1) == [()]


def test_of_many_tracks_with_a_recording_the_first_come_disabled_links_last(world: World) -> None:
    made = import_all(world, said(b"1", mbid=A), said(b"2", mbid=A), said(b"3", mbid=A), said(b"4", mbid=B))
    one, two, three, four = (ref(world, track) for track, _ in made)
    world.disable(one.id, A)
    off, second, third = TrackLink(one.gid, disabled=True), TrackLink(two.gid), TrackLink(three.gid)
    assert world.tracks.tracks_with([A, B], limit=1) == [(second,), (TrackLink(four.gid),)]
    assert world.tracks.tracks_with([A], limit=2) == [(second, third)]
    assert world.tracks.tracks_with([A], limit=3) == [(off, second, third)]
    assert world.tracks.tracks_with([A], limit=0) == world.tracks.tracks_with([A], limit=-1) == [()]


def test_tracks_with_a_recording_come_by_number_disabled_links_too(world: World) -> None:
    made = import_all(world, said(b"1", mbid=A), said(b"2", mbid=A), said(b"3", mbid=B))
    one, two, three = (ref(world, track) for track, _ in made)
    world.disable(one.id, A)
    assert world.tracks.tracks_with([B, A, C, MBID(A.upper())]) == [
        (TrackLink(three.gid),),
        (TrackLink(one.gid, disabled=True), TrackLink(two.gid)),
        (),
        (TrackLink(one.gid, disabled=True), TrackLink(two.gid)),
    ]


def test_metadata_come_most_submitted_first_then_by_number(world: World) -> None:
    def tagged(words: bytes, title: str) -> UserMetadata:
        nonlocal track
        metadata = UserMetadata(track=title)
        [(track, _)] = import_all(world, said(words, mbid=None, metadata=metadata), onto=track)
        return metadata

    [(track, _)] = import_all(world, said(b"0", mbid=None, metadata=SONG))
    rare, often = tagged(b"1", "z"), tagged(b"2", "often")
    later = tagged(b"3", "a")
    tagged(b"4", "often")
    [(other, _)] = import_all(world, said(b"5", metadata=later))
    assert world.tracks.metadata([other, track, 9], limit=10) == [(later,), (often, SONG, rare, later), ()]
    assert world.tracks.metadata([track, track], limit=2) == [(often, SONG)] * 2
    assert world.tracks.metadata([track], limit=0) == world.tracks.metadata([track], limit=-1) == [()]


def test_metadata_come_back_as_they_were_said(world: World) -> None:
    whole = UserMetadata(
        track="日本語\t'--", artist="a", album="b", album_artist="c", track_no=-3, disc_no=2, year=-(1 << 31) + 1
    )
    [(track, _)] = import_all(world, said(metadata=whole))
    assert world.tracks.metadata([track], limit=1) == [(whole,)]
