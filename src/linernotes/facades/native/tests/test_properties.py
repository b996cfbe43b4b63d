"""Whatever is asked, the answer is no 500, and what is refused is a problem."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.facades._kit.http import Reply
from linernotes.facades.native.cursors import page_of, read_cursor, write_cursor
from linernotes.facades.native.tests.world import Site
from linernotes.facades.native.times import LATEST, read_moment, rfc3339
from tests.contracts import world as w
from tests.contracts.world import mbid

SITE = Site()
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
WORDS = (
    "artists release-groups releases recordings labels series search urls changes batch stats refresh openapi.json {}"
)
parts = st.sampled_from([*WORDS.split(" "), "", str(w.ALPHA.mbid), str(w.FULL.mbid), mbid("Alpha before")])
NAMES = "ids isrc barcode disc_id catalog_number track url q type artist limit since cursor include"
names = st.sampled_from(NAMES.split())
values = st.one_of(
    texts,
    st.sampled_from(
        [str(w.ALPHA.mbid), "DEA000000001", "artist", "release-group", "1", "100", "tags", "releases", "WzFd"]
    ),
    st.integers(-5, 10**12).map(str),
    st.datetimes().map(str),
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts | st.sampled_from([str(w.ALPHA.mbid)]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["artists", "release_groups", "releases", "include"]) | texts, inner, max_size=3
        )
    ),
    max_leaves=8,
)


def is_sound(reply: Reply) -> None:
    assert reply.status in {200, 202, 204, 301, 400, 401, 404, 405}, reply.body
    if reply.status >= 400:
        problem = msgspec.json.decode(reply.body)
        assert (problem["status"], reply.content_type) == (reply.status, "application/problem+json")
    for name, value in reply.headers:
        assert "\n" not in name + value
        value.encode("latin-1")


@settings(max_examples=300, deadline=None)
@given(st.lists(parts | texts, max_size=4), st.lists(st.tuples(names | texts, values), max_size=3))
def test_no_path_and_no_query_is_too_odd(path: list[str], query: list[tuple[str, str]]) -> None:
    asked = "&".join(f"{quote(name)}={quote(value, safe=',')}" for name, value in query)
    is_sound(SITE.ask("GET", f"/{'/'.join(path).replace('?', '')}?{asked}"))


@settings(max_examples=100, deadline=None)
@given(names, st.binary(max_size=30), parts)
def test_a_query_that_is_no_text_is_no_trouble(name: str, raw: bytes, part: str) -> None:
    is_sound(SITE.ask("GET", f"/{part}?{name}={quote(raw)}"))


@settings(max_examples=200, deadline=None)
@given(documents.map(msgspec.json.encode) | st.binary(max_size=50))
def test_no_body_is_too_odd(body: bytes) -> None:
    is_sound(SITE.ask("POST", "/batch", body=body))


@given(st.integers(0, LATEST))
def test_a_time_is_read_as_it_was_written(at: int) -> None:
    assert read_moment(rfc3339(at)) == at


@given(texts)
def test_a_text_is_a_time_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert isinstance(read_moment(text), int)


@given(st.binary(max_size=40) | texts)
def test_a_cursor_is_one_of_ours_or_refused(text: Any) -> None:
    raw = text if isinstance(text, str) else quote(text)
    with suppress(Invalid):
        read_cursor(raw, tuple[int, str])


@given(st.lists(st.tuples(st.integers(0, 5), st.text("ab", max_size=2)), unique=True), st.integers(1, 4), st.data())
def test_pages_go_on_behind_the_last_key_whatever_was_taken_out_or_put_in(
    items: list[Any], limit: int, data: Any
) -> None:
    page = page_of(items, key=lambda one: one, after=None, limit=limit)
    assert list(page.items) == sorted(items)[:limit]
    if page.cursor is None:
        assert len(items) <= limit
        return
    last = page.items[-1]
    assert page.cursor == write_cursor(last)
    later = data.draw(st.lists(st.sampled_from(items), unique=True))
    rest = page_of(later, key=lambda one: one, after=read_cursor(page.cursor, tuple[int, str]), limit=100)
    assert list(rest.items) == sorted(one for one in later if one > last)


@pytest.mark.parametrize("text", ["", "W", "====", "é", "WyJ4Il0", "a" * 5000])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(text, tuple[int, str])
