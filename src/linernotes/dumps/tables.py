"""Which tables and columns of the export the catalogue is built from, with the type each column is staged as.

A table that is not ``required`` and has no member in the archives is an empty one: the export leaves those out.
"""

from __future__ import annotations

from typing import Final

import msgspec

from linernotes.domain.catalogue import Layer

INT: Final = "INTEGER"
LONG: Final = "BIGINT"
TEXT: Final = "VARCHAR"
UUID: Final = "UUID"
FLAG: Final = "BOOLEAN"


class Table(msgspec.Struct, frozen=True):
    """One table: where it comes from and what is taken of it."""

    name: str
    columns: dict[str, str]
    layer: Layer = Layer.CORE
    required: bool = False

    @property
    def staged(self) -> str:
        """Its name in the staging database."""
        return self.name.rpartition(".")[2]


_ENTITY = {"id": INT, "gid": UUID, "name": TEXT, "comment": TEXT}
_BEGIN_END = {f"{edge}_date_{part}": INT for edge in ("begin", "end") for part in ("year", "month", "day")}
_DATE = {f"date_{part}": INT for part in ("year", "month", "day")}
_FIRST_DATE = {f"first_release_date_{part}": INT for part in ("year", "month", "day")}
_META = {"id": INT, "rating": INT, "rating_count": INT}
_ENUM = {"id": INT, "name": TEXT}
_REDIRECT = {"gid": UUID, "new_id": INT}
_LINKED = {"link": INT, "entity0": INT, "entity1": INT}
_ALIAS = {"name": TEXT, "sort_name": TEXT, "type": INT, "locale": TEXT, "primary_for_locale": FLAG, "ended": FLAG}
_NAMED = ("artist", "label", "release_group", "release", "recording", "series")


def _enums() -> list[Table]:
    names = (
        "artist_type gender label_type series_type release_group_primary_type release_group_secondary_type "
        "release_status release_packaging medium_format artist_alias_type label_alias_type release_group_alias_type "
        "release_alias_type recording_alias_type"
    )
    return [Table(name, dict(_ENUM)) for name in names.split()]


def _per_entity() -> list[Table]:
    made = [Table(f"{kind}_gid_redirect", dict(_REDIRECT)) for kind in (*_NAMED, "track")]
    made += [
        Table(f"{kind}_alias", {kind: INT, **_ALIAS, **_BEGIN_END})
        for kind in ("artist", "label", "release_group", "release", "recording")
    ]
    for kind in ("artist", "label", "release_group", "release", "recording"):
        made.append(Table(f"l_{kind}_url", dict(_LINKED)))
        made.append(Table(f"{kind}_tag", {kind: INT, "tag": INT, "count": INT}, Layer.DERIVED))
    made += [
        Table(f"{kind}_meta", {**_META, **(_FIRST_DATE if kind == "release_group" else {})}, Layer.DERIVED)
        for kind in ("artist", "label", "release_group", "recording")
    ]
    for kind in ("artist", "label"):
        made.append(Table(f"{kind}_ipi", {kind: INT, "ipi": TEXT}))
        made.append(Table(f"{kind}_isni", {kind: INT, "isni": TEXT}))
    return made


def _core() -> list[Table]:
    return [
        Table(
            "artist",
            {**_ENTITY, "sort_name": TEXT, "type": INT, "gender": INT, "area": INT, "begin_area": INT, "end_area": INT}
            | {"ended": FLAG, **_BEGIN_END},
            required=True,
        ),
        Table(
            "artist_credit_name",
            {"artist_credit": INT, "position": INT, "artist": INT, "name": TEXT} | {"join_phrase": TEXT},
            required=True,
        ),
        Table("release_group", {**_ENTITY, "artist_credit": INT, "type": INT}, required=True),
        Table("release_group_secondary_type_join", {"release_group": INT, "secondary_type": INT}),
        Table(
            "release",
            {**_ENTITY, "artist_credit": INT, "release_group": INT, "status": INT, "packaging": INT, "language": INT}
            | {"script": INT, "barcode": TEXT, "quality": INT},
            required=True,
        ),
        Table("release_country", {"release": INT, "country": INT, **_DATE}),
        Table("release_unknown_country", {"release": INT, **_DATE}),
        Table("release_label", {"release": INT, "label": INT, "catalog_number": TEXT}),
        Table("label", {**_ENTITY, "type": INT, "label_code": INT, "area": INT, "ended": FLAG, **_BEGIN_END}),
        Table(
            "medium",
            {"id": INT, "gid": UUID, "release": INT, "position": INT, "format": INT, "name": TEXT}
            | {"track_count": INT},
            required=True,
        ),
        Table("medium_cdtoc", {"medium": INT, "cdtoc": INT}),
        Table("cdtoc", {"id": INT, "discid": TEXT}),
        Table("recording", {**_ENTITY, "artist_credit": INT, "length": INT, "video": FLAG}, required=True),
        Table(
            "track",
            {"id": INT, "gid": UUID, "recording": INT, "medium": INT, "position": INT, "number": TEXT, "name": TEXT}
            | {"artist_credit": INT, "length": INT, "is_data_track": FLAG},
            required=True,
        ),
        Table("isrc", {"recording": INT, "isrc": TEXT}),
    ]


def _reference() -> list[Table]:
    return [
        Table("area", {"id": INT, "gid": UUID, "name": TEXT}, required=True),
        Table("iso_3166_1", {"area": INT, "code": TEXT}),
        Table("language", {"id": INT, "iso_code_3": TEXT, "name": TEXT}),
        Table("script", {"id": INT, "iso_code": TEXT, "name": TEXT}),
        Table("genre", {"id": INT, "gid": UUID, "name": TEXT}),
        Table("url", {"id": INT, "url": TEXT}),
        Table("link", {"id": INT, "link_type": INT, "ended": FLAG}),
        Table("link_type", {"id": INT, "gid": UUID, "name": TEXT}),
        Table("link_attribute_text_value", {"link": INT, "attribute_type": INT, "text_value": TEXT}),
        Table("link_attribute_type", {"id": INT, "gid": UUID}),
        Table("series", {**_ENTITY, "type": INT}),
        Table("l_release_group_series", {"id": INT, **_LINKED, "link_order": INT}),
        Table("replication_control", {"current_replication_sequence": INT, "last_replication_date": TEXT}),
    ]


def _non_commercial() -> list[Table]:
    art = "cover_art_archive."
    return [
        Table("tag", dict(_ENUM), Layer.DERIVED),
        Table("release_meta", {"id": INT, "amazon_asin": TEXT}, Layer.DERIVED),
        Table(f"{art}cover_art", {"id": LONG, "release": INT, "ordering": INT}, Layer.COVER_ART),
        Table(f"{art}cover_art_type", {"id": LONG, "type_id": INT}, Layer.COVER_ART),
        Table(f"{art}art_type", dict(_ENUM), Layer.COVER_ART),
        Table(f"{art}release_group_cover_art", {"release_group": INT, "release": INT}, Layer.COVER_ART),
    ]


def needed_tables() -> dict[str, Table]:
    """Return every table that is read, by its name in the export."""
    every = [*_enums(), *_per_entity(), *_core(), *_reference(), *_non_commercial()]
    return {table.name: table for table in every}
