"""What our own APIs tell of a sound, and under whose name they submit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.identification import SubmissionState
from linernotes.fingerprint.codec import encode
from linernotes.ports.build import Build
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.identify.asking import (
    duration_of,
    read_duration,
    read_limit,
    read_tolerance,
    read_words,
)
from linernotes.usecases.identify.hearing import Heard
from linernotes.usecases.identify.naming import Answer, Asker, Naming
from linernotes.usecases.identify.values import Detail, Query
from linernotes.usecases.library.naming import NoNames
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.library import Shelf
from tests.usecases.identify.naming_world import (
    KNOWN,
    LIKE_KNOWN,
    NOBODY,
    OTHER,
    SECONDS,
    STRANGE,
    TAGGED,
    TAGS,
    Sounds,
    gid,
    says,
)

SOMEBODY = Asker("abc", "192.0.2.1", "a program")


class World:
    """Naming on made-up sounds."""

    def __init__(self, **options: Any) -> None:
        self.sounds = Sounds(**options)
        self.naming = self.another()

    def another(self) -> Naming:
        """Return what another process would have, on the same stores."""
        build = Build(memory(w.WORLD, None), NoNames())  # type: ignore[arg-type]
        return Naming(known=self.sounds.parts(Shelf(MemoryLiveBuild(build)).library), version="1.2.3")

    def name(self, words: Any, *, limit: int = 10, clip: bool = False, **detail: bool) -> Answer:
        query = Query(words, SECONDS, clip=clip)
        wanted = Detail(recordings=True, **detail)
        return asyncio.run(self.naming.name(query, wanted, limit=limit, asker=SOMEBODY))


@pytest.fixture
def world() -> World:
    return World()


def test_a_sound_is_a_track_with_its_recordings_most_sources_first(world: World) -> None:
    [track] = world.name(LIKE_KNOWN).tracks
    assert (track.match.track.gid, track.match.duration) == (gid(1), SECONDS)
    assert 0.7 < track.match.score < 1
    known = [(one.mbid, one.sources, one.recording and one.recording.title) for one in track.recordings]
    # A link by an MBID of old is one to the recording of now.
    assert known == [(w.SONG, 5, "Song"), (w.FILM, 2, "Film")]


def test_a_recording_that_nobody_knows_is_named_all_the_same(world: World) -> None:
    [track] = world.name(OTHER).tracks
    assert [(one.mbid, one.recording) for one in track.recordings] == [(NOBODY, None)]


def test_releases_are_there_once_by_date_with_the_tracks_that_were_asked_about(world: World) -> None:
    answer = world.name(KNOWN, releases=True)
    assert [release.mbid for release in answer.releases] == [w.FULL_ON_CD.mbid, w.DUET_ONLINE.mbid]
    titles = [[track.title for track in medium.tracks] for medium in answer.releases[0].media]
    assert titles == [["Pregap", "Song", "Film"], ["Song again"]]
    assert answer.releases[0].media[0].track_count == 4
    assert answer.release_groups == ()


def test_release_groups_bring_the_releases_that_lead_to_them(world: World) -> None:
    answer = world.name(KNOWN, release_groups=True)
    assert [group.mbid for group in answer.release_groups] == sorted([w.FULL.mbid, w.DUET.mbid])
    assert {release.release_group for release in answer.releases} == {w.FULL.mbid, w.DUET.mbid}
    assert world.name(KNOWN).releases == ()


def test_what_users_said_is_told_where_nothing_else_is_known(world: World) -> None:
    [track] = world.name(TAGGED, user_metadata=True).tracks
    assert (track.recordings, track.metadata) == ((), (TAGS,))
    [track] = world.name(KNOWN, user_metadata=True).tracks
    assert track.metadata == ()


def test_that_nothing_sounds_like_it_is_an_answer_and_a_missing_index_is_none(world: World) -> None:
    assert world.name(STRANGE) == Answer(())
    world.sounds.fault = Unavailable("The index is being read.")
    with pytest.raises(Unavailable):
        world.name(KNOWN)


def test_look_ups_count_for_our_application(world: World) -> None:
    world.name(KNOWN)
    world.name(STRANGE)
    world.name(STRANGE)
    world.sounds.counter.flush()
    [application] = world.sounds.kept.clients.applications()
    assert (application.name, application.version) == ("linernotes", "1.2.3")
    [day] = world.sounds.kept.counts.lookups([application.id], first="2026-11-21", last="2026-11-21")
    assert (day.hits, day.misses) == (1, 2)


def test_a_clip_is_found_in_the_middle_where_whole_tracks_are_indexed() -> None:
    [track] = World(full=True).name(KNOWN[500:600], clip=True).tracks
    assert (track.match.track.gid, round(track.match.offset or 0)) == (gid(1), round(500 * 0.1238))
    with pytest.raises(Invalid, match="index"):
        World().name(KNOWN[500:600], clip=True)


def submitted(world: World, naming: Naming, asker: Asker, *said: Any) -> list[int]:
    return [status.id for status in asyncio.run(naming.submit(said, asker))]


def test_each_key_has_an_account_of_its_own_whatever_process_asks(world: World) -> None:
    new = says(STRANGE)
    first = submitted(world, world.naming, SOMEBODY, new, says(STRANGE, w.FILM))
    assert len(set(first)) == 2
    assert submitted(world, world.another(), SOMEBODY, new) == first[:1]
    assert submitted(world, world.another(), Asker("other"), new) != first[:1]
    assert submitted(world, world.naming, Asker(), new) not in ([first[0]], [first[1]])
    assert [account.name for account in world.sounds.kept.clients.accounts()] == [
        "api key abc",
        "api key other",
        "api",
    ]
    assert len(world.sounds.kept.clients.applications()) == 1


def test_what_became_of_a_submission_is_told_when_it_is_imported(world: World) -> None:
    [one, short] = submitted(world, world.naming, SOMEBODY, says(STRANGE), says(STRANGE[:20], w.FILM))
    before = asyncio.run(world.naming.statuses([one, 99]))
    assert [status and status.state for status in before] == [SubmissionState.PENDING, None]
    world.sounds.bring_in()
    done, refused = asyncio.run(world.naming.statuses([one, short]))
    assert done is not None
    assert refused is not None
    assert (done.state, refused.state) == (SubmissionState.IMPORTED, SubmissionState.REJECTED)
    assert refused.reason
    [track] = world.name(STRANGE).tracks
    assert track.match.track.gid == done.gid


def test_many_who_submit_at_once_share_one_account(world: World) -> None:
    async def both() -> None:
        await asyncio.gather(*(world.naming.submit([says(STRANGE)], SOMEBODY) for _ in range(5)))

    asyncio.run(both())
    assert len(world.sounds.kept.clients.accounts()) == 1
    assert world.sounds.kept.submissions.waiting() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (encode(KNOWN), [1, 2]),
        ("no fingerprint!", []),
        (encode(KNOWN, algorithm=2), []),
        (encode(KNOWN[:0]), []),
        ("AQ", []),
        ("", [1 << 32]),
    ],
    ids=range(7),
)
def test_what_is_no_fingerprint_is_refused(text: str, words: list[int]) -> None:
    with pytest.raises(Invalid):
        read_words(text, words)


def test_a_fingerprint_may_be_text_or_words() -> None:
    numbers = KNOWN.tolist()
    assert read_words(encode(KNOWN), []).tolist() == read_words("", numbers).tolist() == numbers


@pytest.mark.parametrize("seconds", [0, -1, 0.5, 32_768, float("nan"), float("inf")])
def test_a_duration_is_one_that_a_file_can_have(seconds: float) -> None:
    with pytest.raises(Invalid):
        read_duration(seconds)


def test_seconds_are_whole_ones_and_a_clip_needs_none() -> None:
    assert (read_duration(119.97), read_duration(32_767.5), read_duration(0, clip=True)) == (119, 32_767, 0)
    heard = Heard(KNOWN, 99.9)
    assert (duration_of(heard, 0), duration_of(heard, 7), duration_of(Heard(KNOWN, 1e6), 0)) == (99, 7, 32_767)


@pytest.mark.parametrize(("read", "usual", "most"), [(read_limit, 10, 10), (read_tolerance, 7, 30)])
def test_numbers_have_bounds_and_nothing_means_the_usual_one(read: Any, usual: int, most: int) -> None:
    assert (read(0), read(1), read(most)) == (usual, 1, most)
    for wrong in (-1, most + 1):
        with pytest.raises(Invalid):
            read(wrong)
