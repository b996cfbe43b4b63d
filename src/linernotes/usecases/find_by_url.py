"""Find artists and albums by pages about them elsewhere, from the catalogue's own links."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.ports.catalog import CatalogueSnapshot

Spellings = Sequence[str]
"""The URLs under which one page may have been entered, the most usual first."""


def artists_by_url(catalogue: CatalogueSnapshot, pages: Sequence[Spellings]) -> list[MBID | None]:
    """Return the artist that each page is about, or None."""
    return [_first(refs, Kind.ARTIST) for refs in _linked(catalogue, pages)]


def albums_by_url(catalogue: CatalogueSnapshot, pages: Sequence[Spellings]) -> list[MBID | None]:
    """Return the release group that each page is about, or None: a release's page counts for its group."""
    linked = _linked(catalogue, pages)
    releases = [_first(refs, Kind.RELEASE) for refs in linked]
    groups = _groups_of(catalogue, [mbid for mbid in releases if mbid is not None])
    return [
        groups.get(release) or _first(refs, Kind.RELEASE_GROUP) if release else _first(refs, Kind.RELEASE_GROUP)
        for release, refs in zip(releases, linked, strict=True)
    ]


def _linked(catalogue: CatalogueSnapshot, pages: Sequence[Spellings]) -> list[list[EntityRef]]:
    answers = iter(catalogue.by_url([url for spellings in pages for url in spellings]))
    return [[ref for _ in spellings for ref in next(answers)] for spellings in pages]


def _groups_of(catalogue: CatalogueSnapshot, releases: Sequence[MBID]) -> dict[MBID, MBID]:
    found = catalogue.releases(releases) if releases else []
    return {asked: one.release_group for asked, one in zip(releases, found, strict=True) if one is not None}


def _first(refs: Sequence[EntityRef], kind: Kind) -> MBID | None:
    return next((ref.mbid for ref in refs if ref.kind is kind), None)
