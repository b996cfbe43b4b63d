"""What a server's answers mean: values, or one of our errors."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.indexes.remote.connections import MEDIA_TYPE, SOURCE
from linernotes.indexes.remote.reading import Answer
from linernotes.indexes.remote.wire import Refusal

T = TypeVar("T")
INDEX_MISSING = (404, "IndexNotFound")
DOCUMENT_MISSING = (404, "FingerprintNotFound")
VERSION_DIFFERS = (409, "VersionMismatch")
_NOT_FPINDEX = "Look at the URL: something answers there, and it is no fpindex server."
_NAME = re.compile(r"[A-Za-z]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,6}")


def read(answer: Answer, into: type[T], *, where: str) -> T:
    """Return what an answer says. Raises the error it stands for, and `Unavailable` for one that makes no sense."""
    if answer.status != 200:
        raise refusal(answer, where=where)
    if not _is_msgpack(answer):
        raise _fault(where, "answers in another format than MessagePack", hint=_NOT_FPINDEX)
    try:
        return msgspec.msgpack.decode(answer.body, type=into)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise _fault(where, "gave an answer that cannot be read", hint=_NOT_FPINDEX) from exc


def told(answer: Answer) -> tuple[int, str]:
    """Return the status of an answer, and the name of the error in it if there is one."""
    if answer.status == 200 or not _is_msgpack(answer):
        return answer.status, ""
    try:
        name = msgspec.msgpack.decode(answer.body, type=Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return answer.status, ""
    return answer.status, name if _NAME.fullmatch(name) else ""


def refusal(answer: Answer, *, where: str) -> LinernotesError:
    """Return the error that an answer stands for."""
    status, name = told(answer)
    said = f"HTTP {status} {name}".rstrip()
    if name == "CorruptIndex":
        return Corrupt(
            f"The index is damaged at the index server {where}.", hint="Look at the server's log.", source=SOURCE
        )
    if (status, name) == INDEX_MISSING:
        return _fault(where, "has no such index", hint="Look at the index's name; it is made with the first update.")
    if name == "FeedIsReadOnly":
        return _fault(where, "takes no updates", hint="It follows another server: give the URL of that one.")
    if (status, name) == VERSION_DIFFERS:
        return Conflict("The index is at another version than was expected.", source=SOURCE)
    if status == 413 or name == "BodyTooBig":
        return Invalid(f"The index server at {where} takes no request that large.", hint="Make smaller commits.")
    if status == 400 and name:
        return Invalid(f"The index server at {where} refuses this: {said}.", source=SOURCE)
    return _fault(where, f"cannot answer: {said}", hint=_hint(status, name), retry_after=_retry_after(answer))


def _hint(status: int, name: str) -> str:
    if status in {401, 403, 407}:
        return "It does not let us in: look at the name and password in the URL."
    if status == 503:
        return "It is starting, or has too much to do."
    return "" if name or status >= 500 else _NOT_FPINDEX


def _fault(where: str, what: str, *, hint: str, retry_after: float | None = None) -> Unavailable:
    return Unavailable(f"The index server at {where} {what}.", hint=hint, source=SOURCE, retry_after=retry_after)


def _is_msgpack(answer: Answer) -> bool:
    return answer.content_type.partition(";")[0].strip().lower() == MEDIA_TYPE


def _retry_after(answer: Answer) -> float | None:
    return float(answer.retry_after) if _SECONDS.fullmatch(answer.retry_after) else None
