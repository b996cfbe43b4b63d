"""Whatever is said to the overlay in SQL and to the one in memory, both answer the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from linernotes.domain.entities import Artist, Link, Medium, Recording, Release, Track
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.traces import Scheme
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.sql import open_state

MBIDS = [MBID(f"{digit * 8}-0000-4000-8000-000000000000") for digit in "abc"]
URLS = ["https://a.example/", "https://b.example/ä♫", ""]
ISRCS = ["GBAYE9200070", "USRC17607839"]
NAMES = [*((Scheme.URL, url) for url in URLS), *((Scheme.ISRC, isrc) for isrc in ISRCS), (Scheme.TRACK, MBIDS[0])]

mbids = st.sampled_from(MBIDS)
times = st.integers(0, 6)
links = st.lists(st.builds(Link, st.sampled_from(URLS), st.just("x")), max_size=3).map(tuple)
isrcs = st.lists(st.sampled_from(ISRCS), max_size=2).map(tuple)
artists = st.builds(Artist, mbids, st.sampled_from(["x", "y", "z" * 400]), st.just("s"), links=links)
recordings = st.builds(Recording, mbids, st.just("Song"), st.just(()), isrcs=isrcs, links=links)
tracks = st.builds(Track, mbids, mbids, st.just(1), st.just("1"), st.just("Song"), st.just(()), isrcs=isrcs)
media = st.lists(tracks, max_size=2).map(lambda found: (Medium(None, 1, tracks=tuple(found)),))
releases = st.builds(Release, mbids, mbids, st.just("Title"), st.just(()), media=media)
VALUES: dict[Aspect, st.SearchStrategy[Any]] = {
    Aspect.ARTIST: artists,
    Aspect.RECORDING: recordings,
    Aspect.RELEASE: releases,
    Aspect.ISRC: st.lists(st.builds(EntityRef, st.just(Kind.RECORDING), mbids), max_size=2).map(tuple),
}
wanted = st.builds(Wanted, st.sampled_from(list(VALUES)), st.sampled_from([*MBIDS, "ä", ""]))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    asked = draw(wanted)
    source, at, partial = draw(st.sampled_from(["mb", "other"])), draw(times), draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        return Fact(asked, None, source, at, partial, draw(st.none() | mbids))
    return Fact(asked, draw(VALUES[asked.aspect]), source, at, partial)


class Twins(RuleBasedStateMachine):
    """One overlay in SQLite, one in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.state = open_state(Path(self.folder.name) / "state.sqlite")
        self.sql, self.memory = self.state.overlay, MemoryOverlay()

    @rule(said=st.lists(facts(), max_size=6))
    def keep(self, said: list[Fact]) -> None:
        assert self.sql.keep(said) == self.memory.keep(said)

    @rule(asked=st.lists(wanted, max_size=3))
    def forget(self, asked: list[Wanted]) -> None:
        assert self.sql.forget(asked) == self.memory.forget(asked)

    @precondition(lambda self: self.memory.sizes())
    @rule(before=times, missing_before=times, limit=st.integers(-1, 4))
    def forget_before(self, before: int, missing_before: int, limit: int) -> None:
        bounds = {"missing_before": missing_before, "limit": limit}
        assert self.sql.forget_before(before, **bounds) == self.memory.forget_before(before, **bounds)

    @rule(asked=st.lists(wanted, max_size=4))
    def read(self, asked: list[Wanted]) -> None:
        assert self.sql.read(asked) == self.memory.read(asked)

    @rule()
    def reopen(self) -> None:
        self.state.close()
        self.state = open_state(Path(self.folder.name) / "state.sqlite")
        self.sql = self.state.overlay

    @invariant()
    def same(self) -> None:
        assert self.sql.generation() == self.memory.generation()
        assert self.sql.sizes() == self.memory.sizes()
        for scheme, name in NAMES:
            assert self.sql.find(scheme, [name]) == self.memory.find(scheme, [name])

    def teardown(self) -> None:
        everything = [Wanted(aspect, key) for aspect in VALUES for key in (*MBIDS, "ä", "")]
        assert self.sql.read(everything) == self.memory.read(everything)
        self.state.close()
        self.folder.cleanup()


Twins.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
test_twins_agree = Twins.TestCase
