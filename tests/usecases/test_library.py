"""Database first, then the sources: what the library promises, for each kind of entity and each state of knowledge."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import msgspec
import pytest

from linernotes.domain.errors import Invalid, NotFound, RateLimited, Unavailable
from linernotes.domain.facts import BY_KIND, Aspect, Fact, Provenance, Wanted, search_key, wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.jobs import JobCount, JobState
from linernotes.domain.names import NameHit
from linernotes.ports.build import Build
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.memory.state import MemoryState
from linernotes.stores.memory.turns import MemoryClaims
from linernotes.usecases.library import Lifetimes
from linernotes.usecases.library.asking import MOST_WAITING
from linernotes.usecases.library.filling import MOST_RUNNING
from linernotes.usecases.library.lifetimes import HOUR
from linernotes.usecases.library.merged import data_time
from linernotes.usecases.library.naming import NoNames
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.contracts.world import WORLD, mbid
from tests.library import FakeSource, Shelf

DAY = 24 * HOUR
ENTITIES: dict[Kind, Any] = {
    Kind.ARTIST: w.ALPHA,
    Kind.RELEASE_GROUP: w.FULL,
    Kind.RELEASE: w.FULL_ON_CD,
    Kind.RECORDING: WORLD.recordings[0],
    Kind.LABEL: WORLD.labels[0],
    Kind.SERIES: WORLD.series[0],
}
KINDS = pytest.mark.parametrize("kind", ENTITIES)


class Clock:
    """Time as the test says, in unix milliseconds."""

    def __init__(self, now: int = 100 * DAY) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(clock: Clock) -> FakeSource:
    return FakeSource(now=clock, values={wanted(kind, one.mbid): one for kind, one in ENTITIES.items()})


LIFETIMES = Lifetimes(dict.fromkeys(Aspect, 7 * DAY), missing=DAY)


@pytest.fixture
def shelf(clock: Clock, source: FakeSource) -> Shelf:
    return Shelf(sources=[source], lifetimes=LIFETIMES, now=clock)


def get(shelf: Shelf, kind: Kind, *mbids: MBID, **rest: Any) -> list[Any]:
    async def ask() -> list[Any]:
        try:
            return await shelf.lookups.entities(kind, mbids, **rest)
        finally:
            await asyncio.sleep(0)
            await asyncio.gather(*shelf.library._tasks)
            await shelf.library.close()

    return asyncio.run(ask())


@KINDS
def test_what_is_missing_is_fetched_kept_and_served_from_then_on(shelf, source, clock, kind) -> None:
    one = ENTITIES[kind]
    for _ in range(3):
        [found] = get(shelf, kind, one.mbid)
        assert found.value == one
        assert found.provenance == Provenance("fake", clock.now)
    assert source.asked == [wanted(kind, one.mbid)]


@KINDS
def test_what_is_stale_is_served_at_once_and_refreshed_beside_the_request(shelf, source, clock, kind) -> None:
    one = ENTITIES[kind]
    get(shelf, kind, one.mbid)
    clock.now += 8 * DAY
    source.fault = Unavailable("it is down")
    [found] = get(shelf, kind, one.mbid)
    assert found.value == one
    assert found.provenance == Provenance("fake", clock.now - 8 * DAY, stale=True)
    assert len(source.asked) == 1
    [job] = shelf.queue.jobs()
    assert (job.kind, msgspec.json.decode(job.payload, type=Wanted)) == ("refresh", wanted(kind, one.mbid))


@KINDS
def test_what_the_source_does_not_know_is_remembered_for_its_own_lifetime(shelf, source, clock, kind) -> None:
    for _ in range(2):
        [found] = get(shelf, kind, mbid("nobody"))
        assert (found.value, found.fault) == (None, None)
        with pytest.raises(NotFound):
            found.get()
    assert len(source.asked) == 1
    clock.now += 2 * DAY
    get(shelf, kind, mbid("nobody"))
    assert len(source.asked) == 2


@KINDS
@pytest.mark.parametrize("fault", [Unavailable("it is down"), RateLimited("slowly", retry_after=3)])
def test_a_fault_is_no_answer_and_is_never_kept(shelf, source, kind, fault) -> None:
    one = ENTITIES[kind]
    source.fault = fault
    [found] = get(shelf, kind, one.mbid)
    assert found.fault is fault
    with pytest.raises(type(fault)):
        found.get()
    assert shelf.overlay.sizes() == {}
    source.fault = None
    [found] = get(shelf, kind, one.mbid)
    assert found.value == one


@KINDS
def test_a_fault_shrinks_nothing_that_we_had(shelf, source, clock, kind) -> None:
    one = ENTITIES[kind]
    get(shelf, kind, one.mbid)
    source.fault = Unavailable("it is down")

    async def refresh() -> None:
        await shelf.library.refresh(wanted(kind, one.mbid))

    with pytest.raises(Unavailable):
        asyncio.run(refresh())
    clock.now += 50 * DAY
    assert get(shelf, kind, one.mbid)[0].value == one


@KINDS
def test_a_merged_mbid_leads_to_the_entity_that_is_left(shelf, source, clock, kind) -> None:
    one, old = ENTITIES[kind], mbid("merged away")
    aspect = BY_KIND[kind]
    source.values[Wanted(aspect, old)] = Fact(Wanted(aspect, old), None, "fake", clock.now, moved_to=one.mbid)
    [found] = get(shelf, kind, old)
    assert found.value == one
    shelf.overlay.forget([wanted(kind, one.mbid)])
    source.fault = Unavailable("it is down")
    [hidden] = get(shelf, kind, old)
    assert hidden.fault is source.fault


def test_a_batch_tells_of_each_by_itself(shelf, source) -> None:
    get(shelf, Kind.ARTIST, w.ALPHA.mbid)
    source.fault = Unavailable("it is down")
    known, unknown = get(shelf, Kind.ARTIST, w.ALPHA.mbid, w.BETA.mbid)
    assert known.value == w.ALPHA
    assert unknown.fault is source.fault


def test_more_than_a_batch_holds_is_refused(shelf) -> None:
    with pytest.raises(Invalid, match="500"):
        get(shelf, Kind.ARTIST, *[w.ALPHA.mbid] * 501)


def test_a_thousand_who_ask_at_once_cause_one_request(shelf, source) -> None:
    async def ask() -> list[Any]:
        source.gate = asyncio.Event()
        asking = [asyncio.create_task(shelf.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid])) for _ in range(1000)]
        await asyncio.sleep(0.2)
        source.gate.set()
        return await asyncio.gather(*asking)

    assert all(found.value == w.ALPHA for [found] in asyncio.run(ask()))
    assert len(source.asked) == 1


def test_two_processes_cause_one_request(clock: Clock) -> None:
    source = FakeSource(now=clock, values={wanted(Kind.ARTIST, w.ALPHA.mbid): w.ALPHA})
    shared: dict[str, Any] = {"overlay": MemoryOverlay(), "claims": MemoryClaims(), "now": clock, "sources": [source]}
    shelves = [Shelf(owner=owner, **shared) for owner in ("one", "two")]

    async def ask() -> list[Any]:
        source.gate = asyncio.Event()
        asking = [asyncio.create_task(one.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid])) for one in shelves]
        await asyncio.sleep(0.3)
        source.gate.set()
        return await asyncio.gather(*asking)

    assert all(found.value == w.ALPHA for [found] in asyncio.run(ask()))
    assert len(source.asked) == 1


class CountedClaims(MemoryClaims):
    """Counts how often a claim was made or extended, and says when it was often enough."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self.left = enough
        self.often = threading.Event()

    def claim(self, name: str, *, owner: str, now: int, until: int) -> bool:
        self.left -= 1
        if self.left <= 0:
            self.often.set()
        return super().claim(name, owner=owner, now=now, until=until)


def test_a_claim_is_extended_for_as_long_as_the_fetch_takes(clock, source) -> None:
    claims = CountedClaims(enough=5)
    shelf = Shelf(sources=[source], now=clock, claims=claims, claim_milliseconds=30)

    async def ask() -> Any:
        source.gate = asyncio.Event()
        asking = asyncio.create_task(shelf.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid], seconds=60))
        await asyncio.to_thread(claims.often.wait, 60)
        source.gate.set()
        return await asking

    assert asyncio.run(ask())[0].value == w.ALPHA
    assert claims.often.is_set()
    assert claims._held == {}


def test_a_claim_that_is_made_while_everything_stops_is_given_back(clock, source) -> None:
    class Slow(MemoryClaims):
        def claim(self, name: str, *, owner: str, now: int, until: int) -> bool:
            begun.set()
            go_on.wait(60)
            return super().claim(name, owner=owner, now=now, until=until)

    begun, go_on, claims = threading.Event(), threading.Event(), Slow()
    shelf = Shelf(sources=[source], now=clock, claims=claims)

    async def stop() -> None:
        shelf.filler.fetch(wanted(Kind.ARTIST, w.ALPHA.mbid))
        await asyncio.to_thread(begun.wait, 60)
        closing = asyncio.create_task(shelf.library.close())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        go_on.set()
        await closing

    asyncio.run(stop())
    assert claims._held == {}
    assert source.asked == []


def test_however_many_ask_for_what_is_missing_a_bounded_number_is_fetched_at_once(shelf, source) -> None:
    async def ask() -> list[Any]:
        source.gate = asyncio.Event()
        batches = [[mbid(f"{n} of batch {batch}") for n in range(90)] for batch in range(5)]
        asking = [shelf.lookups.entities(Kind.ARTIST, batch, seconds=0.01) for batch in batches]
        found = await asyncio.gather(*asking)
        running = len(shelf.filler._running)
        await shelf.library.close()
        return [running, *(outcome.fault for outcomes in found for outcome in outcomes)]

    running, *faults = asyncio.run(ask())
    assert running == MOST_RUNNING
    assert all(isinstance(fault, Unavailable) and fault.retry_after for fault in faults)


def test_a_release_that_changed_at_a_source_is_a_change_of_its_group(shelf, source, clock) -> None:
    get(shelf, Kind.RELEASE, w.FULL_ON_CD.mbid)
    source.values[wanted(Kind.RELEASE, w.FULL_ON_CD.mbid)] = msgspec.structs.replace(w.FULL_ON_CD, title="Fuller")
    clock.now += 8 * DAY
    asyncio.run(shelf.library.refresh(wanted(Kind.RELEASE, w.FULL_ON_CD.mbid)))
    assert [change.mbid for change in shelf.marks.marked_since(Kind.RELEASE_GROUP, 0, 10)] == [w.FULL.mbid]


def test_who_waits_too_long_is_told_to_come_back_and_finds_it_then(shelf, source) -> None:
    async def ask() -> tuple[Any, Any]:
        source.gate = asyncio.Event()
        [first] = await shelf.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid], seconds=0.05)
        source.gate.set()
        await asyncio.gather(*shelf.filler._running.values())
        source.fault = Unavailable("it is down")
        [second] = await shelf.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid])
        return first, second

    first, second = asyncio.run(ask())
    assert isinstance(first.fault, Unavailable)
    assert first.fault.retry_after
    assert second.value == w.ALPHA


def world_shelf(tmp_path, clock: Clock, source: FakeSource, **rest: Any) -> Shelf:
    live = MemoryLiveBuild(Build(memory(WORLD, tmp_path), NoNames()))
    return Shelf(live, sources=[source], lifetimes=LIFETIMES, now=clock, **rest)


@KINDS
def test_what_a_dump_brought_is_asked_of_nobody(tmp_path, clock, source, kind) -> None:
    [found] = get(world_shelf(tmp_path, clock, source), kind, ENTITIES[kind].mbid)
    assert found.value == ENTITIES[kind]
    assert found.provenance == Provenance("dump", data_time(WORLD.info))
    assert source.asked == []


def test_of_a_dump_and_a_source_the_newer_wins(tmp_path, clock, source) -> None:
    shelf = world_shelf(tmp_path, clock, source)
    other = msgspec.structs.replace(w.ALPHA, name="Another name")
    taken, asked = data_time(WORLD.info), wanted(Kind.ARTIST, w.ALPHA.mbid)
    shelf.overlay.keep([Fact(asked, other, "fake", taken - 1)])
    assert get(shelf, Kind.ARTIST, w.ALPHA.mbid)[0].value == w.ALPHA
    shelf.overlay.keep([Fact(asked, other, "fake", taken + 1)])
    assert get(shelf, Kind.ARTIST, w.ALPHA.mbid)[0].value == other


@KINDS
def test_what_only_a_dump_tells_is_not_lost_when_a_source_says_something_newer(tmp_path, clock, source, kind) -> None:
    clock.now = data_time(WORLD.info) + DAY
    shelf, one = world_shelf(tmp_path, clock, source), ENTITIES[kind]
    told = msgspec.structs.replace(one, old_mbids=(), disambiguation="newer")
    if kind is Kind.RELEASE:
        strip = msgspec.structs.replace
        tracks = [[strip(t, old_mbids=(), old_recording_mbids=()) for t in m.tracks] for m in one.media]
        media = tuple(strip(m, tracks=tuple(t)) for m, t in zip(one.media, tracks, strict=True))
        told = strip(told, images=(), media=media)
    elif kind is Kind.RELEASE_GROUP:
        told = msgspec.structs.replace(told, cover=None)
    shelf.overlay.keep([Fact(wanted(kind, one.mbid), told, "fake", clock.now)])
    assert get(shelf, kind, one.mbid)[0].value == msgspec.structs.replace(one, disambiguation="newer")


def test_old_mbids_of_a_discography_are_not_lost_when_a_source_lists_it_anew(tmp_path, clock, source) -> None:
    clock.now = data_time(WORLD.info) + DAY
    shelf = world_shelf(tmp_path, clock, source)
    held = shelf.library.current().catalogue.discography(w.ALPHA.mbid)
    told = tuple(msgspec.structs.replace(line, old_mbids=(), title="newer") for line in held)
    shelf.overlay.keep([Fact(Wanted(Aspect.DISCOGRAPHY, w.ALPHA.mbid), told, "fake", clock.now)])
    found = shelf.library.current().catalogue.discography(w.ALPHA.mbid)
    assert [line.old_mbids for line in found] == [line.old_mbids for line in held]
    assert any(line.old_mbids for line in found)
    assert {line.title for line in found} == {"newer"}


@KINDS
def test_an_mbid_that_the_dump_knows_as_merged_gives_what_a_source_said_since(tmp_path, clock, source, kind) -> None:
    clock.now = data_time(WORLD.info) + DAY
    shelf, one = world_shelf(tmp_path, clock, source), ENTITIES[kind]
    newer = msgspec.structs.replace(one, disambiguation="newer")
    shelf.overlay.keep([Fact(wanted(kind, one.mbid), newer, "fake", clock.now)])
    [old, new] = get(shelf, kind, one.old_mbids[0], one.mbid)
    assert old.value == new.value == newer
    assert old.provenance == new.provenance == Provenance("fake", clock.now)


def test_recordings_are_matched_in_the_newer_of_a_dump_and_a_source(tmp_path, clock, source) -> None:
    shelf, taken = world_shelf(tmp_path, clock, source), data_time(WORLD.info)
    asked = wanted(Kind.RELEASE, w.FULL_ON_CD.mbid)
    shorter = msgspec.structs.replace(w.FULL_ON_CD, media=w.FULL_ON_CD.media[:1])

    def rows() -> int:
        found = shelf.library.current().catalogue.releases_with([w.SONG])
        return next(match.track_count for match in found if match.release == w.FULL_ON_CD.mbid)

    whole = rows()
    shelf.overlay.keep([Fact(asked, shorter, "fake", taken - 1)])
    assert rows() == whole
    shelf.overlay.keep([Fact(asked, shorter, "fake", taken + 1)])
    assert rows() == len(shorter.media[0].tracks) < whole


def test_an_old_dump_is_served_and_refreshed_where_that_is_wanted(tmp_path, clock, source) -> None:
    clock.now = data_time(WORLD.info) + 10 * DAY
    shelf = world_shelf(tmp_path, clock, source, dump=7 * DAY)
    [found] = get(shelf, Kind.ARTIST, w.ALPHA.mbid)
    assert found.value == w.ALPHA
    assert found.provenance.stale
    assert [job.key for job in shelf.queue.jobs()] == [f"artist/{w.ALPHA.mbid}"]


def test_a_refresh_that_no_source_can_do_any_more_is_not_tried_again_and_again() -> None:
    with pytest.raises(Invalid):
        asyncio.run(Shelf().library.refresh(wanted(Kind.ARTIST, w.ALPHA.mbid)))


class CrowdedQueue(MemoryQueue):
    """Says that many refreshes wait already."""

    def __init__(self, waiting: int) -> None:
        super().__init__()
        self.waiting = waiting

    def counts(self) -> list[JobCount]:
        return [
            JobCount("refresh", JobState.DEAD, 10 * MOST_WAITING),
            JobCount("refresh", JobState.WAITING, self.waiting),
        ]


@pytest.mark.parametrize(("waiting", "put"), [(0, 5), (MOST_WAITING - 1, 1), (MOST_WAITING, 0), (MOST_WAITING + 1, 0)])
def test_whatever_is_asked_for_no_more_refreshes_wait_than_make_sense(clock, source, waiting, put) -> None:
    queue = CrowdedQueue(waiting)
    shelf = Shelf(sources=[source], now=clock, queue=queue)
    asked = [wanted(Kind.ARTIST, mbid(f"artist {n}")) for n in range(5)]
    assert asyncio.run(shelf.library.refresh_later(asked)) == put
    assert len(queue.jobs()) == put


def test_a_partial_fact_shows_who_is_meant_but_answers_nothing(shelf, source, clock) -> None:
    asked = wanted(Kind.ARTIST, w.ALPHA.mbid)
    partial = msgspec.structs.replace(w.ALPHA, aliases=(), links=())
    shelf.overlay.keep([Fact(asked, partial, "fake", clock.now, partial=True)])
    shelf.library.look()
    assert shelf.library.current().known.artists([w.ALPHA.mbid]) == [partial]
    assert get(shelf, Kind.ARTIST, w.ALPHA.mbid)[0].value == w.ALPHA
    assert source.asked == [asked]


def test_what_changed_at_a_source_is_among_the_recent_changes(shelf, source, clock) -> None:
    get(shelf, Kind.ARTIST, w.ALPHA.mbid)
    source.values[wanted(Kind.ARTIST, w.ALPHA.mbid)] = msgspec.structs.replace(w.ALPHA, name="Renamed")
    clock.now += 8 * DAY

    async def refresh() -> None:
        await shelf.library.refresh(wanted(Kind.ARTIST, w.ALPHA.mbid))

    asyncio.run(refresh())
    assert get(shelf, Kind.ARTIST, w.ALPHA.mbid)[0].value.name == "Renamed"
    marks: MemoryState = shelf.marks
    assert [change.mbid for change in marks.marked_since(Kind.ARTIST, 0, 10)] == [w.ALPHA.mbid]


def test_identifiers_are_found_in_what_is_kept_before_a_source_is_asked(shelf, source, clock) -> None:
    get(shelf, Kind.RELEASE, w.FULL_ON_CD.mbid)
    disc_ids = [disc for medium in w.FULL_ON_CD.media for disc in medium.disc_ids]
    track = w.FULL_ON_CD.media[0].tracks[0]

    async def ask() -> tuple[Any, Any, Any]:
        disc = await shelf.lookups.releases_by_disc_id(disc_ids[0])
        return disc, await shelf.lookups.release_of_track(track.mbid), await shelf.lookups.by_url("https://nowhere")

    disc, release, nowhere = asyncio.run(ask())
    assert disc.value == (EntityRef(Kind.RELEASE, w.FULL_ON_CD.mbid),)
    assert release == w.FULL_ON_CD.mbid
    assert nowhere.value == ()
    assert source.asked == [wanted(Kind.RELEASE, w.FULL_ON_CD.mbid), Wanted(Aspect.URL, "https://nowhere")]


@pytest.mark.parametrize(
    "url", ["https://example.org/" + "x" * 3000, "https://example.org/\0", "https://é/" + "é" * 1100]
)
def test_a_url_that_could_not_be_kept_is_nobodys_and_no_fault(shelf, source, url) -> None:
    async def ask() -> Any:
        return await shelf.lookups.by_url(url)

    found = asyncio.run(ask())
    assert (found.value, found.fault) == ((), None)
    assert source.asked == []


def test_a_name_with_a_zero_byte_is_searched_in_the_index_alone(shelf, source) -> None:
    async def ask() -> Any:
        return await shelf.lookups.search("al\0pha", [Kind.ARTIST], limit=5)

    assert asyncio.run(ask()) == []
    assert source.asked == []


def test_an_identifier_that_nobody_has_is_asked_for_and_remembered(shelf, source) -> None:
    async def ask() -> Any:
        return await shelf.lookups.recordings_by_isrc("GBAYE9200070")

    for _ in range(2):
        assert asyncio.run(ask()).value == ()
    assert source.asked == [Wanted(Aspect.ISRC, "GBAYE9200070")]


def test_a_release_group_brings_its_releases(shelf, source, clock) -> None:
    editions = (w.FULL_ON_CD.mbid, w.FULL_ON_TAPE.mbid)
    source.values[Wanted(Aspect.EDITIONS, w.FULL.mbid)] = editions
    source.values[wanted(Kind.RELEASE, w.FULL_ON_TAPE.mbid)] = w.FULL_ON_TAPE

    async def ask() -> Any:
        return await shelf.lookups.releases_of(w.FULL.mbid)

    assert asyncio.run(ask()).value == (w.FULL_ON_CD, w.FULL_ON_TAPE)


def test_a_list_whose_releases_cannot_all_be_fetched_is_a_fault_and_no_shorter_list(shelf, source, clock) -> None:
    source.values[Wanted(Aspect.EDITIONS, w.FULL.mbid)] = (w.FULL_ON_CD.mbid, w.FULL_ON_TAPE.mbid)
    shelf.overlay.keep(
        [
            Fact(Wanted(Aspect.EDITIONS, w.FULL.mbid), (w.FULL_ON_CD.mbid, w.FULL_ON_TAPE.mbid), "fake", clock.now),
            Fact(wanted(Kind.RELEASE, w.FULL_ON_CD.mbid), w.FULL_ON_CD, "fake", clock.now),
        ]
    )
    source.fault = Unavailable("it is down")

    async def ask() -> Any:
        return await shelf.lookups.releases_of(w.FULL.mbid)

    assert asyncio.run(ask()).fault is source.fault


def test_a_search_of_two_kinds_does_not_pass_over_the_one_that_could_not_be_searched(shelf, source) -> None:
    hits = (NameHit(Kind.ARTIST, w.ALPHA.mbid, "Alpha", 100),)
    source.values[Wanted(Aspect.SEARCH, search_key(Kind.ARTIST, "alpha"))] = hits

    async def ask(*kinds: Kind) -> list[NameHit]:
        return await shelf.lookups.search("alpha", kinds, limit=5)

    assert asyncio.run(ask(Kind.ARTIST)) == list(hits)
    source.fault = Unavailable("it is down")
    with pytest.raises(Unavailable):
        asyncio.run(ask(Kind.ARTIST, Kind.RELEASE_GROUP))


class Chain(FakeSource):
    """Says of each artist that it was merged into the next one."""

    async def fetch(self, wanted: Wanted) -> list[Fact]:
        self.asked.append(wanted)
        following = mbid(f"link {len(self.asked)}")
        return [Fact(wanted, None, self.name, self._now(), moved_to=following)]


def test_what_shows_ever_more_that_is_missing_is_a_fault_and_not_unknown(clock) -> None:
    source = Chain(now=clock)

    async def ask() -> Any:
        return await Shelf(sources=[source], now=clock).lookups.entities(Kind.ARTIST, [mbid("link 0")])

    [found] = asyncio.run(ask())
    assert isinstance(found.fault, Unavailable)
    assert len(source.asked) == 3


def test_an_answer_that_is_none_to_the_question_is_a_fault_and_not_unknown(shelf, source, clock) -> None:
    asked = wanted(Kind.ARTIST, mbid("nobody"))
    source.values[asked] = Fact(wanted(Kind.ARTIST, w.BETA.mbid), w.BETA, "fake", clock.now)
    [found] = get(shelf, Kind.ARTIST, mbid("nobody"))
    assert isinstance(found.fault, Unavailable)


def test_a_name_that_is_not_in_the_index_is_searched_at_the_source(shelf, source) -> None:
    hits = (NameHit(Kind.ARTIST, w.ALPHA.mbid, "Alpha", 100),)
    source.values[Wanted(Aspect.SEARCH, search_key(Kind.ARTIST, "alpha"))] = hits

    async def ask(text: str) -> list[NameHit]:
        return await shelf.lookups.search(text, [Kind.ARTIST], limit=5)

    assert asyncio.run(ask("Alpha ")) == list(hits)
    assert asyncio.run(ask("  ALPHA")) == list(hits)
    assert asyncio.run(ask("?!")) == []
    assert len(source.asked) == 1
    source.fault = Unavailable("it is down")
    with pytest.raises(Unavailable):
        asyncio.run(ask("beta"))


def test_without_sources_the_build_is_handed_out_as_it_is(tmp_path) -> None:
    live = MemoryLiveBuild(Build(memory(WORLD, tmp_path), NoNames()))
    shelf = Shelf(live)
    assert shelf.library.current() is live.current()
    [found] = get(shelf, Kind.ARTIST, w.ALPHA.mbid)
    assert found.provenance == Provenance("dump", data_time(WORLD.info))
    with pytest.raises(Unavailable):
        Shelf().library.current()


def test_the_build_is_the_same_until_something_is_kept(shelf, clock) -> None:
    first = shelf.library.current()
    assert shelf.library.current() is first
    get(shelf, Kind.ARTIST, w.ALPHA.mbid)
    assert shelf.library.current() is not first
    shelf.library.look()
    second = shelf.library.current()
    shelf.overlay.keep([Fact(wanted(Kind.ARTIST, w.BETA.mbid), w.BETA, "fake", clock.now)])
    assert shelf.library.current() is second
    shelf.library.look()
    assert shelf.library.current() is not second
