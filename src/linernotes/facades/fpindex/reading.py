"""Bodies of requests become values; what is wrong with them is found here.

Each kind of body has one plain reader for both formats. What comes often has a quick way before it, which either
understands the body or leaves it to the plain reader.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.facades.fpindex.bodies import Creation, Deletion, Search, search
from linernotes.facades.fpindex.dialects import JSON_DIALECT, MSGPACK_DIALECT, U32, U64, Dialect
from linernotes.facades.fpindex.errors import Malformed
from linernotes.facades.fpindex.formats import JSON, Format
from linernotes.fingerprint.values import Words

_U32 = Annotated[int, msgspec.Meta(ge=0, le=U32)]


class _JsonSearch(msgspec.Struct, forbid_unknown_fields=True):
    query: list[_U32]
    timeout: _U32 | msgspec.UnsetType = msgspec.UNSET
    limit: _U32 | msgspec.UnsetType = msgspec.UNSET
    min_score: _U32 | msgspec.UnsetType | None = msgspec.UNSET
    score_pct: _U32 | msgspec.UnsetType = msgspec.UNSET


class _JsonHashes(msgspec.Struct, forbid_unknown_fields=True):
    hashes: list[_U32]


_json_search = msgspec.json.Decoder(_JsonSearch)
_json_hashes = msgspec.json.Decoder(_JsonHashes)
_SEARCH_LETTERS = np.frombuffer(b"tlms", dtype=np.uint8)
_NO_LETTERS = np.frombuffer(b"", dtype=np.uint8)


def dialect(form: Format) -> Dialect:
    """Return how a format is read."""
    return JSON_DIALECT if form == JSON else MSGPACK_DIALECT


def read_search(body: bytes, form: Format) -> Search:
    """Read the body of a search."""
    found = _quick_json_search(body) if form == JSON else _quick_msgpack_search(body)
    return _plain_search(body, dialect(form)) if found is None else found


def read_hashes(body: bytes, form: Format) -> Words:
    """Read the body that puts one document."""
    found = _quick_json_hashes(body) if form == JSON else _msgpack_fields(body, ord("h"), _NO_LETTERS)[0]
    if found is None:
        way = dialect(form)
        return words(way, _required(way.fields(way.parse(body), ("hashes",)), "hashes"))
    return found


def read_creation(body: bytes, form: Format) -> Creation:
    """Read the body of a creation, which may be empty."""
    if not body:
        return Creation()
    way = dialect(form)
    found = way.fields(way.parse(body), ("expect_does_not_exist", "generation"))
    generation = found.get("generation")
    return Creation(
        _flag(found.get("expect_does_not_exist", False)), None if generation is None else way.whole(generation, U64)
    )


def read_deletion(body: bytes, form: Format) -> Deletion:
    """Read the body of a deletion, which may be empty."""
    if not body:
        return Deletion()
    way = dialect(form)
    return Deletion(_flag(way.fields(way.parse(body), ("expect_exists",)).get("expect_exists", False)))


def words(way: Dialect, value: Any) -> Words:
    """Return a list of numbers as hashes."""
    if type(value) is not list:
        raise Malformed
    return np.array([way.whole(one, U32) for one in value], dtype=np.uint32)


def _quick_json_search(body: bytes) -> Search | None:
    try:
        found = _json_search.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    given = {
        name: value
        for name, value in (("timeout", found.timeout), ("limit", found.limit), ("pct", found.score_pct))
        if value is not msgspec.UNSET
    }
    keys = 1 + len(given) + (found.min_score is not msgspec.UNSET)
    # All text in it is keys: more quotes than they have means that one of them comes twice.
    if body.count(b'"') != 2 * keys:
        return None
    min_score = None if found.min_score is msgspec.UNSET else found.min_score
    return search(np.array(found.query, dtype=np.uint32), min_score=min_score, **given)


def _quick_json_hashes(body: bytes) -> Words | None:
    try:
        found = _json_hashes.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return np.array(found.hashes, dtype=np.uint32) if body.count(b'"') == 2 else None


def _quick_msgpack_search(body: bytes) -> Search | None:
    query, numbers = _msgpack_fields(body, ord("q"), _SEARCH_LETTERS)
    if query is None:
        return None
    timeout, limit, min_score, pct = numbers.tolist()
    if max(timeout, limit, min_score, pct) > U32:
        return None
    return search(
        query,
        500 if timeout < 0 else timeout,
        40 if limit < 0 else limit,
        None if min_score < 0 else min_score,
        10 if pct < 0 else pct,
    )


@cache
def _kernel() -> Callable[..., Any]:
    """Return the compiled reader, loaded when it is first needed: numba takes its time."""
    from linernotes.facades.fpindex.kernels import read_fields  # noqa: PLC0415 - as above

    return read_fields


def _msgpack_fields(body: bytes, array: int, letters: NDArray[np.uint8]) -> tuple[Words | None, NDArray[np.int64]]:
    hashes = np.empty(len(body), dtype=np.uint32)
    numbers = np.empty(letters.size, dtype=np.int64)
    count = int(_kernel()(np.frombuffer(body, dtype=np.uint8), array, letters, numbers, hashes))
    return (None, numbers) if count < 0 else (hashes[:count], numbers)


def _plain_search(body: bytes, way: Dialect) -> Search:
    names = ("query", "timeout", "limit", "min_score", "score_pct")
    found = way.fields(way.parse(body), names)
    query = words(way, _required(found, "query"))
    min_score = found.get("min_score")
    return search(
        query,
        way.whole(found.get("timeout", 500), U32),
        way.whole(found.get("limit", 40), U32),
        None if min_score is None else way.whole(min_score, U32),
        way.whole(found.get("score_pct", 10), U32),
    )


def _required(found: dict[str, Any], name: str) -> Any:
    if name not in found:
        raise Malformed
    return found[name]


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Malformed
    return value
