"""Release groups, and discographies put together from release groups and the statuses of their releases."""

from __future__ import annotations

from collections.abc import Iterable

from linernotes.domain.entities import AlbumSummary, ReleaseGroup
from linernotes.domain.ids import MBID, parse_mbid
from linernotes.providers.musicbrainz import wire
from linernotes.providers.musicbrainz.mapping import attributes as attribute

Statuses = dict[MBID, set[str | None]]
"""The statuses of a group's releases by group; None is a release without one."""


def release_group(given: wire.ReleaseGroup, attributes: wire.ReleaseGroup | None = None) -> ReleaseGroup:
    """Return a release group; aliases, votes and links are those of ``attributes`` where they were asked for apart.

    Which release's cover users chose for it the service does not tell.
    """
    has = given if attributes is None else attributes
    return ReleaseGroup(
        mbid=parse_mbid(given.id),
        title=given.title,
        credit=attribute.credit(given.artist_credit),
        disambiguation=given.disambiguation or "",
        type=given.primary_type,
        secondary_types=tuple(sorted(given.secondary_types or ())),
        first_release_date=attribute.date(given.first_release_date),
        aliases=attribute.aliases(has.aliases),
        tags=attribute.tags(has),
        rating=attribute.rating(has.rating),
        links=attribute.links(has.relations),
    )


def discography(artist: MBID, groups: Iterable[ReleaseGroup], statuses: Statuses) -> tuple[AlbumSummary, ...]:
    """Return the lines of an artist's discography, by MBID."""
    lines = {group.mbid: _summary(artist, group, statuses.get(group.mbid, set())) for group in groups}
    return tuple(lines[mbid] for mbid in sorted(lines))


def _summary(artist: MBID, group: ReleaseGroup, statuses: set[str | None]) -> AlbumSummary:
    places = [place for place, name in enumerate(group.credit) if name.artist == artist]
    return AlbumSummary(
        mbid=group.mbid,
        title=group.title,
        type=group.type,
        secondary_types=group.secondary_types,
        release_statuses=tuple(sorted(status for status in statuses if status is not None)),
        statusless=None in statuses,
        first_release_date=group.first_release_date,
        credit_position=places[0] if places else 0,
    )
