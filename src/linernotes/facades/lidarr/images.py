"""Which pictures stand for an album."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linernotes.domain.entities import Release, ReleaseGroup
from linernotes.facades.lidarr import wire

_KINDS = (("Cover", "Front"), ("Disc", "Medium"))


def album_images(group: ReleaseGroup, releases: Iterable[Release], base: str) -> list[wire.Image]:
    """Return the album's cover and disc: each from the first release that has one.

    The release that users chose for the group comes first, then official releases, then the others, each by date.
    """
    with_images = [release for release in releases if release.images]
    if not with_images:
        return []
    with_images.sort(key=lambda release: (release.mbid != group.cover, release.status != "Official"))
    found = ((kind, next(_of_type(with_images, name), None)) for kind, name in _KINDS)
    return [wire.Image(kind, f"{base}/{where}-1200.jpg") for kind, where in found if where is not None]


def _of_type(releases: Iterable[Release], name: str) -> Iterator[str]:
    for release in releases:
        images = [image for image in release.images if name in image.types]
        if images:
            yield f"{release.mbid}/{min(images, key=lambda image: (image.ordering, image.id)).id}"
