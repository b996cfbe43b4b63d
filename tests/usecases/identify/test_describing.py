"""What tracks are: how much is read for it, what is asked of sources, and what stands when something is missing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import structs

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.entities import CreditName, Medium, Recording, Release, ReleaseGroup, Track
from linernotes.domain.errors import Corrupt, LinernotesError, Unavailable
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.identification import RecordingLink, TrackLink, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.ports.build import Build
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.identify.describing import MOST_LINKS, MOST_RELEASES
from linernotes.usecases.identify.linked import MOST_TRACKS
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording
from linernotes.usecases.library.lookups import FEW
from linernotes.usecases.library.naming import NoNames
from tests.library import FakeSource, Shelf
from tests.usecases.identify.matching_world import World, gid

WHOLE = Detail(recordings=True, releases=True, release_groups=True, user_metadata=True)
INFO = BuildInfo("none", 0, 0, 0, None, "", None, ())
SAID = UserMetadata(track="Song", artist="Somebody")


def mbid(kind: str, number: int) -> MBID:
    """Return the MBID of the n-th entity of a kind: the kinds are a to f."""
    return MBID(f"{kind * 8}-0000-4000-8000-{number:012x}")


BY_SOMEBODY = (CreditName(mbid("f", 1), "Somebody"),)


def recording(number: int, *releases: int, **more: Any) -> Recording:
    """Return a recording that is on some releases."""
    on = tuple([mbid("b", release) for release in releases])
    return Recording(mbid("a", number), f"Song {number}", BY_SOMEBODY, 180_000, releases=on, **more)


def release(number: int, group: int) -> Release:
    """Return a release of a group."""
    track = Track(mbid("d", number), mbid("a", number), 1, "1", "Song", BY_SOMEBODY)
    media = (Medium(None, 1, track_count=1, tracks=(track,)),)
    return Release(mbid("b", number), mbid("c", group), f"Album {number}", BY_SOMEBODY, media=media)


def group(number: int) -> ReleaseGroup:
    """Return a release group."""
    return ReleaseGroup(mbid("c", number), f"Album {number}", BY_SOMEBODY)


MERGED = recording(5, old_mbids=(mbid("a", 1), mbid("a", 2)))


class CountingCatalogue(MemoryCatalogue):
    """A catalogue that keeps a list of its reads, and fails where it is told to."""

    def __init__(self, **entities: Any) -> None:
        super().__init__(info=INFO, **entities)
        self.reads: list[tuple[str, int]] = []
        self.away: list[str] = []
        self.faults: dict[str, LinernotesError] = {}

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        self._note("recordings", mbids)
        return super().recordings(mbids)

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        self._note("releases", mbids)
        return super().releases(mbids)

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        self._note("release_groups", mbids)
        return super().release_groups(mbids)

    def _note(self, name: str, mbids: Sequence[MBID]) -> None:
        self.reads.append((name, len(mbids)))
        if threading.current_thread() is not threading.main_thread():
            self.away.append(name)
        if name in self.faults:
            raise self.faults[name]


def world_of(catalogue: MemoryCatalogue, *, remote: bool = False, **more: Any) -> World:
    """Return look-ups over a catalogue."""
    live = MemoryLiveBuild(Build(catalogue, NoNames(), remote=remote))
    return World(library=Shelf(live, **more).library)


def described(world: World, *tracks: int, detail: Detail = WHOLE) -> Description:
    """Return what tracks are."""
    return world.run(world.identify.describe(tracks, detail))


@pytest.mark.parametrize("tracks", [1, FEW, 3 * FEW])
def test_each_thing_is_read_once_however_many_tracks_there_are(tracks):
    numbers = range(1, tracks + 1)
    catalogue = CountingCatalogue(
        recordings=[recording(number, number, number + 1) for number in numbers],
        releases=[release(number, number % 7) for number in range(1, tracks + 2)],
        release_groups=[group(number) for number in range(7)],
    )
    world = world_of(catalogue)
    for number in numbers:
        world.link(number, RecordingLink(mbid("a", number), 1))
    found = described(world, *numbers, *numbers)
    assert world.tracks.asked == ["links"]
    assert catalogue.reads == [("recordings", tracks), ("releases", tracks + 1), ("release_groups", min(7, tracks + 1))]
    assert found.links[tracks] == (LinkedRecording(mbid("a", tracks), 1, recording(tracks, tracks, tracks + 1)),)
    assert len(found.releases) == tracks + 1
    assert set(found.release_groups) == {one.release_group for one in found.releases.values()}
    # What is large is read off the event loop, and what is small on it.
    assert ("recordings" in catalogue.away) == ("links" in world.tracks.away) == (tracks > FEW)


@pytest.mark.parametrize(
    ("detail", "reads"),
    [
        (Detail(), ["recordings"]),
        (Detail(recordings=True), ["recordings"]),
        (Detail(recordings=True, releases=True), ["recordings", "releases"]),
        (Detail(recordings=True, release_groups=True), ["recordings", "releases", "release_groups"]),
    ],
)
def test_only_what_is_wanted_is_read(detail, reads):
    catalogue = CountingCatalogue(recordings=[recording(1, 1)], releases=[release(1, 1)], release_groups=[group(1)])
    world = world_of(catalogue)
    world.link(1, RecordingLink(mbid("a", 1), 1))
    found = described(world, 1, detail=detail)
    assert [name for name, _ in catalogue.reads] == reads
    assert [link.mbid for link in found.links[1]] == [mbid("a", 1)]


def test_a_catalogue_on_another_machine_is_never_read_on_the_event_loop():
    catalogue = CountingCatalogue(recordings=[recording(1, 1)], releases=[release(1, 1)], release_groups=[group(1)])
    world = world_of(catalogue, remote=True)
    world.tracks.remote = True
    world.link(1, RecordingLink(mbid("a", 1), 1))
    described(world, 1)
    assert catalogue.away == ["recordings", "releases", "release_groups"]
    assert world.tracks.away == ["links"]


def test_merged_recordings_are_one_with_the_sum_of_their_sources_and_disabled_links_are_none():
    world = world_of(CountingCatalogue(recordings=[recording(5, old_mbids=(mbid("a", 1), mbid("a", 9)))]))
    world.link(
        1,
        RecordingLink(mbid("a", 1), 4),
        RecordingLink(mbid("a", 3), 1),
        RecordingLink(mbid("a", 5), 2),
        RecordingLink(mbid("a", 6), 7, disabled=True),
        RecordingLink(mbid("a", 9), 3, disabled=True),
    )
    found = described(world, 1, 2)
    assert [(link.mbid, link.sources, link.recording is None) for link in found.links[1]] == [
        (mbid("a", 3), 1, True),
        (mbid("a", 5), 6, False),
    ]
    assert found.links[2] == ()


def test_a_recording_of_great_fame_leaves_room_for_the_first_releases_of_others():
    famous = recording(1, *range(MOST_RELEASES + 50))
    catalogue = CountingCatalogue(recordings=[famous, recording(2, 5000, 5001)], releases=[release(5001, 1)])
    world = world_of(catalogue)
    world.link(1, RecordingLink(mbid("a", 1), 1), RecordingLink(mbid("a", 2), 1))
    found = described(world, 1)
    assert sum(count for name, count in catalogue.reads if name == "releases") == MOST_RELEASES
    assert list(found.releases) == [mbid("b", 5001)]


def test_users_words_are_told_where_nothing_else_is_known_of_any_track():
    world = world_of(CountingCatalogue(recordings=[recording(1)]))
    for number in (1, 2, 3):
        world.link(number, RecordingLink(mbid("a", number), 1))
    data = world.kept.keeper.data
    data.metadata[7] = SAID
    data.said_of[2, 7] = 1
    assert described(world, 2, 3).metadata == {2: (SAID,)}
    assert described(world, 1, 2).metadata == {}
    assert described(world, 2, detail=structs.replace(WHOLE, user_metadata=False)).metadata == {}


def test_without_a_catalogue_links_are_all_there_is():
    world = World(library=Shelf().library)
    world.link(1, RecordingLink(mbid("a", 1), 3))
    assert described(world, 1).links == {1: (LinkedRecording(mbid("a", 1), 3),)}


@pytest.mark.parametrize("fault", [Unavailable("away"), Corrupt("damaged")])
@pytest.mark.parametrize("failing", ["recordings", "releases", "release_groups"])
def test_a_fault_makes_an_answer_smaller_and_does_not_end_it(caplog, failing, fault):
    catalogue = CountingCatalogue(recordings=[recording(1, 1)], releases=[release(1, 1)], release_groups=[group(1)])
    catalogue.faults[failing] = fault
    world = world_of(catalogue)
    world.link(1, RecordingLink(mbid("a", 1), 3))
    found = described(world, 1)
    [link] = found.links[1]
    assert (link.sources, link.recording is None) == (3, failing == "recordings")
    assert bool(found.releases) == (failing == "release_groups")
    assert "Not all that is known" in caplog.text


def test_a_fault_of_the_tracks_themselves_is_no_answer():
    world = World()
    world.tracks.links = unavailable  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        described(world, 1)


def unavailable(tracks: Sequence[int], *, limit: int) -> list[tuple[RecordingLink, ...]]:
    del tracks, limit
    raise Unavailable


def source_of(*entities: Recording | Release | ReleaseGroup) -> FakeSource:
    """Return a source that knows entities."""
    aspects = {Recording: Aspect.RECORDING, Release: Aspect.RELEASE, ReleaseGroup: Aspect.RELEASE_GROUP}
    values = {Wanted(aspects[type(one)], one.mbid): one for one in entities}
    return FakeSource(now=lambda: 1_000_000, values=values)


def test_what_is_not_known_here_is_asked_of_sources_one_thing_after_the_other():
    source = source_of(recording(1, 1), release(1, 1), group(1))
    world = World(library=Shelf(sources=[source]).library)
    world.link(1, RecordingLink(mbid("a", 1), 1), RecordingLink(mbid("a", 2), 1))
    found = described(world, 1)
    assert [link.recording for link in found.links[1]] == [recording(1, 1), None]
    assert found.releases == {mbid("b", 1): release(1, 1)}
    assert found.release_groups == {mbid("c", 1): group(1)}


def test_for_links_alone_merges_are_followed_and_no_source_is_asked():
    source = source_of(recording(1), recording(2))
    shelf = Shelf(MemoryLiveBuild(Build(CountingCatalogue(recordings=[MERGED]), NoNames())), sources=[source])
    world = World(library=shelf.library)
    world.link(1, RecordingLink(mbid("a", 1), 1), RecordingLink(mbid("a", 3), 1))
    assert [link.mbid for link in described(world, 1, detail=Detail()).links[1]] == [mbid("a", 3), mbid("a", 5)]
    assert source.asked == []


def test_sources_that_take_too_long_or_fail_leave_what_is_known():
    slow, failing = source_of(recording(1)), source_of(recording(1))
    failing.fault = Unavailable("away")
    for source in (slow, failing):
        shelf = Shelf(sources=[source])
        world = World(library=shelf.library, metadata_seconds=0.02)
        world.link(1, RecordingLink(mbid("a", 1), 5))
        assert world.run(waited(world, shelf, source)).links == {1: (LinkedRecording(mbid("a", 1), 5),)}
        assert source.asked == [Wanted(Aspect.RECORDING, mbid("a", 1))]


async def waited(world: World, shelf: Shelf, source: FakeSource) -> Description:
    """Describe a track while the source waits for ever."""
    source.gate = None if source.fault else asyncio.Event()
    try:
        return await world.identify.describe([1], WHOLE)
    finally:
        await shelf.library.close()


def test_what_little_is_known_of_a_release_is_told_where_nobody_says_more():
    source = source_of(recording(1, 1))
    source.offers = frozenset({Aspect.RECORDING})
    shelf = Shelf(sources=[source])
    shelf.overlay.keep([Fact(Wanted(Aspect.RELEASE, mbid("b", 1)), release(1, 1), "fake", 1, partial=True)])
    world = World(library=shelf.library)
    world.link(1, RecordingLink(mbid("a", 1), 1))
    assert described(world, 1).releases == {mbid("b", 1): release(1, 1)}


def test_old_and_new_mbids_of_a_recording_have_the_same_tracks():
    world = world_of(CountingCatalogue(recordings=[MERGED, recording(8)]))
    world.link(3, RecordingLink(mbid("a", 5), 1), RecordingLink(mbid("a", 1), 1, disabled=True))
    world.link(1, RecordingLink(mbid("a", 2), 1, disabled=True), RecordingLink(mbid("a", 1), 1, disabled=True))
    world.link(2, RecordingLink(mbid("a", 1), 1), RecordingLink(mbid("a", 7), 1))
    asked = [mbid("a", number) for number in (5, 1, 2, 7, 8, 9, 1)]
    found = world.run(world.identify.tracks_with(asked))
    whole = (TrackLink(gid(1), disabled=True), TrackLink(gid(2)), TrackLink(gid(3)))
    assert found == [whole, whole, whole, (TrackLink(gid(2)),), (), (), whole]
    assert world.tracks.asked == ["tracks_with", "tracks"]
    assert world.run(world.identify.tracks_with([])) == []


def test_of_links_beyond_any_reason_those_of_most_sources_are_told():
    world = World()
    for number in range(MOST_LINKS + 5):
        world.link(1, RecordingLink(mbid("a", number), 1 if number < 5 else 2))
    told = described(world, 1, detail=Detail()).links[1]
    assert [link.mbid for link in told] == [mbid("a", number) for number in range(5, MOST_LINKS + 5)]


def test_of_tracks_beyond_any_reason_the_first_are_told():
    world = World(library=Shelf().library)
    for number in range(1, MOST_TRACKS + 3):
        world.link(number, RecordingLink(mbid("a", 1), 1, disabled=number == 1))
    [told] = world.run(world.identify.tracks_with([mbid("a", 1)]))
    assert told == tuple([TrackLink(gid(number)) for number in range(2, MOST_TRACKS + 2)])


@pytest.mark.parametrize("fault", [None, Corrupt("damaged")])
def test_links_are_told_where_merges_are_not_known(fault):
    catalogue = CountingCatalogue()
    if fault is not None:
        catalogue.faults["recordings"] = fault
    for world in (world_of(catalogue), World(library=Shelf().library)):
        world.link(1, RecordingLink(mbid("a", 1), 1))
        assert world.run(world.identify.tracks_with([mbid("a", 1)])) == [(TrackLink(gid(1)),)]
