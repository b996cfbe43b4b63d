"""The resources: what each kind of entity is called here, what it can include, and by what else it can be found."""

from __future__ import annotations

from typing import Any

import msgspec

from linernotes.domain.ids import Kind
from linernotes.facades.native import answers, wire
from linernotes.facades.native.routes import Parameter

_ALL = ("aliases", "tags", "rating", "links")


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of entity.

    ``include`` are parts of the entity itself; ``nested`` are lists that belong to it, shown with one entity only.
    ``example`` is an MBID to try.
    """

    kind: Kind
    name: str
    title: str
    one: Any
    many: Any
    include: tuple[str, ...]
    nested: str = ""
    example: str
    found_by: tuple[Parameter, ...] = ()

    @property
    def field(self) -> str:
        """Its name as a key in JSON."""
        return self.name.replace("-", "_")


ARTISTS = Resource(
    kind=Kind.ARTIST,
    name="artists",
    title="artist",
    one=wire.Artist,
    many=answers.ArtistList,
    include=_ALL,
    nested="release-groups",
    example="b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d",
)
RELEASE_GROUPS = Resource(
    kind=Kind.RELEASE_GROUP,
    name="release-groups",
    title="release group",
    one=wire.ReleaseGroup,
    many=answers.ReleaseGroupList,
    include=_ALL,
    nested="releases",
    example="9162580e-5df4-32de-80cc-f45a8d8a9b1d",
)
RELEASES = Resource(
    kind=Kind.RELEASE,
    name="releases",
    title="release",
    one=wire.Release,
    many=answers.ReleaseList,
    include=("tracks", "images", "aliases", "tags", "links"),
    example="ade577f6-6087-4a4f-8e87-38b0f8169814",
    found_by=(
        Parameter(name="barcode", description="A barcode; leading zeros make no difference.", example="077774644020"),
        Parameter(name="disc_id", description="A MusicBrainz disc id.", example="lwHl8fGzJyLXQR33ug60E8jhf4k-"),
        Parameter(
            name="catalog_number",
            description="A catalogue number; case, spaces and punctuation make no difference.",
            example="PCS 7088",
        ),
        Parameter(name="track", description="The MBID of a track: the release that it is on."),
    ),
)
RECORDINGS = Resource(
    kind=Kind.RECORDING,
    name="recordings",
    title="recording",
    one=wire.Recording,
    many=answers.RecordingList,
    include=(*_ALL, "releases"),
    example="b1a9c0e9-d987-4042-ae91-78d6a3267d69",
    found_by=(Parameter(name="isrc", description="An ISRC.", example="GBAYE9200070"),),
)
LABELS = Resource(
    kind=Kind.LABEL,
    name="labels",
    title="label",
    one=wire.Label,
    many=answers.LabelList,
    include=_ALL,
    example="df7d1c7f-ef95-425f-8eef-445b3d7bcbd9",
)
SERIES = Resource(
    kind=Kind.SERIES,
    name="series",
    title="series",
    one=wire.Series,
    many=answers.SeriesList,
    include=(),
    example="d977f7fd-96c9-4e3e-83b5-eb484a9e6582",
)
RESOURCES = (ARTISTS, RELEASE_GROUPS, RELEASES, RECORDINGS, LABELS, SERIES)
BY_KIND = {resource.kind: resource for resource in RESOURCES}
LIMIT = Parameter(name="limit", description="How many at most, from 1 to 100; 25 if nothing is said.", schema=int)
CURSOR = Parameter(name="cursor", description="Where a page begins: part of the address in `next`.")


def including(choices: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Return the parameter ``include`` for these choices, if there are any."""
    if not choices:
        return ()
    return (
        Parameter(
            name="include",
            description=f"What else to show, with commas between: {', '.join(sorted(choices))}.",
            schema=choices,
            listed=True,
        ),
    )
