"""What loads and reads AcoustID's public data does so alike on every database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Conflict
from linernotes.domain.identification import FIRST_LOCAL_ID, NewSubmission, RecordingLink, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import as_words
from linernotes.ports.public_data import (
    DAY,
    FileMark,
    FingerprintRow,
    LinkRow,
    Loaded,
    MetaRow,
    PlaceRow,
    Span,
    Stream,
    TrackRow,
)
from linernotes.stores.sql import SqlState
from tests.contracts.states import opened

A, B = MBID("aaaaaaaa-0000-4000-8000-000000000001"), MBID("bbbbbbbb-0000-4000-8000-000000000002")
GID = "eb31d1c3-950e-468b-9e36-e46fa75b1291"
MARK = FileMark("2026-11-21-track-update.jsonl.gz", size=5, modified=7)
EXAMPLES = count(1)
ALWAYS = Span(0, 100_000)
HERE = FIRST_LOCAL_ID


def words(seed: int) -> bytes:
    return pack(as_words([seed * 2654435761 * n % (1 << 32) for n in range(1, 130)]))


def link(id_: int, track: int = 1, target: str | int = A, *, sources: int = 2, at: int = 10, **more: object) -> LinkRow:
    row = LinkRow(id_, track, target, sources=sources, disabled=False, created=5, updated=at)
    return msgspec.structs.replace(row, **more)


@pytest.fixture(params=["sqlite", "postgres"])
def state(request, tmp_path: Path) -> Iterator[SqlState]:
    with opened(request.param, tmp_path, request) as state:
        assert isinstance(state, SqlState)
        yield state


@pytest.fixture
def data(state):
    return state.public_data


@pytest.fixture
def load(data):
    return lambda stream, *rows: data.load(stream, rows, MARK)


@pytest.fixture
def everything(data):
    def read(stream: Stream, span: Span = ALWAYS) -> list:
        with data.reading() as reading:
            found = list(reading.days(stream, span))
            assert reading.count(stream, span) == len(found)
        return found

    return read


@pytest.fixture
def rows(everything):
    """Return the rows of a stream by id, each once."""
    return lambda stream: [row for _, row in sorted({row.id: row for _, row in everything(stream)}.items())]


def submitted(state: SqlState, **said: object) -> None:
    """Import a submission as a new track."""
    new = NewSubmission(account=1, application=1, packed=words(9), duration=200, **said)
    state.submissions.add([new], now=20)
    with state.submissions.work() as work:
        [one] = work.pending(limit=1)
        track = work.new_track(now=20)
        made = work.new_fingerprint(one, track.id, now=20)
        work.link(one, track.id, now=20)
        work.imported(one, fingerprint=made, track=track.id, now=20)


def counted(state: SqlState, fingerprint: int, track: int, *, at: int, **said: object) -> None:
    """Import a submission of a fingerprint that is here, by an account of its own."""
    said = {"puid": B, "metadata": UserMetadata(track="x"), **said}
    new = NewSubmission(account=next(EXAMPLES), application=1, packed=words(9), duration=200, **said)
    state.submissions.add([new], now=at)
    with state.submissions.work() as work:
        [one] = work.pending(limit=1)
        work.count_fingerprint(fingerprint, now=at)
        work.link(one, track, now=at)
        work.imported(one, fingerprint=fingerprint, track=track, now=at)


def test_tracks_that_are_loaded_are_found(state, load):
    load(Stream.TRACK, TrackRow(1, GID, None, 5), TrackRow(2, A, 1, 5, 6))
    assert [track and (track.id, track.gid) for track in state.tracks.tracks([GID, A, B])] == [
        (1, GID),
        (1, GID),
        None,
    ]


def test_a_fingerprint_is_found_once_it_has_words_and_a_track_whichever_comes_first(state, load):
    load(Stream.TRACK_FINGERPRINT, PlaceRow(4, 1, 3, 5))
    load(Stream.FINGERPRINT, FingerprintRow(3, words(3), 180, 5))
    assert state.tracks.fingerprints([3, 4]) == []
    load(Stream.FINGERPRINT, FingerprintRow(4, words(4), 190, 5))
    load(Stream.TRACK_FINGERPRINT, PlaceRow(3, 1, 3, 5))
    assert state.tracks.fingerprints([3, 4]) == []
    load(Stream.TRACK, TrackRow(1, GID, None, 5))
    found = state.tracks.fingerprints([3, 4])
    assert [(one.id, one.track.gid, one.duration, one.packed) for one in found] == [
        (3, GID, 180, words(3)),
        (4, GID, 190, words(4)),
    ]


def test_each_fingerprint_with_new_words_has_a_line_in_the_change_log(state, load):
    load(Stream.TRACK_FINGERPRINT, PlaceRow(3, 1, 3, 5))
    assert state.change_log.last() == 0
    load(Stream.FINGERPRINT, FingerprintRow(3, words(3), 180, 5), FingerprintRow(4, words(4), 180, 5))
    load(Stream.FINGERPRINT, FingerprintRow(3, words(3), 181, 5), FingerprintRow(4, words(5), 180, 5))
    load(Stream.TRACK_FINGERPRINT, PlaceRow(3, 2, 3, 6))
    lines = state.change_log.changes(0, limit=10)
    assert [(line.fingerprint, line.packed) for line in lines] == [(3, words(3)), (4, words(5)), (4, words(5))]


def test_the_later_of_two_rows_wins_and_of_equals_the_last(load, rows):
    assert load(Stream.TRACK_MBID, link(6, sources=2, at=10)) == Loaded(1, 0)
    assert load(Stream.TRACK_MBID, link(6, sources=1, at=9)) == Loaded(0, 1)
    assert rows(Stream.TRACK_MBID) == [link(6, sources=2, at=10)]
    assert load(Stream.TRACK_MBID, link(6, sources=4, at=12), link(6, sources=3, at=11)) == Loaded(1, 1)
    assert rows(Stream.TRACK_MBID) == [link(6, sources=4, at=12)]
    load(Stream.TRACK_MBID, link(6, sources=5, at=12, disabled=True))
    assert rows(Stream.TRACK_MBID) == [link(6, sources=5, at=12, disabled=True)]
    load(Stream.TRACK, TrackRow(1, GID, None, 5, 9))
    load(Stream.TRACK, TrackRow(1, GID, 7, 5))
    assert rows(Stream.TRACK) == [TrackRow(1, GID, None, 5, 9)]
    load(Stream.TRACK_FINGERPRINT, PlaceRow(1, 1, 3, 5, 9), PlaceRow(1, 2, 3, 5, 8))
    assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(1, 1, 3, 5, 9)]
    load(Stream.FINGERPRINT, FingerprintRow(1, words(1), 180, 5))
    load(Stream.FINGERPRINT, FingerprintRow(1, words(2), 180, 4))
    assert rows(Stream.FINGERPRINT) == [FingerprintRow(1, words(1), 180, 5)]
    assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(1, 1, 3, 5, 9)]


def test_a_link_made_here_gives_way_to_acoustids_and_its_sources_are_added(state, load, rows):
    submitted(state, mbid=A, metadata=UserMetadata(track="x"))
    [made] = rows(Stream.TRACK_MBID)
    assert made.id >= HERE
    load(Stream.TRACK_MBID, link(6, made.track, sources=4))
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=5, at=20)]
    assert state.tracks.links([made.track]) == [(RecordingLink(A, 5),)]
    load(Stream.TRACK_MBID, link(6, made.track, sources=4))
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=5, at=20)]
    load(Stream.TRACK_MBID, link(6, made.track, sources=7, at=12))
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=8, at=20)]
    load(Stream.TRACK_MBID, link(6, made.track, sources=8, at=25))
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=9, at=25)]


@pytest.fixture
def known(load):
    """A fingerprint of AcoustID's on track 1, with a link of each kind."""
    load(Stream.TRACK, TrackRow(1, GID, None, 5), TrackRow(2, A, None, 5))
    load(Stream.FINGERPRINT, FingerprintRow(7, words(7), 180, 5))
    load(Stream.TRACK_FINGERPRINT, PlaceRow(7, 1, 3, 5))
    load(Stream.META, MetaRow(4, UserMetadata(track="x"), 5))
    load(Stream.TRACK_MBID, link(6, sources=5))
    load(Stream.TRACK_PUID, link(6, target=B, sources=5))
    load(Stream.TRACK_META, link(6, target=4, sources=5))


@pytest.mark.usefixtures("known")
def test_a_count_made_here_hides_no_earlier_change_by_acoustid_that_is_loaded_later(state, load, rows):
    counted(state, 7, 1, at=20, mbid=A)
    for _twice in range(2):
        load(Stream.TRACK, TrackRow(1, GID, 2, 5, 15))
        assert load(Stream.TRACK_FINGERPRINT, PlaceRow(7, 2, 9, 5, 15)) == Loaded(1, 0)
        assert load(Stream.TRACK_MBID, link(6, sources=8, at=15, disabled=True)) == Loaded(1, 0)
        assert load(Stream.TRACK_PUID, link(6, target=B, sources=8, at=15)) == Loaded(1, 0)
        assert load(Stream.TRACK_META, link(6, target=4, sources=8, at=15)) == Loaded(1, 0)
        assert [found.track.gid for found in state.tracks.fingerprints([7])] == [A]
        assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(7, 2, 10, 5, 20)]
        assert rows(Stream.TRACK_MBID) == [link(6, sources=9, at=20, disabled=True)]
        assert rows(Stream.TRACK_PUID) == [link(6, target=B, sources=9, at=20)]
        assert rows(Stream.TRACK_META) == [link(6, target=4, sources=9, at=20)]
    assert load(Stream.TRACK_FINGERPRINT, PlaceRow(7, 1, 3, 5)) == Loaded(0, 1)
    assert load(Stream.TRACK_MBID, link(6, sources=5)) == Loaded(0, 1)
    load(Stream.TRACK_FINGERPRINT, PlaceRow(7, 1, 4, 5, 30))
    assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(7, 1, 5, 5, 30)]
    counted(state, 7, 1, at=40)
    assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(7, 1, 6, 5, 40)]


@pytest.mark.usefixtures("known")
def test_counts_made_here_follow_a_link_that_acoustid_numbers_anew(state, load, rows):
    counted(state, 7, 1, at=20, mbid=A)
    load(Stream.TRACK_MBID, link(8, sources=6, at=12))
    assert rows(Stream.TRACK_MBID) == [link(8, sources=7, at=20)]
    assert load(Stream.TRACK_MBID, link(6, sources=5)) == Loaded(0, 1)
    counted(state, 7, 2, at=21, mbid=A)
    load(Stream.TRACK_MBID, link(8, 2, sources=9, at=13))
    assert rows(Stream.TRACK_MBID) == [link(8, 2, sources=11, at=21)]


@pytest.mark.usefixtures("known")
def test_an_own_export_brings_no_count_back_a_second_time(state, data, load, everything, rows):
    exports = {at: {} for at in (20, 30)}
    for at, export in exports.items():
        counted(state, 7, 1, at=at, mbid=A)
        export.update({stream: [row for _, row in everything(stream)] for stream in Stream})
    now = {stream: rows(stream) for stream in Stream}
    assert now[Stream.TRACK_FINGERPRINT] == [PlaceRow(7, 1, 5, 5, 30)]
    for stream in Stream:
        load(stream, *exports[30][stream])
    assert {stream: rows(stream) for stream in Stream} == now
    for at in (20, 30):
        for stream in Stream:
            data.load(stream, exports[at][stream], MARK, own=True)
        assert {stream: rows(stream) for stream in Stream} == now
    load(Stream.TRACK_FINGERPRINT, PlaceRow(7, 2, 9, 5, 15))
    assert rows(Stream.TRACK_FINGERPRINT) == [PlaceRow(7, 2, 11, 5, 30)]


def test_an_own_export_has_the_counts_that_a_link_took_over(state, data, rows):
    submitted(state, mbid=A)
    [made] = rows(Stream.TRACK_MBID)
    data.load(Stream.TRACK_MBID, [link(6, made.track, sources=5, at=20)], MARK, own=True)
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=5, at=20)]
    data.load(Stream.TRACK_MBID, [made], MARK, own=True)
    assert rows(Stream.TRACK_MBID) == [link(6, made.track, sources=5, at=20)]


def test_of_acoustids_own_rows_for_one_link_the_later_stays(load, rows):
    load(Stream.TRACK_MBID, link(20, at=10))
    load(Stream.TRACK_MBID, link(10, sources=9, at=12))
    assert rows(Stream.TRACK_MBID) == [link(10, sources=9, at=12)]
    assert load(Stream.TRACK_MBID, link(30, at=11)) == Loaded(0, 1)
    load(Stream.TRACK_MBID, link(30, at=13), link(31, at=13))
    assert rows(Stream.TRACK_MBID) == [link(31, at=13)]


def test_links_may_change_places_within_a_batch(load, rows):
    load(Stream.TRACK_MBID, link(1, target=A), link(2, target=B))
    load(Stream.TRACK_MBID, link(1, target=B, at=12), link(2, target=A, at=12))
    assert rows(Stream.TRACK_MBID) == [link(1, target=B, at=12), link(2, target=A, at=12)]
    load(Stream.TRACK_MBID, link(2, target=A, track=5, at=13), link(1, target=A, at=13))
    assert rows(Stream.TRACK_MBID) == [link(1, target=A, at=13), link(2, target=A, track=5, at=13)]


def test_puids_and_metadata_are_linked_in_the_same_way(state, load, rows):
    load(Stream.TRACK, TrackRow(1, GID, None, 5))
    load(Stream.TRACK_PUID, link(1, target=B), link(2, target=B, at=12))
    assert rows(Stream.TRACK_PUID) == [link(2, target=B, at=12)]
    load(Stream.TRACK_META, link(1, target=8), link(2, target=9, sources=5))
    said = UserMetadata(track="Ágætis byrjun", artist="Sigur Rós", track_no=9, year=1999)
    load(Stream.META, MetaRow(8, said, 5), MetaRow(9, UserMetadata(track="x"), 5))
    assert rows(Stream.TRACK_META) == [link(1, target=8), link(2, target=9, sources=5)]
    assert state.tracks.metadata([1], limit=5) == [(UserMetadata(track="x"), said)]


def test_metadata_that_is_said_twice_stays_two_rows(load, rows):
    said = [MetaRow(id_, UserMetadata(track="x"), 5) for id_ in (3, 4, 5)]
    load(Stream.META, *said[:2])
    load(Stream.META, *said[1:])
    assert rows(Stream.META) == said


def test_two_tracks_with_one_uuid_are_refused_and_nothing_is_loaded(data, load, rows):
    load(Stream.TRACK, TrackRow(1, GID, None, 5))
    later = msgspec.structs.replace(MARK, name="other")
    with pytest.raises(Conflict, match="1 and 2"):
        data.load(Stream.TRACK, [TrackRow(3, A, None, 5), TrackRow(2, GID, None, 5)], later)
    assert rows(Stream.TRACK) == [TrackRow(1, GID, None, 5)]
    assert data.mark("other", 5) is None


def test_a_file_is_remembered_by_name_and_size_with_what_was_loaded_of_it(data, load):
    assert data.mark(MARK.name, MARK.size) is None
    load(Stream.TRACK)
    assert data.mark(MARK.name, MARK.size) == MARK
    whole = msgspec.structs.replace(MARK, modified=1_800_000_000_000_000_000, lines=1 << 40, bad=3, digest="d")
    data.load(Stream.TRACK, [], whole)
    assert data.mark(MARK.name, MARK.size) == whole
    assert data.mark(MARK.name, 6) is None


def test_what_is_made_here_later_is_numbered_above_what_was_loaded(state, load, rows):
    load(Stream.TRACK, TrackRow(HERE + 100, GID, None, 5))
    load(Stream.FINGERPRINT, FingerprintRow(HERE + 200, words(1), 180, 5))
    load(Stream.TRACK_MBID, link(HERE + 300, HERE + 100))
    submitted(state, mbid=A)
    assert [row.id for row in rows(Stream.TRACK)] == [HERE + 100, HERE + 101]
    assert [row.id for row in rows(Stream.FINGERPRINT)] == [HERE + 200, HERE + 201]
    assert [row.id for row in rows(Stream.TRACK_MBID)] == [HERE + 300, HERE + 301]


def test_acoustids_rows_do_not_change_where_the_numbers_made_here_begin(state, load, rows):
    load(Stream.TRACK, TrackRow(5, GID, None, 5))
    submitted(state, mbid=A)
    assert [row.id for row in rows(Stream.TRACK)] == [5, HERE]


def test_rows_are_read_on_the_days_of_their_making_and_of_their_last_change(load, everything):
    first, second = link(2, at=3 * DAY), link(1, target=B, at=5 + 60)
    third = link(3, track=9, created=2 * DAY, at=3 * DAY - 1)
    load(Stream.TRACK_MBID, first, second, third)
    assert everything(Stream.TRACK_MBID) == [(0, second), (0, first), (2, third), (3, first)]
    assert everything(Stream.TRACK_MBID, Span(2, 3)) == [(2, third), (3, first)]
    assert everything(Stream.TRACK_MBID, Span(0, 0, lowest=2)) == [(0, first)]
    assert everything(Stream.TRACK_MBID, Span(4, 3)) == []


def test_only_whole_rows_are_read(load, everything):
    load(Stream.FINGERPRINT, FingerprintRow(3, words(3), 180, 5))
    load(Stream.TRACK_FINGERPRINT, PlaceRow(4, 1, 3, 5))
    assert everything(Stream.FINGERPRINT) == [(0, FingerprintRow(3, words(3), 180, 5))]
    assert everything(Stream.TRACK_FINGERPRINT) == [(0, PlaceRow(4, 1, 3, 5))]


def test_more_rows_than_fit_into_one_question_come_in_order(load, everything):
    made = [TrackRow(id_, f"eb31d1c3-950e-468b-9e36-{id_:012d}", None, id_ % 3 * DAY) for id_ in range(1, 1300)]
    load(Stream.TRACK, *made)
    assert everything(Stream.TRACK) == sorted(
        ((row.created // DAY, row) for row in made), key=lambda one: (one[0], one[1].id)
    )


def test_a_reading_is_of_one_moment(data, load):
    load(Stream.TRACK, TrackRow(1, GID, None, 5))
    with data.reading() as reading:
        assert reading.count(Stream.TRACK, ALWAYS) == 1
        load(Stream.TRACK, TrackRow(2, A, None, 5))
        assert [row.id for _, row in reading.days(Stream.TRACK, ALWAYS)] == [1]


@given(drawn=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_and_the_batches_the_latest_rows_are_there(data, everything, drawn):
    base = 1000 * next(EXAMPLES)
    stamps = drawn.draw(st.lists(st.tuples(st.integers(1, 5), st.integers(10, 60)), unique_by=lambda one: one[1]))
    made = [link(base + id_, base + at, sources=at, at=at) for id_, at in stamps]
    placed = [PlaceRow(base + id_, at, at, 5, at) for id_, at in stamps]
    for stream, rows_ in ((Stream.TRACK_MBID, made), (Stream.TRACK_FINGERPRINT, placed)):
        left = drawn.draw(st.permutations(rows_))
        while left:
            size = drawn.draw(st.integers(1, len(left)))
            data.load(stream, left[:size], MARK)
            left = left[size:]
        latest = {row.id: row for row in sorted(rows_, key=lambda row: row.updated)}
        found = [row for _, row in everything(stream) if base < row.id < base + 1000]
        assert found == [latest[id_] for id_ in sorted(latest)]


@given(drawn=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_and_whenever_something_is_counted_here_each_count_is_there_once(
    state, data, everything, drawn
):
    id_ = 1000 * next(EXAMPLES)
    stamps = drawn.draw(st.lists(st.integers(10, 60), min_size=1, max_size=6, unique=True))
    moments = drawn.draw(st.lists(st.integers(10, 60), max_size=4))
    data.load(Stream.TRACK_FINGERPRINT, [PlaceRow(id_, id_, 1, 5)], MARK)
    data.load(Stream.TRACK_MBID, [link(id_, id_, sources=1, created=5, at=5)], MARK)
    for what, at in drawn.draw(st.permutations([("load", at) for at in stamps] + [("count", at) for at in moments])):
        if what == "count":
            counted(state, id_, id_, at=at, mbid=A)
        else:
            data.load(Stream.TRACK_FINGERPRINT, [PlaceRow(id_, id_ + at, at, 5, at)], MARK)
            data.load(Stream.TRACK_MBID, [link(id_, id_, sources=at, at=at, disabled=at % 2 == 1)], MARK)
    latest, ours = max(stamps), len(moments)
    [place] = {row.id: row for _, row in everything(Stream.TRACK_FINGERPRINT) if row.id == id_}.values()
    assert (place.track, place.sources) == (id_ + latest, latest + ours)
    [linked] = {row.id: row for _, row in everything(Stream.TRACK_MBID) if row.id == id_}.values()
    assert (linked.sources, linked.disabled) == (latest + ours, latest % 2 == 1)
