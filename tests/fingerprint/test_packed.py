"""Fingerprints as they are stored: what comes back, and what is no fingerprint."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint import codec, query, query_fast
from linernotes.fingerprint.packed import pack, unpack
from linernotes.fingerprint.values import SILENCE

ROWS = st.lists(st.integers(0, (1 << 32) - 1) | st.sampled_from([SILENCE, 0, 16, 17, 1 << 31]), max_size=400)


@given(ROWS)
def test_packed_words_come_back_and_are_the_bytes_of_the_text(row: list[int]) -> None:
    words = np.array(row, dtype=np.uint32)
    packed = pack(words)
    text = codec.encode(words)
    assert unpack(packed).tolist() == row
    assert packed == urlsafe_b64decode(text + "=" * (-len(text) % 4))


@given(st.binary(max_size=200))
def test_any_bytes_are_words_or_corrupt_as_the_text_of_them_is(raw: bytes) -> None:
    try:
        words = unpack(raw).tolist()
    except Corrupt:
        return
    assert unpack(pack(np.array(words, dtype=np.uint32))).tolist() == words


@pytest.mark.parametrize("raw", [b"", b"\x01", b"\x01\xff\xff\xff", b"\x01\x00\x00\x09\x00"])
def test_what_is_cut_off_is_corrupt(raw: bytes) -> None:
    with pytest.raises(Corrupt, match="cannot be read"):
        unpack(raw)


@given(ROWS, st.integers(0, 250), st.integers(0, 250))
def test_the_compiled_query_is_the_plain_one(row: list[int], before: int, after: int) -> None:
    filling = np.arange(before + after, dtype=np.uint32) << np.uint32(5)
    words = np.concatenate([filling[:before], np.array(row, dtype=np.uint32), filling[before:]])
    assert query_fast.extract_query(words).tolist() == query.extract_query(words).tolist()
    assert query_fast.extract_all(words).tolist() == query.extract_all(words).tolist()
