"""What every keeper of change marks and imports does, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linernotes.domain.catalogue import BuildInfo, Change, Layer
from linernotes.domain.ids import MBID, EntityRef, Kind
from tests.contracts.states import KINDS, State, opened

A, B, C = (MBID(f"{digit * 8}-0000-4000-8000-000000000000") for digit in "abc")


@pytest.fixture(params=KINDS)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    with opened(request.param, tmp_path, request) as one:
        yield one


def build(name: str, *, built_at: int) -> BuildInfo:
    return BuildInfo(
        build_id=name,
        built_at=built_at,
        history_since=built_at - 1,
        schema_sequence=31,
        replication_sequence=None,
        dump_timestamp="2026-11-14 00:13:00+00",
        replication_date=None,
        layers=(Layer.CORE, Layer.COVER_ART),
        counts=(("artist", 3), ("release", 4)),
    )


def artists(*mbids: MBID) -> list[EntityRef]:
    return [EntityRef(Kind.ARTIST, mbid) for mbid in mbids]


def test_marks_come_newest_first_then_by_mbid(state: State) -> None:
    state.mark(artists(B), changed_at=10, reason="asked for")
    state.mark(artists(C, A), changed_at=20, reason="asked for")
    assert state.marked_since(Kind.ARTIST, 0, 10) == [
        Change(Kind.ARTIST, A, 20),
        Change(Kind.ARTIST, C, 20),
        Change(Kind.ARTIST, B, 10),
    ]


def test_marks_are_bounded_by_time_kind_and_number(state: State) -> None:
    state.mark(artists(A, B), changed_at=10, reason="asked for")
    assert [c.mbid for c in state.marked_since(Kind.ARTIST, 0, 1)] == [A]
    assert state.marked_since(Kind.ARTIST, 10, 10) == []
    assert state.marked_since(Kind.RELEASE_GROUP, 0, 10) == []


def test_a_later_mark_replaces_an_earlier_one(state: State) -> None:
    state.mark(artists(A), changed_at=10, reason="first")
    state.mark(artists(A), changed_at=30, reason="second")
    assert state.marked_since(Kind.ARTIST, 0, 10) == [Change(Kind.ARTIST, A, 30)]


def test_marking_nothing_is_no_mistake(state: State) -> None:
    state.mark([], changed_at=10, reason="nothing")
    assert state.marked_since(Kind.ARTIST, 0, 10) == []


def test_imports_come_newest_first_and_whole(state: State) -> None:
    for name, at in (("one", 1), ("three", 3), ("two", 2)):
        state.record(build(name, built_at=at))
    assert [found.build_id for found in state.imports()] == ["three", "two", "one"]
    assert state.imports(1) == [build("three", built_at=3)]


def test_recording_a_build_again_keeps_one(state: State) -> None:
    state.record(build("one", built_at=1))
    state.record(build("one", built_at=5))
    assert state.imports() == [build("one", built_at=5)]
