"""Domain values to the protocol's objects, field by field. No list's order depends on the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from linernotes.domain import entities
from linernotes.domain.dates import PartialDate
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.words import link_type, title_case
from linernotes.usecases.lookup import SeriesEntry

NO_DATE = PartialDate()
OFFICIAL = "Official"


def artist(found: entities.Artist) -> wire.Artist:
    """Return the artist object, without ``Albums``."""
    return wire.Artist(
        artistaliases=names(found.aliases, "Artist name"),
        artistname=found.name,
        disambiguation=found.disambiguation,
        genres=genres(found.tags),
        id=found.mbid,
        images=[],
        links=links(found.links),
        oldids=found.old_mbids,
        overview="",
        rating=rating(found.rating),
        sortname=found.sort_name,
        status="ended" if found.ended else "active",
        type=found.type,
    )


def summaries(albums: Iterable[entities.AlbumSummary], *, statusless: bool) -> list[wire.AlbumSummary]:
    """Return the ``Albums`` of an artist, in the order given; a release without status counts as Official on demand."""
    return [
        wire.AlbumSummary(
            id=album.mbid,
            old_ids=album.old_mbids,
            release_statuses=_statuses(album, statusless=statusless),
            secondary_types=sorted(album.secondary_types),
            title=album.title,
            type=album.type or "Other",
        )
        for album in albums
    ]


def _statuses(album: entities.AlbumSummary, *, statusless: bool) -> tuple[str, ...]:
    if statusless and album.statusless:
        return tuple(sorted({*album.release_statuses, OFFICIAL}))
    return album.release_statuses


def series(entries: Iterable[SeriesEntry]) -> list[wire.SeriesItem]:
    """Return the albums of a series, in its order."""
    return [
        wire.SeriesItem(
            albumid=entry.group.mbid,
            albumtitle=entry.group.title,
            artistid=entry.group.credit[0].artist,
            releasedate=album_date(entry.group),
        )
        for entry in entries
    ]


def names(aliases: Iterable[entities.Alias], usual_type: str) -> list[str]:
    """Return the names that are no legal names and no search hints, sorted; one name in two locales comes twice."""
    return sorted([alias.name for alias in aliases if alias.type is None or alias.type == usual_type])


def genres(tags: Collection[entities.Tag]) -> list[str]:
    """Return the genres with votes, most votes first, then by name."""
    voted = [tag for tag in tags if tag.genre is not None and tag.count > 0]
    voted.sort(key=lambda tag: (-tag.count, tag.name))
    return [title_case(tag.name) for tag in voted]


def links(related: Iterable[entities.Link]) -> list[wire.Link]:
    """Return the links by site, then target."""
    return [wire.Link(target, site) for site, target in sorted([(link_type(link.url), link.url) for link in related])]


def rating(given: entities.Rating) -> wire.Rating:
    """Return the rating on the protocol's scale: 0.0 to 10.0."""
    return wire.Rating(given.count, None if given.value is None else given.value / 10)


def album_date(group: entities.ReleaseGroup) -> str:
    """Return the first release date, 1 for each part that is not known: 0001-01-01 when nothing is."""
    return (group.first_release_date or NO_DATE).padded()


def release_date(events: Sequence[entities.ReleaseEvent]) -> str | None:
    """Return the earliest complete date, else the earliest of the padded ones; None without any event."""
    if not events:
        return None
    dates = {event.date or NO_DATE for event in events}  # a release in a hundred countries has a date or two
    return min([date.padded() for date in dates if date.complete] or [date.padded() for date in dates])
