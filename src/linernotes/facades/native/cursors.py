"""Cursors: where a page ended, as opaque text. What stands behind that key is the next page, whatever came in since."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from linernotes.domain.errors import Invalid

T = TypeVar("T")
LONGEST = 200


class Page(NamedTuple):
    """Some of many, in order, and the cursor of what follows; None where nothing does."""

    items: Sequence[Any]
    cursor: str | None


def write_cursor(key: object) -> str:
    """Return the cursor behind a key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(text: str, key: Any) -> Any:
    """Return the key, of the type ``key``; ``Invalid`` for what is no cursor, or one of another list."""
    try:
        return msgspec.json.decode(urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4)), type=key)
    except (msgspec.DecodeError, binascii.Error, ValueError) as exc:
        raise Invalid("This is no cursor of this list", hint="Take the address in `next` as it is.") from exc


def page_of(items: Sequence[T], *, key: Callable[[T], tuple[Any, ...]], after: Any, limit: int) -> Page:
    """Return at most ``limit`` items behind the key ``after`` (None: from the beginning), ascending by key."""
    ordered = sorted(items, key=key)
    begin = 0 if after is None else bisect_right(ordered, tuple(after), key=key)
    kept = ordered[begin : begin + limit]
    more = begin + limit < len(ordered)
    return Page(kept, write_cursor(key(kept[-1])) if more else None)
