"""The quick ways of reading a body say what the plain one says, and hostile bytes do no harm."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linernotes.facades.fpindex import kernels, reading, updates
from linernotes.facades.fpindex.dialects import decimal
from linernotes.facades.fpindex.errors import Refusal
from linernotes.facades.fpindex.formats import JSON, MSGPACK
from linernotes.fingerprint.index.values import Update

U32 = st.integers(0, 2**32 - 1)
HASHES = st.lists(U32, max_size=20)
ODD = st.one_of(st.none(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=3), st.binary(max_size=3))
NOTHING: st.SearchStrategy[Any] = st.nothing()


def changes(odd: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    ids = st.integers(1, 2**32 - 1) | odd
    insert = st.fixed_dictionaries({"id": ids, "hashes": st.lists(U32 | odd, max_size=5)})
    entry = st.fixed_dictionaries({"key": st.text(max_size=3) | odd, "value": st.text(max_size=3) | odd})
    return st.lists(
        st.one_of(
            st.fixed_dictionaries({"insert": insert}),
            st.fixed_dictionaries({"delete": st.fixed_dictionaries({"id": ids})}),
            st.fixed_dictionaries({"set_metadata": st.fixed_dictionaries({"entries": st.lists(entry, max_size=2)})}),
            *(
                []
                if odd is NOTHING
                else [st.dictionaries(st.sampled_from(["insert", "delete", "x", ""]), insert, max_size=2)]
            ),
        ),
        max_size=5,
    )


def bodies(odd: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"changes": changes(odd)},
        optional={
            "metadata": st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3) | odd, max_size=3),
            "expected_version": st.none() | st.integers(0, 2**63) | odd,
        },
    )


def columns(update: Update) -> Any:
    arrays = [one.tolist() for one in (update.ids, update.ends, update.hashes, update.removed)]
    return (*arrays, dict(update.metadata), update.expected_version)


def outcome(read: Any, body: bytes, form: int) -> Any:
    """Return what was read, or the name of the refusal."""
    try:
        return columns(read(body, form))
    except Refusal as exc:
        return exc.name


def status(read: Any, body: bytes, form: int) -> int:
    try:
        read(body, form)
    except Refusal as exc:
        return exc.status
    return 200


def plain_update(body: bytes, form: int) -> Update:
    found = updates._plain(body, reading.dialect(form))
    if not found.ids.all():
        raise Refusal("InvalidFingerprintId")
    return found


@given(bodies(NOTHING))
def test_an_update_is_read_the_same_in_both_formats(body: dict[str, Any]) -> None:
    in_json = columns(updates.read_update(msgspec.json.encode(body), JSON))
    assert in_json == columns(updates.read_update(msgspec.msgpack.encode(body), MSGPACK))
    ids = [change[kind]["id"] for change in body["changes"] for kind in ("insert", "delete") if kind in change]
    assert in_json[0] == ids
    assert in_json[2] == [one for change in body["changes"] for one in change.get("insert", {}).get("hashes", [])]


@given(bodies(ODD))
def test_the_quick_way_of_an_update_agrees_with_the_plain_one(body: dict[str, Any]) -> None:
    for form, encoded in (
        (JSON, msgspec.json.encode(body)),
        (MSGPACK, msgspec.msgpack.encode(body)),
    ):
        assert outcome(updates.read_update, encoded, form) == outcome(plain_update, encoded, form)


@given(st.binary(max_size=200))
@example(b"\x81\xa1q\xdd\xff\xff\xff\xff")
@example(b"\x81\xa1c\xdd\xff\xff\xff\xff")
@example(b"[" * 100_000)
@example(b"\x91" * 100_000)
@example(b'{"query":["' + b"9" * 10_000 + b'"]}')
@example(b'{"query":[' + b"9" * 10_000 + b"]}")
@example(b'{"query":[1e400]}')
@example(b'{"changes":[],"metadata":{"a":"\\ud800"}}')
@example(b"\x81\xa1c\x91\x81\xa1s\x81\xa1e\x91\x82\xa1k\xa1\xff\xa1v\xa1\xff")
def test_whatever_bytes_there_are_they_are_read_or_refused(body: bytes) -> None:
    for form in (JSON, MSGPACK):
        for read in (updates.read_update, reading.read_search, reading.read_hashes, reading.read_creation):
            assert status(read, body, form) in {200, 400}


@given(bodies(ODD), st.data())
def test_a_damaged_update_is_read_as_the_plain_way_would_or_refused(body: dict[str, Any], data: st.DataObject) -> None:
    encoded = bytearray(msgspec.msgpack.encode(body))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])
    found = outcome(updates.read_update, damaged, MSGPACK)
    if not isinstance(found, str):
        # A key may be no text any more, which the plain way refuses; what both read is the same.
        plain = outcome(plain_update, damaged, MSGPACK)
        assert plain in (found, "BadRequest")


@given(bodies(ODD), st.data())
def test_damaged_json_is_read_exactly_as_the_plain_way_does(body: dict[str, Any], data: st.DataObject) -> None:
    encoded = bytearray(msgspec.json.encode(body))
    for _ in range(data.draw(st.integers(1, 3))):
        damage = data.draw(st.sampled_from(b' \n{}[],:"0123456789.eE\\-+xn'))
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = damage
    damaged = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])
    assert outcome(updates.read_update, damaged, JSON) == outcome(plain_update, damaged, JSON)


@pytest.mark.parametrize(
    "body",
    [
        b' { "changes" : [ ] } \n',
        b'{"changes":[{"insert":{"id":7,"hashes":[ 1 , 2 ]}} , {"delete" : {"id": 8}}]}',
        b'{"expected_version":0,"metadata":{"a":"}\\"]"},"changes":[{"set_metadata":{"entries":[]}}]}',
        b'{"changes":[{"insert":{"hashes":[],"id":4294967295}}],"expected_version":999999999999999999}',
    ],
)
def test_what_programs_write_is_understood_by_the_kernel(body: bytes) -> None:
    quick = updates._quick(body, JSON)
    assert quick is not None
    assert columns(quick) == columns(plain_update(body, JSON))


@pytest.mark.parametrize(
    "body",
    [
        b'{"changes":[],}', b'{"changes":[{"delete":{"id":1}},]}', b'{"changes":[{"insert":{"id":1,"hashes":[1,]}}]}',
        b'{"changes":[{"insert":{"id":1,"hashes":[01]}}]}', b'{"changes":[{"insert":{"id":1,"hashes":[1 2]}}]}',
        b'{"changes":[{"delete":{"id":1,"hashes":[]}}]}', b'{"changes":[{"insert":{"id":1}}]}', b'{"changes"}',
        b'{"changes":[{"delete":{"id":1},"delete":{"id":1}}]}', b'{"changes":[]}{', b'{,"changes":[]}', b"{}",
    ],
)  # fmt: skip
def test_json_that_is_none_is_not_understood_by_the_kernel_either(body: bytes) -> None:
    assert updates._quick(body, JSON) is None
    assert outcome(updates.read_update, body, JSON) == "BadRequest"


@given(st.fixed_dictionaries({"q": HASHES}, optional={name: st.none() | U32 for name in "tlms"}))
def test_the_kernel_reads_a_search_as_the_plain_way_does(body: dict[str, Any]) -> None:
    encoded = msgspec.msgpack.encode(body)
    quick = reading._quick_msgpack_search(encoded)
    plain = reading._plain_search(encoded, reading.dialect(MSGPACK))
    assert quick is not None
    assert quick.query.tolist() == plain.query.tolist() == body["q"]
    for name in ("timeout", "limit", "min_score", "score_pct"):
        assert getattr(quick, name) == getattr(plain, name)


@given(
    st.recursive(ODD | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)), st.binary()
)
def test_a_value_is_skipped_to_its_end_or_not_at_all(value: Any, after: bytes) -> None:
    encoded = msgspec.msgpack.encode(value)
    end = kernels.skipped(np.frombuffer(encoded + after, dtype=np.uint8), 0)
    assert end in (len(encoded), -1)
    if not isinstance(value, bytes | float | list | dict) and not (isinstance(value, int) and value < -32):
        assert end == len(encoded)


@given(st.binary(max_size=60), st.integers(0, 8))
def test_the_kernels_write_nothing_beyond_the_arrays_that_they_are_given(body: bytes, room: int) -> None:
    data = np.frombuffer(body, dtype=np.uint8)
    guard = np.full(room + 4, 7, dtype=np.uint32)
    kernels.hashes_at(data, 0, guard[:room], 0)
    assert guard[room:].tolist() == [7] * 4


@pytest.mark.parametrize("written", ["", "+", "-0", "_1", "1_", " 1", "1 ", "١", "1.0", "0x1", "1" * 5000, "++1"])
def test_a_number_in_a_path_is_nothing_else(written: str) -> None:
    assert decimal(written.encode(), 2**32 - 1) is None


@given(U32, st.integers(0, 5000))
def test_a_number_in_a_path_may_begin_with_zeros(number: int, zeros: int) -> None:
    assert decimal(b"+" + b"0" * zeros + str(number).encode(), 2**32 - 1) == number
