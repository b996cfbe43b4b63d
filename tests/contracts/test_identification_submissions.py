"""What every store of submissions does, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import Account, SubmissionState, SubmissionStatus, UserMetadata
from linernotes.domain.ids import MBID
from tests.contracts.identification_worlds import (
    KINDS,
    NOW,
    PUID,
    SONG,
    A,
    B,
    World,
    import_all,
    import_one,
    opened_world,
    ref,
    said,
)

PENDING = SubmissionState.PENDING
UNFIT: dict[str, dict[str, Any]] = {
    "a year beyond all": {"metadata": UserMetadata(track="x", year=99999999999)},
    "a year beyond 64 bits": {"metadata": UserMetadata(track="x", year=1 << 70)},
    "a track number beyond all": {"metadata": UserMetadata(track_no=-(1 << 31) - 1)},
    "a zero byte in a title": {"metadata": UserMetadata(track="x\0y")},
    "half a character in a title": {"metadata": UserMetadata(artist="\ud800")},
    "a duration of nothing": {"duration": 0},
    "a duration beyond all": {"duration": 32768},
    "a bitrate of nothing": {"bitrate": 0},
    "a bitrate beyond all": {"bitrate": 32768},
    "no uuid": {"mbid": MBID("x")},
    "no puid": {"puid": "' OR 1=1 --"},
    "a zero byte in a format": {"file_format": "MP3\0"},
    "half a character in a format": {"file_format": "\udfff"},
    "a zero byte in a version": {"application_version": "\0"},
    "half a character in a version": {"application_version": "\ud800"},
    "a version that is a novel": {"application_version": "x" * 3000},
    "a foreign id without a vendor": {"foreign_id": ":x"},
    "a foreign id without an id": {"foreign_id": "foo"},
    "a foreign id of nothing": {"foreign_id": "foo:"},
    "a foreign id with a zero byte": {"foreign_id": "foo:\0"},
    "a foreign id that is a novel": {"foreign_id": "foo:" + "ä" * 1100},
    "an account beyond 64 bits": {"account": 1 << 63},
    "an application below all": {"application": -1},
}


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with opened_world(request.param, tmp_path, request) as one:
        yield one


def test_submissions_are_numbered_from_one_in_the_order_said(world: World) -> None:
    assert world.submissions.add([], now=NOW) == []
    first = world.submissions.add([said(b"1"), said(b"2")], now=NOW)
    assert first == [SubmissionStatus(1, PENDING), SubmissionStatus(2, PENDING)]
    assert world.submissions.add([said(b"3")], now=NOW) == [SubmissionStatus(3, PENDING)]
    assert world.submissions.waiting() == 3


def test_what_the_same_account_said_before_gives_that_ones_status(world: World) -> None:
    [(track, _)] = import_all(world, said(b"1", metadata=SONG))
    again = said(b"1", metadata=SONG, application=9, application_version="2", file_format="OGG")
    imported = SubmissionStatus(1, SubmissionState.IMPORTED, ref(world, track).gid)
    assert world.submissions.add([said(b"2"), again, said(b"2")], now=NOW + 5) == [
        SubmissionStatus(2, PENDING),
        imported,
        SubmissionStatus(2, PENDING),
    ]
    assert world.counts.totals()["submission"] == 2


def test_of_what_is_said_twice_at_once_the_first_is_kept(world: World) -> None:
    first = said(file_format="FLAC", application=1, application_version="1")
    again = said(file_format="OGG", application=2, application_version="2")
    assert [one.id for one in world.submissions.add([first, again], now=NOW)] == [1, 1]
    with world.submissions.work() as work:
        assert [one.said for one in work.pending(limit=5)] == [first]


def test_whoever_says_something_else_says_something_new(world: World) -> None:
    different: list[dict[str, Any]] = [
        {},
        {"account": 2},
        {"words": b"other"},
        {"duration": 201},
        {"mbid": B},
        {"mbid": None},
        {"puid": PUID},
        {"foreign_id": "foo:1"},
        {"metadata": SONG},
    ]
    kept = world.submissions.add([said(**more) for more in different], now=NOW)
    assert [one.id for one in kept] == list(range(1, len(different) + 1))


def test_all_or_none_are_kept(world: World) -> None:
    kept = []
    for what, unfit in UNFIT.items():
        try:
            world.submissions.add([said(b"1"), said(b"2", **unfit), said(b"3")], now=NOW)
        except Invalid:
            continue
        else:
            kept.append(what)
    assert kept == []
    assert (world.submissions.waiting(), world.counts.totals()["submission"]) == (0, 0)
    assert world.submissions.add([said(b"1")], now=NOW) == [SubmissionStatus(1, PENDING)]


def test_what_is_just_within_bounds_is_kept_and_imported(world: World) -> None:
    extreme = said(
        b"\0",
        account=(1 << 63) - 1,
        application=0,
        application_version="\x01" * 2048,
        duration=32767,
        bitrate=32767,
        file_format="☃" * 5000,
        mbid=MBID("00000000-0000-0000-0000-000000000000"),
        puid="ffffffff-ffff-ffff-ffff-ffffffffffff",
        foreign_id="f:" + "x" * 2046,
        metadata=UserMetadata(
            track="'; DROP TABLE acoustid_track --" * 1000,
            artist="💿",
            track_no=(1 << 31) - 1,
            disc_no=-(1 << 31) + 1,
        ),
    )
    world.submissions.add([extreme], now=NOW)
    with world.submissions.work() as work:
        [found] = work.pending(limit=1)
        assert found.said == extreme
        track, _ = import_one(work, found)
    assert world.tracks.metadata([track], limit=1) == [(extreme.metadata,)]


def test_a_puid_is_kept_in_lower_case(world: World) -> None:
    world.submissions.add([said(puid=PUID.upper())], now=NOW)
    with world.submissions.work() as work:
        assert [one.said.puid for one in work.pending(limit=1)] == [PUID]


def test_statuses_come_in_the_order_asked_none_for_what_is_not_there(world: World) -> None:
    world.submissions.add([said(b"1"), said(b"2")], now=NOW)
    one, two = SubmissionStatus(1, PENDING), SubmissionStatus(2, PENDING)
    asked = [2, 77, 1, 2, 0, -1, 1 << 63, -(1 << 80)]
    assert world.submissions.statuses(asked) == [two, None, one, two, None, None, None, None]
    assert world.submissions.statuses([]) == []
    assert world.submissions.statuses(list(range(1, 1000)))[:3] == [one, two, None]


def test_the_oldest_pending_was_never_tried_and_is_from_before(world: World) -> None:
    assert world.submissions.oldest_pending(before=1 << 62) is None
    for n, at in enumerate((30, 10, 20)):
        world.submissions.add([said(bytes([n]), mbid=A)], now=at)
    oldest = world.submissions.oldest_pending
    assert [oldest(before=before) for before in (10, 11, 21, 31, 1 << 80, -(1 << 80))] == [None, 2, 2, 1, 1, None]
    with world.submissions.work() as work:
        first, second, third = work.pending(limit=3)
        work.failed(first, reason="x")
        import_one(work, second)
        assert third.id == 3
    assert oldest(before=31) == 3
    assert world.submissions.waiting() == 2


def test_an_accounts_submissions_are_counted_each_once(world: World) -> None:
    account = world.clients.add_account(Account(id=0, name="somebody"), b"1" * 32)
    other = world.clients.add_account(Account(id=0, name="else"), b"2" * 32)
    mine = [said(bytes([n]), account=account.id) for n in range(3)]
    world.submissions.add([*mine, mine[0], said(account=99)], now=NOW)
    world.submissions.add([mine[1], said(account=other.id)], now=NOW)
    assert [one.submissions for one in world.clients.accounts()] == [3, 1]


def test_threads_that_submit_the_same_at_once_get_one_submission(world: World) -> None:
    def submit(turn: int) -> list[int]:
        batch = [said(bytes([n])) for n in range(20)]
        return [one.id for one in world.submissions.add(batch if turn % 2 else batch[::-1], now=NOW)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(submit, range(8)))
    assert len({tuple(sorted(answer)) for answer in answers}) == 1
    assert world.counts.totals()["submission"] == 20
