"""Submissions are kept before they are acknowledged, many requests in one transaction, and wrong ones not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.identification import NewSubmission, SubmissionState, SubmissionStatus, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.domain.jobs import NewJob
from linernotes.fingerprint.match.compare import MOST_WORDS
from linernotes.fingerprint.packed import unpack
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.sql.identification.values import submission_row
from linernotes.usecases.identify.jobs import IMPORT_MANY, LAST, Span, read_span
from linernotes.usecases.identify.saying import checked
from linernotes.usecases.identify.submitting import MOST_AT_ONCE, Submitting
from tests.fingerprint.made_up import track
from tests.usecases.identify.submit_world import NOON, mbid, said

pytestmark = pytest.mark.anyio
T = TypeVar("T")
SONG = said(track(1, 200))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def songs(*numbers: int) -> list[NewSubmission]:
    return [replace(SONG, mbid=mbid(number)) for number in numbers]


class SlowSubmissions:
    """Submissions that remember their transactions, wait where a test wants it, and break where a test wants it."""

    def __init__(self) -> None:
        self.kept = MemoryIdentification().submissions
        self.transactions: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.faults: list[Exception | None] = []

    def add(self, new: Sequence[NewSubmission], *, now: int) -> list[SubmissionStatus]:
        self.gate.wait()
        self.transactions.append(len(new))
        if self.faults and (fault := self.faults.pop(0)) is not None:
            raise fault
        return self.kept.add(new, now=now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)


class BrokenQueue(MemoryQueue):
    """A queue that takes no jobs."""

    def put(self, jobs: Sequence[NewJob], *, now: int) -> int:
        raise Unavailable


class Desk:
    """``Submitting`` with its surroundings."""

    def __init__(self, queue: MemoryQueue | None = None) -> None:
        self.submissions = SlowSubmissions()
        self.queue = queue or MemoryQueue()
        self.submitting = Submitting(
            submissions=self.submissions, queue=self.queue, offload=self.offload, now=lambda: NOON
        )

    async def offload(self, work: Callable[[], T], /) -> T:
        return await asyncio.to_thread(work)

    async def first_of(self, *requests: list[NewSubmission]) -> list[asyncio.Task[list[SubmissionStatus]]]:
        """Send requests, of which the first is already being kept when the others come."""
        self.submissions.gate.clear()
        tasks = [asyncio.create_task(self.submitting.submit(requests[0]))]
        await asyncio.sleep(0.01)
        tasks += [asyncio.create_task(self.submitting.submit(request)) for request in requests[1:]]
        await asyncio.sleep(0)
        return tasks

    def spans(self) -> Iterator[Span]:
        for job in self.queue.jobs():
            assert job.kind == IMPORT_MANY
            yield read_span(job.payload)


async def test_submissions_are_kept_in_order_and_have_one_job() -> None:
    desk = Desk()
    statuses = await desk.submitting.submit(songs(1, 2, 3))
    assert statuses == [SubmissionStatus(id_, SubmissionState.PENDING) for id_ in (1, 2, 3)]
    assert list(desk.spans()) == [Span(1, 3)]
    (job,) = desk.queue.jobs()
    assert job.key == "1-3"


async def test_requests_that_come_at_once_share_a_transaction_and_each_gets_its_own_answer() -> None:
    desk = Desk()
    requests = [songs(number, 1000 + number) for number in range(100)]
    tasks = await desk.first_of(songs(5000), *requests)
    desk.submissions.gate.set()
    first, *answers = await asyncio.gather(*tasks)
    assert desk.submissions.transactions == [1, 200]
    assert [one.id for one in first] == [1]
    assert [one.id for answer in answers for one in answer] == list(range(2, 202))
    assert list(desk.spans()) == [Span(1, 1), Span(2, 201)]


async def test_a_transaction_has_an_upper_bound() -> None:
    desk = Desk()
    tasks = await desk.first_of(songs(0), *(songs(*range(n * 400, n * 400 + 400)) for n in range(1, 6)))
    desk.submissions.gate.set()
    await asyncio.gather(*tasks)
    assert desk.submissions.transactions == [1, 800, 800, 400]
    await desk.submitting.submit(songs(*range(10_000, 10_001 + MOST_AT_ONCE)))
    assert desk.submissions.transactions[-1] == MOST_AT_ONCE + 1


@pytest.mark.parametrize("fault", [Unavailable("full"), RuntimeError("a bug")])
async def test_a_transaction_that_fails_is_the_failure_of_those_in_it_and_of_nobody_else(fault: Exception) -> None:
    desk = Desk()
    desk.submissions.faults = [None, fault]
    tasks = await desk.first_of(songs(1), songs(2), songs(3))
    desk.submissions.gate.set()
    first, *others = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one.id for one in first] == [1]
    assert others == [fault, fault]
    assert [one.id for one in await desk.submitting.submit(songs(2))] == [2]


async def test_what_no_store_keeps_is_refused_to_whoever_sent_it_alone() -> None:
    desk = Desk()
    refused = Invalid("never")
    desk.submissions.faults = [None, refused, None, refused]
    tasks = await desk.first_of(songs(1), songs(2, 3), songs(4), songs(5))
    desk.submissions.gate.set()
    first, second, third, fourth = await asyncio.gather(*tasks, return_exceptions=True)
    assert desk.submissions.transactions == [1, 4, 2, 1, 1]
    assert third is refused
    assert [[one.id for one in answer] for answer in (first, second, fourth)] == [[1], [2, 3], [4]]
    await desk.submitting.submit(songs(6))
    assert desk.submissions.transactions[-1] == 1


async def test_one_who_leaves_disturbs_nobody() -> None:
    desk = Desk()
    tasks = await desk.first_of(songs(1), songs(2), songs(3), songs(4))
    tasks[0].cancel()
    tasks[2].cancel()
    await asyncio.sleep(0)
    desk.submissions.gate.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found] == [asyncio.CancelledError, list, asyncio.CancelledError, list]
    # The first was on its way already; the other was left out.
    assert desk.submissions.transactions == [1, 2]
    assert [one.id for one in found[3]] == [3]


async def test_what_was_said_before_is_the_same_submission_and_needs_no_job_when_it_was_imported() -> None:
    desk = Desk()
    await desk.submitting.submit(songs(1))
    with desk.submissions.work() as work:
        (waiting,) = work.pending(limit=10)
        work.rejected(waiting, reason="so", now=NOON)
    for job in desk.queue.jobs():
        desk.queue.remove([job.id])
    assert [one.state for one in await desk.submitting.submit(songs(1))] == [SubmissionState.REJECTED]
    assert not list(desk.spans())
    found = await desk.submitting.submit(songs(1, 2, 2))
    assert [one.id for one in found] == [1, 2, 2]


async def test_a_queue_that_takes_no_job_does_not_undo_what_was_kept() -> None:
    desk = Desk(BrokenQueue())
    assert [one.id for one in await desk.submitting.submit(songs(1))] == [1]
    assert desk.submissions.waiting() == 1


async def test_nothing_submitted_is_nothing_kept() -> None:
    desk = Desk()
    assert await desk.submitting.submit([]) == []
    assert not desk.submissions.transactions


async def test_closing_keeps_what_was_taken_and_takes_no_more() -> None:
    desk = Desk()
    tasks = await desk.first_of(songs(1), songs(2))
    closing = asyncio.create_task(desk.submitting.close())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await desk.submitting.submit(songs(3))
    desk.submissions.gate.set()
    await closing
    assert [[one.id for one in answer] for answer in await asyncio.gather(*tasks)] == [[1], [2]]


async def test_states_come_in_the_order_asked_and_impossible_numbers_are_unknown() -> None:
    desk = Desk()
    await desk.submitting.submit(songs(1, 2))
    found = await desk.submitting.statuses([2, 0, -1, 1 << 70, LAST, 1, 2])
    assert [one and one.id for one in found] == [2, None, None, None, None, 1, 2]
    assert await desk.submitting.statuses([0]) == [None]


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 0},
        {"duration": -1},
        {"duration": 32_768},
        {"bitrate": 0},
        {"bitrate": -1},
        {"bitrate": 32_768},
        {"packed": b""},
        {"packed": b"\x01\0\0\0"},
        {"packed": b"\x02" + SONG.packed[1:]},
        {"mbid": "x"},
        {"puid": "x"},
        {"foreign_id": "x"},
        {"foreign_id": "ABC:1"},
        {"foreign_id": "abc:"},
        {"foreign_id": "abc:\0"},
        {"foreign_id": "abc:\ud800"},
        {"foreign_id": "abc:" + "x" * 500},
    ],
)
async def test_one_value_out_of_range_refuses_the_request_before_anything_is_kept(wrong: dict[str, Any]) -> None:
    desk = Desk()
    with pytest.raises(Invalid):
        await desk.submitting.submit([SONG, replace(SONG, **wrong)])
    assert not desk.submissions.transactions


def test_the_ends_of_the_ranges_are_within() -> None:
    for duration in (1, 32_767):
        for bitrate in (1, 32_767, None):
            new = replace(SONG, duration=duration, bitrate=bitrate, foreign_id="foo:123")
            assert checked(new) == new


def test_of_a_very_long_fingerprint_as_many_words_are_kept_as_are_compared() -> None:
    words = track(1, MOST_WORDS + 1)
    found = checked(said(words))
    assert unpack(found.packed).tolist() == words[:MOST_WORDS].tolist()
    assert checked(found) == found
    assert checked(said(words[:MOST_WORDS])) == found
    with pytest.raises(Invalid, match="read"):
        checked(replace(SONG, packed=b"\x01\xff\xff\xff" + bytes(8)))


def test_tags_that_nobody_means_are_left_out_and_long_ones_are_cut() -> None:
    new = replace(
        SONG,
        mbid=MBID("00000000-0000-0000-0000-000000000000"),
        puid="A" * 8 + "-0000-0000-0000-000000000000",
        file_format="MP3\0" + "x" * 1000,
        application_version="1\n2",
        metadata=UserMetadata(
            track=" a\0\t\r\n b ",
            artist="ä" * 501,
            album="\ud800",
            track_no=10_001,
            disc_no=10_000,
            year=99_999_999_999,
        ),
    )
    found = checked(new)
    assert (found.mbid, found.puid) == (None, "aaaaaaaa-0000-0000-0000-000000000000")
    assert (len(found.file_format), found.application_version) == (500, "1 2")
    assert found.metadata == UserMetadata(track=" a b ", artist="ä" * 500, album="�", disc_no=10_000)
    numbers = UserMetadata(track_no=0, disc_no=-3, year=-(1 << 31))
    assert checked(replace(SONG, metadata=numbers)).metadata == UserMetadata(disc_no=-3)
    lowest = replace(SONG, metadata=UserMetadata(track_no=1 - (1 << 31), year=1 - (1 << 31)))
    assert checked(lowest) == lowest
    assert submission_row(lowest)


@given(
    text=st.text(st.characters(), max_size=600),
    number=st.integers() | st.none(),
    duration=st.integers(),
)
def test_what_passes_can_be_kept_by_every_store_and_passes_again_as_it_is(
    text: str, number: int | None, duration: int
) -> None:
    metadata = UserMetadata(
        track=text, artist=text, album=text, album_artist=text, track_no=number, disc_no=number, year=number
    )
    new = replace(SONG, duration=duration, bitrate=number, foreign_id=text, file_format=text, metadata=metadata)
    try:
        found = checked(new)
    except Invalid:
        found = checked(replace(new, duration=1, bitrate=None, foreign_id=""))
    assert checked(found) == found
    assert submission_row(found)
    kept = found.metadata
    for one in (found.file_format, found.foreign_id, kept.track, kept.artist, kept.album, kept.album_artist):
        assert len(one) <= 500
        assert "\0" not in one
        one.encode()
    for value in (kept.track_no, kept.disc_no, kept.year):
        assert value is None or -(1 << 31) < value < 1 << 31
