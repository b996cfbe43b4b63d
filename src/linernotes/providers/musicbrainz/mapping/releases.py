"""Releases with media and tracks, and recordings."""

from __future__ import annotations

from collections.abc import Iterable

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Medium, Recording, Release, ReleaseEvent, ReleaseLabel, Track
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import attributes as attribute

# The service says "normal" for the two that the dump tells apart; nearly every release is of unknown quality (-1).
_QUALITY = {"low": 0, "high": 2}
UNKNOWN_QUALITY = -1
_NO_TEXT = wire.TextRepresentation()
_UNKNOWN_DATE = PartialDate()


def release(given: wire.Release, attributes: wire.Attributes | None = None) -> Release:
    """Return a release; aliases, tags and links are those of ``attributes`` where they were asked for apart.

    Raises ``Invalid`` where the release group is missing.
    """
    if given.release_group is None:
        raise Invalid("a release without a release group")
    text = given.text_representation or _NO_TEXT
    has = given if attributes is None else attributes
    return Release(
        mbid=parse_mbid(given.id),
        release_group=parse_mbid(given.release_group.id),
        title=given.title,
        credit=attribute.credit(given.artist_credit),
        disambiguation=given.disambiguation or "",
        status=given.status,
        packaging=given.packaging,
        language=text.language,
        script=text.script,
        barcode=given.barcode,
        quality=_QUALITY.get(given.quality or "", UNKNOWN_QUALITY),
        asin=given.asin,
        events=events(given),
        labels=_labels(given.label_info),
        media=tuple(sorted(map(_medium, given.media or ()), key=lambda one: one.position)),
        aliases=attribute.aliases(has.aliases),
        tags=attribute.tags(has),
        links=attribute.links(has.relations),
    )


def events(given: wire.Release) -> tuple[ReleaseEvent, ...]:
    """Return the release events by date, then the country's name; what is not known last."""
    made = [ReleaseEvent(attribute.date(one.date), attribute.area(one.area)) for one in given.release_events or ()]
    return tuple(sorted(made, key=_event_order))


def by_date(found: Iterable[wire.Release]) -> tuple[MBID, ...]:
    """Return the MBIDs of releases by earliest date (unknown last), then MBID."""
    order = {parse_mbid(one.id): _earliest(one) for one in found}
    return tuple(sorted(order, key=lambda mbid: (order[mbid], mbid)))


def recording(given: wire.Recording, releases: Iterable[wire.Release]) -> Recording:
    """Return a recording and the releases that hold it, by date."""
    return Recording(
        mbid=parse_mbid(given.id),
        title=given.title,
        credit=attribute.credit(given.artist_credit),
        length=given.length,
        disambiguation=given.disambiguation or "",
        video=bool(given.video),
        isrcs=tuple(sorted(given.isrcs or ())),
        tags=attribute.tags(given),
        rating=attribute.rating(given.rating),
        links=attribute.links(given.relations),
        releases=by_date(releases),
        aliases=attribute.aliases(given.aliases),
    )


def _event_order(event: ReleaseEvent) -> tuple[tuple[int, int, int], bool, str, str]:
    area = event.area
    order = (event.date or _UNKNOWN_DATE).order()
    return (order, area is None, "" if area is None else area.name, "" if area is None else area.mbid)


def _earliest(given: wire.Release) -> tuple[int, int, int]:
    return min(((event.date or _UNKNOWN_DATE).order() for event in events(given)), default=_UNKNOWN_DATE.order())


def _labels(given: Iterable[wire.LabelInfo] | None) -> tuple[ReleaseLabel, ...]:
    made = [
        ReleaseLabel(None, None, one.catalog_number)
        if one.label is None
        else ReleaseLabel(parse_mbid(one.label.id), one.label.name, one.catalog_number)
        for one in given or ()
    ]
    return tuple(sorted(made, key=_label_order))


def _label_order(label: ReleaseLabel) -> tuple[bool, str, bool, str, str]:
    number = label.catalog_number
    return (label.name is None, label.name or "", number is None, number or "", label.label or "")


def _medium(given: wire.Medium) -> Medium:
    plain = [_track(one, data=False) for one in (given.pregap, *(given.tracks or ())) if one is not None]
    tracks = sorted(
        [*plain, *(_track(one, data=True) for one in given.data_tracks or ())], key=lambda one: one.position
    )
    return Medium(
        mbid=None if given.id is None else parse_mbid(given.id),
        position=given.position,
        title=given.title or "",
        format=given.format,
        # The service counts neither pregap nor data tracks, the dump counts all.
        track_count=max(given.track_count or 0, len(tracks)),
        disc_ids=tuple(sorted(disc.id for disc in given.discs or ())),
        tracks=tuple(tracks),
    )


def _track(given: wire.Track, *, data: bool) -> Track:
    return Track(
        mbid=parse_mbid(given.id),
        recording=parse_mbid(given.recording.id),
        position=given.position,
        number=given.number,
        title=given.title,
        credit=attribute.credit(given.artist_credit),
        length=given.length,
        data=data,
        video=bool(given.recording.video),
        isrcs=tuple(sorted(given.recording.isrcs or ())),
    )
