"""MusicBrainz's keys, as far as the sample's tables go, and a check of rows against them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

Row = Mapping[str, str | None]

PRIMARY = {
    "artist_credit_name": ("artist_credit", "position"),
    "artist_ipi": ("artist", "ipi"),
    "artist_isni": ("artist", "isni"),
    "release_country": ("release", "country"),
    "release_unknown_country": ("release",),
    "release_group_secondary_type_join": ("release_group", "secondary_type"),
    "country_area": ("area",),
    "iso_3166_1": ("code",),
    "link_attribute": ("link", "attribute_type"),
    "link_attribute_text_value": ("link", "attribute_type"),
    "link_text_attribute_type": ("attribute_type",),
    "link_creditable_attribute_type": ("attribute_type",),
    "orderable_link_type": ("link_type",),
    "work_language": ("work", "language"),
    "cover_art_archive.cover_art_type": ("id", "type_id"),
    "cover_art_archive.release_group_cover_art": ("release_group",),
    "cover_art_archive.image_type": ("mime_type",),
}
UNIQUE = {
    "url": [("url",)],
    "tag": [("name",)],
    "genre": [("name",)],
    "isrc": [("isrc", "recording")],
    "cdtoc": [("discid",)],
    "medium": [("release", "position")],
    "track": [("medium", "position")],
    "medium_cdtoc": [("medium", "cdtoc")],
    "iswc": [("iswc", "work")],
}
ENUM = {
    "area_type", "artist_type", "gender", "artist_alias_type", "label_alias_type", "label_type", "recording_alias_type",
    "release_alias_type", "release_group_alias_type", "release_group_primary_type", "release_group_secondary_type",
    "work_alias_type", "work_type", "series_alias_type", "series_type", "area_alias_type", "release_status",
    "release_packaging", "medium_format", "link_type", "link_attribute_type", "cover_art_archive.art_type",
}  # fmt: skip
_ENTITIES = ("artist", "label", "recording", "release", "release_group", "series", "url", "work")
_CREDIT = {"artist_credit": "artist_credit"}
FOREIGN: dict[str, dict[str, str]] = {
    "area": {"type": "area_type"},
    "country_area": {"area": "area"},
    "iso_3166_1": {"area": "area"},
    "artist": {"type": "artist_type", "gender": "gender", "area": "area"},
    "artist_credit_name": {**_CREDIT, "artist": "artist"},
    "artist_ipi": {"artist": "artist"},
    "artist_isni": {"artist": "artist"},
    "release_group": {**_CREDIT, "type": "release_group_primary_type"},
    "release_group_secondary_type_join": {
        "release_group": "release_group",
        "secondary_type": "release_group_secondary_type",
    },
    "release": {
        **_CREDIT,
        "release_group": "release_group",
        "status": "release_status",
        "packaging": "release_packaging",
        "language": "language",
        "script": "script",
    },
    "release_country": {"release": "release", "country": "country_area.area"},
    "release_unknown_country": {"release": "release"},
    "release_label": {"release": "release", "label": "label"},
    "medium": {"release": "release", "format": "medium_format"},
    "track": {**_CREDIT, "recording": "recording", "medium": "medium"},
    "recording": _CREDIT,
    "isrc": {"recording": "recording"},
    "iswc": {"work": "work"},
    "work": {"type": "work_type"},
    "work_language": {"work": "work", "language": "language"},
    "label": {"type": "label_type", "area": "area"},
    "medium_cdtoc": {"medium": "medium", "cdtoc": "cdtoc"},
    "series": {"type": "series_type", "ordering_type": "series_ordering_type"},
    "link": {"link_type": "link_type"},
    "link_attribute": {"link": "link", "attribute_type": "link_attribute_type"},
    "link_attribute_text_value": {"link": "link", "attribute_type": "link_text_attribute_type.attribute_type"},
    "orderable_link_type": {"link_type": "link_type"},
    "cover_art_archive.cover_art": {"release": "release", "mime_type": "cover_art_archive.image_type.mime_type"},
    "cover_art_archive.cover_art_type": {
        "id": "cover_art_archive.cover_art",
        "type_id": "cover_art_archive.art_type",
    },
    "cover_art_archive.release_group_cover_art": {"release_group": "release_group", "release": "release"},
}
for _entity in (*_ENTITIES, "track"):
    FOREIGN[f"{_entity}_gid_redirect"] = {"new_id": _entity}
    FOREIGN[f"{_entity}_meta"] = {"id": _entity}
    FOREIGN[f"{_entity}_tag"] = {_entity: _entity, "tag": "tag"}
    FOREIGN[f"{_entity}_alias"] = {_entity: _entity, "type": f"{_entity}_alias_type"}
    PRIMARY[f"{_entity}_gid_redirect"] = ("gid",)
    PRIMARY[f"{_entity}_tag"] = (_entity, "tag")
    for _other in _ENTITIES:
        FOREIGN[f"l_{_entity}_{_other}"] = {"link": "link", "entity0": _entity, "entity1": _other}
        UNIQUE[f"l_{_entity}_{_other}"] = [("link", "entity0", "entity1", "link_order")]
for _name in ENUM:
    FOREIGN.setdefault(_name, {"parent": _name})


def problems(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield one line for every key that does not hold."""
    for name, rows in tables.items():
        keys = [PRIMARY.get(name, ("id",)), *UNIQUE.get(name, [])]
        if "gid" in rows[0]:
            keys.append(("gid",))
        for key in keys:
            counted = Counter(tuple(row[column] for column in key) for row in rows)
            double = [value for value, count in counted.items() if count > 1]
            if double:
                yield f"{name}: {len(double)} values of {key} are not unique, such as {double[0]}"
        for column, target in FOREIGN.get(name, {}).items():
            yield from _dangling(tables, name, column, target)
    yield from _misplaced_links(tables)
    for name in tables:
        if not (set(FOREIGN.get(name, {})) or "id" in tables[name][0] or name in PRIMARY):
            yield f"{name}: no key is known"


def _dangling(tables: Mapping[str, Sequence[Row]], name: str, column: str, target: str) -> Iterator[str]:
    table, _, key = target.rpartition(".") if target not in tables else (target, "", "id")
    known = {row[key] for row in tables[table]}
    lost = {row[column] for row in tables[name]} - known - {None}
    if lost:
        yield f"{name}.{column}: {len(lost)} values are not in {target}, such as {min(map(str, lost))}"


def _misplaced_links(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Every relationship's type must be one between the two kinds of entity that its table joins."""
    ends = {row["id"]: f"l_{row['entity_type0']}_{row['entity_type1']}" for row in tables["link_type"]}
    table_of = {row["id"]: ends[row["link_type"]] for row in tables["link"]}
    for name in tables:
        if name.startswith("l_"):
            wrong = sum(table_of[row["link"]] != name for row in tables[name])
            if wrong:
                yield f"{name}: {wrong} rows have a link of another table"
