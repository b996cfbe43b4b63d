"""Forms in all the wrappings in which they come, and what is no form."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.facades.acoustid.bodies import LONGEST, MOST_FIELDS, form_of, query_of
from linernotes.facades.acoustid.errors import Refused

FORM = {"content-type": "application/x-www-form-urlencoded"}
ZIPPED = FORM | {"content-encoding": "gzip"}
PARTS = {"content-type": 'multipart/form-data; boundary="=b="'}


def status_of(headers: dict[str, str], body: bytes) -> tuple[int, int]:
    with pytest.raises(Refused) as caught:
        form_of("POST", headers, body)
    return caught.value.kind.status, caught.value.kind.code


def accepted(headers: dict[str, str], body: bytes) -> list[tuple[str, str]]:
    try:
        return form_of("POST", headers, body)
    except Refused:
        return []


def multipart(*parts: tuple[str, str]) -> bytes:
    return b"".join(f"--=b=\r\n{head}\r\n\r\n{value}\r\n".encode() for head, value in parts) + b"--=b=--\r\n"


def field(name: str, value: str) -> tuple[str, str]:
    return f'Content-Disposition: form-data; name="{name}"', value


def test_a_form_is_read_in_order_and_empty_values_count():
    assert form_of("POST", FORM, b"a=1&b=&a=2+3&c=%C3%A9&d") == [
        ("a", "1"), ("b", ""), ("a", "2 3"), ("c", "é"), ("d", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "HEAD"])
def test_only_some_methods_have_a_form(method):
    assert form_of(method, FORM, b"a=1") == []


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_other_bodies_are_ignored(kind):
    assert form_of("POST", {"content-type": kind}, b'{"client": "x"}') == []


@pytest.mark.parametrize("coding", ["gzip", "GZIP", " gzip "])
def test_a_zipped_form_is_read(coding):
    assert form_of("PUT", FORM | {"content-encoding": coding}, gzip.compress(b"a=1")) == [("a", "1")]


def test_a_form_in_several_members_of_gzip_is_one():
    assert form_of("POST", ZIPPED, gzip.compress(b"a=1") + gzip.compress(b"2&b=3") + b"\0\0") == [
        ("a", "12"), ("b", "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [b"", b"no gzip", gzip.compress(b"a=1")[:-4], gzip.compress(b"a=1") + b"rest", zlib.compress(b"a=1"),
     gzip.compress(b"") * 1000],
)  # fmt: skip
def test_what_is_not_gzip_is_a_bad_request(body):
    assert status_of(ZIPPED, body) == (400, 400)


def test_a_body_of_a_mebibyte_is_read_and_a_longer_one_is_too_large():
    assert form_of("POST", FORM, b"a=" + b"1" * (LONGEST - 2))[0][0] == "a"
    assert status_of(FORM, b"a" * (LONGEST + 1)) == (413, 19)


def test_a_bomb_is_inflated_no_further_than_is_allowed():
    bomb = gzip.compress(b"a" * (64 * LONGEST))
    assert status_of(ZIPPED, bomb) == (413, 19)
    assert status_of(ZIPPED, gzip.compress(b"a" * (LONGEST - 1)) + bomb) == (413, 19)


def test_zipped_bytes_that_are_too_many_are_a_bad_request():
    assert status_of(ZIPPED, b"\x1f" * (LONGEST + 1)) == (400, 400)


def test_a_form_that_is_not_utf_8_is_a_bad_request_and_not_too_large():
    assert status_of(FORM, gzip.compress(b"a=1")) == (400, 400)
    assert form_of("POST", FORM, b"a=%ff") == [("a", "\ufffd")]


def test_more_fields_than_anybody_needs_are_too_large():
    assert status_of(FORM, b"a&" * MOST_FIELDS) == (413, 19)


def test_a_multipart_form_is_read_without_its_files():
    body = multipart(
        field("a", "1\r\n2"),
        ('Content-Disposition: form-data; filename="x"; name="file"', "not this"),
        ('Content-Type: text/plain\r\ncontent-disposition: form-data; name="b"', "é"),
        ("X-Nothing: here", "nor this"),
    )
    assert form_of("POST", PARTS, b"before\r\n" + body + b"after") == [("a", "1\r\n2"), ("b", "é")]
    assert form_of("POST", PARTS, b"--=b=--") == []


def test_a_multipart_form_has_a_bound_and_a_boundary():
    assert status_of(PARTS, multipart(*[field("a", "1")] * 1001)) == (413, 19)
    assert len(form_of("POST", PARTS, multipart(*[field("a", "1")] * 1000))) == 1000
    assert status_of({"content-type": "multipart/form-data"}, b"") == (400, 400)


@given(st.text(), st.binary())
def test_nothing_but_a_refusal_comes_of_any_bytes(query, body):
    query_of(query)
    for kind in (FORM, PARTS, ZIPPED, PARTS | {"content-encoding": "gzip"}):
        for content in (body, gzip.compress(body), gzip.compress(body)[:-1]):
            for name, value in accepted(kind, content):
                (name + value).encode()
