"""From what somebody wrote to a value of the setting's type, and back to text.

File, environment and flags go through the same door: `8080`, `"8080"` and 8080 are the same port.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from linernotes.app.config.schema import Setting
from linernotes.domain.errors import Invalid
from linernotes.domain.secret import Secret

TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})
SHOWN = 60


def read_value(setting: Setting, given: object) -> object:
    """Return what was given as the setting's type. Raises Invalid that says what is expected."""
    try:
        return msgspec.convert(_loosen(setting.info, given), setting.type, strict=False, dec_hook=_from_text)
    except (msgspec.ValidationError, ValueError, TypeError) as exc:
        shown = "the value" if setting.is_secret else _shorten(given)
        raise Invalid(f"{shown} is not {expectation(setting)}") from exc


def expectation(setting: Setting) -> str:
    """Say in words what values the setting takes."""
    return _words(setting.info)


def show(value: object) -> str:
    """Return the value as it would be written in the file; secrets are masked."""
    return json.dumps(to_plain(value), ensure_ascii=False)


def to_plain(value: object) -> Any:
    """Return the value as JSON would have it; secrets are masked."""
    match value:
        case Secret():
            return "***" if value else ""
        case Path():
            return str(value)
        case tuple() | list():
            return [to_plain(item) for item in value]
        case Mapping():
            return {name: to_plain(item) for name, item in value.items()}
        case _:
            return value


def _loosen(info: inspect.Type, given: object) -> object:
    if isinstance(given, Path):
        return str(given)
    if isinstance(info, inspect.BoolType) and isinstance(given, str):
        word = given.strip().lower()
        return True if word in TRUE else False if word in FALSE else given
    if isinstance(info, inspect.VarTupleType | inspect.ListType) and isinstance(given, str):
        text = given.strip()
        return json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(info, inspect.DictType) and isinstance(given, str) and given.strip().startswith("{"):
        return json.loads(given)
    return given


def _from_text(kind: type, given: object) -> object:
    if kind is Path and isinstance(given, str) and given:
        return Path(given)
    if kind is Secret and isinstance(given, str):
        return Secret(given)
    raise ValueError(given)


def _shorten(given: object) -> str:
    text = json.dumps(given, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _words(info: inspect.Type) -> str:
    match info:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return ("a whole number" if isinstance(info, inspect.IntType) else "a number") + _range(info)
        case inspect.LiteralType() | inspect.EnumType():
            values = info.values if isinstance(info, inspect.LiteralType) else [member.value for member in info.cls]
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.StrType():
            return (
                "text"
                + (f" that matches {info.pattern}" if info.pattern else "")
                + (" (not empty)" * bool(info.min_length))
            )
        case inspect.CustomType(cls=cls):
            return "a path" if cls is Path else "text"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"a list, each {_words(item)}"
        case inspect.DictType(value_type=item):
            return f"names with a value each, {_words(item)}"
        case inspect.UnionType(types=types):
            return " or ".join("nothing" if isinstance(one, inspect.NoneType) else _words(one) for one in types)
        case inspect.Metadata(type=inner):
            return _words(inner)
        case _:
            return f"a {type(info).__name__.removesuffix('Type').lower()}"


def _range(info: inspect.IntType | inspect.FloatType) -> str:
    above = f" of {info.ge} or more" if info.ge is not None else f" above {info.gt}" if info.gt is not None else ""
    if info.ge is not None and info.le is not None:
        return f" from {info.ge} to {info.le}"
    if info.le is not None:
        return f"{above}{' and' if above else ''} at most {info.le}"
    return above
