"""Pages of lists. A token holds the place after which the next page begins, so that a list may change in between."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from linernotes.domain.dates import PartialDate, first_release_date
from linernotes.domain.entities import AlbumSummary, Release
from linernotes.domain.errors import Invalid
from linernotes.domain.facts import Provenance
from linernotes.facades.grpc import mapping
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import catalog_pb2 as pb

# Clients refuse messages beyond 4 MiB unless they are told otherwise.
PAGE_BYTES = 2_000_000
LONGEST_TOKEN = 200


class Place(msgspec.Struct, frozen=True, order=True, array_like=True, forbid_unknown_fields=True):
    """Where something stands in a list: by date (zeros where the list is by MBID alone), then MBID."""

    year: int
    month: int
    day: int
    mbid: str


class Page(msgspec.Struct, frozen=True):
    """At most ``size`` of what comes after ``after``."""

    size: int
    after: Place | None


def read(request: Any, *, usual: int, most: int) -> Page:
    """Return the page that a request asks for."""
    with field("page_size"):
        if request.page_size < 0:
            raise Invalid("A page size cannot be negative")
    with field("page_token"):
        after = _read_token(request.page_token) if request.page_token else None
    return Page(min(request.page_size or usual, most), after)


def release_groups(
    albums: Sequence[AlbumSummary], page: Page, provenance: Provenance | None
) -> pb.ListReleaseGroupsResponse:
    """Return a page of a discography, which is by MBID."""
    rest = [album for album in albums if page.after is None or _by_mbid(album) > page.after]
    shown = rest[: page.size]
    return pb.ListReleaseGroupsResponse(
        release_groups=[mapping.summary(album) for album in shown],
        next_page_token=_token(_by_mbid(shown[-1])) if len(rest) > len(shown) else "",
        provenance=mapping.origin(provenance),
    )


def releases(
    editions: Sequence[Release], page: Page, provenance: Provenance | None, *, tracks: bool
) -> pb.ListReleasesResponse:
    """Return a page of releases, which are by earliest date then MBID. It ends early where it gets too large."""
    rest = [release for release in editions if page.after is None or _by_date(release) > page.after]
    answer = pb.ListReleasesResponse(provenance=mapping.origin(provenance))
    size = 0
    for release in rest[: page.size]:
        message = mapping.release(release, tracks=tracks)
        size += message.ByteSize()
        if size > PAGE_BYTES and answer.releases:
            break
        answer.releases.append(message)
    shown = len(answer.releases)
    if len(rest) > shown:
        answer.next_page_token = _token(_by_date(rest[shown - 1]))
    return answer


def _by_mbid(album: AlbumSummary) -> Place:
    return Place(0, 0, 0, album.mbid)


def _by_date(release: Release) -> Place:
    dates = [event.date for event in release.events if event.date is not None]
    return Place(*(first_release_date(dates) or PartialDate()).order(), release.mbid)


def _token(place: Place) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read_token(text: str) -> Place:
    try:
        return msgspec.json.decode(urlsafe_b64decode(text[:LONGEST_TOKEN] + "=" * (-len(text) % 4)), type=Place)
    except (ValueError, msgspec.DecodeError) as exc:
        raise Invalid("Invalid page token", hint="Send next_page_token of the page before, unchanged.") from exc
