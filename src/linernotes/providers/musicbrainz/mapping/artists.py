"""Artists, labels and series."""

from __future__ import annotations

from linernotes.domain.entities import Artist, Label, Series, SeriesItem
from linernotes.domain.ids import parse_mbid
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import attributes as attribute

PART_OF = "01018437-91d8-36b9-bf89-3f885d53b5bd"
"""The relationship between a release group and its series."""
NUMBER = "number"
_NO_SPAN = wire.LifeSpan()


def artist(given: wire.Artist) -> Artist:
    """Return an artist."""
    span = given.life_span or _NO_SPAN
    return Artist(
        mbid=parse_mbid(given.id),
        name=given.name,
        sort_name=given.name if given.sort_name is None else given.sort_name,
        disambiguation=given.disambiguation or "",
        type=given.type,
        gender=given.gender,
        area=attribute.area(given.area),
        begin_area=attribute.area(given.begin_area),
        end_area=attribute.area(given.end_area),
        begin=attribute.date(span.begin),
        end=attribute.date(span.end),
        ended=bool(span.ended),
        aliases=attribute.aliases(given.aliases),
        tags=attribute.tags(given),
        rating=attribute.rating(given.rating),
        links=attribute.links(given.relations),
        ipis=tuple(sorted(given.ipis or ())),
        isnis=tuple(sorted(given.isnis or ())),
    )


def label(given: wire.Label) -> Label:
    """Return a label."""
    span = given.life_span or _NO_SPAN
    return Label(
        mbid=parse_mbid(given.id),
        name=given.name,
        disambiguation=given.disambiguation or "",
        type=given.type,
        label_code=given.label_code,
        area=attribute.area(given.area),
        begin=attribute.date(span.begin),
        end=attribute.date(span.end),
        ended=bool(span.ended),
        aliases=attribute.aliases(given.aliases),
        tags=attribute.tags(given),
        rating=attribute.rating(given.rating),
        links=attribute.links(given.relations),
        ipis=tuple(sorted(given.ipis or ())),
        isnis=tuple(sorted(given.isnis or ())),
    )


def series(given: wire.Series) -> Series:
    """Return a series; only release groups are its items, by link order, then MBID."""
    items = sorted(
        (one.ordering_key or 0, parse_mbid(one.release_group.id), (one.attribute_values or {}).get(NUMBER, ""))
        for one in given.relations or ()
        if one.release_group is not None and one.type_id == PART_OF
    )
    return Series(
        mbid=parse_mbid(given.id),
        name=given.name,
        disambiguation=given.disambiguation or "",
        type=given.type,
        items=tuple(SeriesItem(group, number) for _, group, number in items),
    )
