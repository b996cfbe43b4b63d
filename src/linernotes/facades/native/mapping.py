"""Entities to wire values. ``include`` holds the names of the parts that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from msgspec import UNSET, UnsetType

from linernotes.domain import entities as e
from linernotes.domain.dates import PartialDate
from linernotes.domain.facts import Provenance
from linernotes.domain.ids import Kind
from linernotes.facades.native import wire
from linernotes.facades.native.times import rfc3339

Include = Collection[str]
NOBODY = Provenance("", 0)
"""Stands where nobody noted where a value came from."""


@lru_cache(256)
def provenance(of: Provenance) -> wire.Provenance:
    """Return where something came from. Most of it came with one dump, so that few are made."""
    return wire.Provenance(source=of.source, fetched_at=rfc3339(of.fetched_at), stale=of.stale)


class Mapper:
    """Turns entities into wire values. ``image_base`` is where cover images are."""

    def __init__(self, *, image_base: str) -> None:
        """Keep it."""
        self._image_base = image_base
        self._by_kind: dict[Kind, Callable[[Any, Include, wire.Provenance], Any]] = {
            Kind.ARTIST: artist,
            Kind.RELEASE_GROUP: release_group,
            Kind.RELEASE: self.release,
            Kind.RECORDING: recording,
            Kind.LABEL: label,
            Kind.SERIES: series,
        }

    def __call__(self, kind: Kind, entity: Any, include: Include, of: Provenance) -> Any:
        """Return the wire value of an entity."""
        return self._by_kind[kind](entity, include, provenance(of))

    def release(self, one: e.Release, include: Include, of: wire.Provenance) -> wire.Release:
        """Return a release."""
        images = tuple(self._image(one, image) for image in one.images) if "images" in include else UNSET
        return wire.Release(
            mbid=one.mbid,
            title=one.title,
            artist=printed(one.credit),
            artist_credit=credit(one.credit),
            release_group=one.release_group,
            disambiguation=one.disambiguation,
            status=one.status,
            packaging=one.packaging,
            language=one.language,
            script=one.script,
            barcode=one.barcode,
            asin=one.asin,
            events=events(one),
            labels=tuple([_release_label(each) for each in one.labels]),
            media=tuple([medium(each, tracks="tracks" in include) for each in one.media]),
            merged_mbids=one.old_mbids,
            provenance=of,
            aliases=_aliases(one, include),
            tags=_tags(one, include),
            links=_links(one, include),
            images=images,
        )

    def _image(self, release: e.Release, image: e.CoverImage) -> wire.Image:
        return wire.Image(id=image.id, types=image.types, url=f"{self._image_base}/{release.mbid}/{image.id}")


def artist(one: e.Artist, include: Include, of: wire.Provenance) -> wire.Artist:
    """Return an artist."""
    return wire.Artist(
        mbid=one.mbid,
        name=one.name,
        sort_name=one.sort_name,
        disambiguation=one.disambiguation,
        type=one.type,
        gender=one.gender,
        area=area(one.area),
        begin_area=area(one.begin_area),
        end_area=area(one.end_area),
        begin=day(one.begin),
        end=day(one.end),
        ended=one.ended,
        ipis=one.ipis,
        isnis=one.isnis,
        merged_mbids=one.old_mbids,
        provenance=of,
        aliases=_aliases(one, include),
        tags=_tags(one, include),
        links=_links(one, include),
        rating=_rating(one, include),
    )


def release_group(one: e.ReleaseGroup, include: Include, of: wire.Provenance) -> wire.ReleaseGroup:
    """Return a release group."""
    return wire.ReleaseGroup(
        mbid=one.mbid,
        title=one.title,
        artist=printed(one.credit),
        artist_credit=credit(one.credit),
        disambiguation=one.disambiguation,
        type=one.type,
        secondary_types=one.secondary_types,
        first_release_date=day(one.first_release_date),
        cover_release=one.cover,
        merged_mbids=one.old_mbids,
        provenance=of,
        aliases=_aliases(one, include),
        tags=_tags(one, include),
        links=_links(one, include),
        rating=_rating(one, include),
    )


def recording(one: e.Recording, include: Include, of: wire.Provenance) -> wire.Recording:
    """Return a recording."""
    return wire.Recording(
        mbid=one.mbid,
        title=one.title,
        artist=printed(one.credit),
        artist_credit=credit(one.credit),
        length_ms=one.length,
        disambiguation=one.disambiguation,
        video=one.video,
        isrcs=one.isrcs,
        merged_mbids=one.old_mbids,
        provenance=of,
        aliases=_aliases(one, include),
        tags=_tags(one, include),
        links=_links(one, include),
        rating=_rating(one, include),
        releases=one.releases if "releases" in include else UNSET,
    )


def label(one: e.Label, include: Include, of: wire.Provenance) -> wire.Label:
    """Return a label."""
    return wire.Label(
        mbid=one.mbid,
        name=one.name,
        disambiguation=one.disambiguation,
        type=one.type,
        label_code=one.label_code,
        area=area(one.area),
        begin=day(one.begin),
        end=day(one.end),
        ended=one.ended,
        ipis=one.ipis,
        isnis=one.isnis,
        merged_mbids=one.old_mbids,
        provenance=of,
        aliases=_aliases(one, include),
        tags=_tags(one, include),
        links=_links(one, include),
        rating=_rating(one, include),
    )


def series(one: e.Series, _: Include, of: wire.Provenance) -> wire.Series:
    """Return a series with its release groups."""
    return wire.Series(
        mbid=one.mbid,
        name=one.name,
        disambiguation=one.disambiguation,
        type=one.type,
        items=tuple([wire.SeriesItem(release_group=item.release_group, number=item.number) for item in one.items]),
        merged_mbids=one.old_mbids,
        provenance=of,
    )


def album(one: e.AlbumSummary) -> wire.AlbumSummary:
    """Return one line of a discography."""
    return wire.AlbumSummary(
        mbid=one.mbid,
        title=one.title,
        type=one.type,
        secondary_types=one.secondary_types,
        first_release_date=day(one.first_release_date),
        release_statuses=one.release_statuses,
        credit_position=one.credit_position,
    )


def events(one: e.Release) -> tuple[wire.ReleaseEvent, ...]:
    """Return when and where a release came out."""
    return tuple([wire.ReleaseEvent(date=day(event.date), area=area(event.area)) for event in one.events])


def medium(one: e.Medium, *, tracks: bool) -> wire.Medium:
    """Return a medium, with its tracks if they were asked for."""
    return wire.Medium(
        mbid=one.mbid,
        position=one.position,
        title=one.title,
        format=one.format,
        track_count=one.track_count,
        disc_ids=one.disc_ids,
        tracks=tuple([track(each) for each in one.tracks]) if tracks else UNSET,
    )


def track(one: e.Track) -> wire.Track:
    """Return a track."""
    return wire.Track(
        mbid=one.mbid,
        recording=one.recording,
        position=one.position,
        number=one.number,
        title=one.title,
        artist=printed(one.credit),
        artist_credit=credit(one.credit),
        length_ms=one.length,
        data=one.data,
        video=one.video,
        isrcs=one.isrcs,
    )


def credit(names: e.ArtistCredit) -> tuple[wire.CreditName, ...]:
    """Return the names of a credit."""
    return tuple([wire.CreditName(mbid=one.artist, name=one.name, join_phrase=one.join_phrase) for one in names])


def printed(names: e.ArtistCredit) -> str:
    """Return a credit as it is printed on a sleeve."""
    return "".join([one.name + one.join_phrase for one in names])


def day(date: PartialDate | None) -> str | None:
    """Return what is known of a date; None for nothing."""
    return None if date is None else str(date) or None


def area(one: e.Area | None) -> wire.Area | None:
    """Return a place."""
    return None if one is None else wire.Area(mbid=one.mbid, name=one.name, code=one.code)


def _release_label(one: e.ReleaseLabel) -> wire.ReleaseLabel:
    return wire.ReleaseLabel(mbid=one.label, name=one.name, catalog_number=one.catalog_number)


def _alias(one: e.Alias) -> wire.Alias:
    return wire.Alias(
        name=one.name,
        sort_name=one.sort_name,
        type=one.type,
        locale=one.locale,
        primary=one.primary,
        begin=day(one.begin),
        end=day(one.end),
        ended=one.ended,
    )


def _aliases(one: Any, include: Include) -> tuple[wire.Alias, ...] | UnsetType:
    return tuple([_alias(each) for each in one.aliases]) if "aliases" in include else UNSET


def _tags(one: Any, include: Include) -> tuple[wire.Tag, ...] | UnsetType:
    if "tags" not in include:
        return UNSET
    return tuple([wire.Tag(name=tag.name, count=tag.count, genre=tag.genre) for tag in one.tags])


def _links(one: Any, include: Include) -> tuple[wire.Link, ...] | UnsetType:
    if "links" not in include:
        return UNSET
    return tuple([wire.Link(url=link.url, type=link.type, ended=link.ended) for link in one.links])


def _rating(one: Any, include: Include) -> wire.Rating | UnsetType:
    return wire.Rating(value=one.rating.value, votes=one.rating.count) if "rating" in include else UNSET
