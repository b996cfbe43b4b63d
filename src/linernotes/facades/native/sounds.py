"""What a request to identify says, in whichever form: JSON, a form with a file, or the bytes of a file alone.

Options may stand in the query or in the body; both end up as texts by name.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, structs

from linernotes.domain.errors import Invalid
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.identify_wire import Sound
from linernotes.facades.native.multipart import Part, read_parts

OPTIONS = ("duration", "clip", "limit", "tolerance", "include")
FORM, JSON = "multipart/form-data", "application/json"
# What curl says of a body if nobody tells it better.
_UNSAID = ("", "application/x-www-form-urlencoded")
_LONGEST_OPTION = 1000


class Said(msgspec.Struct, frozen=True):
    """A fingerprint as text or as numbers, or a file; and the options that were given, by name."""

    options: Mapping[str, str]
    fingerprint: str = ""
    numbers: tuple[int, ...] = ()
    file: bytes | None = None


def read_said(asked: Asked) -> Said:
    """Return what is asked for. Raises `Invalid`."""
    content_type = asked.request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    given = {name: text for name in OPTIONS if (text := asked.text(name))}
    if kind == JSON or (kind in _UNSAID and asked.request.body.lstrip()[:1] in {b"{", b""}):
        return _of_json(asked.body(Sound), given)
    if kind == FORM:
        return _of_form(read_parts(content_type, asked.request.body), given)
    return Said(given, file=asked.request.body)


def _of_json(sound: Sound, given: dict[str, str]) -> Said:
    options = {
        name: _text(value) for name, value in structs.asdict(sound).items() if name in OPTIONS and value != UNSET
    }
    numbers = () if isinstance(sound.fingerprint, str) else sound.fingerprint
    text = sound.fingerprint if isinstance(sound.fingerprint, str) else ""
    return Said(_together(given, options), fingerprint=text, numbers=numbers)


def _of_form(parts: list[Part], given: dict[str, str]) -> Said:
    fields: dict[str, bytes] = {}
    for part in parts:
        if part.name not in {*OPTIONS, "file", "fingerprint"}:
            hint = f"Known here: {', '.join(sorted([*OPTIONS, 'file', 'fingerprint']))}."
            raise Invalid(f"There is no field {part.name[:60]!r}", hint=hint)
        if part.name in fields:
            raise Invalid(f"The field `{part.name}` is given twice")
        fields[part.name] = part.content
    if ("file" in fields) == ("fingerprint" in fields):
        raise Invalid("The form needs either a `file` or a `fingerprint`")
    options = {name: _option(fields[name]) for name in OPTIONS if fields.get(name)}
    fingerprint = fields.get("fingerprint", b"").decode("ascii", "replace")
    return Said(_together(given, options), fingerprint=fingerprint, file=fields.get("file"))


def _option(value: bytes) -> str:
    return value[:_LONGEST_OPTION].decode("utf-8", "replace").strip()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _together(query: dict[str, str], body: dict[str, str]) -> dict[str, str]:
    for name in sorted(query.keys() & body.keys()):
        raise Invalid(f"`{name}` is given twice", hint="Say it in the query or in the body.")
    return query | body
