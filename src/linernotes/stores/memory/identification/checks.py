"""What can never be kept, because no database could, or because it can never be imported."""

from __future__ import annotations

import re

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.domain.facts import LONGEST_KEY
from linernotes.domain.identification import NewSubmission

HIGHEST = (1 << 63) - 1
_HIGHEST_IN_METADATA = (1 << 31) - 1
_LONGEST_DURATION = 32767
_LONGEST_REASON = 2000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def check_submission(said: NewSubmission) -> None:
    """Raise Invalid for a submission that cannot be kept."""
    for number in (said.account, said.application):
        check(0 <= number <= HIGHEST)
    check(1 <= said.duration <= _LONGEST_DURATION)
    check(said.bitrate is None or 1 <= said.bitrate <= _LONGEST_DURATION)
    for uuid in (said.mbid, said.puid):
        check(uuid is None or is_uuid(uuid))
    for key in (said.application_version, said.foreign_id):
        check_key(key)
    vendor, _, name = said.foreign_id.partition(":")
    check(not said.foreign_id or bool(vendor and name))
    check_text(said.file_format)
    for value in msgspec.structs.astuple(said.metadata):
        if isinstance(value, str):
            check_text(value)
        elif value is not None:
            check(abs(value) <= _HIGHEST_IN_METADATA)


def check(fine: bool) -> None:  # noqa: FBT001 - it reads like an assertion
    """Raise Invalid if something is not fine."""
    if not fine:
        raise Invalid("this cannot be kept")


def is_uuid(text: str) -> bool:
    """Whether it is a UUID, of any case."""
    return _UUID.fullmatch(text) is not None


def is_text(text: str) -> bool:
    """Whether every database can keep it."""
    return "\0" not in text and text == text.encode(errors="replace").decode()


def is_key(text: str) -> bool:
    """Whether every database can look it up."""
    return is_text(text) and len(text.encode()) <= LONGEST_KEY


def check_text(text: str) -> str:
    """Return a text as it is. Raises Invalid for one that cannot be kept."""
    check(is_text(text))
    return text


def check_key(text: str) -> str:
    """Return a key as it is. Raises Invalid for one that cannot be looked up."""
    check(is_key(text))
    return text


def clean_reason(text: str) -> str:
    """Return a reason as it is kept."""
    return text.replace("\0", "")[:_LONGEST_REASON].encode(errors="replace").decode()
