"""What somebody says of a fingerprint, put right before it is kept: what cannot be kept is refused or left out."""

from __future__ import annotations

import re

from msgspec.structs import replace

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.domain.identification import NewSubmission, UserMetadata
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.fingerprint.match.compare import MOST_WORDS
from linernotes.fingerprint.packed import pack, unpack

LONGEST_TEXT = 500
"""Characters; longer tags are cut, longer ids are refused."""

LONGEST_DURATION = 32_767
HIGHEST_BITRATE = 32_767
HIGHEST_NUMBER = 10_000
"""No track or disc number is higher, AcoustID's number."""

_LOWEST_NUMBER, _HIGHEST_NUMBER = -(1 << 31) + 1, (1 << 31) - 1

_NOBODY = MBID("00000000-0000-0000-0000-000000000000")
_BREAKS = re.compile(r"[\x00\s]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_FOREIGN_ID = re.compile(r"[0-9a-z]+:.+", re.DOTALL)
_HEADER = 4
_ALGORITHM = 1


def checked(said: NewSubmission) -> NewSubmission:
    """Return a submission as it is kept. Raises `Invalid` for numbers out of range and for ids that are none.

    Runs of white space in tags become one space each; what of them is too long is cut, and numbers that no tag can mean
    are left out. Of a fingerprint the first `MOST_WORDS` words are kept, as many as are ever compared.
    """
    if not 1 <= said.duration <= LONGEST_DURATION:
        raise Invalid(f"A duration is from 1 to {LONGEST_DURATION} seconds.")
    if said.bitrate is not None and not 1 <= said.bitrate <= HIGHEST_BITRATE:
        raise Invalid(f"A bitrate is from 1 to {HIGHEST_BITRATE} kbit/s.")
    return replace(
        said,
        packed=_packed(said.packed),
        application_version=_plain(said.application_version),
        file_format=_plain(said.file_format),
        mbid=None if said.mbid is None else _mbid(said.mbid),
        puid=None if said.puid is None else parse_mbid(said.puid),
        foreign_id=_foreign_id(said.foreign_id),
        metadata=_metadata(said.metadata),
    )


def heard(said: NewSubmission) -> NewSubmission:
    """Return a submission without the MBID of all zeros, which some programs write for "none"."""
    return replace(said, mbid=None) if said.mbid == _NOBODY else said


def says_something(said: NewSubmission) -> bool:
    """Whether a recording, an old PUID or tags are named; another service's id alone is not enough."""
    return bool(said.mbid or said.puid or said.metadata)


def _packed(packed: bytes) -> bytes:
    if len(packed) <= _HEADER or packed[0] != _ALGORITHM:
        raise Invalid("This is no fingerprint of algorithm 1.")
    if int.from_bytes(packed[1:_HEADER]) <= MOST_WORDS:
        return packed
    try:
        return pack(unpack(packed)[:MOST_WORDS])
    except Corrupt as exc:
        raise Invalid("This fingerprint cannot be read.") from exc


def _mbid(text: str) -> MBID | None:
    mbid = parse_mbid(text)
    return None if mbid == _NOBODY else mbid


def _plain(text: str) -> str:
    """Return a text that every store can keep, at most `LONGEST_TEXT` characters of it."""
    text = _BREAKS.sub(" ", text[: 2 * LONGEST_TEXT])
    return _SURROGATES.sub("�", text)[:LONGEST_TEXT]


def _foreign_id(text: str) -> str:
    if text and (len(text) > LONGEST_TEXT or "\0" in text or _SURROGATES.search(text)):
        raise Invalid("A foreign ID is a text of up to 500 characters.")
    if text and not _FOREIGN_ID.fullmatch(text):
        raise Invalid("A foreign ID is written vendor:id.")
    return text


def _metadata(said: UserMetadata) -> UserMetadata:
    return UserMetadata(
        track=_plain(said.track),
        artist=_plain(said.artist),
        album=_plain(said.album),
        album_artist=_plain(said.album_artist),
        track_no=_number(said.track_no, HIGHEST_NUMBER),
        disc_no=_number(said.disc_no, HIGHEST_NUMBER),
        year=_number(said.year, _HIGHEST_NUMBER),
    )


def _number(number: int | None, highest: int) -> int | None:
    """Return a number that can be kept in 32 bits, else None; negative ones are kept, as AcoustID keeps them."""
    return number if number and _LOWEST_NUMBER <= number <= highest else None
