"""Files are forgotten whose submissions an older copy of the state does not have, or has given to others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from linernotes.app.naming.known import KnownFiles, Stamp, known_files
from linernotes.app.naming.lost import AT_ONCE, forget_lost, sign_new
from linernotes.domain.identification import SubmissionState, SubmissionStatus, TrackRef


class FakeSubmissions:
    """Says what became of submissions: the UUID of a track by number, "" while one waits."""

    def __init__(self, tracks: dict[int, str]) -> None:
        self.became = tracks
        self.reads = 0

    def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        self.reads += 1
        return [self._status(id_) if id_ in self.became else None for id_ in ids]

    def _status(self, id_: int) -> SubmissionStatus:
        gid = self.became[id_]
        return SubmissionStatus(id_, SubmissionState.IMPORTED if gid else SubmissionState.PENDING, gid or None)


class FakeTracks:
    """Knows what tracks were merged into."""

    def __init__(self, merged: dict[str, str]) -> None:
        self.merged = merged

    def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        return [TrackRef(1, self.merged[gid]) if gid in self.merged else None for gid in gids]


def files(count: int) -> list[Stamp]:
    return [Stamp(Path(f"/{number}"), 1, 1) for number in range(1, count + 1)]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[KnownFiles]:
    with known_files(tmp_path, place="here") as memory:
        yield memory


def remembered(known: KnownFiles, count: int) -> int:
    return sum(known.knows(file, length=1) for file in files(count))


def handed_in(known: KnownFiles, count: int, *, state: dict[int, str]) -> None:
    known.keep([(file, int(file.path.name)) for file in files(count)], length=1)
    sign_new(known, FakeSubmissions(state))  # type: ignore[arg-type]


def looked_over(known: KnownFiles, submissions: FakeSubmissions, merged: dict[str, str] | None = None) -> int:
    return forget_lost(known, submissions, FakeTracks(merged or {}))  # type: ignore[arg-type]


def state(count: int, what: str = "track") -> dict[int, str]:
    return {number: f"{what}-{number}" for number in range(1, count + 1)}


def test_nothing_is_forgotten_of_a_state_that_has_everything_and_that_takes_one_read(known: KnownFiles) -> None:
    handed_in(known, 2000, state=state(2000))
    submissions = FakeSubmissions(state(3000))
    assert looked_over(known, submissions) == 0
    assert (submissions.reads, remembered(known, 2000)) == (1, 2000)


@pytest.mark.parametrize("kept", [0, 1, 700, 2000 - AT_ONCE, 1999])
def test_what_an_older_copy_does_not_have_is_forgotten(known: KnownFiles, kept: int) -> None:
    handed_in(known, 2000, state=state(2000))
    assert looked_over(known, FakeSubmissions(state(kept))) == 2000 - kept
    assert remembered(known, 2000) == kept


def test_numbers_that_were_given_again_are_not_taken_for_what_had_them(known: KnownFiles) -> None:
    handed_in(known, 20, state=state(20))
    assert looked_over(known, FakeSubmissions(state(30, "other") | state(5))) == 15
    assert remembered(known, 20) == 5


def test_what_still_waits_is_there_and_merged_tracks_are_the_same(known: KnownFiles) -> None:
    handed_in(known, 3, state={1: "old", 2: "", 3: "c"})
    assert looked_over(known, FakeSubmissions({1: "new", 2: "later", 3: "c"}), {"old": "new"}) == 0
    assert looked_over(known, FakeSubmissions({1: "new", 2: "later", 3: "c"}), {"old": "elsewhere"}) == 3


def test_files_that_have_no_submission_are_never_forgotten(known: KnownFiles) -> None:
    known.keep([(files(1)[0], 0)], length=1)
    assert looked_over(known, FakeSubmissions({})) == 0
    assert remembered(known, 1) == 1
