"""Domain values as WS/2 JSON: what the service would write for them, with what was asked for and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    Artist,
    ArtistCredit,
    Label,
    Link,
    Rating,
    Recording,
    Release,
    ReleaseGroup,
    Series,
    Tag,
    Track,
)
from linernotes.domain.ids import MBID

Json = dict[str, Any]
QUALITIES = {-1: "normal", 0: "low", 1: "normal", 2: "high"}
TYPE_ID = "b6e035f4-3ce9-331c-97df-83397230b0df"


class Renderer:
    """Renders for one request; ``inc`` holds its words."""

    def __init__(self, *, inc: Iterable[str], artists: Callable[[MBID], Artist | None]) -> None:
        self.inc = frozenset(inc)
        self._artists = artists

    def artist(self, one: Artist) -> Json:
        made = {
            "id": one.mbid,
            "name": one.name,
            "sort-name": one.sort_name,
            "disambiguation": one.disambiguation,
            **typed(one.type),
            "gender": one.gender,
            "gender-id": one.gender and TYPE_ID,
            "country": one.area.code if one.area else None,
            "area": area(one.area),
            "begin-area": area(one.begin_area),
            "end-area": area(one.end_area),
            "life-span": span(one),
            "ipis": list(one.ipis),
            "isnis": list(one.isnis),
        }
        return made | self._attributes(one)

    def label(self, one: Label) -> Json:
        made = {
            "id": one.mbid,
            "name": one.name,
            "sort-name": one.name,
            "disambiguation": one.disambiguation,
            **typed(one.type),
            "label-code": one.label_code,
            "country": one.area.code if one.area else None,
            "area": area(one.area),
            "life-span": span(one),
            "ipis": list(one.ipis),
            "isnis": list(one.isnis),
        }
        return made | self._attributes(one)

    def series(self, one: Series) -> Json:
        made = {"id": one.mbid, "name": one.name, "disambiguation": one.disambiguation, **typed(one.type)}
        if "release-group-rels" in self.inc:
            rows = [self._part(item.release_group, item.number, place) for place, item in enumerate(one.items, 1)]
            # The service sorts by its own idea; the order of the items is in the numbers.
            made["relations"] = list(reversed(rows))
        return made

    def group(self, one: ReleaseGroup, *, whole: bool = True) -> Json:
        made: Json = {
            "id": one.mbid,
            "title": one.title,
            "disambiguation": one.disambiguation,
            "primary-type": one.type,
            "primary-type-id": one.type and TYPE_ID,
            "secondary-types": list(reversed(one.secondary_types)),
            "secondary-type-ids": [TYPE_ID for _ in one.secondary_types],
            "first-release-date": date(one.first_release_date) or "",
        }
        if "artist-credits" in self.inc:
            made["artist-credit"] = self.credit(one.credit)
        return made | (self._attributes(one) if whole else {})

    def release(self, one: Release, group: ReleaseGroup | None = None) -> Json:
        dates = [event.date for event in one.events if event.date]
        made: Json = {
            "id": one.mbid,
            "title": one.title,
            "disambiguation": one.disambiguation,
            "status": one.status,
            "status-id": one.status and TYPE_ID,
            "packaging": one.packaging,
            "packaging-id": one.packaging and TYPE_ID,
            "quality": QUALITIES[one.quality],
            "text-representation": {"language": one.language, "script": one.script},
            "barcode": one.barcode,
            "asin": one.asin,
            "cover-art-archive": {"artwork": bool(one.images), "count": len(one.images), "front": True, "back": False,
                                  "darkened": False},
        }  # fmt: skip
        if one.events:
            made["date"] = date(min(dates, key=PartialDate.order)) if dates else ""
            made["country"] = one.events[0].area.code if one.events[0].area else None
            made["release-events"] = [
                {"date": date(event.date) or "", "area": area(event.area)} for event in reversed(one.events)
            ]
        if "artist-credits" in self.inc:
            made["artist-credit"] = self.credit(one.credit)
        if "release-groups" in self.inc and group is not None:
            made["release-group"] = self.group(group, whole=False)
        if "labels" in self.inc:
            made["label-info"] = [
                {
                    "catalog-number": label.catalog_number,
                    "label": label.label and {"id": label.label, "name": label.name, "sort-name": label.name,
                                              "disambiguation": "", "label-code": None, "type": None, "type-id": None},
                }
                for label in reversed(one.labels)
            ]  # fmt: skip
        if self.inc & {"media", "recordings", "discids"}:
            made["media"] = [self._medium(medium) for medium in one.media]
        return made | self._attributes(one, rated=False)

    def recording(self, one: Recording, releases: Iterable[Release] = ()) -> Json:
        made: Json = {
            "id": one.mbid,
            "title": one.title,
            "disambiguation": one.disambiguation,
            "length": one.length,
            "video": one.video,
            "first-release-date": "",
        }
        if "artist-credits" in self.inc:
            made["artist-credit"] = self.credit(one.credit)
        if "isrcs" in self.inc:
            made["isrcs"] = list(one.isrcs)
        if "releases" in self.inc:
            made["releases"] = [self.release(release) for release in list(releases)[:25]]
        return made | self._attributes(one)

    def credit(self, given: ArtistCredit) -> list[Json]:
        return [
            {"name": one.name, "joinphrase": one.join_phrase, "artist": self._credited(one.artist)} for one in given
        ]

    def _credited(self, mbid: MBID) -> Json:
        artist = self._artists(mbid)
        assert artist is not None
        return {
            "id": mbid,
            "name": artist.name,
            "sort-name": artist.sort_name,
            "disambiguation": artist.disambiguation,
            "country": None,
            **typed(artist.type),
        }

    def _medium(self, medium: Any) -> Json:
        plain = [track for track in medium.tracks if not track.data and track.position]
        data = [track for track in medium.tracks if track.data]
        made: Json = {
            "id": medium.mbid,
            "position": medium.position,
            "title": medium.title,
            "format": medium.format,
            "format-id": medium.format and TYPE_ID,
            "track-count": len(plain) if medium.tracks else medium.track_count,
        }
        if "discids" in self.inc:
            made["discs"] = [
                {"id": disc, "sectors": 234500, "offset-count": 1, "offsets": [150]} for disc in medium.disc_ids
            ]
        if "recordings" in self.inc:
            if plain:
                made |= {"tracks": [self._track(track) for track in plain], "track-offset": plain[0].position - 1}
            if data:
                made["data-tracks"] = [self._track(track) for track in data]
            for track in medium.tracks:
                if not track.position:
                    made["pregap"] = self._track(track)
        return made

    def _track(self, track: Track) -> Json:
        recording: Json = {
            "id": track.recording,
            "title": track.title,
            "length": track.length,
            "video": track.video,
            "disambiguation": "",
        }
        if "isrcs" in self.inc:
            recording["isrcs"] = list(track.isrcs)
        made: Json = {
            "id": track.mbid,
            "position": track.position,
            "number": track.number,
            "title": track.title,
            "length": track.length,
            "recording": recording,
        }
        if "artist-credits" in self.inc:
            made["artist-credit"] = recording["artist-credit"] = self.credit(track.credit)
        return made

    def _part(self, group: MBID, number: str, place: int) -> Json:
        return {
            "type": "part of",
            "type-id": "01018437-91d8-36b9-bf89-3f885d53b5bd",
            "target-type": "release_group",
            "direction": "backward",
            "ended": False,
            "begin": None,
            "end": None,
            "ordering-key": place,
            "attributes": ["number"] if number else [],
            "attribute-values": {"number": number} if number else {},
            "release_group": {"id": group, "title": "", "primary-type": None},
        }

    def _attributes(self, one: Any, *, rated: bool = True) -> Json:
        made: Json = {}
        if "aliases" in self.inc:
            made["aliases"] = [alias(each) for each in reversed(one.aliases)]
        if "tags" in self.inc:
            made["tags"] = [{"name": tag.name, "count": tag.count} for tag in by_name(one.tags)]
        if "genres" in self.inc:
            made["genres"] = [
                {"id": tag.genre, "name": tag.name, "count": tag.count, "disambiguation": ""}
                for tag in by_name(one.tags)
                if tag.genre
            ]
        if "ratings" in self.inc and rated:
            made["rating"] = rating(one.rating)
        if "url-rels" in self.inc:
            made["relations"] = [relation(link) for link in reversed(one.links)]
        return made


def by_name(tags: Iterable[Tag]) -> list[Tag]:
    return sorted(tags, key=lambda tag: tag.name)


def typed(name: str | None) -> Json:
    return {"type": name, "type-id": name and TYPE_ID}


def date(given: PartialDate | None) -> str | None:
    """Write a date as the service does: question marks for what is unknown before what is known."""
    if given is None or not given.known:
        return None
    year = "????" if given.year is None else f"{given.year:04d}"
    month = "??" if given.month is None else f"{given.month:02d}"
    if given.day is not None:
        return f"{year}-{month}-{given.day:02d}"
    return year if given.month is None else f"{year}-{month}"


def area(given: Area | None) -> Json | None:
    if given is None:
        return None
    made: Json = {"id": given.mbid, "name": given.name, "sort-name": given.name, "disambiguation": "", **typed(None)}
    return made | ({"iso-3166-1-codes": [given.code]} if given.code else {})


def span(one: Any) -> Json:
    return {"begin": date(one.begin), "end": date(one.end), "ended": one.ended}


def alias(given: Alias) -> Json:
    return {
        "name": given.name,
        "sort-name": given.sort_name,
        **typed(given.type),
        "locale": given.locale,
        "primary": given.primary if given.locale else None,
        "begin": date(given.begin),
        "end": date(given.end),
        "ended": given.ended,
    }


def rating(given: Rating) -> Json:
    return {"value": None if given.value is None else given.value / 20, "votes-count": given.count}


def relation(given: Link) -> Json:
    return {
        "type": given.type,
        "type-id": TYPE_ID,
        "target-type": "url",
        "direction": "forward",
        "ended": given.ended,
        "begin": None,
        "end": None,
        "attributes": [],
        "attribute-ids": {},
        "attribute-values": {},
        "source-credit": "",
        "target-credit": "",
        "url": {"id": TYPE_ID, "resource": given.url},
    }
