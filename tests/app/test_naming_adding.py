"""Files are handed in and asked for batch by batch, and imports waited for: with those who answer made up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linernotes.app.naming.acoustid_client import AcoustidClient
from linernotes.app.naming.adding import Added, add_files, new_files
from linernotes.app.naming.files import FileNamed, name_files
from linernotes.app.naming.importing import Became, became, wait_for_import
from linernotes.app.naming.intake import RemoteIntake
from linernotes.app.naming.known import KnownFiles, NoKnownFiles, Stamp
from linernotes.app.naming.reading import Tagged, Unsaid
from linernotes.app.naming.remote import RemoteNamer
from linernotes.app.naming.tags import Tags
from linernotes.app.naming.values import Named
from linernotes.domain.errors import Invalid, NotFound, Unavailable
from linernotes.domain.identification import SubmissionState, SubmissionStatus, UserMetadata
from linernotes.fingerprint.batch import Failed, Fingerprinted
from linernotes.usecases.identify.values import Query
from tests.app.acoustid_server import AcoustidDouble, serving_acoustid

TAGS = Tags(said=UserMetadata(track="Song"))
DICE = np.random.default_rng(1)
WORDS = DICE.integers(0, 1 << 32, 500, np.uint32)


def tagged(name: str, *, seconds: float = 60) -> Tagged:
    return Tagged(Path(name), WORDS, seconds, (), TAGS)


class FakeIntake:
    """Takes files and numbers them; refuses whatever is called bad, and then the whole batch."""

    place = "here"

    def __init__(self, *, batch: int = 3) -> None:
        self.batch = batch
        self.batches: list[list[str]] = []
        self.away = False

    async def submit(self, files: Sequence[Tagged]) -> list[int]:
        if self.away:
            raise Unavailable("It is away.")
        self.batches.append([file.path.name for file in files])
        if any(file.path.name.startswith("bad") for file in files):
            raise Invalid("It is bad.")
        return [int(file.path.name) for file in files]

    def left(self) -> int:
        return 0

    def became(self, ids: Sequence[int]) -> Became | None:
        return None

    def forget_lost(self, known: KnownFiles) -> int:
        return 0

    def sign_new(self, known: KnownFiles) -> None:
        """Nothing is known of them."""


class RememberedFiles:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.kept: list[list[tuple[str, int]]] = []

    def knows(self, file: Stamp, *, length: float) -> bool:
        return False

    def keep(self, files: Iterable[tuple[Stamp, int]], *, length: float) -> None:
        self.kept.append([(one.path.name, number) for one, number in files])


def handed_in(results: Iterable[Any], intake: FakeIntake, known: RememberedFiles, **more: Any) -> list[Added | Failed]:
    some = list(results)
    stamps = {one.path: Stamp(one.path, 1, 1) for one in some}
    with asyncio.Runner() as runner:
        return list(add_files(some, stamps=stamps, intake=intake, known=known, runner=runner, length=120, **more))


def test_files_are_handed_in_in_batches_each_of_which_is_remembered_when_it_is_kept() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    found = handed_in([tagged(str(number)) for number in range(1, 8)], intake, known)
    assert [one.submission for one in found if isinstance(one, Added)] == list(range(1, 8))
    assert intake.batches == [["1", "2", "3"], ["4", "5", "6"], ["7"]]
    assert known.kept == [[("1", 1), ("2", 2), ("3", 3)], [("4", 4), ("5", 5), ("6", 6)], [("7", 7)]]


def test_a_file_does_not_wait_for_others_for_ever() -> None:
    times = iter(range(0, 1000, 6))
    intake = FakeIntake()
    handed_in([tagged("1"), tagged("2")], intake, RememberedFiles(), clock=lambda: float(next(times)))
    assert intake.batches == [["1"], ["2"]]


def test_one_that_is_refused_spoils_no_other() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    one, bad, three = handed_in([tagged("1"), tagged("bad"), tagged("3")], intake, known)
    assert (one, three) == (Added(Path("1"), 1), Added(Path("3"), 3))
    assert isinstance(bad, Failed)
    assert known.kept == [[("1", 1), ("3", 3)]]


def test_what_has_no_tags_is_remembered_and_what_failed_is_not() -> None:
    known = RememberedFiles()
    unsaid, failed = Unsaid(Path("unsaid"), Invalid("No tags.")), Failed(Path("failed"), Invalid("Bad."))
    assert handed_in([unsaid, failed], FakeIntake(), known) == [unsaid, failed]
    assert known.kept == [[("unsaid", 0)]]


def interrupted(intake: FakeIntake, known: RememberedFiles) -> None:
    """Read two files, and be interrupted while a third is waited for."""

    def results() -> Iterator[Tagged]:
        yield from (tagged("1"), tagged("2"))
        raise KeyboardInterrupt

    stamps = {Path(name): Stamp(Path(name), 1, 1) for name in "12"}
    with asyncio.Runner() as runner, pytest.raises(KeyboardInterrupt):
        list(add_files(results(), stamps=stamps, intake=intake, known=known, runner=runner, length=120))


def test_who_interrupts_loses_nothing_that_was_read() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    interrupted(intake, known)
    assert (intake.batches, known.kept) == ([["1", "2"]], [[("1", 1), ("2", 2)]])


def test_an_interruption_ends_it_also_when_nobody_takes_files() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    intake.away = True
    interrupted(intake, known)
    assert known.kept == []


def test_what_waits_is_handed_in_when_it_is_left_early() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    failed = Failed(Path("failed"), Invalid("Bad."))
    with asyncio.Runner() as runner:
        stamps = {Path("1"): Stamp(Path("1"), 1, 1)}
        done = add_files([tagged("1"), failed], stamps=stamps, intake=intake, known=known, runner=runner, length=120)
        assert next(done) is failed
        done.close()
    assert known.kept == [[("1", 1)]]


def test_when_nobody_takes_files_that_is_an_error_and_nothing_is_remembered() -> None:
    intake, known = FakeIntake(), RememberedFiles()
    intake.away = True
    with pytest.raises(Unavailable):
        handed_in([tagged("1")], intake, known)
    assert known.kept == []


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    new, failed, passed = new_files([tmp_path / "absent", Path("a\0b")], known=NoKnownFiles(), length=120)
    assert (new, passed) == ({}, 0)
    assert [type(one.error) for one in failed] == [NotFound, Unavailable]


class FakeNamer:
    """Names files by their durations, and refuses those of thirteen seconds."""

    batch = 2
    clips = False

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def name(self, queries: Sequence[Query], *, least: float) -> list[tuple[Named, ...]]:
        self.asked.append([query.duration for query in queries])
        if any(query.duration == 13 for query in queries):
            raise Invalid("Not that one.")
        return [(Named(score=1, acoustid=str(query.duration)),) for query in queries]


def test_files_are_named_in_their_order_and_asked_for_together() -> None:
    namer = FakeNamer()
    some = [Fingerprinted(Path(str(number)), WORDS, number + 0.9) for number in (11, 12, 13, 14)]
    failed = Failed(Path("x"), Invalid("Bad."))
    with asyncio.Runner() as runner:
        found = list(name_files([some[0], failed, *some[1:]], namer=namer, runner=runner, least=0.5, clock=lambda: 0))
    assert [one.found[0].acoustid if isinstance(one, FileNamed) else "failed" for one in found] == [
        *("11", "failed", "12", "failed", "14")
    ]
    assert namer.asked == [[11], [12, 13], [12], [13], [14]]


def served(double: AcoustidDouble) -> AcoustidClient:
    return AcoustidClient(server=double.url, client="any")


def test_a_server_is_asked_for_ten_at_once_and_for_long_ones_apart() -> None:
    long = DICE.integers(0, 1 << 32, 120_000, np.uint32)
    queries = [Query(WORDS, 100 + number) for number in range(12)] + [Query(long, 200), Query(long, 201)]
    with serving_acoustid() as double:

        async def ask() -> None:
            client = served(double)
            assert await RemoteNamer(client=client).name(queries, least=0.5) == [()] * 14
            await client.close()

        asyncio.run(ask())
        counts = [sum(name.startswith("duration.") for name in form) for _, form, _ in double.asked]
    assert counts == [10, 2, 1, 1]


def test_a_server_may_leave_out_files_that_it_does_not_want() -> None:
    with serving_acoustid() as double:
        answer = {"status": "ok", "submissions": [{"id": 7, "status": "pending", "index": "1"}]}
        double.first.append((200, answer, {}))

        async def submit() -> list[int]:
            client = served(double)
            numbers = await RemoteIntake(client=client, user="listener").submit([tagged("a"), tagged("b")])
            await client.close()
            return numbers

        assert asyncio.run(submit()) == [0, 7]


class FakeSubmissions:
    """Submissions that are imported, so many between two looks."""

    def __init__(self, count: int, *, at_once: int, rejected: int = 0) -> None:
        self.done = 0
        self.count = count
        self.rejected = rejected
        self.at_once = at_once
        self.slept = 0.0

    def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        return [None if id_ > self.count else SubmissionStatus(id_, *self._state(id_)) for id_ in ids]

    def _state(self, id_: int) -> tuple[SubmissionState, None, str]:
        if id_ == self.rejected:
            return SubmissionState.REJECTED, None, "too short"
        return (SubmissionState.IMPORTED if id_ <= self.done else SubmissionState.PENDING), None, ""

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.done += self.at_once


def test_it_waits_until_everything_is_imported_and_tells_how_far_it_is() -> None:
    submissions, heard = FakeSubmissions(2500, at_once=600, rejected=2499), list[int]()
    assert wait_for_import(submissions, range(1, 2501), advance=heard.append, sleep=submissions.sleep)
    assert (sum(heard), submissions.slept) == (2500, 2.5)
    assert became(submissions, [1, 2499, 9999]) == Became(imported=1, waiting=0, rejected=((2499, "too short"),))


def test_it_does_not_wait_when_nobody_imports() -> None:
    submissions = FakeSubmissions(3, at_once=0)
    assert not wait_for_import(submissions, [1, 2, 3], advance=lambda _: None, sleep=submissions.sleep)
    assert submissions.slept == 60
