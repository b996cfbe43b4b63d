"""Content codings are chosen as RFC 9110 says."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from linernotes.web.coding import COMPRESSORS, Coding, negotiate

DECOMPRESSORS = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


@pytest.mark.parametrize(
    ("header", "large", "small"),
    [
        (None, "identity", "identity"),
        (b"", "identity", "identity"),
        (b"gzip", "gzip", "identity"),
        (b"x-gzip", "gzip", "identity"),
        (b"gzip, br", "br", "identity"),
        (b"gzip, deflate, br, zstd", "zstd", "identity"),
        (b"GZIP;Q=1.0", "gzip", "identity"),
        (b"gzip;q=0.9, br;q=0.1", "gzip", "identity"),
        (b"gzip;q=0", "identity", "identity"),
        (b"*", "zstd", "identity"),
        (b"*;q=0, br", "br", "br"),
        (b"identity;q=0, gzip", "gzip", "gzip"),
        (b"identity;q=0", None, None),
        (b"*;q=0", None, None),
        (b"identity, gzip;q=0.5", "identity", "identity"),
        (b"identity;q=0.5, gzip;q=0.6", "gzip", "identity"),
        (b"compress, deflate", "identity", "identity"),
        (b"gzip;q=nonsense, br;level=9", "identity", "identity"),
        (b" , ,gzip ; q=0.5 ,", "gzip", "identity"),
    ],
)
def test_the_clients_wish_decides(header: bytes | None, large: str | None, small: str | None) -> None:
    assert negotiate(header) == Coding(large, small)


@given(st.binary(max_size=60))
def test_no_header_breaks_it(header: bytes) -> None:
    assert set(negotiate(header)) <= {*COMPRESSORS, "identity", None}


@pytest.mark.parametrize("coding", COMPRESSORS)
@given(body=st.binary(max_size=2000))
def test_what_is_compressed_can_be_read_again(coding: str, body: bytes) -> None:
    assert DECOMPRESSORS[coding](COMPRESSORS[coding](body)) == body


@pytest.mark.parametrize("coding", COMPRESSORS)
def test_the_same_body_is_always_the_same_bytes(coding: str) -> None:
    assert COMPRESSORS[coding](b"la" * 999) == COMPRESSORS[coding](b"la" * 999)
