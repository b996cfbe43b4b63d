"""What entities of several kinds have alike: dates, areas, aliases, tags, ratings, links, credits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Alias, Area, Artist, ArtistCredit, CreditName, Link, Rating, Tag
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.providers.musicbrainz import wire

_DATE = re.compile(r"(\?{4}|-?[0-9]{1,4})(?:-(\?\?|[0-9]{2}))?(?:-(\?\?|[0-9]{2}))?")
RATING_SCALE = 20
"""The service gives ratings of 0 to 5, the dump and we have 0 to 100."""


def date(text: str | None) -> PartialDate | None:
    """Read a date of which any part may be question marks; None when nothing of it is known."""
    if not text:
        return None
    match = _DATE.fullmatch(text)
    if match is None:
        raise Invalid(f"not a date: {text[:40]!r}")
    read = PartialDate(*(None if part is None or "?" in part else int(part) for part in match.groups()))
    return read if read.known else None


def area(given: wire.Area | None) -> Area | None:
    """Return an area; of several country codes the first by alphabet, as the importer does."""
    if given is None:
        return None
    codes = given.iso_3166_1_codes
    return Area(parse_mbid(given.id), given.name, min(codes) if codes else None)


def aliases(given: Iterable[wire.Alias] | None) -> tuple[Alias, ...]:
    """Return aliases by name, locale, type and sort name, what is not there first."""
    made = (
        Alias(
            one.name,
            one.name if one.sort_name is None else one.sort_name,
            one.type,
            one.locale,
            primary=bool(one.primary),
            begin=date(one.begin),
            end=date(one.end),
            ended=bool(one.ended),
        )
        for one in given or ()
    )
    return tuple(sorted(made, key=lambda one: (one.name, _first(one.locale), _first(one.type), one.sort_name)))


def _first(text: str | None) -> tuple[bool, str]:
    return (text is not None, text or "")


def tags(entity: wire.Attributes) -> tuple[Tag, ...]:
    """Return tags by votes descending, then name; genres are told beside them."""
    genres = {one.name: one for one in entity.genres or ()}
    counts = {one.name: one.count for one in (*(entity.genres or ()), *(entity.tags or ()))}
    made = [Tag(name, count, _genre(genres.get(name))) for name, count in counts.items()]
    return tuple(sorted(made, key=lambda one: (-one.count, one.name)))


def _genre(given: wire.Genre | None) -> MBID | None:
    return None if given is None else parse_mbid(given.id)


def rating(given: wire.Rating | None) -> Rating:
    """Return a rating; one without votes is none."""
    if given is None or (given.value is None and not given.votes_count):
        return Rating()
    return Rating(None if given.value is None else round(given.value * RATING_SCALE), given.votes_count or 0)


def links(given: Iterable[wire.Relation] | None) -> tuple[Link, ...]:
    """Return the URLs among relationships by type, then URL; one linked twice in the same way appears once."""
    found = {Link(one.url.resource, one.type, bool(one.ended)) for one in given or () if one.url is not None}
    return tuple(sorted(found, key=lambda link: (link.type, link.url, link.ended)))


def credit(given: wire.Credit | None) -> ArtistCredit:
    """Return an artist credit as printed."""
    return tuple(
        CreditName(
            parse_mbid(one.artist.id),
            one.artist.name if one.name is None else one.name,
            one.joinphrase or "",
        )
        for one in given or ()
    )


def credited(given: wire.Credit | None) -> dict[MBID, Artist]:
    """Return what a credit tells of its artists, by MBID."""
    return {made.mbid: made for made in (named_artist(one.artist) for one in given or ())}


def named_artist(given: wire.CreditedArtist) -> Artist:
    """Return an artist of whom names and little else is known."""
    return Artist(
        mbid=parse_mbid(given.id),
        name=given.name,
        sort_name=given.sort_name or given.name,
        disambiguation=given.disambiguation or "",
        type=given.type,
    )
