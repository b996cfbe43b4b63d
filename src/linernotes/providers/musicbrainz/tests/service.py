"""A stand-in for the web service: any catalogue, asked over real HTTP in WS/2's own way.

It knows what may be asked of which resource, and refuses the rest as the service does.
"""

from __future__ import annotations

import re
from typing import Any

from linernotes.domain.entities import Release
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, parse_barcode, parse_mbid
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.providers.musicbrainz.tests.rendering import Json, Renderer
from tests.providers.serving import Asked, Reply, told

NOT_FOUND = told({"error": "Not Found", "help": "For usage, please see: https://musicbrainz.org/development/mmd"}, 404)
EVERYWHERE = {"aliases", "annotation", "tags", "genres"}
RELATED = {f"{kind}-rels" for kind in ("artist", "label", "recording", "release", "release-group", "series", "url")}
LOOKUP = {
    "artist": EVERYWHERE | RELATED | {"ratings", "releases", "release-groups"},
    "release-group": EVERYWHERE | RELATED | {"ratings", "artist-credits", "releases"},
    "release": EVERYWHERE | RELATED
    | {"artist-credits", "labels", "recordings", "media", "discids", "isrcs", "release-groups"},
    "recording": EVERYWHERE | RELATED | {"ratings", "artist-credits", "isrcs", "releases"},
    "label": EVERYWHERE | RELATED | {"ratings", "releases"},
    "series": EVERYWHERE | RELATED,
    "isrc": {"artist-credits", "releases", "isrcs"},
    "discid": EVERYWHERE | {"artist-credits", "labels", "recordings", "media", "release-groups"},
    "url": RELATED,
}  # fmt: skip
BROWSE = {
    "release-group": EVERYWHERE | RELATED | {"ratings", "artist-credits"},
    "release": LOOKUP["release"],
}


class Service:
    """Answers from a catalogue; ``most_tracks`` cuts pages of releases off as the service does."""

    def __init__(self, catalogue: CatalogueSnapshot, *, releases: tuple[Release, ...], most_tracks: int = 500) -> None:
        self._catalogue = catalogue
        self._releases = releases
        self._most_tracks = most_tracks

    def __call__(self, asked: Asked) -> Reply:
        assert asked.query.get("fmt") == "json"
        resource, _, key = asked.path.removeprefix("/ws/2/").partition("/")
        inc = asked.query.get("inc", "").split()
        known = LOOKUP if key or resource == "url" else BROWSE
        wrong = set(inc) - known.get(resource, set())
        if wrong:
            return told({"error": f"{min(wrong)} is not a valid inc parameter for the {resource} resource."}, 400)
        self.renderer = Renderer(inc=inc, artists=self._artist)
        if key or resource == "url":
            made = self._lookup(resource, key, asked)
            return NOT_FOUND if made is None else made if isinstance(made, Reply) else told(made)
        return self._search(resource, asked) if "query" in asked.query else self._browse(resource, asked)

    def _lookup(self, resource: str, key: str, asked: Asked) -> Json | Reply | None:
        if resource in {"isrc", "discid", "url"}:
            return getattr(self, f"_{resource}")(asked.query["resource"] if resource == "url" else key)
        try:
            mbid = parse_mbid(key)
        except Invalid:
            return told({"error": "Invalid mbid.", "help": "…"}, 400)
        return getattr(self, "_one_" + resource.replace("-", "_"))(mbid)

    def _artist(self, mbid: MBID) -> Any:
        return self._catalogue.artists([mbid])[0]

    def _one_artist(self, mbid: MBID) -> Json | None:
        found = self._artist(mbid)
        return found and self.renderer.artist(found)

    def _one_label(self, mbid: MBID) -> Json | None:
        [found] = self._catalogue.labels([mbid])
        return found and self.renderer.label(found)

    def _one_series(self, mbid: MBID) -> Json | None:
        [found] = self._catalogue.series([mbid])
        return found and self.renderer.series(found)

    def _one_release_group(self, mbid: MBID) -> Json | None:
        [found] = self._catalogue.release_groups([mbid])
        return found and self.renderer.group(found)

    def _one_release(self, mbid: MBID) -> Json | None:
        [found] = self._catalogue.releases([mbid])
        return found and self._render(found)

    def _one_recording(self, mbid: MBID) -> Json | None:
        [found] = self._catalogue.recordings([mbid])
        if found is None:
            return None
        return self.renderer.recording(found, [one for one in self._catalogue.releases(found.releases) if one])

    def _isrc(self, key: str) -> Json | None:
        found = self._catalogue.recordings(self._catalogue.by_isrc(key))
        return {"isrc": key, "recordings": [self.renderer.recording(one) for one in found if one]} if found else None

    def _discid(self, key: str) -> Json | None:
        found = self._catalogue.releases(self._catalogue.by_disc_id(key))
        releases = [self._render(one) for one in found if one]
        return {"id": key, "sectors": 1, "offsets": [150], "offset-count": 1, "releases": releases} if found else None

    def _url(self, key: str) -> Json | None:
        [refs] = self._catalogue.by_url([key])
        rows = [
            {"type": "x", "target-type": ref.kind.replace("-", "_"), ref.kind.replace("-", "_"): {"id": ref.mbid}}
            for ref in refs
            if f"{ref.kind}-rels" in self.renderer.inc
        ]
        return {"id": parse_mbid("0" * 32), "resource": key, "relations": rows} if refs else None

    def _browse(self, resource: str, asked: Asked) -> Reply:
        if resource == "release-group":
            lines = self._catalogue.discography(MBID(asked.query["artist"]))
            if lines is None:
                return NOT_FOUND
            groups = self._catalogue.release_groups([line.mbid for line in lines])
            return self._page(resource, [self.renderer.group(one) for one in groups if one], asked)
        found = self._releases_of(asked)
        return NOT_FOUND if found is None else self._page(resource, self._cut(found, asked), asked, len(found))

    def _releases_of(self, asked: Asked) -> list[Release] | None:
        if "release-group" in asked.query:
            found = self._catalogue.releases_of([MBID(asked.query["release-group"])])[0]
            return None if found is None else list(found)
        if "recording" in asked.query:
            [held] = self._catalogue.recordings([MBID(asked.query["recording"])])
            return None if held is None else [one for one in self._catalogue.releases(held.releases) if one]
        [artist] = self._catalogue.artists([MBID(asked.query["artist"])])
        if artist is None:
            return None
        return [one for one in self._releases if any(name.artist == artist.mbid for name in one.credit)]

    def _cut(self, found: list[Release], asked: Asked) -> list[Json]:
        """Give as many as have not too many tracks, but at least one."""
        offset, tracks = int(asked.query.get("offset", 0)), 0
        made: list[Json] = [{} for _ in found[:offset]]
        for one in found[offset:]:
            tracks += sum(medium.track_count for medium in one.media)
            if "recordings" in self.renderer.inc and tracks > self._most_tracks and len(made) > offset:
                break
            made.append(self._render(one))
        return made

    def _page(self, resource: str, rows: list[Json], asked: Asked, count: int | None = None) -> Reply:
        offset, limit = int(asked.query.get("offset", 0)), min(100, int(asked.query.get("limit", 25)))
        return told(
            {
                f"{resource}-count": len(rows) if count is None else count,
                f"{resource}-offset": offset,
                f"{resource}s": rows[offset : offset + limit],
            }
        )

    def _search(self, resource: str, asked: Asked) -> Reply:
        rows = getattr(self, "_found_" + resource.replace("-", "_"))(asked.query["query"])
        offset, limit = int(asked.query.get("offset", 0)), int(asked.query.get("limit", 25))
        page = rows[offset : offset + limit]
        return told({"created": "2026-11-21T00:00:00.000Z", "count": len(rows), "offset": offset, f"{resource}s": page})

    def _found_release(self, query: str) -> list[Json]:
        wanted = set(re.findall(r"[0-9]+", query))
        return [
            {"id": one.mbid, "score": 100, "title": one.title, "barcode": one.barcode}
            for one in self._releases
            if one.barcode and one.barcode in wanted and parse_barcode(one.barcode)
        ]

    def _found_artist(self, query: str) -> list[Json]:
        mbids = sorted({name.artist for one in self._releases for name in one.credit})
        artists = [one for one in self._catalogue.artists(mbids) if one]
        return [self.renderer.artist(one) | {"score": 90 - place} for place, one in enumerate(artists)]

    def _found_release_group(self, query: str) -> list[Json]:
        wide = Renderer(inc=["artist-credits"], artists=self._artist)
        mbids = sorted({one.release_group for one in self._releases})
        groups = [one for one in self._catalogue.release_groups(mbids) if one]
        return [wide.group(one, whole=False) | {"score": "100"} for one in groups]

    def _render(self, one: Release) -> Json:
        [group] = self._catalogue.release_groups([one.release_group])
        return self.renderer.release(one, group)
