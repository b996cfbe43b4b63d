"""What fpindex answers: one struct per format, with full names in JSON and first letters in MessagePack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from linernotes.facades.fpindex.errors import Refusal
from linernotes.facades.fpindex.formats import JSON, JSON_TYPE, MSGPACK_TYPE, Format
from linernotes.facades.fpindex.http import Reply
from linernotes.fingerprint.index.values import Hit, Stats

_to_json = msgspec.json.Encoder().encode
_to_msgpack = msgspec.msgpack.Encoder().encode


class Found(msgspec.Struct, frozen=True, gc=False):
    """A document that was found."""

    id: int
    score: int


class FoundShort(msgspec.Struct, frozen=True, gc=False, rename={"id": "i", "score": "s"}):
    """The same, for MessagePack."""

    id: int
    score: int


def results(hits: Sequence[Hit], form: Format) -> Reply:
    """Answer a search."""
    if form == JSON:
        return Reply(200, _to_json({"results": [Found(id_, score) for id_, score in hits]}), JSON_TYPE)
    return Reply(200, _to_msgpack({"r": [FoundShort(id_, score) for id_, score in hits]}), MSGPACK_TYPE)


def fields(form: Format, values: Mapping[str, Any], *, status: int = 200) -> Reply:
    """Answer with named values; MessagePack takes the first letters of their names."""
    if form == JSON:
        return Reply(status, _to_json(values), JSON_TYPE)
    return Reply(status, _to_msgpack({name[0]: value for name, value in values.items()}), MSGPACK_TYPE)


def refused(form: Format, refusal: Refusal) -> Reply:
    """Answer with an error."""
    return fields(form, {"error": refusal.name}, status=refusal.status)


def described(form: Format, *, version: int, metadata: Mapping[str, str], stats: Stats) -> Reply:
    """Answer what an index is and holds. The names within `stats` are spelt out in both formats."""
    numbers = {
        "min_doc_id": stats.min_id,
        "max_doc_id": stats.max_id,
        "num_segments": stats.segments,
        "num_docs": stats.documents,
    }
    return fields(form, {"version": version, "metadata": dict(metadata), "stats": numbers})
