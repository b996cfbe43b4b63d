"""What a submission says, as it is sent."""

from __future__ import annotations

import re

import msgspec

from linernotes.domain.identification import NewSubmission, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.errors import (
    INVALID_BITRATE,
    INVALID_DURATION,
    INVALID_FOREIGNID,
    MISSING_PARAMETER,
    REQUEST_TOO_LARGE,
    Refused,
)
from linernotes.facades.acoustid.fingerprints import words_of
from linernotes.facades.acoustid.parameters import Parameters, uuid
from linernotes.fingerprint.packed import pack
from linernotes.usecases.identify.saying import (
    HIGHEST_BITRATE,
    LONGEST_DURATION,
    LONGEST_TEXT,
    checked,
    heard,
    says_something,
)

MOST_KEPT = 4 << 20
"""Bytes of fingerprints that are kept of one request: a long one of very many recordings would take gigabytes."""

MOST_SUBMISSIONS = 1000
"""Submissions of one request, in one transaction: each keeps a fingerprint and up to 4,000 letters of tags."""

_FOREIGN = re.compile(r"[0-9a-z]+:.+\n?")


class Submitter(msgspec.Struct, frozen=True):
    """Who submits: numbers of the account and of the application, and the application's version."""

    account: int
    application: int
    version: str


class Dialect(msgspec.Struct, frozen=True):
    """What a version of the API calls a duration and a file's format, and whether it has an error for wrong ones."""

    duration: str
    file_format: str
    tells_wrong: bool


FIRST = Dialect("length", "format", tells_wrong=False)
SECOND = Dialect("duration", "fileformat", tells_wrong=True)


class Item(msgspec.Struct, frozen=True):
    """One file of a batch: what is said of it, once for each recording; ``index`` is its number as it was sent."""

    index: str
    said: tuple[NewSubmission, ...]


def read_submissions(given: Parameters, submitter: Submitter, dialect: Dialect) -> list[Item]:
    """Return what is submitted. Files that are not right are left out.

    Raises ``Refused`` if there is none, if the last one is not right and no other was, or if it is too much altogether.
    """
    suffixes = given.suffixes("fingerprint")
    if not suffixes:
        raise Refused(MISSING_PARAMETER, "fingerprint")
    if sum(max(1, len(given.texts("mbid" + suffix))) for suffix in suffixes) > MOST_SUBMISSIONS:
        raise Refused(REQUEST_TOO_LARGE)
    items: list[Item] = []
    size = 0
    for suffix in suffixes:
        try:
            item = _item(given, submitter, dialect, suffix)
        except Refused:
            if not items and suffix == suffixes[-1]:
                raise
            continue
        items.append(item)
        size += sum(len(said.packed) for said in item.said)
        if size > MOST_KEPT:
            raise Refused(REQUEST_TOO_LARGE)
    return items


def _item(given: Parameters, submitter: Submitter, dialect: Dialect, suffix: str) -> Item:
    """Read a file's parameters, in the order in which AcoustID's server finds them wrong."""
    puid = given.text("puid" + suffix)
    puid = uuid(puid, "puid" + suffix) if puid else ""
    foreign = _foreign(given.text("foreignid" + suffix), "foreignid" + suffix)
    mbids = [MBID(uuid(mbid, "mbid" + suffix)) for mbid in given.texts("mbid" + suffix)]
    duration = _duration(given, dialect, suffix)
    words = words_of(given.required("fingerprint" + suffix))
    said = NewSubmission(
        account=submitter.account,
        application=submitter.application,
        application_version=submitter.version,
        packed=pack(words),
        duration=duration,
        bitrate=_bitrate(given, "bitrate" + suffix),
        file_format=given.text(dialect.file_format + suffix),
        puid=puid or None,
        foreign_id=foreign,
        metadata=_metadata(given, suffix),
    )
    said = checked(said)
    each = [heard(msgspec.structs.replace(said, mbid=mbid)) for mbid in mbids] or [said]
    return Item(suffix[1:], tuple(one for one in each if says_something(one)))


def _foreign(text: str, name: str) -> str:
    if text and (not _FOREIGN.fullmatch(text) or "\0" in text or len(text) > LONGEST_TEXT):
        raise Refused(INVALID_FOREIGNID, name)
    return text.rstrip("\n")


def _duration(given: Parameters, dialect: Dialect, suffix: str) -> int:
    name = dialect.duration + suffix
    seconds = given.number(name)
    fits = seconds is not None and 0 < seconds <= LONGEST_DURATION
    if seconds is None or (not fits and not dialect.tells_wrong):
        raise Refused(MISSING_PARAMETER, name)
    if not fits:
        raise Refused(INVALID_DURATION, name)
    return seconds


def _bitrate(given: Parameters, name: str) -> int | None:
    bitrate = given.number(name) or 0
    if bitrate < 0:
        raise Refused(INVALID_BITRATE, name)
    return bitrate if 0 < bitrate <= HIGHEST_BITRATE else None


def _metadata(given: Parameters, suffix: str) -> UserMetadata:
    return UserMetadata(
        track=given.text("track" + suffix),
        artist=given.text("artist" + suffix),
        album=given.text("album" + suffix),
        album_artist=given.text("albumartist" + suffix),
        track_no=given.number("trackno" + suffix),
        disc_no=given.number("discno" + suffix),
        year=given.number("year" + suffix),
    )
