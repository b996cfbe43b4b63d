"""Hits of a name search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from linernotes.domain.entities import ReleaseGroup
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, Kind, parse_mbid
from linernotes.domain.names import NameHit
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import attributes as attribute

BEST = 100


def artists(found: Sequence[wire.FoundArtist]) -> tuple[NameHit, ...]:
    """Return artists, best first; the best has 100."""
    return _scaled(
        NameHit(Kind.ARTIST, parse_mbid(one.id), one.name, _score(one.score), "", one.disambiguation or "")
        for one in found
    )


def groups(found: Sequence[wire.FoundGroup]) -> tuple[NameHit, ...]:
    """Return release groups, best first; the best has 100. ``artist`` is the credit as printed."""
    return _scaled(
        NameHit(
            Kind.RELEASE_GROUP,
            parse_mbid(one.id),
            one.title,
            _score(one.score),
            printed(one.artist_credit),
            one.disambiguation or "",
        )
        for one in found
    )


def group(found: wire.FoundGroup) -> ReleaseGroup:
    """Return what a hit tells of a release group."""
    return ReleaseGroup(
        mbid=parse_mbid(found.id),
        title=found.title,
        credit=attribute.credit(found.artist_credit),
        disambiguation=found.disambiguation or "",
        type=found.primary_type,
        secondary_types=tuple(sorted(found.secondary_types or ())),
        first_release_date=attribute.date(found.first_release_date),
    )


def printed(credit: wire.Credit | None) -> str:
    """Return a credit as one line."""
    return "".join(f"{one.artist.name if one.name is None else one.name}{one.joinphrase or ''}" for one in credit or ())


def _score(given: int | str) -> int:
    try:
        return min(BEST, max(0, int(given)))
    except ValueError as exc:
        raise Invalid(f"not a score: {str(given)[:20]!r}") from exc


def _scaled(made: Iterable[NameHit]) -> tuple[NameHit, ...]:
    rows: dict[MBID, NameHit] = {}
    for hit in sorted(made, key=lambda hit: -hit.score):  # among equals the service's order stays
        rows.setdefault(hit.mbid, hit)
    best = max((hit.score for hit in rows.values()), default=0) or BEST
    return tuple(msgspec.structs.replace(hit, score=round(hit.score * BEST / best)) for hit in rows.values())
