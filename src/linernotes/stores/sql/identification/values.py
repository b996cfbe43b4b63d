"""How values look in a row: UUIDs as 16 bytes; and which values can be kept at all, on either database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import NewSubmission, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.stores.sql.texts import check_key

HIGHEST = (1 << 63) - 1
LONGEST_REASON = 2000
_HIGHEST_IN_TEXT_FIELDS = (1 << 31) - 1
_HIGHEST_DURATION = 32767
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def uuid_text(value: bytes) -> MBID:
    """Return 16 bytes as the canonical text."""
    digits = value.hex()
    return MBID(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")


def uuid_bytes(text: str) -> bytes | None:
    """Return a UUID of any case as 16 bytes, and None for what is none."""
    return bytes.fromhex(text.replace("-", "")) if _UUID.fullmatch(text) else None


def check_uuid(text: str) -> bytes:
    """Return a UUID as 16 bytes. Raises Invalid."""
    value = uuid_bytes(text)
    if value is None:
        raise Invalid("Invalid UUID")
    return value


def countable(ids: Iterable[int]) -> list[int]:
    """Return those ids that a row can have."""
    return [one for one in ids if 0 < one <= HIGHEST]


def within(value: int, lowest: int = 0, highest: int = HIGHEST) -> int:
    """Return a bound as it is, or the nearest one that a row can be compared with."""
    return min(max(value, lowest), highest)


def check_number(value: int, lowest: int, highest: int, what: str) -> int:
    """Return a number as it is. Raises Invalid outside its bounds."""
    if not lowest <= value <= highest:
        raise Invalid(f"{what} has to be from {lowest} to {highest}")
    return value


def check_text(text: str) -> str:
    """Return a text of any length as it is. Raises Invalid for one that is none, or that holds a zero byte."""
    if "\0" in text or not is_text(text):
        raise Invalid("a text must not hold zero bytes or halves of characters")
    return text


def is_text(text: str) -> bool:
    """Whether it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean(text: str, longest: int) -> str:
    """Return a text that can be kept: without zero bytes, halves of characters as question marks, cut."""
    return text.replace("\0", "")[:longest].encode(errors="replace").decode()


def submission_row(said: NewSubmission) -> tuple[object, ...]:
    """Return what was said, in the order of `SAID`. Raises Invalid for what can never be imported."""
    version, foreign = check_key(said.application_version), check_key(said.foreign_id)
    if foreign and not all(foreign.partition(":")):
        raise Invalid("a foreign id has to be vendor:id")
    return (
        check_number(said.account, 0, HIGHEST, "an account"),
        check_number(said.application, 0, HIGHEST, "an application"),
        version,
        check_number(said.duration, 1, _HIGHEST_DURATION, "a duration"),
        None if said.bitrate is None else check_number(said.bitrate, 1, _HIGHEST_DURATION, "a bitrate"),
        check_text(said.file_format),
        None if said.mbid is None else check_uuid(said.mbid),
        None if said.puid is None else check_uuid(said.puid),
        foreign,
        _metadata_text(said.metadata),
        said.packed,
    )


SAID = "account, application, application_version, duration, bitrate, format, mbid, puid, foreignid, metadata, words"


def said_in(row: Sequence[Any]) -> tuple[NewSubmission, str]:
    """Return what was said, from the columns of `SAID`, and what of it cannot be read."""
    account, application, version, duration, bitrate, file_format, mbid, puid, foreign, metadata, words = row
    known, fault = UserMetadata(), ""
    try:
        known = msgspec.json.decode(metadata or "{}", type=UserMetadata)
    except (msgspec.DecodeError, TypeError) as exc:
        fault = f"The metadata of the submission cannot be read: {exc}"
    said = NewSubmission(
        account=account,
        application=application,
        application_version=version,
        duration=duration,
        bitrate=bitrate,
        file_format=file_format,
        mbid=None if mbid is None else uuid_text(mbid),
        puid=None if puid is None else uuid_text(puid),
        foreign_id=foreign,
        metadata=known,
        packed=words,
    )
    return said, fault


def _metadata_text(metadata: UserMetadata) -> str | None:
    if not metadata:
        return None
    said = {name: value for name, value in msgspec.structs.asdict(metadata).items() if value not in ("", None)}
    for value in said.values():
        if isinstance(value, str):
            check_text(value)
        else:
            check_number(value, -_HIGHEST_IN_TEXT_FIELDS, _HIGHEST_IN_TEXT_FIELDS, "a number in metadata")
    return msgspec.json.encode(said).decode()
