"""The stored form of a release: whatever goes in comes out, and damaged bytes are told as such."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    CoverImage,
    CreditName,
    Link,
    Medium,
    Release,
    ReleaseEvent,
    ReleaseLabel,
    Tag,
    Track,
)
from linernotes.domain.errors import Corrupt
from linernotes.stores.sqlite.codec.compression import Compressor, Decompressor, train
from linernotes.stores.sqlite.codec.mbids import pack, unpack
from linernotes.stores.sqlite.codec.release import decode_release, encode_release

AREAS = [
    Area("8a754a16-0027-3a29-b6d7-2b40ea0481ed", "United Kingdom", "GB"),
    Area("525d4e18-3d00-31b9-a58b-a146a916de8f", "[Worldwide]", "XW"),
]
ROWS = {area.mbid: row for row, area in enumerate(AREAS, 7)}

mbids = st.uuids().map(str)
# One of a few artists, so that credits are shared as they are on real releases.
artists = st.integers(0, 3).map(lambda n: f"00000000-0000-4000-8000-00000000000{n}")
texts = st.text(max_size=12)
maybe = lambda strategy: st.none() | strategy  # noqa: E731
tuples = lambda strategy, most=3: st.lists(strategy, max_size=most).map(tuple)  # noqa: E731
dates = st.builds(PartialDate, maybe(st.integers(1, 9999)), maybe(st.integers(1, 12)), maybe(st.integers(1, 31)))
credits_ = st.lists(st.builds(CreditName, artists, texts, texts), min_size=1, max_size=3).map(tuple)
tracks = st.builds(
    Track,
    mbids,
    mbids,
    st.integers(0, 300),
    texts,
    texts,
    credits_,
    maybe(st.integers(0, 2**31 - 1)),
    st.booleans(),
    st.booleans(),
    tuples(texts),
    tuples(mbids),
    tuples(mbids),
)
usual_tracks = st.integers(0, 12).map(
    lambda count: tuple(
        Track(f"{n:08x}-0000-4000-8000-000000000001", f"{n:08x}-0000-4000-8000-000000000002", n, str(n), "t", ())
        for n in range(1, count + 1)
    )
)
media = st.builds(
    Medium, maybe(mbids), st.integers(1, 200), texts, maybe(texts), st.integers(0, 99), tuples(texts),
    st.one_of(tuples(tracks, 6), usual_tracks),
)  # fmt: skip
releases = st.builds(
    Release,
    mbid=mbids,
    release_group=mbids,
    title=texts,
    credit=credits_ | st.just(()),
    disambiguation=texts,
    status=maybe(texts),
    packaging=maybe(texts),
    language=maybe(texts),
    script=maybe(texts),
    barcode=maybe(texts),
    quality=st.integers(-1, 2),
    asin=maybe(texts),
    events=tuples(st.builds(ReleaseEvent, maybe(dates), maybe(st.sampled_from(AREAS)))),
    labels=tuples(st.builds(ReleaseLabel, maybe(mbids), maybe(texts), maybe(texts))),
    media=tuples(media),
    images=tuples(st.builds(CoverImage, st.integers(0, 2**53), tuples(texts), st.integers(0, 99))),
    aliases=tuples(st.builds(Alias, texts, texts, maybe(texts), maybe(texts), st.booleans(), maybe(dates))),
    tags=tuples(st.builds(Tag, texts, st.integers(-5, 99), maybe(mbids))),
    links=tuples(st.builds(Link, texts, texts, st.booleans())),
    old_mbids=tuples(mbids),
)


def area(row: int) -> Area:
    return AREAS[row - 7]


@settings(max_examples=150)
@given(releases)
def test_a_release_comes_out_as_it_went_in(release):
    raw, document = encode_release(release, ROWS)
    assert decode_release(raw, document, release.release_group, area) == release


@given(releases, st.data())
def test_damaged_bytes_are_corrupt_or_another_release_and_nothing_else(release, data):
    raw, document = encode_release(release, ROWS)
    at = data.draw(st.integers(0, len(document) - 1))
    damaged = document[:at] + bytes([data.draw(st.integers(0, 255))]) + document[at + 1 :]
    with suppress(Corrupt):
        assert isinstance(decode_release(raw, damaged, release.release_group, lambda _: AREAS[0]), Release)


@given(st.lists(mbids))
def test_raw_mbids_are_sixteen_bytes_each(many):
    assert len(pack(many)) == 16 * len(many)
    assert unpack(pack(many)) == many


def test_a_document_that_is_no_zstandard_is_corrupt():
    with pytest.raises(Corrupt, match="decompressed"):
        Decompressor(b"")(b"nonsense")


@pytest.mark.parametrize("samples", [0, 50, 500])
def test_documents_survive_compression_with_and_without_a_dictionary(samples):
    documents = [f"a document about number {n} of many, and {n * n}".encode() * 3 for n in range(samples)]
    dictionary = train(documents)
    compress, decompress = Compressor(dictionary), Decompressor(dictionary)
    assert all(decompress(compress(one)) == one for one in [*documents, b"", b"another"])
