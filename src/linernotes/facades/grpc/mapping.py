"""Domain values as messages of proto/linernotes/v1."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linernotes.domain import entities as e
from linernotes.domain.dates import PartialDate
from linernotes.domain.facts import Provenance
from linernotes.domain.ids import EntityRef, Kind
from linernotes.facades.grpc.gen import entities_pb2 as pb

KINDS = {
    Kind.ARTIST: pb.KIND_ARTIST,
    Kind.RELEASE_GROUP: pb.KIND_RELEASE_GROUP,
    Kind.RELEASE: pb.KIND_RELEASE,
    Kind.RECORDING: pb.KIND_RECORDING,
    Kind.LABEL: pb.KIND_LABEL,
    Kind.SERIES: pb.KIND_SERIES,
}


def entity(kind: Kind, value: Any, provenance: Provenance | None) -> Message:
    """Return the message of an entity of this kind."""
    return _ENTITIES[kind](value, provenance)


def reference(ref: EntityRef) -> pb.EntityRef:
    """Return the name of an entity."""
    return pb.EntityRef(kind=KINDS[ref.kind], mbid=ref.mbid)


def moment(milliseconds: int) -> Timestamp:
    """Return a time given in unix milliseconds."""
    return Timestamp(seconds=milliseconds // 1000, nanos=milliseconds % 1000 * 1_000_000)


def origin(provenance: Provenance | None) -> pb.Provenance | None:
    """Return where an answer came from."""
    if provenance is None:
        return None
    return pb.Provenance(source=provenance.source, fetched_at=moment(provenance.fetched_at), stale=provenance.stale)


def artist(value: e.Artist, provenance: Provenance | None = None) -> pb.Artist:
    """Return an artist."""
    return pb.Artist(
        mbid=value.mbid,
        name=value.name,
        sort_name=value.sort_name,
        disambiguation=value.disambiguation,
        type=value.type,
        gender=value.gender,
        area=_area(value.area),
        begin_area=_area(value.begin_area),
        end_area=_area(value.end_area),
        begin=_date(value.begin),
        end=_date(value.end),
        ended=value.ended,
        aliases=_aliases(value.aliases),
        tags=_tags(value.tags),
        rating=_rating(value.rating),
        links=_links(value.links),
        ipis=value.ipis,
        isnis=value.isnis,
        old_mbids=value.old_mbids,
        provenance=origin(provenance),
    )


def release_group(value: e.ReleaseGroup, provenance: Provenance | None = None) -> pb.ReleaseGroup:
    """Return a release group."""
    return pb.ReleaseGroup(
        mbid=value.mbid,
        title=value.title,
        credit=_credit(value.credit),
        disambiguation=value.disambiguation,
        type=value.type,
        secondary_types=value.secondary_types,
        first_release_date=_date(value.first_release_date),
        aliases=_aliases(value.aliases),
        tags=_tags(value.tags),
        rating=_rating(value.rating),
        links=_links(value.links),
        cover_release_mbid=value.cover,
        old_mbids=value.old_mbids,
        provenance=origin(provenance),
    )


def summary(value: e.AlbumSummary) -> pb.ReleaseGroupSummary:
    """Return one line of a discography."""
    return pb.ReleaseGroupSummary(
        mbid=value.mbid,
        title=value.title,
        type=value.type,
        secondary_types=value.secondary_types,
        first_release_date=_date(value.first_release_date),
        release_statuses=value.release_statuses,
        statusless=value.statusless,
        credit_position=value.credit_position,
        old_mbids=value.old_mbids,
    )


def release(value: e.Release, provenance: Provenance | None = None, *, tracks: bool = True) -> pb.Release:
    """Return a release, on request without the tracks of its media."""
    return pb.Release(
        mbid=value.mbid,
        release_group_mbid=value.release_group,
        title=value.title,
        credit=_credit(value.credit),
        disambiguation=value.disambiguation,
        status=value.status,
        packaging=value.packaging,
        language=value.language,
        script=value.script,
        barcode=value.barcode,
        quality=None if value.quality < 0 else value.quality,
        asin=value.asin,
        events=[pb.ReleaseEvent(date=_date(event.date), area=_area(event.area)) for event in value.events],
        labels=[
            pb.ReleaseLabel(label_mbid=label.label, name=label.name, catalog_number=label.catalog_number)
            for label in value.labels
        ],
        media=[_medium(medium, tracks=tracks) for medium in value.media],
        images=[pb.CoverImage(id=image.id, types=image.types, ordering=image.ordering) for image in value.images],
        aliases=_aliases(value.aliases),
        tags=_tags(value.tags),
        links=_links(value.links),
        old_mbids=value.old_mbids,
        provenance=origin(provenance),
    )


def recording(value: e.Recording, provenance: Provenance | None = None) -> pb.Recording:
    """Return a recording."""
    return pb.Recording(
        mbid=value.mbid,
        title=value.title,
        credit=_credit(value.credit),
        length=value.length,
        disambiguation=value.disambiguation,
        video=value.video,
        isrcs=value.isrcs,
        tags=_tags(value.tags),
        rating=_rating(value.rating),
        links=_links(value.links),
        release_mbids=value.releases,
        old_mbids=value.old_mbids,
        aliases=_aliases(value.aliases),
        provenance=origin(provenance),
    )


def label(value: e.Label, provenance: Provenance | None = None) -> pb.Label:
    """Return a label."""
    return pb.Label(
        mbid=value.mbid,
        name=value.name,
        disambiguation=value.disambiguation,
        type=value.type,
        label_code=value.label_code,
        area=_area(value.area),
        begin=_date(value.begin),
        end=_date(value.end),
        ended=value.ended,
        aliases=_aliases(value.aliases),
        tags=_tags(value.tags),
        rating=_rating(value.rating),
        links=_links(value.links),
        ipis=value.ipis,
        isnis=value.isnis,
        old_mbids=value.old_mbids,
        provenance=origin(provenance),
    )


def series(value: e.Series, provenance: Provenance | None = None) -> pb.Series:
    """Return a series."""
    return pb.Series(
        mbid=value.mbid,
        name=value.name,
        disambiguation=value.disambiguation,
        type=value.type,
        items=[pb.SeriesItem(release_group_mbid=item.release_group, number=item.number) for item in value.items],
        old_mbids=value.old_mbids,
        provenance=origin(provenance),
    )


_ENTITIES: dict[Kind, Callable[[Any, Provenance | None], Message]] = {
    Kind.ARTIST: artist,
    Kind.RELEASE_GROUP: release_group,
    Kind.RELEASE: release,
    Kind.RECORDING: recording,
    Kind.LABEL: label,
    Kind.SERIES: series,
}


def _medium(value: e.Medium, *, tracks: bool) -> pb.Medium:
    return pb.Medium(
        mbid=value.mbid,
        position=value.position,
        title=value.title,
        format=value.format,
        track_count=value.track_count,
        disc_ids=value.disc_ids,
        tracks=[_track(track) for track in value.tracks] if tracks else (),
    )


def _track(value: e.Track) -> pb.Track:
    return pb.Track(
        mbid=value.mbid,
        recording_mbid=value.recording,
        position=value.position,
        number=value.number,
        title=value.title,
        credit=_credit(value.credit),
        length=value.length,
        data=value.data,
        video=value.video,
        isrcs=value.isrcs,
        old_mbids=value.old_mbids,
        old_recording_mbids=value.old_recording_mbids,
    )


def _credit(names: e.ArtistCredit) -> list[pb.CreditName]:
    return [pb.CreditName(artist_mbid=one.artist, name=one.name, join_phrase=one.join_phrase) for one in names]


def _date(date: PartialDate | None) -> pb.PartialDate | None:
    return None if date is None else pb.PartialDate(year=date.year, month=date.month, day=date.day)


def _area(area: e.Area | None) -> pb.Area | None:
    return None if area is None else pb.Area(mbid=area.mbid, name=area.name, code=area.code)


def _aliases(aliases: Iterable[e.Alias]) -> list[pb.Alias]:
    return [
        pb.Alias(
            name=alias.name,
            sort_name=alias.sort_name,
            type=alias.type,
            locale=alias.locale,
            primary=alias.primary,
            begin=_date(alias.begin),
            end=_date(alias.end),
            ended=alias.ended,
        )
        for alias in aliases
    ]


def _tags(tags: Iterable[e.Tag]) -> list[pb.Tag]:
    return [pb.Tag(name=tag.name, count=tag.count, genre=tag.genre) for tag in tags]


def _rating(rating: e.Rating) -> pb.Rating | None:
    # Nobody has rated: not set.
    return pb.Rating(value=rating.value, count=rating.count) if rating.count or rating.value is not None else None


def _links(links: Iterable[e.Link]) -> list[pb.Link]:
    return [pb.Link(url=link.url, type=link.type, ended=link.ended) for link in links]
