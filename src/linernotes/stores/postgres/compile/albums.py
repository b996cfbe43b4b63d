"""Release groups and their releases."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from linernotes.domain.ids import Kind
from linernotes.ports.ingest import AlbumEntry, StagedCatalogue, StagedIdentifiers
from linernotes.ports.progress import Progress
from linernotes.stores.postgres import schema
from linernotes.stores.postgres.arrays import raw
from linernotes.stores.postgres.compile.artists import url_rows
from linernotes.stores.postgres.compile.changes import date_changes
from linernotes.stores.postgres.compile.loading import Loader, Target, loading
from linernotes.stores.postgres.compile.merged import OwnMbids, merged
from linernotes.stores.postgres.database import Row
from linernotes.stores.postgres.documents import Packer, digest

PHASE, INDEXES = "albums", "albums: indexes"
_encode = msgspec.msgpack.Encoder().encode


def compile_albums(
    staged: StagedCatalogue, identifiers: StagedIdentifiers, target: Target, progress: Progress
) -> dict[str, int]:
    """Write the part and return the rows by kind."""
    with loading(target, schema.ALBUMS) as loader:
        writer = _Writer(loader)
        progress.start(PHASE, total=staged.sizes().release_groups, unit="rows")
        for low, high in staged.album_ranges():
            progress.advance(PHASE, writer.write(staged.albums(low, high)))
        loader.copy("release_group_merged", merged(identifiers.keys(Kind.RELEASE_GROUP), writer.own_groups))
        loader.copy("release_merged", merged(identifiers.keys(Kind.RELEASE), writer.own_releases))
        date_changes(loader, "release_group")
        progress.finish(PHASE)
        loader.finish(INDEXES, progress)
    return {"release-group": writer.groups, "release": writer.releases}


class _Writer:
    """Encodes and appends, a range at a time."""

    def __init__(self, loader: Loader) -> None:
        self.groups = 0
        self.releases = 0
        self.own_groups, self.own_releases = OwnMbids(), OwnMbids()
        self._loader = loader
        self._pack = Packer().pack

    def write(self, entries: Iterator[AlbumEntry]) -> int:
        groups: list[Row] = []
        releases: list[Row] = []
        group_urls: list[Row] = []
        release_urls: list[Row] = []
        for entry in entries:
            mbid = raw(entry.group.mbid)
            group, encoded = _encode(entry.group), [_encode(release) for release in entry.releases]
            self.own_groups[entry.row] = mbid
            groups.append((mbid, digest(group, *encoded), self._pack(group)))
            group_urls += url_rows(entry.group.links, mbid)
            for ordinal, (release, document) in enumerate(zip(entry.releases, encoded, strict=True), entry.first):
                own = self.own_releases[ordinal] = raw(release.mbid)
                tracks = sum(medium.track_count for medium in release.media)
                releases.append((own, mbid, ordinal, tracks, self._pack(document)))
                release_urls += url_rows(release.links, own)
        self._loader.copy("release_group", groups)
        self._loader.copy("release", releases)
        self._loader.copy("release_group_url", group_urls)
        self._loader.copy("release_url", release_urls)
        self.groups += len(groups)
        self.releases += len(releases)
        return len(groups)
