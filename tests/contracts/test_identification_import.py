"""What the work of importing does in every store, and what the change log says of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import (
    FingerprintChange,
    RecordingLink,
    Submission,
    SubmissionState,
    SubmissionStatus,
)
from linernotes.ports.identification import ImportWork
from tests.contracts.identification_worlds import (
    KINDS,
    NOW,
    PUID,
    SONG,
    WORDS,
    A,
    B,
    World,
    import_all,
    import_one,
    opened_world,
    ref,
    said,
)

LATER = NOW + 5000


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with opened_world(request.param, tmp_path, request) as one:
        yield one


class Poison(Exception):
    """Something that cannot be imported."""


def spoil(work: ImportWork, one: Submission) -> None:
    """Import a submission, and fail at the very end."""
    import_one(work, one)
    raise Poison


def test_what_waits_comes_by_id_whole_and_within_bounds(world: World) -> None:
    everything = said(
        account=7, application=9, application_version="1.2", bitrate=320, file_format="FLAC é", mbid=B, puid=PUID,
        foreign_id="foo:x:1", metadata=SONG,
    )  # fmt: skip
    one, two, three = (one.id for one in world.submissions.add([everything, said(b"2"), said(b"3", mbid=None)], now=4))
    with world.submissions.work() as work:
        found = work.pending(limit=10)
        assert found[0] == Submission(id=one, said=everything, created_at=4)
        assert [each.id for each in found] == [one, two, three]
        assert [each.id for each in work.pending(limit=2)] == [one, two]
        assert [each.id for each in work.pending(limit=9, first=two, last=two)] == [two]
        assert [each.id for each in work.pending(limit=9, first=two)] == [two, three]
        assert [each.id for each in work.pending(limit=1 << 80, first=-(1 << 80), last=1 << 80)] == [one, two, three]
        assert work.pending(limit=0) == work.pending(limit=-1) == work.pending(limit=9, last=-5) == []


def test_what_was_handled_waits_no_more(world: World) -> None:
    one, two, three = (each.id for each in world.submissions.add([said(bytes([n])) for n in range(3)], now=NOW))
    with world.submissions.work() as work:
        first, second, third = work.pending(limit=3)
        import_one(work, first)
        work.rejected(second, reason="too few words", now=NOW)
        work.failed(third, reason="no luck")
        assert [each.id for each in work.pending(limit=3)] == [three]
    with world.submissions.work() as work:
        assert [(each.id, each.attempts) for each in work.pending(limit=3)] == [(three, 1)]
    assert world.submissions.statuses([one, two, three])[1:] == [
        SubmissionStatus(two, SubmissionState.REJECTED, None, "too few words"),
        SubmissionStatus(three, SubmissionState.PENDING, None, "no luck"),
    ]


def test_reads_see_what_the_work_has_written_and_nobody_else_does_before_its_end(world: World) -> None:
    world.submissions.add([said(metadata=SONG)], now=NOW)
    with world.submissions.work() as work:
        assert work.remote == world.tracks.remote
        [one] = work.pending(limit=1)
        new = work.new_track(now=NOW)
        fingerprint = work.new_fingerprint(one, new.id, now=NOW)
        work.link(one, new.id, now=NOW)
        work.imported(one, fingerprint=fingerprint, track=new.id, now=NOW)
        [seen] = work.fingerprints([fingerprint])
        assert (seen.track, seen.packed) == (new, WORDS)
        assert work.fingerprints_of([new.id]) == [(seen,)]
        assert work.tracks([new.gid]) == [new]
        assert work.links([new.id]) == [(RecordingLink(A, 1),)]
        assert [each.gid for each in work.tracks_with([A])[0]] == [new.gid]
        assert work.metadata([new.id], limit=1) == [(SONG,)]
        assert world.tracks.fingerprints([fingerprint]) == []
        assert (world.change_log.last(), world.submissions.waiting()) == (0, 1)
    assert world.tracks.fingerprints([fingerprint]) == [seen]
    assert world.submissions.statuses([one.id]) == [SubmissionStatus(one.id, SubmissionState.IMPORTED, new.gid)]


def test_every_new_track_has_a_uuid_of_its_own(world: World) -> None:
    with world.submissions.work() as work:
        made = [work.new_track(now=NOW) for _ in range(50)]
    assert len({each.gid for each in made}) == len({each.id for each in made}) == 50
    assert {each.gid[14] for each in made} == {"4"}
    assert world.tracks.tracks([each.gid for each in made]) == made


@pytest.mark.parametrize("error", [Poison, KeyboardInterrupt])
def test_work_that_raises_has_done_nothing(world: World, error: type[BaseException]) -> None:
    [(track, _)] = import_all(world, said(b"before"))
    world.submissions.add([said(), said(b"2")], now=NOW)
    before = world.change_log.last(), world.counts.totals()
    with pytest.raises(error), world.submissions.work() as work:  # noqa: PT012 - all of it is undone
        one, two = work.pending(limit=2)
        import_one(work, one, track)
        work.rejected(two, reason="no", now=NOW)
        raise error
    assert (world.change_log.last(), world.counts.totals()) == before
    assert world.tracks.links([track]) == [(RecordingLink(A, 1),)]
    assert [one.state for one in world.submissions.statuses([2, 3]) if one] == [SubmissionState.PENDING] * 2
    with world.submissions.work() as work:
        assert [each.attempts for each in work.pending(limit=5)] == [0, 0]


def test_what_raises_apart_is_undone_alone(world: World) -> None:
    world.submissions.add([said(bytes([n])) for n in range(3)], now=NOW)
    with world.submissions.work() as work:
        first, second, third = work.pending(limit=3)
        with work.apart():
            import_one(work, first)
        with pytest.raises(Poison), work.apart():
            spoil(work, second)
        work.failed(second, reason="poison")
        with work.apart():
            import_one(work, third)
        assert [each.attempts for each in work.pending(limit=3)] == [1]
    totals = world.counts.totals()
    assert [totals[name] for name in ("track", "fingerprint", "submission_waiting")] == [2, 2, 1]
    assert [each.packed for each in world.change_log.changes(0, limit=9)] == [b"\0", b"\2"]
    told = [(each.state, each.reason) for each in world.submissions.statuses([1, 2, 3]) if each]
    imported = (SubmissionState.IMPORTED, "")
    assert told == [imported, (SubmissionState.PENDING, "poison"), imported]


def test_work_apart_may_have_parts_of_its_own(world: World) -> None:
    world.submissions.add([said(b"1"), said(b"2"), said(b"3")], now=NOW)
    with world.submissions.work() as work:
        one, two, three = work.pending(limit=3)
        with work.apart():
            import_one(work, one)
            with pytest.raises(Poison), work.apart():
                spoil(work, two)
            import_one(work, three)
    assert [each.packed for each in world.change_log.changes(0, limit=9)] == [b"1", b"3"]


def test_after_a_fault_of_the_database_apart_the_rest_goes_on(world: World) -> None:
    world.submissions.add([said(b"1"), said(b"2")], now=NOW)
    with world.submissions.work() as work:
        one, two = work.pending(limit=2)
        with pytest.raises((Unavailable, Poison)), work.apart():  # noqa: PT012 - memory has no such faults
            new = work.new_track(now=NOW)
            work.new_fingerprint(one, new.id, now=None)  # type: ignore[arg-type]
            raise Poison
        import_one(work, two)
    assert [each.packed for each in world.change_log.changes(0, limit=9)] == [b"2"]


def test_everything_that_is_said_is_linked_and_counted(world: World) -> None:
    whole = {"mbid": A, "puid": PUID, "foreign_id": "foo:bar:1", "metadata": SONG}
    [(track, _)] = import_all(world, said(b"1", **whole))
    import_all(world, said(b"2", **whole), said(b"3", mbid=B), onto=track)
    assert world.tracks.links([track]) == [(RecordingLink(A, 2), RecordingLink(B, 1))]
    totals = world.counts.totals()
    links = ("track_mbid", "track_puid", "track_meta", "track_foreignid", "meta", "foreignid", "source")
    assert [totals[name] for name in links] == [2, 1, 1, 1, 1, 1, 1]


def test_one_that_says_nothing_links_nothing(world: World) -> None:
    [(track, _)] = import_all(world, said(mbid=None))
    assert world.tracks.links([track]) == [()]
    totals = world.counts.totals()
    assert {totals[name] for name in ("track_mbid", "track_puid", "track_meta", "track_foreignid", "meta")} == {0}


def test_a_disabled_link_is_counted_and_stays_disabled(world: World) -> None:
    [(track, _)] = import_all(world, said(b"1"))
    world.disable(track, A)
    import_all(world, said(b"2"), onto=track)
    assert world.tracks.links([track]) == [(RecordingLink(A, 2, disabled=True),)]


def test_sources_are_told_apart_by_account_application_and_version(world: World) -> None:
    import_all(
        world,
        said(b"1", application_version="1"),
        said(b"2", application_version="1"),
        said(b"3", application_version="2"),
        said(b"4", application=5),
        said(b"5", account=5),
        said(b"6"),
        said(b"7"),
    )
    assert world.counts.totals()["source"] == 5


def test_a_reason_is_kept_as_far_as_it_can_be(world: World) -> None:
    world.submissions.add([said(b"1"), said(b"2")], now=NOW)
    with world.submissions.work() as work:
        one, two = work.pending(limit=2)
        work.failed(one, reason="bad \0 text \ud800 ü")
        work.rejected(two, reason="x" * 100_000, now=NOW)
    first, second = world.submissions.statuses([1, 2])
    assert first is not None
    assert second is not None
    assert first.reason == "bad  text ? ü"
    assert second.reason == "x" * 2000


def test_failures_are_counted_and_import_takes_the_reason_away(world: World) -> None:
    world.submissions.add([said()], now=NOW)
    for attempts in range(3):
        with world.submissions.work() as work:
            [one] = work.pending(limit=1)
            assert one.attempts == attempts
            work.failed(one, reason=f"failure {attempts}")
    with world.submissions.work() as work:
        import_one(work, work.pending(limit=1)[0])
    [status] = world.submissions.statuses([1])
    assert status is not None
    assert (status.state, status.reason) == (SubmissionState.IMPORTED, "")


def test_a_second_threads_work_waits_for_the_end_of_the_first(world: World) -> None:
    world.submissions.add([said()], now=NOW)
    order, begun = [], threading.Event()

    def second() -> None:
        begun.set()
        with world.submissions.work() as work:
            order.append("second")
            assert work.pending(limit=1) == []

    thread = threading.Thread(target=second)
    with world.submissions.work() as work:
        thread.start()
        begun.wait()
        threading.Event().wait(0.1)  # so that it would be seen, if it did not wait
        import_one(work, work.pending(limit=1)[0])
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_many_threads_import_each_submission_once(world: World) -> None:
    world.submissions.add([said(bytes([n])) for n in range(40)], now=NOW)

    def take() -> None:
        while True:
            with world.submissions.work() as work:
                waiting = work.pending(limit=3)
                for one in waiting:
                    import_one(work, one)
            if not waiting:
                return

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = world.change_log.changes(0, limit=100)
    assert [world.change_log.mark(line.id) for line in lines] == [line.mark for line in lines]
    assert len({line.mark for line in lines}) == len(lines)
    assert world.change_log.mark(world.change_log.last() + 1) is None
    assert [one.packed for one in lines] == [bytes([n]) for n in range(40)]
    assert world.counts.totals()["track"] == 40


def test_the_log_names_its_database(world: World) -> None:
    name = world.change_log.source()
    assert len(name) == 36
    import_all(world, said())
    assert world.change_log.source() == name


def test_two_databases_have_two_names(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with opened_world("memory", tmp_path, request) as other:
        assert other.change_log.source() != world.change_log.source()
    (tmp_path / "other").mkdir()
    with opened_world("sqlite", tmp_path / "other", request) as other:
        assert other.change_log.source() != world.change_log.source()


def test_the_log_has_a_line_for_each_new_fingerprint_in_order(world: World) -> None:
    assert (world.change_log.last(), world.change_log.changes(0, limit=5)) == (0, [])
    made = import_all(world, *(said(bytes([n])) for n in range(5)))
    lines = world.change_log.changes(0, limit=10)
    assert [(one.fingerprint, one.packed) for one in lines] == [(id_, bytes([n])) for n, (_, id_) in enumerate(made)]
    assert [one.id for one in lines] == sorted({one.id for one in lines})
    assert lines[0].id >= 1
    assert world.change_log.last() == lines[-1].id
    assert world.change_log.changes(lines[1].id, limit=2) == lines[2:4]
    assert world.change_log.changes(lines[-1].id, limit=2) == []
    assert world.change_log.changes(-(1 << 80), limit=1 << 80) == lines
    assert world.change_log.changes(1 << 80, limit=1) == world.change_log.changes(0, limit=0) == []
    assert world.change_log.changes(0, limit=-1) == []


def test_counting_a_fingerprint_is_no_change_for_an_index(world: World) -> None:
    [(_, fingerprint)] = import_all(world, said())
    last = world.change_log.last()
    with world.submissions.work() as work:
        work.count_fingerprint(fingerprint, now=LATER)
        work.count_fingerprint(99, now=LATER)
    assert world.change_log.last() == last


def test_the_log_tells_words_as_they_are_now(world: World) -> None:
    [(_, one), (_, two)] = import_all(world, said(b"1"), said(b"2"))
    world.lose_words(one)
    first, second = world.change_log.changes(0, limit=5)
    assert first == FingerprintChange(first.id, one, None, first.mark)
    assert second == FingerprintChange(second.id, two, b"2", second.mark)


def test_a_merged_tracks_successor_is_named_by_submissions(world: World) -> None:
    one, two, three = (track for track, _ in import_all(world, said(b"1"), said(b"2"), said(b"3")))
    world.merge(one, two)
    world.merge(two, three)
    end = ref(world, three).gid
    assert [each.gid for each in world.submissions.statuses([1, 2, 3]) if each] == [end] * 3
