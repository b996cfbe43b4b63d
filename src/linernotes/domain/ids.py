"""Identifiers, parsed once at the edge: after that an ``MBID`` is canonical and an ISRC has no hyphens.

Every parser raises ``Invalid`` and nothing else.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NewType

import msgspec

from linernotes.domain.errors import Invalid

MBID = NewType("MBID", str)
"""A MusicBrainz identifier in its canonical form: lower case, hyphens at 8-4-4-4-12."""


class Kind(StrEnum):
    """The kinds of entity that the catalogue can be asked for by MBID."""

    ARTIST = "artist"
    RELEASE_GROUP = "release-group"
    RELEASE = "release"
    RECORDING = "recording"
    LABEL = "label"
    SERIES = "series"


class EntityRef(msgspec.Struct, frozen=True, order=True, gc=False):
    """One entity, named by its kind and canonical MBID."""

    kind: Kind
    mbid: MBID


_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-fA-F]{32}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_BARCODE = re.compile(r"[0-9]{1,18}")
_DISC_ID = re.compile(r"[A-Za-z0-9._]{27}-")
_LONGEST = 64


def parse_mbid(text: str) -> MBID:
    """Return the canonical form of an MBID in any spelling that Python's ``uuid.UUID`` reads.

    Upper case, missing hyphens, braces and the ``urn:uuid:`` prefix are accepted.
    """
    if _CANONICAL.fullmatch(text):
        return MBID(text)
    if len(text) <= _LONGEST:
        digits = text.removeprefix("urn:").removeprefix("uuid:").strip("{}").replace("-", "")
        if _HEX.fullmatch(digits):
            h = digits.lower()
            return MBID(f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}")
    raise Invalid("Invalid UUID")


def parse_isrc(text: str) -> str:
    """Return an ISRC as its twelve characters: upper case, no hyphens (ISO 3901)."""
    code = text.strip().replace("-", "").upper() if len(text) <= _LONGEST else ""
    if not _ISRC.fullmatch(code):
        raise Invalid("Invalid ISRC", hint="An ISRC looks like GBAYE9200070.")
    return code


def parse_barcode(text: str) -> str:
    """Return a barcode's digits without leading zeros, so that a UPC and its EAN-13 form are the same."""
    digits = text.strip().replace(" ", "").replace("-", "") if len(text) <= _LONGEST else ""
    if not _BARCODE.fullmatch(digits):
        raise Invalid("Invalid barcode", hint="A barcode has up to 18 digits.")
    return digits.lstrip("0") or "0"


def parse_disc_id(text: str) -> str:
    """Return a MusicBrainz disc id: 28 characters of its own base64 alphabet, the last one ``-``."""
    if not _DISC_ID.fullmatch(text):
        raise Invalid("Invalid disc ID", hint="A disc ID has 28 characters and ends in '-'.")
    return text


def catalog_number_key(text: str) -> str:
    """Return what two spellings of one catalogue number share: its letters and digits, case folded."""
    return "".join(c for c in text.casefold() if c.isalnum())
