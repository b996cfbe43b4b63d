"""Lines of AcoustID's public data: whatever bytes they are, a row comes out or ``Invalid``."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import FIRST_LOCAL_ID, UserMetadata
from linernotes.dumps.acoustid.lines import LONGEST_LINE
from linernotes.dumps.acoustid.rows import RowReader, write_row
from linernotes.fingerprint.packed import pack, unpack
from linernotes.fingerprint.values import as_words
from linernotes.ports.public_data import FingerprintRow, LinkRow, MetaRow, PlaceRow, Stream, TrackRow

CREATED = "2026-11-21T00:36:26.285389+00:00"
AT = 1795221386285
GID = "eb31d1c3-950e-468b-9e36-e46fa75b1291"
TRACK = {"id": 1, "gid": GID, "created": CREATED}
LINK = {"id": 6, "track_id": 1, "submission_count": 9, "created": CREATED}
PRINT = {"id": 7, "fingerprint": [1, -1, -2147483648], "length": 200, "created": CREATED}


def read(stream, line, **how):
    text = line if isinstance(line, bytes) else json.dumps(line).encode()
    return RowReader(stream, **how)(text + b"\n")


def test_the_published_examples_are_read():
    text = b'{"id":6,"track_id":1,"mbid":"44444444-4444-4444-8444-444444444444","submission_count":9,'
    text += b'"disabled":true,"created":"2026-11-21T00:36:26.285389+00:00"}'
    mbid = "44444444-4444-4444-8444-444444444444"
    assert read(Stream.TRACK_MBID, text) == LinkRow(6, 1, mbid, sources=9, disabled=True, created=AT)
    assert read(Stream.TRACK, TRACK) == TrackRow(1, GID, None, AT)


def test_every_stream_has_its_own_rows():
    later = {"updated": "2026-11-21T00:36:27+00:00"}
    assert read(Stream.TRACK, {**TRACK, "new_id": 5, **later}) == TrackRow(1, GID, 5, AT, 1795221387000)
    assert read(Stream.META, {"id": 2, "track": "Ágætis byrjun", "year": 1999, "created": CREATED}) == MetaRow(
        2, UserMetadata(track="Ágætis byrjun", year=1999), AT
    )
    found = read(Stream.FINGERPRINT, PRINT)
    assert isinstance(found, FingerprintRow)
    assert unpack(found.packed).tolist() == [1, 4294967295, 2147483648]
    assert (found.id, found.duration, found.created) == (7, 200, AT)
    assert read(Stream.TRACK_FINGERPRINT, {**LINK, "fingerprint_id": 6}) == PlaceRow(6, 1, 9, AT)
    assert read(Stream.TRACK_PUID, {**LINK, "puid": GID}) == LinkRow(6, 1, GID, sources=9, disabled=False, created=AT)
    assert read(Stream.TRACK_META, {**LINK, "meta_id": 3}) == LinkRow(6, 1, 3, sources=9, disabled=False, created=AT)


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("2026-11-21T00:36:26.28+00:00", AT - 5),
        ("2026-11-21T00:36:26Z", AT - 285),
        ("2026-11-21T02:36:26.285999+02:00", AT),
        ("2026-11-21 00:36:26.285389+00", AT),
    ],
)
def test_times_are_read_as_databases_write_them(written, milliseconds):
    assert read(Stream.TRACK, {**TRACK, "created": written}).created == milliseconds


def test_null_keys_and_keys_that_are_not_known_do_no_harm():
    line = {**TRACK, "new_id": None, "updated": None, "mood": {"sad": [True]}}
    assert read(Stream.TRACK, line) == read(Stream.TRACK, TRACK)


@pytest.mark.parametrize(
    ("stream", "line"),
    [
        (Stream.TRACK, b""),
        (Stream.TRACK, b"hello"),
        (Stream.TRACK, b"[]"),
        (Stream.TRACK, b'{"id":1'),
        (Stream.TRACK, b"[" * 100_000),
        (Stream.TRACK, b'{"id":1,"gid":"\xff"}'),
        (Stream.TRACK, {"id": 1, "gid": GID}),
        (Stream.TRACK, {**TRACK, "id": "1"}),
        (Stream.TRACK, {**TRACK, "id": 0}),
        (Stream.TRACK, {**TRACK, "id": True}),
        (Stream.TRACK, {**TRACK, "id": 1 << 80}),
        (Stream.TRACK, {**TRACK, "gid": "x"}),
        (Stream.TRACK, {**TRACK, "created": "yesterday"}),
        (Stream.TRACK, {**TRACK, "created": "2026-11-21T00:36:26"}),
        (Stream.TRACK, {**TRACK, "created": "1969-11-21T00:36:26Z"}),
        (Stream.TRACK, {**TRACK, "created": "0001-01-01T00:00:00+23:59"}),
        (Stream.META, {"id": 1, "track": "a\0b", "created": CREATED}),
        (Stream.META, b'{"id":1,"track":"\\ud800","created":"2026-11-21T00:36:26Z"}'),
        (Stream.META, {"id": 1, "year": 1 << 31, "created": CREATED}),
        (Stream.FINGERPRINT, {**PRINT, "length": 0}),
        (Stream.FINGERPRINT, {**PRINT, "length": 32768}),
        (Stream.FINGERPRINT, {**PRINT, "fingerprint": [1 << 32]}),
        (Stream.FINGERPRINT, {**PRINT, "fingerprint": [1 << 90]}),
        (Stream.FINGERPRINT, {**PRINT, "fingerprint": [1.5]}),
        (Stream.FINGERPRINT, {**PRINT, "fingerprint": [[1]]}),
        (Stream.FINGERPRINT, {**PRINT, "fingerprint": None}),
        (Stream.TRACK_FINGERPRINT, {**LINK, "fingerprint_id": 7}),
        (Stream.TRACK_MBID, {**LINK, "mbid": GID, "submission_count": -1}),
        (Stream.TRACK_MBID, {**LINK, "mbid": GID, "disabled": 1}),
    ],
)
def test_what_is_no_row_is_refused(stream, line):
    with pytest.raises(Invalid):
        read(stream, line)


def test_a_line_that_is_too_long_is_refused_unread():
    with pytest.raises(Invalid, match="16 MiB"):
        read(Stream.META, b'{"id":1,"track":"' + b"a" * LONGEST_LINE)


@pytest.mark.parametrize(
    ("stream", "line"),
    [
        (Stream.TRACK, {**TRACK, "id": FIRST_LOCAL_ID}),
        (Stream.TRACK, {**TRACK, "new_id": FIRST_LOCAL_ID}),
        (Stream.TRACK_FINGERPRINT, {**LINK, "fingerprint_id": 6, "track_id": FIRST_LOCAL_ID}),
        (Stream.TRACK_META, {**LINK, "meta_id": FIRST_LOCAL_ID}),
    ],
)
def test_an_id_that_is_not_of_acoustid_is_refused_but_in_an_export_of_this_server(stream, line):
    with pytest.raises(Invalid, match="not AcoustID's"):
        read(stream, line)
    assert FIRST_LOCAL_ID in json.loads(write_row(stream, read(stream, line, own=True))).values()
    with pytest.raises(Invalid):
        read(stream, {**line, "id": 1 << 31}, own=True)


ids = st.integers(1, FIRST_LOCAL_ID - 1)
uuids = st.uuids().map(str)
counts = st.integers(0, (1 << 31) - 1)
times = st.integers(0, 253_402_300_799_999)
later = st.none() | times
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
numbers = st.none() | st.integers(-(1 << 31), (1 << 31) - 1)
words = st.lists(st.integers(0, (1 << 32) - 1), max_size=60)
links = {"sources": counts, "created": times, "updated": later}
ROWS = {
    Stream.TRACK: st.builds(TrackRow, ids, uuids, st.none() | ids, times, later),
    Stream.META: st.builds(
        MetaRow, ids, st.builds(UserMetadata, *[], track=texts, artist=texts, album=texts, album_artist=texts,
                                track_no=numbers, disc_no=numbers, year=numbers), times,
    ),
    Stream.FINGERPRINT: st.builds(
        FingerprintRow, ids, words.map(as_words).map(pack), st.integers(1, 32767), times
    ),
    Stream.TRACK_FINGERPRINT: st.builds(PlaceRow, ids, ids, counts, times, later),
    Stream.TRACK_MBID: st.builds(LinkRow, ids, ids, uuids, disabled=st.booleans(), **links),
    Stream.TRACK_PUID: st.builds(LinkRow, ids, ids, uuids, disabled=st.just(False), **links),
    Stream.TRACK_META: st.builds(LinkRow, ids, ids, ids, disabled=st.just(False), **links),
}  # fmt: skip


@given(st.sampled_from(Stream).flatmap(lambda stream: st.tuples(st.just(stream), ROWS[stream])))
@settings(deadline=None)
def test_a_row_that_is_written_reads_as_it_was(pair):
    stream, row = pair
    line = write_row(stream, row)
    assert line.count(b"\n") == 1
    assert b"null" not in line or stream is Stream.META
    assert RowReader(stream)(line) == row


def test_rows_are_written_as_acoustid_writes_them():
    mbid = "44444444-4444-4444-8444-444444444444"
    row = LinkRow(6, 1, mbid, sources=9, disabled=True, created=AT)
    assert write_row(Stream.TRACK_MBID, row) == (
        b'{"id":6,"track_id":1,"mbid":"44444444-4444-4444-8444-444444444444","submission_count":9,"disabled":true,'
        b'"created":"2026-11-21T00:36:26.285000+00:00"}\n'
    )
    assert write_row(Stream.TRACK, TrackRow(1, GID, None, AT, AT)) == (
        b'{"id":1,"gid":"eb31d1c3-950e-468b-9e36-e46fa75b1291","created":"2026-11-21T00:36:26.285000+00:00",'
        b'"updated":"2026-11-21T00:36:26.285000+00:00"}\n'
    )
    packed = pack(as_words([1, -1]))
    assert write_row(Stream.FINGERPRINT, FingerprintRow(7, packed, 200, AT)) == (
        b'{"id":7,"fingerprint":[1,-1],"length":200,"created":"2026-11-21T00:36:26.285000+00:00"}\n'
    )
    assert write_row(Stream.TRACK_FINGERPRINT, PlaceRow(7, 2, 3, AT)) == (
        b'{"id":7,"track_id":2,"fingerprint_id":7,"submission_count":3,"created":"2026-11-21T00:36:26.285000+00:00"}\n'
    )
    said = UserMetadata(track="é", disc_no=0)
    assert write_row(Stream.META, MetaRow(3, said, 0)) == (
        '{"id":3,"track":"é","disc_no":0,"created":"1970-01-01T00:00:00.000000+00:00"}\n'.encode()
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "gid",
    "new_id",
    "track_id",
    "fingerprint_id",
    "meta_id",
    "mbid",
    "puid",
    "fingerprint",
    "length",
    "year",
    "updated",
]
likely = st.fixed_dictionaries(
    {"id": ids | json_values, "created": st.just(CREATED) | json_values},
    optional=dict.fromkeys(KEYS, json_values | ids | uuids | st.lists(st.integers(-(1 << 33), 1 << 33), max_size=4)),
)


@given(st.sampled_from(Stream), st.binary(max_size=60) | (likely | json_values).map(lambda v: json.dumps(v).encode()))
@settings(deadline=None)
def test_whatever_a_line_is_only_our_error_is_raised(stream, line):
    for own in (False, True):
        try:
            row = RowReader(stream, own=own)(line)
        except Invalid:
            continue
        assert RowReader(stream, own=own)(write_row(stream, row)) == row
