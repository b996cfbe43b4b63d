"""How JSON and MessagePack name fields and write whole numbers: strict, with fpindex's few freedoms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from linernotes.facades.fpindex.errors import Malformed

U32 = (1 << 32) - 1
U64 = (1 << 64) - 1
_WHOLE = re.compile(r"\+?[0-9](?:[0-9_]*[0-9])?", re.ASCII)
_DECIMAL = re.compile(r"\+?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")


class Dialect(Protocol):
    """One of the two formats."""

    def parse(self, body: bytes) -> Any:
        """Return what the body says, in plain Python values."""
        ...

    def fields(self, value: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """Return a map's values by their full names; absent ones are left out."""
        ...

    def whole(self, value: Any, highest: int) -> int:
        """Return a value as a whole number from 0 on."""
        ...


class Json:
    """Full names; no key twice; numbers may be text, or have a fraction of nothing but zeros."""

    def parse(self, body: bytes) -> Any:
        """Read text without trailing garbage."""
        try:
            return json.loads(body.decode(), object_pairs_hook=_distinct)
        except (ValueError, RecursionError) as exc:
            raise Malformed from exc

    def fields(self, value: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """Take the names as they are."""
        if type(value) is not dict or not value.keys() <= set(names):
            raise Malformed
        return value

    def whole(self, value: Any, highest: int) -> int:
        """Accept 4, 4.0, 4e0 and "4"."""
        if type(value) is str:
            value = _number(value)
        if type(value) is float and value.is_integer():
            value = int(value)
        return _within(value, highest)


class Msgpack:
    """First letters of names; nil is as good as absent."""

    def parse(self, body: bytes) -> Any:
        """Read the first value of the body."""
        try:
            return _first_value(body)
        except (msgspec.DecodeError, RecursionError, ValueError, TypeError) as exc:
            raise Malformed from exc

    def fields(self, value: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """Match the first letters."""
        if type(value) is not dict:
            raise Malformed
        known = {name[0]: name for name in names}
        found: dict[str, Any] = {}
        for key, one in value.items():
            name = known.get(key[:1]) if type(key) is str else None
            if name is None or name in found:
                raise Malformed
            found[name] = one
        return {name: one for name, one in found.items() if one is not None}

    def whole(self, value: Any, highest: int) -> int:
        """Accept numbers only."""
        return _within(value, highest)


JSON_DIALECT = Json()
MSGPACK_DIALECT = Msgpack()


def text(value: Any) -> str:
    """Return a value as text that can be written as UTF-8."""
    if type(value) is not str:
        raise Malformed
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise Malformed from exc
    return value


def entries(value: Any) -> dict[str, str]:
    """Return a map of text to text."""
    if not isinstance(value, Mapping):
        raise Malformed
    return {text(key): text(one) for key, one in value.items()}


def decimal(written: bytes, highest: int) -> int | None:
    """Return a number as fpindex reads it in paths: digits, with a + before them and _ between; None for others."""
    found = written.decode("latin-1")
    if not _WHOLE.fullmatch(found):
        return None
    digits = found.replace("_", "").lstrip("+0") or "0"
    number = int(digits) if len(digits) <= 20 else highest + 1
    return number if number <= highest else None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed
    return found


def _number(written: str) -> int | float | None:
    if written.isascii() and _WHOLE.fullmatch(written):
        return decimal(written.encode(), U64)
    return float(written) if _DECIMAL.fullmatch(written) else None


def _within(value: Any, highest: int) -> int:
    if type(value) is not int or not 0 <= value <= highest:
        raise Malformed
    return value


def _first_value(body: bytes) -> Any:
    try:
        return msgspec.msgpack.decode(body)
    except msgspec.DecodeError as exc:
        found = _TRAILING.search(str(exc))
        if found is None:
            raise
        return msgspec.msgpack.decode(memoryview(body)[: int(found[1])])
