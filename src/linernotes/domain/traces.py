"""By which other names kept entities can be found: the rows of the overlay's reverse index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum

import msgspec

from linernotes.domain.entities import Recording, Release
from linernotes.domain.errors import Invalid
from linernotes.domain.facts import KINDS, Fact
from linernotes.domain.ids import EntityRef, Kind, catalog_number_key, parse_barcode


class Scheme(StrEnum):
    """The kinds of other names. Keys are parsed and canonical, as ``domain.ids`` has them."""

    ISRC = "isrc"
    BARCODE = "barcode"
    CATALOG_NUMBER = "catalog-number"
    DISC_ID = "disc-id"
    URL = "url"
    TRACK = "track"
    """A track's MBID: leads to its release."""
    RECORDING = "recording"
    """A recording's MBID: leads to the releases that hold it."""


class Trace(msgspec.Struct, frozen=True, order=True, gc=False):
    """One row: by this name this entity can be found."""

    scheme: Scheme
    key: str
    entity: EntityRef


def traces(fact: Fact) -> frozenset[Trace]:
    """Return the other names of a fact's entity; none where the fact holds no entity."""
    kind = KINDS.get(fact.wanted.aspect)
    if kind is None or fact.value is None:
        return frozenset()
    ref = EntityRef(kind, fact.value.mbid)
    found = {Trace(Scheme.URL, link.url, ref) for link in getattr(fact.value, "links", ())}
    if isinstance(fact.value, Release):
        found.update(_of_release(fact.value, ref))
    elif isinstance(fact.value, Recording):
        found.update(Trace(Scheme.ISRC, isrc, ref) for isrc in fact.value.isrcs)
    return frozenset(found)


def _of_release(release: Release, ref: EntityRef) -> Iterator[Trace]:
    if release.barcode:
        with suppress(Invalid):  # what is printed on a sleeve is not always a barcode
            yield Trace(Scheme.BARCODE, parse_barcode(release.barcode), ref)
    for label in release.labels:
        if label.catalog_number and (key := catalog_number_key(label.catalog_number)):
            yield Trace(Scheme.CATALOG_NUMBER, key, ref)
    for medium in release.media:
        for disc_id in medium.disc_ids:
            yield Trace(Scheme.DISC_ID, disc_id, ref)
        for track in medium.tracks:
            yield Trace(Scheme.TRACK, track.mbid, ref)
            yield Trace(Scheme.RECORDING, track.recording, ref)
            for isrc in track.isrcs:
                yield Trace(Scheme.ISRC, isrc, EntityRef(Kind.RECORDING, track.recording))
