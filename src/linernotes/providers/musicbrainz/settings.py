"""What can be set about MusicBrainz's web service as a source."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from linernotes.domain.facts import Aspect
from linernotes.providers._kit.settings import BaseUrl, Enabled, Hours, Rate, TimeoutSeconds, milliseconds

PUBLIC_HOST = "musicbrainz.org"
DAY = 24
WEEK = 7 * DAY


class MusicBrainzSettings(msgspec.Struct, frozen=True, kw_only=True):
    """MusicBrainz's web service, asked for what is not here yet."""

    enabled: Enabled = True
    contact: Annotated[
        str,
        Meta(
            description="Your e-mail address or a URL, for MusicBrainz to reach you; without one its own server is "
            "not asked.",
            pattern=r"^[ -~]*$",
        ),
    ] = ""
    base_url: Annotated[
        BaseUrl, Meta(description="Where the web service is; a mirror of your own can be named here.")
    ] = f"https://{PUBLIC_HOST}"
    requests_per_second: Rate = 1.0
    timeout_seconds: TimeoutSeconds = 30.0
    listing_seconds: Annotated[
        float,
        Meta(
            description="The same for what comes in pages: discographies, editions, a recording's releases.",
            gt=0,
            le=3600,
        ),
    ] = 300.0
    artist_hours: Annotated[Hours, Meta(description="How long an artist is fresh.")] = 2 * WEEK
    discography_hours: Annotated[Hours, Meta(description="How long an artist's list of albums is fresh.")] = 3 * DAY
    release_group_hours: Annotated[Hours, Meta(description="How long a release group is fresh.")] = WEEK
    editions_hours: Annotated[Hours, Meta(description="How long a release group's list of releases is fresh.")] = WEEK
    release_hours: Annotated[Hours, Meta(description="How long a release is fresh.")] = 2 * WEEK
    recording_hours: Annotated[Hours, Meta(description="How long a recording is fresh.")] = 2 * WEEK
    label_hours: Annotated[Hours, Meta(description="How long a label is fresh.")] = 4 * WEEK
    series_hours: Annotated[Hours, Meta(description="How long a series is fresh.")] = WEEK
    identifier_hours: Annotated[
        Hours, Meta(description="How long it is fresh who has an ISRC, a barcode, a disc ID or a URL.")
    ] = WEEK
    search_hours: Annotated[Hours, Meta(description="How long the hits of a name search are fresh.")] = DAY
    missing_hours: Annotated[Hours, Meta(description="How long it is believed that something does not exist.")] = DAY


def lifetimes(settings: MusicBrainzSettings) -> dict[Aspect, int]:
    """Return for how many milliseconds an answer is fresh, by aspect."""
    hours = {
        Aspect.ARTIST: settings.artist_hours,
        Aspect.DISCOGRAPHY: settings.discography_hours,
        Aspect.RELEASE_GROUP: settings.release_group_hours,
        Aspect.EDITIONS: settings.editions_hours,
        Aspect.RELEASE: settings.release_hours,
        Aspect.RECORDING: settings.recording_hours,
        Aspect.LABEL: settings.label_hours,
        Aspect.SERIES: settings.series_hours,
        Aspect.SEARCH: settings.search_hours,
    }
    hours |= dict.fromkeys((Aspect.ISRC, Aspect.BARCODE, Aspect.DISC_ID, Aspect.URL), settings.identifier_hours)
    return {aspect: milliseconds(count) for aspect, count in hours.items()}


def missing(settings: MusicBrainzSettings) -> int:
    """Return for how many milliseconds "there is no such thing" is believed."""
    return milliseconds(settings.missing_hours)


def off(settings: MusicBrainzSettings) -> str:
    """Say why the source is not asked; "" when it is."""
    if not settings.enabled:
        return "switched off (musicbrainz.enabled)"
    if not settings.contact.strip() and _is_public(settings.base_url):
        return "MusicBrainz asks who you are: set musicbrainz.contact to your e-mail address or a URL"
    return ""


def _is_public(base_url: str) -> bool:
    try:
        host = (urlsplit(base_url).hostname or "").removesuffix(".")
    except ValueError:  # it leads nowhere, which is told when it is asked
        return False
    return host == PUBLIC_HOST or host.endswith(f".{PUBLIC_HOST}")
