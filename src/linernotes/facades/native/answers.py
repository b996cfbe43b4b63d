"""What this API says beside entities: lists of them, hits, changes, what the server holds; and what a batch asks."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType, field

from linernotes.facades.native import wire
from linernotes.facades.native.wire import EntityType, Mbid, Moment, Provenance, Wire

Next = Annotated[str | None, Meta(description="Where the next page is; null on the last one.")]
Href = Annotated[
    str, Meta(description="Where it is in this API.", examples=["/v1/artists/b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"])
]


class Trouble(Wire, frozen=True, gc=False):
    """An entity that could not be asked for just now: that says nothing about whether it exists."""

    mbid: Mbid
    detail: str
    retry_after: Annotated[float | None, Meta(description="Seconds after which it makes sense to ask again.")]


class Listing(Wire, frozen=True, gc=False):
    """What all lists of entities say beside the entities. Together they account for each MBID that was asked for."""

    items: tuple[Any, ...]
    missing: Annotated[tuple[Mbid, ...], Meta(description="There are no such entities.")] = ()
    moved: Annotated[
        dict[Mbid, Mbid], Meta(description="MBIDs that were merged, and those of the entities in `items` they lead to.")
    ] = field(default_factory=dict)
    unavailable: tuple[Trouble, ...] = ()
    next: Next = None
    provenance: Annotated[
        Provenance | UnsetType, Meta(description="Who said which entities have the identifier; not with `ids`.")
    ] = UNSET


class ArtistList(Listing, frozen=True, gc=False):
    """Artists."""

    items: tuple[wire.Artist, ...]


class ReleaseGroupList(Listing, frozen=True, gc=False):
    """Release groups."""

    items: tuple[wire.ReleaseGroup, ...]


class ReleaseList(Listing, frozen=True, gc=False):
    """Releases."""

    items: tuple[wire.Release, ...]


class RecordingList(Listing, frozen=True, gc=False):
    """Recordings."""

    items: tuple[wire.Recording, ...]


class LabelList(Listing, frozen=True, gc=False):
    """Labels."""

    items: tuple[wire.Label, ...]


class SeriesList(Listing, frozen=True, gc=False):
    """Series."""

    items: tuple[wire.Series, ...]


class Wishes(Wire, frozen=True, gc=False, forbid_unknown_fields=True):
    """What a batch asks for: up to 500 MBIDs in all, and what to include for each resource."""

    artists: tuple[str, ...] = ()
    release_groups: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    include: Annotated[
        dict[str, tuple[str, ...]],
        Meta(
            description="By resource what the query parameter `include` would say.", examples=[{"releases": ["tracks"]}]
        ),
    ] = field(default_factory=dict)


class Batch(Wire, frozen=True, gc=False):
    """The answer to a batch: a list for each resource that was asked for."""

    artists: ArtistList | UnsetType = UNSET
    release_groups: ReleaseGroupList | UnsetType = UNSET
    releases: ReleaseList | UnsetType = UNSET
    recordings: RecordingList | UnsetType = UNSET
    labels: LabelList | UnsetType = UNSET
    series: SeriesList | UnsetType = UNSET


class Reference(Wire, frozen=True, gc=False):
    """An entity that is only named."""

    type: EntityType
    mbid: Mbid
    href: Href


class Linked(Wire, frozen=True, gc=False):
    """The entities that are linked to a URL, by type then MBID."""

    url: str
    items: tuple[Reference, ...]
    provenance: Provenance | None


class Hit(Wire, frozen=True, gc=False):
    """Something found by name; 100 is the score of the best hit of its type."""

    type: EntityType
    mbid: Mbid
    name: str
    artist: Annotated[str, Meta(description="The artist credit of a release group as it is printed.")]
    disambiguation: str
    score: Annotated[int, Meta(ge=0, le=100)]
    href: Href


class Hits(Wire, frozen=True, gc=False):
    """What was found, best first. ``unavailable`` names the types for which no source could be asked just now."""

    items: tuple[Hit, ...]
    unavailable: tuple[EntityType, ...]


class Changes(Wire, frozen=True, gc=False):
    """What changed, newest first.

    It is not ``complete`` where there are more than can be listed, or where ``since`` is before ``known_since``: what
    happened before that nobody knows.
    """

    items: tuple[Reference, ...]
    known_since: Moment
    complete: bool
    next: Next


class Queued(Wire, frozen=True, gc=False):
    """What a refresh caused: 0 fetches where they were waiting already, or where there is no source to ask."""

    type: EntityType
    mbid: Mbid
    queued: int


class LayerStats(Wire, frozen=True, gc=False):
    """A part of the dump and the licence that its data is under."""

    name: str
    licence: str


class CatalogueStats(Wire, frozen=True, gc=False):
    """The build of the catalogue that is being served."""

    build: str
    built_at: Moment
    dump: Annotated[str, Meta(description="The dump's own time stamp.")]
    schema_sequence: int
    replication_sequence: int | None
    changes_known_since: Moment
    layers: tuple[LayerStats, ...]
    counts: Annotated[dict[str, int], Meta(description="How many entities of each type came with the dump.")]


class Stats(Wire, frozen=True, gc=False):
    """What this server holds."""

    version: str
    catalogue: Annotated[CatalogueStats | None, Meta(description="Null while nothing has been imported.")]


class Index(Wire, frozen=True, gc=False):
    """Where everything is; `{…}` in an address is to be filled in."""

    name: str
    version: str
    links: dict[str, str]


Document = Annotated[dict[str, Any], Meta(description="An OpenAPI 3.1 document.")]
